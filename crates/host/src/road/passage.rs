//! Stops 3 to 8 for one call, be it of an operation or of a path that is none.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use pianoroll_api::{Arguments, Operation};
use pianoroll_gateway::{Answer, CallError, Departure, Effort, ErrorKind};
use pianoroll_journal::{self as journal, EntryKind, EntryState as Recorded, JournalError};
use pianoroll_model::{Certainty, Effect, Position};

use crate::account::KnownAccount;
use crate::check::{CheckError, CheckErrors};
use crate::error::{Cause, HostError};
use crate::guardrails::{GuardrailError, Load};
use crate::host::{Host, lock};
use crate::ledger::{EntryState, Intent, LedgerEntry, shortened};
use crate::replay::{self, Asked, Recalled};

/// One call on its way.
pub(super) struct Passage<'a> {
    pub(super) host: &'a Host,
    /// Nothing for a path that no operation has.
    pub(super) operation: Option<&'static Operation>,
    /// The operation's id, or method and path.
    pub(super) name: Cow<'static, str>,
    pub(super) effect: Effect,
    pub(super) load: Load,
    pub(super) account: &'a KnownAccount,
    pub(super) target: &'a (dyn Fn() -> String + Sync),
    pub(super) arguments: &'a (dyn Fn() -> Cow<'a, Arguments> + Sync),
    pub(super) items: u64,
    /// Whether it leaves no entry of its own.
    pub(super) quiet: bool,
    pub(super) position: Position,
}

/// Whether a call goes on to the gateway.
pub(super) enum Depart {
    /// It does.
    Go(Box<Departed>),
    /// An earlier attempt has made it.
    Recorded(Result<Answer, HostError>),
}

/// A call that goes on to the gateway, or to the plan.
pub(super) struct Departed {
    entry: Option<LedgerEntry>,
    intent: Option<journal::Intent>,
    lost: Option<u64>,
    began: Duration,
}

impl Passage<'_> {
    /// Stops 3, 4 and 6: what was recorded, whether the call may be made, and the intent of an effect in the ledger.
    pub(super) async fn depart(&self) -> Result<Depart, HostError> {
        let host = self.host;
        if let Some(error) = host.stop_reason() {
            return Err(error.clone());
        }
        if host.settings.cancel.is_cancelled() {
            return Err(self.cancelled());
        }
        if self.quiet && !self.effect.is_read() {
            let mistake = CheckError::new("", "it has an effect, and a checkpoint may only read");
            let errors = CheckErrors::one(self.name.clone(), mistake);
            return Err(HostError::new(Cause::Arguments(errors), self.position));
        }
        let mut intent = None;
        let mut lost = None;
        if let Some(attempt) = host.attempt().filter(|_| !self.quiet) {
            let asked = Asked {
                kind: EntryKind::Call,
                name: &self.name,
                account: self.account.name.as_deref(),
                arguments: (self.arguments)().canonical().into(),
            };
            match replay::recall(host, attempt, &asked, self.position).await? {
                Recalled::Answered(entry, answer) => {
                    return self.repeat(*entry, answer).map(Depart::Recorded);
                }
                Recalled::Lost(number) => lost = Some(number),
                Recalled::Nothing => {}
            }
            let intended = asked.intent(host, self.position, self.effect);
            let target = shortened(&(self.target)()).into_string();
            intent = Some(journal::Intent { target, items: self.items, ..intended });
        }
        self.count()?;
        host.settings.observer.call(host.spent.calls());
        let in_ledger = !self.load.weight.is_read() && host.dry_run.is_none();
        let entry = in_ledger.then(|| {
            let entry = host.book().intend(self.intent());
            host.settings.observer.effect(&entry);
            entry
        });
        host.tally.call(self.operation);
        let began = host.clock().monotonic();
        Ok(Depart::Go(Box::new(Departed { entry, intent, lost, began })))
    }

    /// A call that an earlier attempt has made: it counts, and is not made again.
    fn repeat(
        &self,
        entry: journal::Entry,
        answer: journal::Answer,
    ) -> Result<Result<Answer, HostError>, HostError> {
        let host = self.host;
        let (status, state) = (answer.status, answer.state);
        self.count()?;
        host.settings.observer.call(host.spent.calls());
        host.tally.call(self.operation);
        host.tally.repeated();
        let recorded = replay::answered(answer, self.position);
        let (result, effort) = match recorded {
            Ok(answer) => {
                let effort = answer.attempts;
                (Ok(answer), effort)
            }
            Err((error, effort)) => (Err(error), effort),
        };
        host.tally.effort(effort);
        if !self.load.weight.is_read() {
            let reason = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
            let reason = shortened(&reason);
            let state = match (&result, state) {
                (Ok(answer), _) => {
                    EntryState::Done { status: answer.status, settlement: answer.settlement }
                }
                (Err(_), Recorded::Unknown) => EntryState::Unknown { status, reason },
                (Err(_), _) => EntryState::Failed { status, reason },
            };
            let intended = host.book().intend(self.intent());
            host.book().answer(intended, state, effort);
        }
        if let Err(error) = &result {
            match error.cause() {
                Cause::Api(error) => host.failed(self.position, entry.number, error.certainty),
                _ => host.stop(error),
            }
        }
        Ok(result)
    }

    /// Stop 4: counts the call, or ends the run.
    fn count(&self) -> Result<(), HostError> {
        let host = self.host;
        let taken = host.spent.take(&host.settings.guardrails, self.load, || host.running());
        taken.map_err(|(refusal, source)| {
            let (operation, target) = (self.name.clone().into_owned(), shortened(&(self.target)()));
            let error = GuardrailError { operation, target, items: self.items, refusal, source };
            host.stopped(Cause::Guardrail(error), self.position)
        })
    }

    fn intent(&self) -> Intent {
        Intent {
            position: self.position,
            operation: self.name.clone(),
            effect: self.effect,
            account: self.account.name.as_deref().map(Into::into),
            target: (self.target)(),
            items: self.items,
        }
    }

    fn cancelled(&self) -> HostError {
        let operation = self.name.clone().into_owned();
        HostError::new(Cause::Cancelled { operation }, self.position)
    }

    /// Stop 8: what came of it.
    pub(super) async fn arrive(
        &self,
        leaving: Leaving<'_>,
        result: Result<Answer, CallError>,
    ) -> Fetched {
        let host = self.host;
        let Leaving { entry, intent, began, number, refused, .. } = leaving;
        let recorded = |result| Fetched::recorded(result, self.position);
        if let Some(error) = refused.into_inner() {
            self.turn_back(entry, Effort::default(), "its intent could not be recorded");
            return recorded(Err(host.stopped(Cause::Journal(error), self.position)));
        }
        let number = number.get().copied();
        if let Err(error) = &result
            && error.kind == ErrorKind::Cancelled
            && error.effort.requests == 0
            && number.is_none()
        {
            self.turn_back(entry, error.effort, &error.to_string());
            return recorded(Err(self.cancelled()));
        }
        let took = host.clock().monotonic().saturating_sub(began);
        let outcome = replay::outcome(&result, took);
        let unrecorded = match (
            host.attempt(),
            number,
            intent.into_inner().unwrap_or_else(PoisonError::into_inner),
            outcome,
        ) {
            (Some(attempt), Some(number), _, Some(answer)) => {
                if let Err(error) = &result {
                    host.failed(self.position, number, error.certainty);
                }
                if let Err(error) = attempt.answer(number, answer).await {
                    return recorded(Err(host.stopped(Cause::Journal(error), self.position)));
                }
                None
            }
            (Some(_), None, Some(intent), Some(answer)) => Some(Box::new((intent, answer))),
            _ => None,
        };
        let effort = match &result {
            Ok(answer) => answer.attempts,
            Err(error) => error.effort,
        };
        host.tally.effort(effort);
        if let Some(entry) = entry {
            let entry = host.book().answer(entry, state(&result), effort);
            host.settings.observer.effect(&entry);
        }
        let result = result.map_err(|error| match error.kind {
            _ if error.is_unknown_outcome() => {
                let arguments = (self.arguments)().into_owned();
                let error = HostError::unknown(error, arguments, self.position);
                host.stop(&error);
                error
            }
            ErrorKind::Cancelled => self.cancelled(),
            _ => HostError::new(Cause::Api(error), self.position),
        });
        Fetched { result, unrecorded, position: self.position }
    }

    /// Takes back what was counted, so that the summary holds what was sent and nothing else. The run is over, so no limit is
    /// loosened by it.
    fn turn_back(&self, entry: Option<LedgerEntry>, effort: Effort, why: &str) {
        let host = self.host;
        host.tally.effort(effort);
        host.tally.not_called(self.operation);
        host.spent.give_back(self.load);
        host.settings.observer.call(host.spent.calls());
        if let Some(mut entry) = entry {
            host.book().withdraw(&entry);
            entry.state = EntryState::Failed { status: None, reason: shortened(why) };
            host.settings.observer.effect(&entry);
        }
    }
}

impl Departed {
    /// On the way to the gateway, which asks before the first byte leaves. `replaced` is what the effect replaces, as far as
    /// reads have shown it.
    pub(super) fn leaving<'a>(
        self,
        passage: &Passage<'a>,
        replaced: impl FnOnce() -> Option<Bytes>,
    ) -> Leaving<'a> {
        let Departed { entry, mut intent, lost, began } = self;
        let is_effect = !passage.effect.is_read();
        if let Some(intent) = intent.as_mut().filter(|_| is_effect && lost.is_none()) {
            intent.replaced = replaced();
        }
        let number = lost.map(OnceLock::from).unwrap_or_default();
        Leaving {
            host: passage.host,
            is_effect,
            entry,
            intent: Mutex::new(intent),
            began,
            lost: lost.is_some(),
            number,
            refused: OnceLock::new(),
        }
    }
}

/// A call that waits for its turn at the gateway.
pub(super) struct Leaving<'a> {
    host: &'a Host,
    is_effect: bool,
    entry: Option<LedgerEntry>,
    // Taken once, when the call leaves or has come back.
    intent: Mutex<Option<journal::Intent>>,
    began: Duration,
    lost: bool,
    /// The entry's, once its intent is durable.
    number: OnceLock<u64>,
    refused: OnceLock<JournalError>,
}

impl Leaving<'_> {
    /// Whether an earlier attempt has sent it, and nobody saw the answer.
    pub(super) fn lost(&self) -> bool {
        self.lost
    }
}

impl Departure for Leaving<'_> {
    fn leaves(&self) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            let Some(attempt) = self.host.attempt().filter(|_| self.is_effect && !self.lost) else {
                return true;
            };
            let Some(intent) = lock(&self.intent).take() else { return true };
            match attempt.intend(intent).await {
                Ok(number) => self.number.set(number).is_ok(),
                Err(error) => {
                    let _ = self.refused.set(error);
                    false
                }
            }
        })
    }
}

/// A call that is over. What the journal keeps of a read is not written yet: a page that was fetched ahead enters it when the
/// program takes the page.
pub(crate) struct Fetched {
    pub(crate) result: Result<Answer, HostError>,
    unrecorded: Option<Box<(journal::Intent, journal::Answer)>>,
    position: Position,
}

impl Fetched {
    /// What is in the journal, or stays out of it.
    pub(super) fn recorded(result: Result<Answer, HostError>, position: Position) -> Self {
        Self { result, unrecorded: None, position }
    }

    /// The program takes it.
    pub(crate) async fn taken(self, host: &Host) -> Result<Answer, HostError> {
        let Self { result, unrecorded, position } = self;
        if let (Some(attempt), Some(unrecorded)) = (host.attempt(), unrecorded) {
            let (intent, answer) = *unrecorded;
            let failed = answer.state == Recorded::Failed;
            let number = attempt.record(intent, answer).await;
            let number = number.map_err(|error| host.stopped(Cause::Journal(error), position))?;
            if failed {
                host.failed(position, number, Certainty::NotDone);
            }
        }
        result
    }
}

fn state(result: &Result<Answer, CallError>) -> EntryState {
    match result {
        Ok(answer) => EntryState::Done { status: answer.status, settlement: answer.settlement },
        Err(error) => {
            let (status, reason) = (error.status, shortened(&error.to_string()));
            match error.certainty {
                Certainty::NotDone => EntryState::Failed { status, reason },
                Certainty::Unknown => EntryState::Unknown { status, reason },
            }
        }
    }
}
