//! `problem(text, details?)`: what went wrong without ending the run.

use rhai::{Dynamic, Module, NativeCallContext};

use super::add;
use crate::context::context;
use crate::error::Failure;
use crate::value::{text_of, to_json_lossy};

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "problem", |call: NativeCallContext, text: Dynamic| {
        problem(&call, &text, &Dynamic::UNIT)
    });
    add(module, "problem", |call: NativeCallContext, text: Dynamic, details: Dynamic| {
        problem(&call, &text, &details)
    });
}

fn problem(call: &NativeCallContext, text: &Dynamic, details: &Dynamic) -> Result<(), Failure> {
    let details = if details.is_unit() { None } else { Some(to_json_lossy(details)) };
    context(call)?.problem(&text_of(text), details, call.call_position());
    Ok(())
}
