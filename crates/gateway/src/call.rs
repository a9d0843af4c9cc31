//! One call: its request, sent until its outcome is settled or no more may be sent.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use pianoroll_api::operation::{Budget, Operation};
use pianoroll_api::{Arguments, operation};
use pianoroll_model::{Certainty, Retry};
use serde_json::Value;

use crate::answer::{Answer, Effort, Settlement};
use crate::cancel::Cancel;
use crate::connection::Connection;
use crate::error::{CallError, ErrorKind, Failure};
use crate::gateway::Gateway;
use crate::limiter::{Permit, Refusal, Refuser, Want};
use crate::request::{BuildError, HttpRequest, build};

mod document;
mod judge;
mod next;
mod probe;
mod raw;
mod settle;

pub use raw::RawRequest;

use next::{Next, Tally};

/// What must have happened before the first byte of a call leaves: its intent is on disk.
pub trait Departure: Send + Sync {
    /// Completes when the call may leave; `false` where it may not, and then nothing is sent. Asked once a call, after all
    /// waiting for limits, so that an intent without an answer is one that was really under way.
    fn leaves(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>>;
}

/// One operation on one target.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// Its arguments, checked.
    pub arguments: &'a Arguments,
    /// What makes a repetition recognisable, for operations that are safe by key. It goes where the guest gave none.
    pub key: Option<&'a str>,
    /// A wish to stop: ends every wait and every read at once; an effect that is under way is seen to its end.
    pub cancel: Option<&'a Cancel>,
    /// Who is asked before the call leaves.
    pub departure: Option<&'a dyn Departure>,
    /// Whether it was sent before, by an attempt or a process that never saw the answer: it is then treated as a call whose
    /// first answer was lost, and what may not be sent twice is not sent, but probed.
    pub lost: bool,
}

impl std::fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { operation, arguments, key, lost, .. } = self;
        let mut debug = f.debug_struct("Call");
        debug.field("operation", &operation.id).field("arguments", arguments);
        debug.field("key", key).field("lost", lost).finish_non_exhaustive()
    }
}

impl<'a> Call<'a> {
    /// A call without a key that nobody can stop.
    #[must_use]
    pub const fn new(operation: &'static Operation, arguments: &'a Arguments) -> Self {
        Self { operation, arguments, key: None, cancel: None, departure: None, lost: false }
    }

    /// With a key.
    #[must_use]
    pub const fn with_key(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }

    /// With a way to stop it.
    #[must_use]
    pub const fn with_cancel(self, cancel: &'a Cancel) -> Self {
        Self { cancel: Some(cancel), ..self }
    }
}

/// What the loop needs to know about a call, be it of an operation or a raw one.
pub(crate) struct Target<'a> {
    /// The operation's id, or method and path.
    pub(crate) name: &'a str,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) connection: &'a Connection,
    pub(crate) request: HttpRequest,
    /// What a lost answer allows, for this very request.
    pub(crate) class: Retry,
    /// Whether a success must bring a document.
    pub(crate) wants_document: bool,
    /// What its options are charged to, beside the endpoint.
    pub(crate) budgets: Vec<&'static Budget>,
    /// Ids of the path and of the body: what a probe is called with.
    pub(crate) ids: Vec<String>,
    pub(crate) cancel: Option<&'a Cancel>,
    pub(crate) departure: Option<&'a dyn Departure>,
    /// See [`Call::lost`].
    pub(crate) lost: bool,
}

impl Target<'_> {
    pub(crate) fn failure(&self, kind: ErrorKind, certainty: Certainty) -> Failure {
        Failure::new(self.name, kind, certainty)
    }

    /// Whether the call changes nothing, so that it may be broken off anywhere.
    fn is_read(&self) -> bool {
        self.class == Retry::Safe
    }
}

impl Gateway {
    /// Makes one call: waits for its turn, sends the request, repeats it as far as the operation's class allows, and settles
    /// a lost answer where that can be done.
    ///
    /// # Errors
    /// Everything that is no success. What the API said stands in the error in full.
    pub async fn call(&self, connection: &Connection, call: Call<'_>) -> Result<Answer, CallError> {
        self.counted(self.uncounted(connection, call).await)
    }

    /// A call of an operation that does not yet stand in the statistics.
    pub(crate) async fn uncounted(
        &self,
        connection: &Connection,
        call: Call<'_>,
    ) -> Result<Answer, CallError> {
        self.drive(target(connection, call)?).await
    }

    /// The result of a call as the caller gets it: counted, and without the key wherever it may have come from.
    pub(crate) fn counted(&self, result: Result<Answer, CallError>) -> Result<Answer, CallError> {
        self.inner.counters.add(&match &result {
            Ok(answer) => answer.attempts,
            Err(error) => error.effort,
        });
        result.map_err(|error| {
            let mut failure = error.into_failure();
            self.inner.keys.scrub(&mut failure);
            failure.into()
        })
    }

    /// Sends a target's request until it is settled.
    pub(crate) async fn drive(&self, target: Target<'_>) -> Result<Answer, CallError> {
        let limit = self.inner.config.max_request_bytes;
        if target.request.body.as_ref().is_some_and(|body| body.len() > limit) {
            let size = target.request.body.as_ref().map_or(0, Bytes::len);
            let failure = target.failure(ErrorKind::TooLarge, Certainty::NotDone);
            let detail = format!("the body has {size} bytes; at most {limit} are taken");
            return Err(failure.detail(detail).into());
        }
        let mut effort = Effort::default();
        let mut tally = Tally { lost: target.lost, ..Tally::default() };
        let result = loop {
            if target.lost && !target.class.resends_unknown() {
                let failure = target.failure(ErrorKind::Dropped, Certainty::Unknown);
                let failure = failure.detail("it was sent before, and its answer was never seen");
                break self.settle_by_probe(&target, failure, &mut effort).await;
            }
            let failure = match self.once(&target, &mut effort, &mut tally).await {
                Ok(done) => break Ok((done, Settlement::Answered)),
                Err(failure) => failure,
            };
            if tally.lost
                && let Some(settled) = self.repeated(&target, &failure, &mut effort).await
            {
                break settled;
            }
            let failure = tally.count(failure);
            match next::next(target.class, &failure, &tally, &self.inner.config.retries) {
                Next::Again(pause) => {
                    let pause = match pause {
                        next::Pause::Exactly(duration) => {
                            effort.waited += duration;
                            duration
                        }
                        next::Pause::UpTo(longest) => self.inner.draw(longest),
                    };
                    if self.pause(pause, target.cancel).await.is_err() {
                        break Err(cancelled(&target, &tally));
                    }
                }
                Next::Probe => break self.settle_by_probe(&target, failure, &mut effort).await,
                Next::GiveUp => {
                    break Err(failure.impatient(self.inner.config.retries.longest_wait));
                }
            }
        };
        match result {
            Ok((done, settlement)) => Ok(done.answer(settlement, effort)),
            Err(failure) => Err(Failure { effort, ..failure }.into()),
        }
    }

    /// One turn, one request, one answer.
    async fn once(
        &self,
        target: &Target<'_>,
        effort: &mut Effort,
        tally: &mut Tally,
    ) -> Result<Done, Failure> {
        if target.cancel.is_some_and(Cancel::is_cancelled) {
            return Err(target.failure(ErrorKind::Cancelled, Certainty::NotDone));
        }
        let permit = self.admit(target, effort).await?;
        if effort.requests == 0
            && let Some(departure) = target.departure
            && !departure.leaves().await
        {
            return Err(target.failure(ErrorKind::Cancelled, Certainty::NotDone));
        }
        effort.retries += u32::from(effort.requests > 0);
        effort.requests += 1;
        let credential = self.inner.keys.current();
        let exchange = self.inner.exchange(&credential, &target.request);
        let outcome = match target.cancel.filter(|_| target.is_read()) {
            Some(cancel) => tokio::select! {
                biased;
                () = cancel.cancelled() => {
                    return Err(target.failure(ErrorKind::Cancelled, Certainty::NotDone));
                }
                outcome = exchange => outcome,
            },
            None => exchange.await,
        };
        let limits = outcome.as_ref().ok().map(|reply| reply.limits);
        let result = judge::judge(target, outcome, &credential);
        let refused = result.as_ref().err().filter(|failure| failure.kind == ErrorKind::Throttled);
        effort.throttled += u32::from(refused.is_some());
        match (permit, refused, limits) {
            (Some(permit), Some(failure), _) => {
                let by = if failure.by_api { Refuser::Api } else { Refuser::Gateway };
                permit.refused(by, failure.retry_after.unwrap_or(next::SHORTEST_WINDOW));
            }
            (Some(permit), None, Some(limits)) => permit.answered(limits),
            // Dropping it says that there is no more to say.
            (_, _, _) => {}
        }
        result.map_err(|mut failure| {
            // Here, since by the end of the call the key may be another one.
            failure.scrub(&credential);
            let refused = failure.kind == ErrorKind::Unauthorized && !failure.by_api;
            tally.key_replaced = refused && self.inner.keys.have_replaced(&credential);
            if tally.key_replaced {
                failure.trouble = None;
            }
            *failure
        })
    }

    /// Waits for the limits; there is no permit where they are off.
    async fn admit(
        &self,
        target: &Target<'_>,
        effort: &mut Effort,
    ) -> Result<Option<Permit>, Failure> {
        let Some(limiter) = &self.inner.limiter else { return Ok(None) };
        let connection = match target.request.host {
            operation::Host::Gateway => target.connection.id.as_ref().map(|id| id.as_str()),
            operation::Host::Control => None,
        };
        let want = Want {
            connection: connection.unwrap_or_default().into(),
            endpoint: Arc::from(target.name),
            operation: target.operation,
            budgets: target.budgets.clone(),
            by_hand: self.by_hand,
        };
        let began = self.inner.clock.monotonic();
        let admitted = limiter.admit(want, target.cancel).await;
        effort.waited += self.inner.clock.monotonic().saturating_sub(began);
        match admitted {
            Ok(permit) => Ok(Some(permit)),
            Err(Refusal::Stopped) => Err(target.failure(ErrorKind::Cancelled, Certainty::NotDone)),
            Err(Refusal::TooLong(wait)) => {
                let failure = target.failure(ErrorKind::Throttled, Certainty::NotDone);
                let detail = format!("its limit is used up for the next {} s", wait.as_secs());
                Err(Failure { retry_after: Some(wait), ..failure.detail(detail) })
            }
        }
    }

    /// Waits, unless the caller wishes to stop.
    pub(crate) async fn pause(
        &self,
        duration: std::time::Duration,
        cancel: Option<&Cancel>,
    ) -> Result<(), Stopped> {
        let sleep = self.inner.clock.sleep(duration);
        match cancel {
            None => sleep.await,
            Some(cancel) => tokio::select! {
                biased;
                () = cancel.cancelled() => return Err(Stopped),
                () = sleep => {}
            },
        }
        Ok(())
    }
}

/// A success, before it is known what it took.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    pub(crate) request_id: Option<String>,
    pub(crate) date: Option<Timestamp>,
}

impl Done {
    fn answer(self, settlement: Settlement, attempts: Effort) -> Answer {
        let Self { status, body, request_id, date } = self;
        Answer { status, body, request_id, date, settlement, attempts }
    }
}

/// The caller wished to stop while something was waited for.
#[derive(Debug)]
pub(crate) struct Stopped;

/// What the loop needs to know about a call of an operation.
fn target<'a>(connection: &'a Connection, call: Call<'a>) -> Result<Target<'a>, CallError> {
    let operation = call.operation;
    let request = build(operation, connection, call.arguments, call.key);
    let request = request.map_err(|error| refused(operation.id, &error))?;
    let class = match operation.retry {
        // Without a key everywhere a repetition could double.
        Retry::Keyed if !request.keyed => Retry::Once,
        class => class,
    };
    Ok(Target {
        name: operation.id,
        operation: Some(operation),
        connection,
        class,
        wants_document: !matches!(operation.answer, operation::Answer::None),
        budgets: budgets(operation, call.arguments),
        ids: settle::ids(operation, connection, call.arguments),
        cancel: call.cancel,
        departure: call.departure,
        lost: call.lost,
        request,
    })
}

/// The budgets that a call's options are charged to.
fn budgets(operation: &Operation, arguments: &Arguments) -> Vec<&'static Budget> {
    let asks = |budget: &&Budget| {
        arguments.options.get(budget.option).is_some_and(|value| mentions(value, budget.value))
    };
    operation.app.budgets.iter().filter(asks).collect()
}

/// Whether an option names a value: as one of a comma list, of an array, or of any type's array.
fn mentions(option: &Value, wanted: &str) -> bool {
    match option {
        Value::String(text) => text.split(',').any(|word| word.trim() == wanted),
        Value::Array(items) => items.iter().any(|item| mentions(item, wanted)),
        Value::Object(types) => types.values().any(|value| mentions(value, wanted)),
        _ => false,
    }
}

fn cancelled(target: &Target<'_>, tally: &Tally) -> Failure {
    let certainty = if tally.lost { Certainty::Unknown } else { Certainty::NotDone };
    target.failure(ErrorKind::Cancelled, certainty)
}

fn refused(name: &str, error: &BuildError) -> CallError {
    let failure = Failure::new(name, ErrorKind::Arguments, Certainty::NotDone);
    let failure = failure.detail(error.to_string());
    match error {
        BuildError::NoConnection => failure
            .note("name one with `--connection`; the gateway would pick one by itself")
            .into(),
        _ => failure.into(),
    }
}
