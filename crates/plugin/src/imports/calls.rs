//! `calls`: any operation by its id, many side by side, and native paths.

#![expect(
    clippy::result_large_err,
    reason = "the size is the host's choice, and an error ends a call"
)]

use futures_util::stream::{self, StreamExt as _};
use pianoroll_api::Arguments;
use pianoroll_host::{Branch, HostError, Reply};
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use super::answer;
use super::operations::{answered, arguments, call_on, check_effect, options, parsed};
use crate::ended::Ended;
use crate::instance::Instance;
use crate::values::{CallRecord, ErrorRecord, OptionList, Response, size};

/// The most calls of a batch that are under way at once, as in the `parallel` of scripts.
const MOST_WIDTH: u8 = 16;

/// The most calls of a batch: their answers are all held at once.
const MOST_CALLS: usize = 10_000;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap_async("make", |store: StoreContextMut<'_, Instance>, (call,)| {
        Box::new(make(store, call))
    })?;
    instance.func_wrap_async("batch", |store: StoreContextMut<'_, Instance>, (calls, width)| {
        Box::new(batch(store, calls, width))
    })?;
    instance.func_wrap_async(
        "request",
        |store: StoreContextMut<'_, Instance>, (method, path, query, body)| {
            Box::new(request(store, method, path, query, body))
        },
    )
}

type Answer = Result<Response, ErrorRecord>;

async fn make(
    mut store: StoreContextMut<'_, Instance>,
    call: CallRecord,
) -> wasmtime::Result<(Answer,)> {
    let instance = store.data_mut();
    instance.enter(call.size())?;
    let outcome = match prepare(instance, &call)? {
        Ok(arguments) => {
            let connection = call.connection.as_deref();
            let called = call_on(&instance.branch, connection, &call.operation, arguments).await;
            answered(instance, called)
        }
        Err(error) => Ok(Err(error)),
    };
    answer(instance, outcome, Response::size)
}

/// The arguments of a call, and whether it may stand here. Whether the operation exists, the road says.
fn prepare(
    instance: &Instance,
    call: &CallRecord,
) -> Result<Result<Arguments, ErrorRecord>, Ended> {
    let body = call.body.as_deref();
    let arguments = match arguments(&call.operation, call.ids.clone(), body, &call.options) {
        Ok(arguments) => arguments,
        Err(error) => return Ok(Err(error)),
    };
    if let Some(operation) = pianoroll_api::find(&call.operation) {
        check_effect(instance, operation, &arguments)?;
    }
    Ok(Ok(arguments))
}

async fn batch(
    mut store: StoreContextMut<'_, Instance>,
    calls: Vec<CallRecord>,
    width: u8,
) -> wasmtime::Result<(Vec<Answer>,)> {
    let instance = store.data_mut();
    instance.enter(calls.iter().map(CallRecord::size).sum())?;
    if !(1..=MOST_WIDTH).contains(&width) {
        let message = format!("a batch makes 1 to {MOST_WIDTH} calls at a time, not {width}");
        return Err(Ended::Misuse(message).into());
    }
    if calls.len() > MOST_CALLS {
        let message = format!("a batch has at most {MOST_CALLS} calls, not {}", calls.len());
        return Err(Ended::Misuse(message).into());
    }
    // Each call is a line of its own, so that a replay is independent of who came first.
    let sequence = instance.branch.next_sequence();
    let mut prepared = Vec::with_capacity(calls.len());
    for call in &calls {
        prepared.push(prepare(instance, call)?);
    }
    let trunk = instance.branch.clone();
    let items = calls.into_iter().zip(prepared).enumerate().map(|(index, (call, arguments))| {
        let line = trunk.fork(sequence, index as u64);
        item(index, line, call, arguments)
    });
    // All come to their end, also behind one that ends the run: what is under way is not dropped, and what is not begun is
    // refused by the road.
    let items = stream::iter(items).buffer_unordered(usize::from(width));
    let mut ended: Vec<(usize, Called)> = items.collect().await;
    ended.sort_unstable_by_key(|(index, _)| *index);
    let mut answers = Vec::with_capacity(ended.len());
    let mut bytes = 0;
    for (_, called) in ended {
        let answer = match called {
            Ok(called) => answered(instance, called)?,
            Err(error) => Err(error),
        };
        bytes += answer.as_ref().map_or_else(ErrorRecord::size, Response::size);
        answers.push(answer);
    }
    instance.leave(bytes)?;
    Ok((answers,))
}

/// What the road made of a call; an error record where the call did not come so far.
type Called = Result<Result<Reply, HostError>, ErrorRecord>;

/// One call of a batch, with the place that it has there.
async fn item(
    index: usize,
    line: Branch,
    call: CallRecord,
    arguments: Result<Arguments, ErrorRecord>,
) -> (usize, Called) {
    let called = match arguments {
        Ok(arguments) => {
            Ok(call_on(&line, call.connection.as_deref(), &call.operation, arguments).await)
        }
        Err(error) => Err(error),
    };
    (index, called)
}

async fn request(
    mut store: StoreContextMut<'_, Instance>,
    method: String,
    path: String,
    query: OptionList,
    body: Option<String>,
) -> wasmtime::Result<(Answer,)> {
    let instance = store.data_mut();
    let given = method.len() + path.len() + size(&query) + body.as_ref().map_or(0, String::len);
    instance.enter(given)?;
    if !method.eq_ignore_ascii_case("get") {
        instance.refuse_in_checkpoint(&format!("{method} {path}"))?;
    }
    let name = format!("{method} {path}");
    let body = body.as_deref().map(|body| parsed(&name, "the body", body)).transpose();
    let outcome = match (options(&name, &query), body) {
        (Ok(query), Ok(body)) => {
            let called = instance.branch.request(&method, &path, &query, body).await;
            answered(instance, called)
        }
        (Err(error), _) | (_, Err(error)) => Ok(Err(error)),
    };
    answer(instance, outcome, Response::size)
}
