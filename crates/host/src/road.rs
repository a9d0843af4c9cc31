//! The way of a call: one road for every guest, each stop a file of its own.
//!
//! 1. [`resolve`](crate::resolve), [`check`](mod@crate::check), [`split`](crate::split): [`prepare`] and [`travel`].
//! 2. [`permission`](crate::permission).
//! 3. [`replay`](crate::replay): what an earlier attempt has recorded is compared and answered.
//! 4. [`guardrails`](crate::guardrails). Replayed effects count, so they stand after replay.
//! 5. The [`plan`](crate::plan): in a dry run an effect is recorded and answered by a stand-in, and leaves no entry in the
//!    ledger; a read goes on, and its answer is seen through what the run has changed.
//! 6. The intent, in the [`ledger`](crate::ledger), and durably in the journal when all waiting for limits is over.
//! 7. The gateway.
//! 8. The answer, in the ledger and in the journal.
//!
//! Stops 1 and 2 are done once for a host call; the others ([`passage`]) once for each call that it becomes, since that is
//! what is sent, counted and repeated.

mod passage;

use std::borrow::Cow;

use pianoroll_api::operation::{BodyId, Method};
use pianoroll_api::{Arguments, Operation};
use pianoroll_gateway::{Answer, Call, RawRequest};
use pianoroll_model::{Effect, Permission, Position, Retry};
use serde_json::Value;

use crate::account::KnownAccount;
use crate::check::{self, CheckErrors};
use crate::error::{Cause, Done, HostError};
use crate::guardrails::{self, GuardrailError, Load, Reach, Refusal, Weight};
use crate::host::Host;
use crate::ledger::shortened;
use crate::plan::Question;
use crate::reply::Reply;
use crate::resolve::{self, NativeRequest};
use crate::{key, permission, split};

pub(crate) use passage::Fetched;

use passage::{Depart, Passage};

/// A host call that is resolved, checked and permitted.
pub(crate) struct Ready {
    pub(crate) operation: &'static Operation,
    pub(crate) arguments: Arguments,
    /// The account that it is for.
    pub(crate) account: KnownAccount,
    pub(crate) effect: Effect,
    /// Whether a checkpoint stands around it, whose value is recorded in its place.
    pub(crate) quiet: bool,
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
    Ok(Ready { operation, arguments, account: account.clone(), effect, quiet: false })
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
    fetch(host, ready, items, position).await.taken(host).await
}

/// As [`exchange`], but for what the journal keeps of a read: that enters when the program takes it.
pub(crate) async fn fetch(host: &Host, ready: &Ready, items: u64, position: Position) -> Fetched {
    let Ready { operation, arguments, account, effect, quiet } = ready;
    let passage = Passage {
        host,
        operation: Some(operation),
        name: Cow::Borrowed(operation.id),
        effect: *effect,
        load: load(host, ready),
        account,
        target: &|| target(operation, arguments),
        arguments: &|| Cow::Borrowed(arguments),
        items,
        quiet: *quiet,
        position,
    };
    let departed = match passage.depart().await {
        Ok(Depart::Go(departed)) => departed,
        Ok(Depart::Recorded(answer)) => return Fetched::recorded(answer, position),
        Err(error) => return Fetched::recorded(Err(error), position),
    };
    let mut asked = Cow::Borrowed(arguments);
    if let Some(dry_run) = &host.dry_run {
        match dry_run.question(host, ready, items, position) {
            Ok(Question::Answered(answer)) => return Fetched::recorded(Ok(answer), position),
            Ok(Question::Alone(document)) => {
                let answer = dry_run.alone(host, ready, document).await;
                return Fetched::recorded(Ok(answer), position);
            }
            Ok(Question::Ask(arguments)) => asked = arguments,
            Err(error) => return Fetched::recorded(Err(error), position),
        }
    }
    let key = (operation.retry == Retry::Keyed).then(|| key::key(host.run(), position));
    let replaced = || host.replaced.of(ready, position);
    let leaving = departed.leaving(&passage, replaced);
    let call = Call {
        operation,
        arguments: &asked,
        key: key.as_deref(),
        cancel: Some(&host.settings.cancel),
        departure: Some(&leaving),
        lost: leaving.lost(),
    };
    let way = &account.account;
    let result = way.gateway.call(&way.connection, call).await;
    let mut fetched = passage.arrive(leaving, result).await;
    if let (Some(dry_run), Ok(answer)) = (&host.dry_run, &mut fetched.result) {
        *answer = dry_run.seen_through(host, ready, answer.clone()).await;
    } else if let (Some(_), true, Ok(answer)) = (host.attempt(), effect.is_read(), &fetched.result)
    {
        host.replaced.remember(account, &answer.body);
    }
    fetched
}

/// Stops 2 to 8 for a native path that no operation has.
pub(crate) async fn travel_native(
    host: &Host,
    account: &KnownAccount,
    request: NativeRequest,
    quiet: bool,
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
    let passage = Passage {
        host,
        operation: None,
        name: Cow::Owned(name),
        effect: if weight.is_read() { Effect::Read } else { Effect::Send },
        load: Load { weight, records: None },
        account,
        target: &String::new,
        arguments: &|| Cow::Owned(arguments_of(&request)),
        items: 0,
        quiet,
        position,
    };
    let departed = match passage.depart().await? {
        Depart::Go(departed) => departed,
        Depart::Recorded(answer) => {
            return answer.map(|answer| Reply { operation: None, answers: vec![answer] });
        }
    };
    if let Some(dry_run) = &host.dry_run {
        match request.method {
            Method::Get => dry_run.native_read(account, &request),
            _ => {
                let answer = dry_run.native(account, &request, arguments_of(&request), position);
                return Ok(Reply { operation: None, answers: vec![answer] });
            }
        }
    }
    let leaving = departed.leaving(&passage, || None);
    let raw = RawRequest {
        app: request.app,
        method: request.method,
        path: &request.path,
        query: &request.query,
        body: request.body.as_ref(),
        cancel: Some(&host.settings.cancel),
        departure: Some(&leaving),
        lost: leaving.lost(),
    };
    let way = &account.account;
    let result = way.gateway.raw(&way.connection, raw).await;
    let answer = passage.arrive(leaving, result).await.taken(host).await?;
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

/// What is counted of a call. Its records are looked at only where a limit bounds some.
fn load(host: &Host, ready: &Ready) -> Load {
    let Ready { operation, arguments, account, effect, .. } = ready;
    let counted = !effect.is_read() && !host.settings.guardrails.records.is_empty();
    let revision = account.revision(operation);
    let records =
        counted.then(|| guardrails::records(operation, arguments.body.as_ref(), revision));
    Load { weight: Weight::of(*effect), records }
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
