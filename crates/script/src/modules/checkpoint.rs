//! `checkpoint(name, || …)`: a block of reads with one value.

use std::sync::atomic::Ordering;

use pianoroll_host::Checkpoint;
use rhai::{Dynamic, EvalAltResult, FnPtr, Module, NativeCallContext, Position};

use super::captured::{self, Block};
use super::operations::add_raw;
use crate::context::{Context, context};
use crate::error::{Failure, Fatal, Thrown, caught, found, thrown_by};
use crate::kept;
use crate::value::Unsendable;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add_raw(module, "checkpoint", 2, |call, given| match given {
        [name, block] => checkpoint(call, name, block),
        _ => Ok(Dynamic::UNIT),
    });
}

fn checkpoint(
    call: &NativeCallContext,
    name: &Dynamic,
    block: &Dynamic,
) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let thrown = |message: String| Thrown::argument(message).at(position);
    let Ok(name) = name.as_immutable_string_ref().map(|name| name.clone()) else {
        return Err(thrown(format!("a checkpoint's name is a string, not {}", found(name))));
    };
    let Some(block) = block.read_lock::<FnPtr>().map(|block| block.clone()) else {
        return Err(thrown(format!(
            "a checkpoint takes a block such as `|| {{ … }}`, not {}",
            found(block)
        )));
    };
    let context = context(call)?;
    let fatal = |message: String| context.run.end(Fatal::Program(message), position);
    if context.is_item {
        let message =
            "a `checkpoint` stands around a `parallel`, not in it: its items have no order";
        return Err(fatal(message.to_owned()));
    }
    if context.in_checkpoint() {
        return Err(fatal(format!("the checkpoint `{name}` stands inside another one")));
    }
    if !context.run.take_checkpoint(&name) {
        let message = format!(
            "there are two checkpoints `{name}` in this run: replay finds a value by its name"
        );
        return Err(fatal(message));
    }
    captured::check(&context, &block, Block::Checkpoint).map_err(|thrown| thrown.at(position))?;
    let begun = context.wait(position, context.branch.begin_checkpoint(&name))?;
    let open = match begun {
        Checkpoint::Open(open) => open,
        Checkpoint::Recorded(value) => return recorded(&context, &name, &value, position),
    };
    context.checkpoints.fetch_add(1, Ordering::Relaxed);
    let zones = context.zones();
    let value = block.call_within_context::<Dynamic>(call, ());
    context.set_zones(zones);
    context.checkpoints.fetch_sub(1, Ordering::Relaxed);
    let ended = match value.map_err(|failure| *failure) {
        Ok(value) => Ok(value),
        Err(failure) if may_be_caught(&context, &failure) => Err(thrown_by(failure)),
        Err(failure) => {
            context.branch.leave_checkpoint(open);
            return Err(Box::new(failure));
        }
    };
    let value = ended.as_ref().map_or_else(caught, Dynamic::clone);
    if !context.branch.host().is_recorded() {
        context.branch.leave_checkpoint(open);
        let copy = kept::copy(&value).map_err(|error| fatal(unkept(&name, &error)))?;
        return ended.map(|_| copy).map_err(Box::new);
    }
    let (copy, text) = match kept::write(&value) {
        Ok(kept) => kept,
        Err(error) => {
            context.branch.leave_checkpoint(open);
            return Err(fatal(unkept(&name, &error)));
        }
    };
    let is_thrown = ended.is_err();
    let text = if is_thrown { Err(text.as_str()) } else { Ok(text.as_str()) };
    context.wait(position, context.branch.end_checkpoint(open, text))?;
    ended.map(|_| copy).map_err(Box::new)
}

/// What an earlier attempt has recorded: a value, or what was thrown and caught.
fn recorded(
    context: &Context,
    name: &str,
    value: &Result<impl AsRef<[u8]>, impl AsRef<[u8]>>,
    position: Position,
) -> Result<Dynamic, Failure> {
    let (text, is_thrown) = match value {
        Ok(text) => (text.as_ref(), false),
        Err(text) => (text.as_ref(), true),
    };
    let value = kept::read(text).map_err(|error| {
        let message =
            format!("what was recorded of the checkpoint `{name}` cannot be read: {error}");
        context.run.end(Fatal::Program(message), position)
    })?;
    if is_thrown {
        return Err(Box::new(EvalAltResult::ErrorRuntime(value, position)));
    }
    Ok(value)
}

fn may_be_caught(context: &Context, failure: &EvalAltResult) -> bool {
    failure.unwrap_inner().is_catchable() && !context.run.is_ending()
}

fn unkept(name: &str, error: &Unsendable) -> String {
    format!("the value of the checkpoint `{name}`: {}", error.cannot_be("kept"))
}
