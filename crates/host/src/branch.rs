//! A line of host calls: the trunk of a run, or one item of a `parallel`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_api::{Arguments, Options};
use pianoroll_model::Position;
use serde_json::Value;

use crate::account::KnownAccount;
use crate::error::{Cause, HostError};
use crate::guardrails::{GuardrailError, Refusal};
use crate::host::Host;
use crate::pages::Pages;
use crate::random::RandomStream;
use crate::reply::Reply;
use crate::{resolve, road};

/// A line of host calls, each with the next sequence number. Clones are the same line.
#[derive(Clone)]
pub struct Branch {
    host: Arc<Host>,
    line: Arc<Line>,
    account: KnownAccount,
}

/// What all handles of a branch share.
pub(crate) struct Line {
    branch: Option<(u64, u64)>,
    /// The sequence of the last host call.
    last: AtomicU64,
    // Drawing takes nanoseconds, and a branch draws on one thread.
    random: Mutex<RandomStream>,
}

impl Line {
    pub(crate) fn new(seed: u64, branch: Option<(u64, u64)>) -> Self {
        let random = Mutex::new(RandomStream::new(seed, branch));
        Self { branch, last: AtomicU64::new(0), random }
    }
}

impl Branch {
    pub(crate) fn new(host: Arc<Host>, line: Arc<Line>, account: KnownAccount) -> Self {
        Self { host, line, account }
    }

    /// The run.
    #[must_use]
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// The same line, whose calls go to another account of the run. The sequence goes on: positions do not tell accounts apart,
    /// and need not.
    ///
    /// # Errors
    /// The run has no account of that name.
    pub fn on(&self, name: &str) -> Result<Branch, HostError> {
        let Some(account) = self.host.other(name) else {
            let known = self.host.others().map(str::to_owned).collect();
            let cause = Cause::Account { name: name.to_owned(), known };
            let last = self.line.last.load(Ordering::Relaxed);
            return Err(HostError::new(cause, Position::new(self.line.branch, last)));
        };
        let (host, line) = (Arc::clone(&self.host), Arc::clone(&self.line));
        Ok(Branch::new(host, line, account.clone()))
    }

    /// The name of the other account that the calls go to; none for the run's own.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.name.as_deref()
    }

    /// Which branch it is: nothing for the trunk, else the sequence of the `parallel` and the item.
    #[must_use]
    pub fn id(&self) -> Option<(u64, u64)> {
        self.line.branch
    }

    /// Takes the sequence of the next host call: for host functions that are calls of their own kind, such as `parallel`.
    #[must_use]
    pub fn next_sequence(&self) -> u64 {
        self.line.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The branch of one item (from 0) of a `parallel` that took a sequence of the trunk. Branches do not nest: whoever offers
    /// `parallel` refuses it inside of one.
    #[must_use]
    pub fn fork(&self, parallel: u64, item: u64) -> Branch {
        debug_assert!(self.line.branch.is_none(), "branches do not nest");
        let line = Line::new(self.host.settings.seed, Some((parallel, item)));
        Branch::new(Arc::clone(&self.host), Arc::new(line), self.account.clone())
    }

    /// Whether the run may go on by its limit on time: for programs that compute for long without a call, where no stop of the
    /// road looks. Over it, the run is over.
    ///
    /// # Errors
    /// The limit is reached.
    pub fn check_time(&self) -> Result<(), HostError> {
        let Some(limit) = self.host.settings.guardrails.seconds.as_ref() else { return Ok(()) };
        if self.host.running() < Duration::from_secs(limit.most) {
            return Ok(());
        }
        let error = GuardrailError {
            operation: String::new(),
            target: Box::default(),
            items: 0,
            refusal: Refusal::Time { seconds: limit.most },
            source: limit.source.clone(),
        };
        let last = self.line.last.load(Ordering::Relaxed);
        let error = HostError::new(Cause::Guardrail(error), Position::new(self.line.branch, last));
        self.host.stop(&error);
        Err(error)
    }

    /// The moment now, by the run's clock: a host call of its own, with a sequence, since no two readings are alike.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        let _ = self.next_sequence();
        self.host.clock().now()
    }

    /// Waits on the run's clock before a call of `operation`: a host call of its own. It never waits past a limit on the run's
    /// time, so that the call behind it meets the limit.
    ///
    /// # Errors
    /// The run was cancelled, or ended by another branch.
    pub async fn sleep(&self, duration: Duration, operation: &str) -> Result<(), HostError> {
        let position = self.next_position();
        let limit = self.host.settings.guardrails.seconds.as_ref();
        let left =
            limit.map(|limit| Duration::from_secs(limit.most).saturating_sub(self.host.running()));
        let cancel = self.host.cancel();
        let wait = self.host.clock().sleep(left.map_or(duration, |left| duration.min(left)));
        tokio::select! {
            () = wait => {}
            () = cancel.cancelled() => {}
        }
        if let Some(error) = self.host.stop_reason() {
            return Err(error.clone());
        }
        if cancel.is_cancelled() {
            let cause = Cause::Cancelled { operation: operation.to_owned() };
            return Err(HostError::new(cause, position));
        }
        Ok(())
    }

    /// The next 64 random bits of this branch: the same ones whenever the run is replayed.
    #[must_use]
    pub fn random(&self) -> u64 {
        self.host.note_drawn();
        self.line.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }

    /// Calls an operation by its id, by the whole road. A list that is longer than one call takes becomes several calls, one
    /// after the other; an empty one becomes none, and the reply has no answer.
    ///
    /// # Errors
    /// See [`Cause`](crate::Cause). Where several calls were to be made, those before the one that failed are done, and
    /// [`HostError::done`] counts them.
    pub async fn call(&self, operation: &str, arguments: Arguments) -> Result<Reply, HostError> {
        let position = self.next_position();
        let ready = road::prepare(&self.host, &self.account, operation, arguments, position)?;
        road::travel(&self.host, ready, position).await
    }

    /// Calls whatever a method and a native path turn out to be: an operation, with its checks, effect and permission, or a
    /// path that no operation has. The latter needs the permission `request`; unless it is a GET it counts as delete and as
    /// send, and is never sent twice.
    ///
    /// # Errors
    /// As for [`Branch::call`].
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        query: &Options,
        body: Option<Value>,
    ) -> Result<Reply, HostError> {
        let position = self.next_position();
        let target = resolve::request(method, path, query, body);
        match target.map_err(|errors| road::refuse(errors, position))? {
            resolve::Target::Operation(operation, arguments) => {
                let account = &self.account;
                let ready =
                    road::prepare_operation(&self.host, account, operation, arguments, position)?;
                road::travel(&self.host, ready, position).await
            }
            resolve::Target::Native(request) => {
                road::travel_native(&self.host, &self.account, request, position).await
            }
        }
    }

    /// The pages of a list, one call each, from the first or from the `cursor` among the options. The pages share one
    /// sequence; their parts count them. Nothing is called before the first is asked for.
    ///
    /// # Errors
    /// Arguments or permission.
    pub fn pages(&self, operation: &str, arguments: Arguments) -> Result<Pages, HostError> {
        let position = self.next_position();
        let ready = road::prepare(&self.host, &self.account, operation, arguments, position)?;
        Ok(Pages::new(Arc::clone(&self.host), ready, position))
    }

    fn next_position(&self) -> Position {
        Position::new(self.line.branch, self.next_sequence())
    }
}
