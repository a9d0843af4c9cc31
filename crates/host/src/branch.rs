//! A line of host calls: the trunk of a run, or one item of a `parallel`.

mod checkpoint;
mod files;
mod notes;
mod notify;
mod state;
mod time;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pianoroll_api::{Arguments, Options};
use pianoroll_journal::{self as journal, Attempt};
use pianoroll_model::{Effect, Position};
use serde_json::Value;

use crate::account::KnownAccount;
use crate::error::{Cause, HostError};
use crate::guardrails::{GuardrailError, Refusal};
use crate::host::Host;
use crate::pages::Pages;
use crate::random::RandomStream;
use crate::replay::{self, Asked, Recalled};
use crate::reply::Reply;
use crate::{resolve, road};

pub use checkpoint::{Checkpoint, OpenCheckpoint};
pub use files::OpenError;

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
    /// Notes that were said.
    notes: AtomicU64,
    /// How many checkpoints stand around.
    quiet: AtomicU32,
    // A checkpoint that has thrown; once, when the program goes on behind it.
    thrown: Mutex<Option<(journal::Intent, journal::Answer)>>,
}

impl Line {
    pub(crate) fn new(seed: u64, branch: Option<(u64, u64)>) -> Self {
        let random = Mutex::new(RandomStream::new(seed, branch));
        let (last, notes, quiet) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU32::new(0));
        Self { branch, last, random, notes, quiet, thrown: Mutex::default() }
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
        line.quiet.store(self.line.quiet.load(Ordering::Relaxed), Ordering::Relaxed);
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

    /// Tells that the items of a `parallel` have failed with these errors, and that it throws but the first of them: where that
    /// ends the attempt, the next one makes all of their calls again.
    pub fn uncaught(&self, parallel: u64, errors: impl IntoIterator<Item = HostError>) {
        let positions = errors.into_iter().map(|error| error.position()).collect();
        self.host.failed_beside(parallel, positions);
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
        self.settle_thrown().await?;
        road::travel(&self.host, self.on_line(ready), position).await
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
                self.settle_thrown().await?;
                road::travel(&self.host, self.on_line(ready), position).await
            }
            resolve::Target::Native(request) => {
                self.settle_thrown().await?;
                let quiet = self.is_quiet();
                road::travel_native(&self.host, &self.account, request, quiet, position).await
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
        Ok(Pages::new(Arc::clone(&self.host), self.on_line(ready), position))
    }

    fn next_position(&self) -> Position {
        Position::new(self.line.branch, self.next_sequence())
    }

    /// Whether a checkpoint stands around, whose value is recorded in place of what happens here.
    fn is_quiet(&self) -> bool {
        self.line.quiet.load(Ordering::Relaxed) > 0
    }

    fn on_line(&self, ready: road::Ready) -> road::Ready {
        road::Ready { quiet: self.is_quiet(), ..ready }
    }

    /// What records this line at the moment.
    fn recording(&self) -> Option<&Attempt> {
        self.host.attempt().filter(|_| !self.is_quiet())
    }

    /// What was recorded of something that is no call.
    async fn recall(&self, asked: &Asked<'_>, position: Position) -> Result<Recalled, HostError> {
        self.settle_thrown().await?;
        match self.recording() {
            Some(attempt) => replay::recall(&self.host, attempt, asked, position).await,
            None => Ok(Recalled::Nothing),
        }
    }

    /// Records what came of something that is no call.
    async fn record(
        &self,
        asked: &Asked<'_>,
        answer: journal::Answer,
        position: Position,
    ) -> Result<(), HostError> {
        let Some(attempt) = self.recording() else { return Ok(()) };
        let intent = asked.intent(&self.host, position, Effect::Read);
        let recorded = attempt.record(intent, answer).await;
        recorded.map(drop).map_err(|error| self.host.stopped(Cause::Journal(error), position))
    }
}
