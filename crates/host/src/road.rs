//! The way of a call: one road for every guest, each stop a file of its own.
//!
//! 1. [`resolve`](crate::resolve), [`check`](mod@crate::check), [`split`](crate::split): [`prepare`] and [`travel`].
//! 2. [`permission`](crate::permission).
//! 3. Replay comes here with the journal: position, operation and the canonical arguments are compared before anything
//!    below, and a recorded call is answered from the journal.
//! 4. [`guardrails`](crate::guardrails). Replayed effects count, so they stand after replay.
//! 5. The [`plan`](crate::plan): in a dry run an effect is recorded and answered by a stand-in, and leaves no entry in the
//!    ledger; a read goes on, and its answer is seen through what the run has changed.
//! 6. The intent, in the [`ledger`](crate::ledger).
//! 7. The gateway.
//! 8. The answer, in the ledger.
//!
//! Stops 1 and 2 are done once for a host call; the others once for each call that it becomes, since that is what is sent,
//! counted and repeated.

use std::borrow::Cow;

use pianoroll_api::operation::{BodyId, Method};
use pianoroll_api::{Arguments, Operation};
use pianoroll_gateway::{Answer, Call, CallError, ErrorKind, RawRequest};
use pianoroll_model::{Certainty, Effect, Permission, Position, Retry};
use serde_json::Value;

use crate::account::KnownAccount;
use crate::check::{self, CheckErrors};
use crate::error::{Cause, Done, HostError};
use crate::guardrails::{self, GuardrailError, Load, Reach, Refusal, Weight};
use crate::host::Host;
use crate::ledger::{EntryState, Intent, LedgerEntry, shortened};
use crate::plan::Question;
use crate::reply::Reply;
use crate::resolve::{self, NativeRequest};
use crate::{key, permission, split};

/// A host call that is resolved, checked and permitted.
pub(crate) struct Ready {
    pub(crate) operation: &'static Operation,
    pub(crate) arguments: Arguments,
    /// The account that it is for.
    pub(crate) account: KnownAccount,
    pub(crate) effect: Effect,
}

/// Stops 1 and 2, for an operation by its id.
pub(crate) fn prepare(
    host: &Host,
    account: &KnownAccount,
    id: &str,
    arguments: Arguments,
    position: Position,
) -> Result<Ready, HostError> {
    let operation = resolve::operation(id).map_err(|errors| refuse(errors, position))?;
    prepare_operation(host, account, operation, arguments, position)
}

/// Stops 1 and 2, for a known operation.
pub(crate) fn prepare_operation(
    host: &Host,
    account: &KnownAccount,
    operation: &'static Operation,
    mut arguments: Arguments,
    position: Position,
) -> Result<Ready, HostError> {
    let revision = account.revision(operation);
    check::check(operation, &arguments, revision).map_err(|errors| refuse(errors, position))?;
    // A null is what a guest without a body writes.
    arguments.body = arguments.body.filter(|body| !body.is_null());
    let effect = operation.effect_of(arguments.body.as_ref());
    permission::check(&host.settings, operation.permission(effect), operation.id)
        .map_err(|error| HostError::new(Cause::Permission(error), position))?;
    let reach = || Reach::of(operation, &arguments, revision);
    let within = host.settings.guardrails.within(operation.id, !effect.is_read(), reach);
    within.map_err(|refused| {
        let items = arguments.body.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
        out_of_bounds(
            host,
            operation.id,
            &target(operation, &arguments),
            items as u64,
            refused,
            position,
        )
    })?;
    Ok(Ready { operation, arguments, account: account.clone(), effect })
}

/// A guardrail's refusal: the run is over.
fn out_of_bounds(
    host: &Host,
    operation: &str,
    target: &str,
    items: u64,
    (refusal, source): (Refusal, String),
    position: Position,
) -> HostError {
    let (operation, target) = (operation.to_owned(), shortened(target));
    let error = GuardrailError { operation, target, items, refusal, source };
    let error = HostError::new(Cause::Guardrail(error), position);
    host.stop(&error);
    error
}

/// An error of the arguments.
pub(crate) fn refuse(errors: CheckErrors, position: Position) -> HostError {
    HostError::new(Cause::Arguments(errors), position)
}

/// All calls of a host call, one after the other.
pub(crate) async fn travel(
    host: &Host,
    mut ready: Ready,
    position: Position,
) -> Result<Reply, HostError> {
    let operation = Some(ready.operation);
    let shape =
        ready.operation.body_at(ready.account.revision(ready.operation)).map(|body| body.shape);
    let items = match (&mut ready.arguments.body, shape) {
        (Some(Value::Array(items)), Some(shape)) if shape.max().is_some() => {
            Some((std::mem::take(items), shape))
        }
        _ => None,
    };
    let Some((items, shape)) = items else {
        let answer = exchange(host, &ready, 0, position).await?;
        return Ok(Reply { operation, answers: vec![answer] });
    };
    let parts = split::split(shape, items);
    let mut done = Done { of: parts.len() as u64, ..Done::default() };
    let mut answers = Vec::with_capacity(parts.len());
    for part in parts {
        let items = part.len() as u64;
        ready.arguments.body = Some(Value::Array(part));
        let position = position.part(done.calls + 1);
        match exchange(host, &ready, items, position).await {
            Ok(answer) => answers.push(answer),
            Err(error) => return Err(error.after(done)),
        }
        done.calls += 1;
        done.items += items;
    }
    Ok(Reply { operation, answers })
}

/// Stops 3 to 8 for one call. `items` is how many of a list it carries.
pub(crate) async fn exchange(
    host: &Host,
    ready: &Ready,
    items: u64,
    position: Position,
) -> Result<Answer, HostError> {
    let Ready { operation, arguments, account, effect } = ready;
    let load = load(host, ready);
    let entry = depart(host, operation.id, load, position, || Intent {
        position,
        operation: Cow::Borrowed(operation.id),
        effect: *effect,
        account: account.name.as_deref().map(Into::into),
        target: target(operation, arguments),
        items,
    })?;
    host.tally.call(Some(operation));
    let mut arguments = Cow::Borrowed(arguments);
    if let Some(dry_run) = &host.dry_run {
        match dry_run.question(host, ready, items, position)? {
            Question::Answered(answer) => return Ok(answer),
            Question::Alone(document) => return Ok(dry_run.alone(host, ready, document).await),
            Question::Ask(asked) => arguments = asked,
        }
    }
    let key = (operation.retry == Retry::Keyed).then(|| key::key(host.run(), position));
    let cancel = Some(&host.settings.cancel);
    let call = Call { operation, arguments: &arguments, key: key.as_deref(), cancel };
    let way = &account.account;
    let result = way.gateway.call(&way.connection, call).await;
    if let Err(error) = &result
        && never_left(error)
    {
        return Err(turn_back(host, entry, load, Some(operation), error, position));
    }
    let answer = arrive(host, entry, result, position, || arguments.into_owned())?;
    match &host.dry_run {
        Some(dry_run) => Ok(dry_run.seen_through(host, ready, answer).await),
        None => Ok(answer),
    }
}

/// Stops 2 to 8 for a native path that no operation has.
pub(crate) async fn travel_native(
    host: &Host,
    account: &KnownAccount,
    request: NativeRequest,
    position: Position,
) -> Result<Reply, HostError> {
    let name = request.name();
    permission::check(&host.settings, Permission::Request, &name)
        .map_err(|error| HostError::new(Cause::Permission(error), position))?;
    let weight = match request.method {
        Method::Get => Weight::of(Effect::Read),
        // Nobody knows what it does, so it counts as the worst.
        _ => Weight::of(Effect::Delete).and(Effect::Send),
    };
    let within =
        host.settings.guardrails.within(guardrails::REQUEST, !weight.is_read(), Reach::default);
    within.map_err(|refused| out_of_bounds(host, &name, "", 0, refused, position))?;
    let load = Load { weight, records: None };
    let entry = depart(host, &name, load, position, || Intent {
        position,
        operation: Cow::Owned(name.clone()),
        effect: Effect::Send,
        account: account.name.as_deref().map(Into::into),
        target: String::new(),
        items: 0,
    })?;
    host.tally.call(None);
    if let Some(dry_run) = &host.dry_run {
        match request.method {
            Method::Get => dry_run.native_read(account, &request),
            _ => {
                let answer = dry_run.native(account, &request, arguments_of(&request), position);
                return Ok(Reply { operation: None, answers: vec![answer] });
            }
        }
    }
    let raw = RawRequest {
        app: request.app,
        method: request.method,
        path: &request.path,
        query: &request.query,
        body: request.body.as_ref(),
        cancel: Some(&host.settings.cancel),
    };
    let way = &account.account;
    let result = way.gateway.raw(&way.connection, raw).await;
    if let Err(error) = &result
        && never_left(error)
    {
        return Err(turn_back(host, entry, load, None, error, position));
    }
    let answer = arrive(host, entry, result, position, || arguments_of(&request))?;
    Ok(Reply { operation: None, answers: vec![answer] })
}

/// A request as arguments: its query stands for the options.
fn arguments_of(request: &NativeRequest) -> Arguments {
    let query = request.query.iter();
    Arguments {
        ids: Vec::new(),
        body: request.body.clone(),
        options: query.map(|(name, value)| (name.clone(), value.clone().into())).collect(),
    }
}

/// Stops 4 and 6: whether the call may be made, and the intent of an effect.
fn depart(
    host: &Host,
    operation: &str,
    load: Load,
    position: Position,
    intent: impl FnOnce() -> Intent,
) -> Result<Option<LedgerEntry>, HostError> {
    if let Some(error) = host.stop_reason() {
        return Err(error.clone());
    }
    if host.settings.cancel.is_cancelled() {
        return Err(cancelled(operation, position));
    }
    let taken = host.spent.take(&host.settings.guardrails, load, || host.running());
    if let Err(refused) = taken {
        let Intent { target, items, .. } = intent();
        return Err(out_of_bounds(host, operation, &target, items, refused, position));
    }
    host.settings.observer.call(host.spent.calls());
    if load.weight.is_read() || host.dry_run.is_some() {
        return Ok(None);
    }
    let entry = host.book().intend(intent());
    host.settings.observer.effect(&entry);
    Ok(Some(entry))
}

/// What is counted of a call. Its records are looked at only where a limit bounds some.
fn load(host: &Host, ready: &Ready) -> Load {
    let Ready { operation, arguments, account, effect } = ready;
    let counted = !effect.is_read() && !host.settings.guardrails.records.is_empty();
    let revision = account.revision(operation);
    let records =
        counted.then(|| guardrails::records(operation, arguments.body.as_ref(), revision));
    Load { weight: Weight::of(*effect), records }
}

/// Whether a call was cancelled while it waited for its turn: it was never made.
fn never_left(error: &CallError) -> bool {
    error.kind == ErrorKind::Cancelled && error.effort.requests == 0
}

/// Takes back what [`depart`] and the tally have counted, so that the summary holds what was sent and nothing else. The run
/// is over, so no limit is loosened by it.
fn turn_back(
    host: &Host,
    entry: Option<LedgerEntry>,
    load: Load,
    operation: Option<&'static Operation>,
    error: &CallError,
    position: Position,
) -> HostError {
    host.tally.effort(error.effort);
    host.tally.not_called(operation);
    host.spent.give_back(load);
    host.settings.observer.call(host.spent.calls());
    if let Some(mut entry) = entry {
        host.book().withdraw(&entry);
        entry.state = EntryState::Failed { status: None, reason: shortened(&error.to_string()) };
        host.settings.observer.effect(&entry);
    }
    cancelled(&error.operation, position)
}

/// Stop 8: the answer of an effect, and what the call took.
fn arrive(
    host: &Host,
    entry: Option<LedgerEntry>,
    result: Result<Answer, CallError>,
    position: Position,
    arguments: impl FnOnce() -> Arguments,
) -> Result<Answer, HostError> {
    let effort = match &result {
        Ok(answer) => answer.attempts,
        Err(error) => error.effort,
    };
    host.tally.effort(effort);
    if let Some(entry) = entry {
        let entry = host.book().answer(entry, state(&result), effort);
        host.settings.observer.effect(&entry);
    }
    result.map_err(|error| match error.kind {
        _ if error.is_unknown_outcome() => {
            let error = HostError::unknown(error, arguments(), position);
            host.stop(&error);
            error
        }
        ErrorKind::Cancelled => cancelled(&error.operation, position),
        _ => HostError::new(Cause::Api(error), position),
    })
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

fn cancelled(operation: &str, position: Position) -> HostError {
    HostError::new(Cause::Cancelled { operation: operation.to_owned() }, position)
}

/// What an effect is done to, for people.
pub(crate) fn target(operation: &Operation, arguments: &Arguments) -> String {
    if !arguments.ids.is_empty() {
        return arguments.ids.join("/");
    }
    let body = arguments.body.as_ref();
    let key = match operation.body.as_ref().map(|body| body.id) {
        Some(BodyId::Key(key)) => key,
        _ => "id",
    };
    let id = body.and_then(|body| body.pointer("/data/id").or_else(|| body.get(key)));
    id.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
pub(crate) mod tests;
