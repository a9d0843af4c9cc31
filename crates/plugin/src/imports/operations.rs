//! The functions of resources: a loop over the table. Ids of the path, the body where there is one, and options: that is all
//! that operations differ in.

#![expect(
    clippy::result_large_err,
    reason = "the size is the host's choice, and an error ends a call"
)]

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use pianoroll_api::operation::Answer as Answers;
use pianoroll_api::{Arguments, OPERATIONS, Operation, Options};
use pianoroll_host::{Branch, HostError, Reply};
use serde_json::Value;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, LinkerInstance};

use super::{Outcome, answer, interface};
use crate::ended::Ended;
use crate::instance::Instance;
use crate::values::{ErrorRecord, OptionList, Response, size};

pub(super) fn link(linker: &mut Linker<Instance>) -> wasmtime::Result<()> {
    let mut interfaces: BTreeMap<&str, Vec<&'static Operation>> = BTreeMap::new();
    for operation in OPERATIONS {
        interfaces.entry(operation.wit.interface).or_default().push(operation);
    }
    for (name, operations) in interfaces {
        let mut instance = linker.instance(&interface(name))?;
        for operation in operations {
            function(&mut instance, operation)?;
        }
    }
    Ok(())
}

type Answered<'s> =
    Box<dyn Future<Output = wasmtime::Result<(Result<Response, ErrorRecord>,)>> + Send + 's>;

/// One function, by its shape.
fn function(
    instance: &mut LinkerInstance<'_, Instance>,
    operation: &'static Operation,
) -> wasmtime::Result<()> {
    let name = operation.wit.function;
    let ids = operation.route.ids().count();
    type Store<'s> = StoreContextMut<'s, Instance>;
    match (ids, operation.body.is_some()) {
        (0, false) => instance.func_wrap_async(name, move |store: Store<'_>, (options,)| {
            call(store, operation, Vec::new(), None, options)
        }),
        (0, true) => instance.func_wrap_async(name, move |store: Store<'_>, (body, options)| {
            call(store, operation, Vec::new(), Some(body), options)
        }),
        (1, false) => instance.func_wrap_async(name, move |store: Store<'_>, (id, options)| {
            call(store, operation, vec![id], None, options)
        }),
        (1, true) => {
            instance.func_wrap_async(name, move |store: Store<'_>, (id, body, options)| {
                call(store, operation, vec![id], Some(body), options)
            })
        }
        (2, false) => instance.func_wrap_async(name, move |store: Store<'_>, (a, b, options)| {
            call(store, operation, vec![a, b], None, options)
        }),
        (2, true) => {
            instance.func_wrap_async(name, move |store: Store<'_>, (a, b, body, options)| {
                call(store, operation, vec![a, b], Some(body), options)
            })
        }
        // A test links all operations, so that this is seen when the spec grows.
        _ => Err(wasmtime::Error::msg(format!(
            "{} has {ids} ids, and plugins know two",
            operation.id
        ))),
    }
}

fn call<'s>(
    mut store: StoreContextMut<'s, Instance>,
    operation: &'static Operation,
    ids: Vec<String>,
    body: Option<String>,
    options: OptionList,
) -> Answered<'s> {
    Box::new(async move {
        let instance = store.data_mut();
        let given: usize = ids.iter().map(String::len).sum();
        let given = given + body.as_ref().map_or(0, String::len) + size(&options);
        instance.enter(given)?;
        let outcome = match arguments(operation.id, ids, body.as_deref(), &options) {
            Ok(arguments) => {
                check_effect(instance, operation, &arguments)?;
                let called = instance.branch.call(operation.id, arguments).await;
                answered(instance, called)
            }
            Err(error) => Ok(Err(error)),
        };
        answer(instance, outcome, Response::size)
    })
}

/// Arguments as a plugin gives them: JSON texts.
pub(super) fn arguments(
    operation: &str,
    ids: Vec<String>,
    body: Option<&str>,
    options: &OptionList,
) -> Result<Arguments, ErrorRecord> {
    let body = body.map(|body| parsed(operation, "the body", body)).transpose()?;
    // What may be left out is given as null.
    let body = body.filter(|body| !body.is_null());
    Ok(Arguments { ids, body, options: self::options(operation, options)? })
}

/// Options as a plugin gives them.
pub(super) fn options(operation: &str, given: &OptionList) -> Result<Options, ErrorRecord> {
    let mut options = Options::new();
    for (name, value) in given {
        let value = parsed(operation, &format!("the option `{name}`"), value)?;
        if options.insert(name.clone(), value).is_some() {
            let message = format!("{operation}: the option `{name}` is given twice");
            return Err(ErrorRecord::arguments(message));
        }
    }
    Ok(options)
}

pub(super) fn parsed(operation: &str, what: &str, text: &str) -> Result<Value, ErrorRecord> {
    serde_json::from_str(text).map_err(|error| {
        ErrorRecord::arguments(format!("{operation}: {what} is no JSON text: {error}"))
    })
}

/// Whether an operation may stand where the plugin is.
pub(super) fn check_effect(
    instance: &Instance,
    operation: &Operation,
    arguments: &Arguments,
) -> Result<(), Ended> {
    match operation.effect_of(arguments.body.as_ref()).is_read() {
        true => Ok(()),
        false => instance.refuse_in_checkpoint(operation.id),
    }
}

/// What a call came to.
pub(super) fn answered(
    instance: &mut Instance,
    called: Result<Reply, HostError>,
) -> Outcome<Response> {
    match called {
        Ok(reply) => Ok(Ok(response(&reply))),
        Err(error) => instance.refuse(error).map(Err),
    }
}

/// A call to an account of the run.
pub(super) async fn call_on(
    branch: &Branch,
    connection: Option<&str>,
    operation: &str,
    arguments: Arguments,
) -> Result<Reply, HostError> {
    match connection {
        None => branch.call(operation, arguments).await,
        Some(name) => branch.on(name)?.call(operation, arguments).await,
    }
}

/// What a reply is for a plugin: the document as it came, without being read here.
pub(super) fn response(reply: &Reply) -> Response {
    let text = |answer: &pianoroll_gateway::Answer| match std::str::from_utf8(&answer.body) {
        Ok("") | Err(_) => "null".to_owned(),
        Ok(text) => text.to_owned(),
    };
    let operation = reply.operation;
    let takes_list = operation
        .and_then(|operation| operation.body.as_ref())
        .is_some_and(|body| body.shape.max().is_some());
    let document = if takes_list {
        let documents: Vec<String> = reply.answers.iter().map(text).collect();
        format!("[{}]", documents.join(","))
    } else {
        reply.answers.first().map_or_else(|| "null".to_owned(), text)
    };
    let pages = operation.is_none_or(|operation| matches!(operation.answer, Answers::Many(_)));
    let last = reply.answers.last();
    Response {
        document: Arc::from(document),
        status: last.map(|answer| answer.status),
        next: last
            .filter(|_| pages && !takes_list)
            .and_then(pianoroll_gateway::Answer::next_cursor),
    }
}
