//! The client: one for a credential, shared by all its clones.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pianoroll_api::TypedRequest;
use pianoroll_model::{Certainty, Clock};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

use crate::answer::{Effort, Statistics};
use crate::call::Call;
use crate::client::client;
use crate::config::{Config, ConfigError, Quota};
use crate::connection::Connection;
use crate::credential::{Credential, Keys};
use crate::error::{CallError, ErrorKind, Failure};
use crate::exchange::{self, Broken, Reply};
use crate::limiter::{Limiter, Shared};
use crate::request::HttpRequest;

/// A client of the gateway. Clones are the same client: they share connections, limits and counters.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) inner: Arc<Inner>,
    /// Whether a person waits for the calls of this handle.
    pub(crate) by_hand: bool,
}

pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) keys: Keys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) counters: Counters,
    /// Nothing where the quota is off.
    pub(crate) limiter: Option<Arc<Limiter>>,
    http: reqwest::Client,
    // Held for one draw.
    random: Mutex<Pcg64Mcg>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl Gateway {
    /// A client for one credential. Nothing is sent yet.
    ///
    /// # Errors
    /// Settings that cannot be: a base URL that is none, a quota that is off for Maton's hosts, a certificate that cannot be
    /// read.
    pub fn new(
        config: Config,
        credential: Credential,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        config.endpoints.check()?;
        if config.quota == Quota::Off && config.endpoints.is_maton() {
            return Err(ConfigError::QuotaOff);
        }
        let http = client(
            config.connect_timeout.min(config.request_timeout),
            config.endpoints.any_tls(),
            &config.root_certificates,
        )?;
        let random = Mutex::new(Pcg64Mcg::new(u128::from(config.seed)));
        let shared = match &config.shared_quota {
            None => None,
            Some(path) => Some(
                Shared::new(path)
                    .map_err(|error| ConfigError::SharedQuota { path: path.clone(), error })?,
            ),
        };
        let limiter = match config.quota {
            Quota::Off => None,
            Quota::PerSecond(requests) => {
                let longest = config.retries.longest_wait;
                Some(Arc::new(Limiter::new(requests, shared, longest, Arc::clone(&clock))))
            }
        };
        let counters = Counters::default();
        let keys = Keys::new(credential);
        let inner = Inner { config, keys, clock, counters, limiter, http, random };
        Ok(Self { inner: Arc::new(inner), by_hand: false })
    }

    /// The same client for calls that a person waits for: they go first.
    #[must_use]
    pub fn by_hand(&self) -> Self {
        Self { by_hand: true, ..self.clone() }
    }

    /// The same client for calls that nobody waits for.
    #[must_use]
    pub fn unattended(&self) -> Self {
        Self { by_hand: false, ..self.clone() }
    }

    /// Makes a typed call. Of operations that are safe by key, those without a key of their own are sent once.
    ///
    /// # Errors
    /// As [`Gateway::call`]; and [`ErrorKind::Shape`] where the call succeeded and its answer does not fit the type.
    pub async fn send<R: TypedRequest>(
        &self,
        connection: &Connection,
        request: R,
    ) -> Result<R::Answer, CallError> {
        let operation = request.operation();
        let arguments = request.arguments();
        let answer = self.call(connection, Call::new(operation, &arguments)).await?;
        let body: &[u8] = if answer.body.is_empty() { b"null" } else { &answer.body };
        serde_json::from_slice(body).map_err(|error| {
            let failure = Failure::new(operation.id, ErrorKind::Shape, Certainty::Unknown);
            let detail =
                format!("the call succeeded, but its answer does not fit its type: {error}");
            let failure = failure.detail(detail);
            Failure { status: Some(answer.status), effort: answer.attempts, ..failure }.into()
        })
    }

    /// Takes another key for all clones: requests that begin from now on are sent with it, and those under way are seen to their
    /// end with the old one. A request that is refused for a key that was replaced meanwhile is sent again with the new one.
    /// Whether it was another key.
    ///
    /// The quota stays as it is, with all that is known about it, since the account behind the key is taken to be the same. So
    /// does the file of [`Config::shared_quota`], although its name holds a digest of the old key: this process goes on in the
    /// old file, and one that starts with the new key opens another. Until this one starts anew they do not share the quota,
    /// and the gateway's 429s are what keeps them apart.
    pub fn replace_credential(&self, credential: Credential) -> bool {
        self.inner.keys.replace(credential)
    }

    /// Names the current key without telling it: [`Credential::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.inner.keys.current().fingerprint()
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.inner.config
    }

    /// What all calls took so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.inner.counters.read()
    }
}

impl Inner {
    /// One request and its answer, within the time that a request may take.
    pub(crate) async fn exchange(
        &self,
        credential: &Credential,
        request: &HttpRequest,
    ) -> Result<Reply, Broken> {
        let now = || self.clock.now();
        let exchange = exchange::exchange(&self.http, &self.config, credential, request, now);
        tokio::select! {
            biased;
            outcome = exchange => outcome,
            () = self.clock.sleep(self.config.request_timeout) => Err(Broken {
                kind: ErrorKind::Timeout,
                certainty: Certainty::Unknown,
                message: format!("no answer within {:?}", self.config.request_timeout),
            }),
        }
    }

    /// A pause anywhere between nothing and `longest`.
    pub(crate) fn draw(&self, longest: Duration) -> Duration {
        let random = self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u32();
        longest.mul_f64(f64::from(random) / f64::from(u32::MAX))
    }
}

/// [`Statistics`] while they grow.
#[derive(Default)]
pub(crate) struct Counters {
    calls: AtomicU64,
    requests: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    waited_micros: AtomicU64,
}

impl Counters {
    /// Adds a call that has ended.
    pub(crate) fn add(&self, effort: &Effort) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(effort.requests.into(), Ordering::Relaxed);
        self.retries.fetch_add(effort.retries.into(), Ordering::Relaxed);
        self.throttled.fetch_add(effort.throttled.into(), Ordering::Relaxed);
        let micros = u64::try_from(effort.waited.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn read(&self) -> Statistics {
        Statistics {
            calls: self.calls.load(Ordering::Relaxed),
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.waited_micros.load(Ordering::Relaxed)),
        }
    }
}
