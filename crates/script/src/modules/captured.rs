//! What the closure of a `parallel` or a `checkpoint` may have captured.

use rhai::{Dynamic, FnPtr};

use super::files::Writer;
use super::iterate::Pages;
use super::lazy::Lazy;
use crate::context::Context;
use crate::error::Thrown;

/// Whose closure it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Block {
    /// Each item works on copies.
    Parallel,
    /// A replay answers its value and does not run it.
    Checkpoint,
}

impl Block {
    fn why_no_change(self) -> &'static str {
        match self {
            Block::Parallel => "each item has its own copy; answer a value instead",
            Block::Checkpoint => "a replay would not do so again; answer a value instead",
        }
    }

    fn why_no_writer(self) -> &'static str {
        match self {
            Block::Parallel => {
                "cannot be pushed to in a `parallel`: its rows would have no order; answer the rows, and push them behind it"
            }
            Block::Checkpoint => {
                "cannot be pushed to in a `checkpoint`: a replay would not push again; push behind the block"
            }
        }
    }

    fn why_no_iterator(self) -> &'static str {
        match self {
            Block::Parallel => "used in a `parallel`: what it yields has one order",
            Block::Checkpoint => {
                "used in a `checkpoint`: a replay would leave it where it was; make it inside"
            }
        }
    }
}

/// Whether a closure, and those it captured, leave what they captured alone.
pub(super) fn check(context: &Context, closure: &FnPtr, block: Block) -> Result<(), Thrown> {
    if let Some((name, line)) = context.run.program.writes_capture(closure.fn_name()) {
        let why = block.why_no_change();
        let message =
            format!("the closure changes `{name}` (line {line}), which it captured: {why}");
        return Err(Thrown::new("captured", message));
    }
    closure.iter_curry().try_for_each(|captured| value(context, &captured.flatten_clone(), block))
}

fn value(context: &Context, captured: &Dynamic, block: Block) -> Result<(), Thrown> {
    if captured.is::<Writer>() {
        let why = block.why_no_writer();
        return Err(Thrown::new("captured", format!("a writer that was made outside {why}")));
    }
    if captured.is::<Pages>() || captured.is::<Lazy>() {
        let why = block.why_no_iterator();
        let message = format!("an iterator that was made outside cannot be {why}");
        return Err(Thrown::new("captured", message));
    }
    if let Some(function) = captured.read_lock::<FnPtr>() {
        return check(context, &function, block);
    }
    if let Ok(items) = captured.as_array_ref() {
        return items.iter().try_for_each(|item| value(context, item, block));
    }
    match captured.as_map_ref() {
        Ok(map) => map.values().try_for_each(|inner| value(context, inner, block)),
        Err(_) => Ok(()),
    }
}
