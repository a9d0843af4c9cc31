//! `notify(text, details?)`: what the operator is told, wherever they are.

use rhai::{Dynamic, Module, NativeCallContext};
use serde_json::Value;

use super::add;
use crate::context::context;
use crate::error::{Failure, Thrown};
use crate::value::{text_of, to_json};

/// Its name. A `checkpoint` may not hold it.
pub(crate) const NOTIFY: &str = "notify";

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, NOTIFY, |call: NativeCallContext, text: Dynamic| {
        notify(&call, &text, &Dynamic::UNIT)
    });
    add(module, NOTIFY, |call: NativeCallContext, text: Dynamic, details: Dynamic| {
        notify(&call, &text, &details)
    });
}

fn notify(call: &NativeCallContext, text: &Dynamic, details: &Dynamic) -> Result<(), Failure> {
    let position = call.call_position();
    let context = context(call)?;
    context.refuse_in_checkpoint("`notify`", position)?;
    let details = match details.is_unit() {
        true => Value::Null,
        false => to_json(details)
            .map_err(|error| Thrown::argument(error.cannot_be("told")).at(position))?,
    };
    context.notify(&text_of(text), details, position)
}
