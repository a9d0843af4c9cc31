//! The simulated gateway: what a request meets, in the order of the real thing.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Response};
use http_body_util::Full;
use pianoroll_api::operation::{App, Host, Operation};
use pianoroll_model::{Clock, Effect};
use serde_json::Value;

use crate::answer::Answer;
use crate::arrival::Arrival;
use crate::chance::{mix, uuid};
use crate::connections::{Account, Connections};
use crate::exchange::{Exchange, Refusal};
use crate::faults::{Faults, Rule, When};
use crate::given::{GivenError, GivenRecord};
use crate::limits::{BURST, Demand, Limits, Scope};
use crate::log::{Log, LoggedRequest, Opening, Ticket};
use crate::route::{Routes, Target};
use crate::settings::Settings;
use crate::stop::Stop;
use crate::{control, native, query};

/// Requests a second that the gateway takes for one key (reference/gateway-behaviour, section 4).
const GATEWAY_QUOTA: u32 = 10;

/// The connection ends without an answer: a fault says so, or the simulator stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the connection ends without an answer")]
pub(crate) struct Dropped;

/// The whole gateway, shared by all connections of the server.
#[derive(Debug)]
pub(crate) struct Gateway {
    // Replaced as a whole when a simulator begins anew; locked for a look.
    setup: Mutex<Arc<Setup>>,
    clock: Arc<dyn Clock>,
    // The wall clock less the monotonic one, at the start: windows begin at whole seconds of the wall clock, and do not
    // move when that jumps.
    epoch: Duration,
    stop: Stop,
    desk: Mutex<Desk>,
}

/// What the gateway was started with.
#[derive(Debug)]
struct Setup {
    settings: Settings,
    routes: Routes,
}

impl Setup {
    fn new(settings: Settings) -> Arc<Self> {
        let routes = Routes::new(settings.mode);
        Arc::new(Self { settings, routes })
    }
}

/// All that changes, accounts apart. Locked for look-ups only: never while an account answers.
#[derive(Debug)]
struct Desk {
    log: Log,
    limits: Limits,
    faults: Faults,
    connections: Connections,
}

/// Where a request goes once the gateway has let it in.
enum Admitted {
    /// One of the gateway's own routes.
    Control { operation: &'static Operation, ids: Vec<String> },
    /// The API behind it: what to ask of which account, or why not.
    Native {
        account: Arc<Account>,
        exchange: Result<Box<Exchange>, Refusal>,
        rate: Vec<(HeaderName, u64)>,
    },
    /// Not a route of the gateway's own.
    Nowhere(Answer),
}

/// One request on its way through.
#[derive(Clone, Copy)]
struct Visit<'a> {
    arrival: &'a Arrival,
    ticket: Ticket,
    /// What its operation does with this body.
    effect: Option<Effect>,
}

impl Gateway {
    /// A gateway in its first state. `stop` ends all waits.
    pub(crate) fn new(settings: Settings, clock: Arc<dyn Clock>, stop: Stop) -> Self {
        let since_epoch = u128::try_from(clock.now().as_nanosecond()).unwrap_or(0);
        let epoch = Duration::from_nanos_u128(since_epoch).saturating_sub(clock.monotonic());
        let desk = Mutex::new(Desk::new(&settings, &*clock));
        Self { setup: Mutex::new(Setup::new(settings)), clock, epoch, stop, desk }
    }

    /// Puts data, limits, faults and log back to the first state.
    pub(crate) fn reset(&self) {
        let mut fresh = Desk::new(&self.setup().settings, &*self.clock);
        let mut desk = self.desk();
        std::mem::swap(&mut *desk, &mut fresh);
        // The log outlives its desk, so that requests in flight know that theirs is gone.
        desk.log = fresh.log;
        desk.log.clear();
    }

    /// Begins anew with other settings.
    pub(crate) fn begin(&self, settings: Settings) {
        *self.setup.lock().unwrap_or_else(PoisonError::into_inner) = Setup::new(settings);
        self.reset();
    }

    /// Gives a record to the account behind a connection, or behind the oldest one.
    pub(crate) fn give(
        &self,
        connection: Option<&str>,
        record: &GivenRecord,
    ) -> Result<Value, GivenError> {
        let account = self.desk().connections.account(connection);
        let account = account
            .ok_or_else(|| GivenError::Connection(connection.unwrap_or_default().to_owned()))?;
        let mut state = account.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.give(record, self.clock.now())
    }

    /// Adds a fault rule behind the others.
    pub(crate) fn add_fault(&self, rule: Rule) {
        self.desk().faults.add(rule);
    }

    /// Replaces the fault rules.
    pub(crate) fn set_faults(&self, rules: Vec<Rule>) {
        self.desk().faults = Faults::new(rules);
    }

    /// The fault rules.
    pub(crate) fn faults(&self) -> Vec<Rule> {
        self.desk().faults.rules().cloned().collect()
    }

    /// The log.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.desk().log.requests()
    }

    /// Where time comes from.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Answers a request.
    ///
    /// # Errors
    /// The connection is to end without an answer.
    pub(crate) async fn answer(&self, arrival: Arrival) -> Result<Response<Full<Bytes>>, Dropped> {
        let accepted = arrival.header("accept-encoding").to_owned();
        if let Some(path) = arrival.path.strip_prefix(control::PREFIX) {
            return Ok(control::answer(self, path, &arrival).into_response(&accepted));
        }
        let setup = self.setup();
        let target = setup.routes.find(&arrival.method, &arrival.path);
        let operation = target.operation();
        let effect = operation.map(|operation| operation.effect_of(arrival.body.value()));
        let ticket = self.open(&arrival, operation.map(|operation| operation.id), effect);
        let visit = Visit { arrival: &arrival, ticket, effect };
        // The way there is half of the way: limits see a request when it arrives, latency and jitter included.
        let way = self.way(ticket.number());
        self.pass(way / 2).await?;
        let answer = match self.admit(&visit, target) {
            Ok(admitted) => self.play(&visit, admitted).await?,
            Err(refused) => refused,
        };
        self.pass(way - way / 2).await?;
        self.desk().log.answered(ticket, answer.status);
        let request_id = uuid(setup.settings.seed, "request", ticket.number());
        let answer = answer.with(HeaderName::from_static("x-request-id"), request_id);
        Ok(answer.into_response(&accepted))
    }

    fn open(
        &self,
        arrival: &Arrival,
        operation: Option<&'static str>,
        effect: Option<Effect>,
    ) -> Ticket {
        self.desk().log.open(&Opening {
            time: self.clock.now(),
            method: &arrival.method,
            path: &arrival.path,
            query: arrival.query.as_deref(),
            headers: &arrival.headers,
            body: arrival.body.text(),
            operation,
            effect,
        })
    }

    /// How long this request takes there and back.
    fn way(&self, number: u64) -> Duration {
        let setup = self.setup();
        let Settings { latency, jitter, seed, .. } = &setup.settings;
        // From 0 to 2 × jitter, less jitter.
        let chance = mix(*seed, "jitter", number) as f64 / u64::MAX as f64;
        (*latency + jitter.mul_f64(2.0 * chance)).saturating_sub(*jitter)
    }

    /// Waits, unless the simulator stops.
    async fn pass(&self, duration: Duration) -> Result<(), Dropped> {
        if duration.is_zero() {
            return Ok(());
        }
        tokio::select! {
            () = self.clock.sleep(duration) => Ok(()),
            () = self.stop.called() => Err(Dropped),
        }
    }

    /// Key, app, connection and quota; then what the API checks. A refusal that no fault can spoil is an error here.
    fn admit(&self, visit: &Visit<'_>, target: Target) -> Result<Admitted, Answer> {
        let arrival = visit.arrival;
        let credential = self.credential(arrival)?;
        let Some(app) = target.app() else {
            let name = arrival.path.split('/').nth(1).unwrap_or_default();
            return Err(Answer::message(404, &format!("App '{name}' not found")));
        };
        let named = Some(arrival.header("maton-connection")).filter(|id| !id.is_empty());
        let account = match app.host {
            Host::Gateway => Some(self.desk().connections.choose(app.id, named)?),
            Host::Control => None,
        };
        let quota = Demand { scope: credential, length: BURST, limit: GATEWAY_QUOTA };
        self.take(&[quota]).map_err(Answer::over_quota)?;
        match account {
            Some(account) => self.native(visit, app, target, account),
            None => Ok(own_route(target)),
        }
    }

    fn credential(&self, arrival: &Arrival) -> Result<Scope, Answer> {
        let (scheme, key) = arrival.header("authorization").split_once(' ').unwrap_or_default();
        let key = key.trim();
        let right = self.setup().settings.key.as_ref().is_none_or(|right| right == key);
        if !scheme.eq_ignore_ascii_case("bearer") || key.is_empty() || !right {
            return Err(Answer::unauthorized());
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        Ok(Scope::Credential(hasher.finish()))
    }

    fn take(&self, demands: &[Demand]) -> Result<(), Duration> {
        if self.setup().settings.limits {
            self.desk().limits.take(self.time(), demands)
        } else {
            Ok(())
        }
    }

    /// The monotonic clock, as time since the epoch.
    fn time(&self) -> Duration {
        self.epoch + self.clock.monotonic()
    }

    fn native(
        &self,
        visit: &Visit<'_>,
        app: &'static App,
        target: Target,
        account: Arc<Account>,
    ) -> Result<Admitted, Answer> {
        let Visit { arrival, ticket, .. } = *visit;
        let now = self.clock.now();
        let setup = self.setup();
        let Settings { mode, limits, .. } = setup.settings;
        let found = native::revision(app, mode, arrival, now).and_then(|revision| {
            let operation = native::operation(&target, arrival)?;
            native::media(operation, revision, arrival)?;
            Ok((operation, revision))
        });
        let (operation, revision) = match found {
            Ok(found) => found,
            Err(refusal) => {
                return Ok(Admitted::Native { account, exchange: Err(refusal), rate: Vec::new() });
            }
        };
        let pairs = query::pairs(arrival.query.as_deref());
        let query = query::check(operation, mode, revision, &pairs);
        let demands = native::demands(account.number, operation, query.as_ref().ok());
        self.take(&demands).map_err(|wait| Answer::throttled(wait, &self.error_id(ticket)))?;
        let rate = match limits {
            true => native::rate_headers(&mut self.desk().limits, self.time(), &demands),
            false => Vec::new(),
        };
        let exchange = query.and_then(|query| {
            native::body(operation, revision, arrival)?;
            let (by_documented_route, ids) = match target {
                Target::Operation { by_documented_route, ids, .. } => (by_documented_route, ids),
                _ => (false, Vec::new()),
            };
            Ok(Box::new(Exchange {
                operation,
                by_documented_route,
                mode,
                revision,
                ids,
                query,
                body: arrival.body.value().cloned(),
                now,
            }))
        });
        Ok(Admitted::Native { account, exchange, rate })
    }

    /// Does what the request asks for, with the fault that applies to it.
    async fn play(&self, visit: &Visit<'_>, admitted: Admitted) -> Result<Answer, Dropped> {
        let arrival = visit.arrival;
        let query = arrival.query.as_deref().unwrap_or_default();
        let picked = self.desk().faults.pick(&arrival.method, &arrival.path, query);
        let Some(rule) = picked else { return Ok(self.perform(visit, admitted)) };
        let delay = Duration::from_millis(rule.delay_ms);
        let json_api = matches!(admitted, Admitted::Native { .. });
        let performed = match rule.when {
            When::Before => {
                self.pass(delay).await?;
                (!rule.prevents(visit.effect)).then(|| self.perform(visit, admitted))
            }
            When::After => {
                let answer = self.perform(visit, admitted);
                self.pass(delay).await?;
                Some(answer)
            }
        };
        if rule.drop {
            return Err(Dropped);
        }
        let instead = Answer::of_fault(&rule, json_api, &self.error_id(visit.ticket));
        let stand_in = || Answer::stand_in(rule.truncate.unwrap_or_default());
        Ok(instead.or(performed).unwrap_or_else(stand_in).spoiled(&rule))
    }

    /// Does what the request asks for.
    fn perform(&self, visit: &Visit<'_>, admitted: Admitted) -> Answer {
        let Visit { arrival, ticket, .. } = *visit;
        match admitted {
            Admitted::Nowhere(answer) => answer,
            Admitted::Control { operation, ids } => {
                let pairs = query::pairs(arrival.query.as_deref());
                let now = self.clock.now();
                let mut desk = self.desk();
                let answer =
                    desk.connections.answer(operation, &ids, &pairs, arrival.body.value(), now);
                if answer.status < 300 {
                    desk.log.applied(ticket);
                }
                answer
            }
            Admitted::Native { account, exchange, rate } => {
                let reply = exchange.and_then(|exchange| {
                    account.state.lock().unwrap_or_else(PoisonError::into_inner).answer(&exchange)
                });
                let answer = match reply {
                    Ok(reply) => {
                        self.desk().log.applied(ticket);
                        Answer::reply(&reply)
                    }
                    Err(refusal) => Answer::refusal(&refusal, &self.error_id(ticket)),
                };
                rate.into_iter().fold(answer, |answer, (name, value)| answer.with(name, value))
            }
        }
    }

    fn error_id(&self, ticket: Ticket) -> String {
        uuid(self.setup().settings.seed, "error", ticket.number())
    }

    fn setup(&self) -> Arc<Setup> {
        Arc::clone(&self.setup.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn new(settings: &Settings, clock: &dyn Clock) -> Self {
        Self {
            log: Log::default(),
            limits: Limits::new(settings.windows),
            faults: Faults::default(),
            connections: Connections::new(settings, clock.now()),
        }
    }
}

/// A target on the control plane. Its errors are those of the gateway's web framework.
fn own_route(target: Target) -> Admitted {
    match target {
        Target::Operation { operation, ids, .. } => Admitted::Control { operation, ids },
        Target::WrongMethod(_) => Admitted::Nowhere(Answer::detail(405, "Method Not Allowed")),
        Target::NotInRevision(_) | Target::UnknownPath(_) | Target::UnknownApp => {
            Admitted::Nowhere(Answer::detail(404, "Not Found"))
        }
    }
}
