//! `checkpoint(name, || …)`: a block of reads with one value.

use std::sync::atomic::Ordering;

use rhai::{Dynamic, FnPtr, Module, NativeCallContext};

use super::captured::{self, Block};
use super::operations::add_raw;
use crate::context::context;
use crate::error::{Failure, Fatal, Thrown, found};
use crate::value::{Unsendable, to_json};

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
    context.checkpoints.fetch_add(1, Ordering::Relaxed);
    let zones = context.zones();
    let value = block.call_within_context::<Dynamic>(call, ());
    context.set_zones(zones);
    context.checkpoints.fetch_sub(1, Ordering::Relaxed);
    let value = value?;
    if let Err(error) = keepable(&value) {
        return Err(fatal(format!("the value of the checkpoint `{name}` cannot be kept: {error}")));
    }
    Ok(value)
}

/// Whether a value can be written down and read again. Large ones are not converted for it.
fn keepable(value: &Dynamic) -> Result<(), Unsendable> {
    if let Ok(items) = value.as_array_ref() {
        return items.iter().try_for_each(keepable);
    }
    if let Ok(map) = value.as_map_ref() {
        return map.iter().try_for_each(|(name, value)| {
            keepable(value).map_err(|error| Unsendable { path: name.to_string(), ..error })
        });
    }
    if value.is::<crate::rows::Rows>() || value.is::<crate::time::Span>() || value.is_string() {
        return Ok(());
    }
    to_json(value).map(drop)
}
