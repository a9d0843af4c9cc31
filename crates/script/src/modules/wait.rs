//! `wait(duration)`: lets time pass. A run that is recorded does not keep a process for it.

use std::time::Duration;

use rhai::{Dynamic, Module, NativeCallContext};

use super::add;
use super::state::refuse_in_item;
use crate::context::context;
use crate::error::{Failure, Fatal, Thrown, found};
use crate::time::Span;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "wait", |call: NativeCallContext, span: Dynamic| wait(&call, &span));
}

fn wait(call: &NativeCallContext, span: &Dynamic) -> Result<(), Failure> {
    let position = call.call_position();
    let context = context(call)?;
    refuse_in_item(&context, "wait", position)?;
    if context.in_checkpoint() {
        let message = "`wait` stands behind a `checkpoint`, not in it: a replay would not wait";
        return Err(context.run.end(Fatal::Program(message.to_owned()), position));
    }
    let Some(span) = span.read_lock::<Span>().map(|span| *span) else {
        let message = format!("`wait` takes a duration such as `minutes(5)`, not {}", found(span));
        return Err(Thrown::argument(message).at(position));
    };
    match Duration::try_from(span.0) {
        Ok(duration) if !duration.is_zero() => {
            context.wait(position, context.branch.wait(duration))
        }
        // Nothing, or less than that.
        _ => Ok(()),
    }
}
