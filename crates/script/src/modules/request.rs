//! `request(method, path, query?, body?)`: native paths that no operation covers.

use std::sync::Arc;

use pianoroll_api::Options;
use pianoroll_host::resolve;
use rhai::{Dynamic, Module, NativeCallContext};
use serde_json::Value;

use super::operations::{add_raw, answer, options_of};
use crate::context::context;
use crate::document;
use crate::error::{Failure, Thrown, found};
use crate::record::Asked;
use crate::value::to_json;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    for count in 2..=4 {
        add_raw(module, "request", count, request);
    }
}

fn request(call: &NativeCallContext, given: &[&mut Dynamic]) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let text = |index: usize, what: &str| {
        let value = given.get(index).map_or(&Dynamic::UNIT, |value| &**value);
        value.as_immutable_string_ref().map(|text| text.to_string()).map_err(|_| {
            let message = format!("`request` takes the {what} as a string, not {}", found(value));
            Thrown::argument(message).at(position)
        })
    };
    let method = text(0, "method")?;
    let path = text(1, "path")?;
    let query = match given.get(2) {
        Some(query) => options_of("request", query).map_err(|thrown| thrown.at(position))?,
        None => Default::default(),
    };
    let body = match given.get(3).filter(|body| !body.is_unit()) {
        Some(body) => Some(to_json(body).map_err(|error| {
            Thrown::argument(format!("the body of `request`: {error}")).at(position)
        })?),
        None => None,
    };
    let context = context(call)?;
    if context.in_checkpoint() && !reads(&method, &path, &query, body.clone()) {
        context.refuse_in_checkpoint(&format!("{method} {path}"), position)?;
    }
    let asked = query.clone();
    let reply = context.wait(position, context.branch.request(&method, &path, &query, body))?;
    let value = match reply.operation {
        Some(operation) => answer(operation, &reply, &Arc::new(Asked::of(operation, &asked))),
        None => match reply.answers.first().filter(|answer| !answer.body.is_empty()) {
            Some(answer) => document::parse_any(&answer.body).map_err(|error| {
                Thrown::new("unreadable", format!("the answer cannot be read: {error}"))
            }),
            None => Ok(Dynamic::UNIT),
        },
    };
    value.map_err(|thrown| thrown.at(position))
}

/// Whether a request only reads. What is wrong with it is told by the host.
fn reads(method: &str, path: &str, query: &Options, body: Option<Value>) -> bool {
    match resolve::request(method, path, query, body) {
        Ok(resolve::Target::Operation(operation, arguments)) => {
            operation.effect_of(arguments.body.as_ref()).is_read()
        }
        Ok(resolve::Target::Native(_)) => method.eq_ignore_ascii_case("GET"),
        Err(_) => true,
    }
}
