//! What arrays lack: `join`, `chunks`, `unique`; and a `pad` that is bounded.

use std::cmp::Ordering;
use std::collections::HashSet;

use rhai::{Array, Dynamic, FnPtr, Module, NativeCallContext};

use super::add;
use super::compare::order;
use super::text::bounded;
use crate::context::context;
use crate::engine;
use crate::error::{Failure, Thrown, found};
use crate::sort::sort;
use crate::value::{text_of, to_json_lossy};

/// The most elements or characters that one call may make out of a number.
pub(super) const MAX_PADDING: i64 = 1_000_000;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "join", |items: &mut Array, separator: &str| join(items, separator));
    add(module, "chunks", |items: &mut Array, size: i64| -> Result<Array, Failure> {
        let size = chunk_size(size)?;
        Ok(items.chunks(size).map(|chunk| Dynamic::from_array(chunk.to_vec())).collect())
    });
    add(module, "unique", |items: &mut Array| {
        let mut seen = HashSet::new();
        let first = |item: &&Dynamic| seen.insert(to_json_lossy(item).to_string());
        items.iter().filter(first).cloned().collect::<Array>()
    });
    add(module, "to_array", |items: Array| items);
    // Rhai's own sort nothing that is not its own, and floats without an order by chance.
    for (name, copy_name, descending) in
        [("sort", "order", false), ("sort_desc", "order_desc", true)]
    {
        add(module, name, move |items: &mut Array| -> Result<(), Failure> {
            put_in_order(items, descending)
        });
        add(module, copy_name, move |mut items: Array| -> Result<Array, Failure> {
            put_in_order(&mut items, descending)?;
            Ok(items)
        });
    }
    // Rhai's own swallow what the closure throws, and give up where it contradicts itself.
    for name in ["sort", "sort_by"] {
        add(module, name, |call: NativeCallContext, items: &mut Array, block: FnPtr| {
            sort_by(&call, items, &block)
        });
    }
    for name in ["order", "order_by"] {
        add(
            module,
            name,
            |call: NativeCallContext, mut items: Array, block: FnPtr| -> Result<Array, Failure> {
                sort_by(&call, &mut items, &block)?;
                Ok(items)
            },
        );
    }
    add(module, "pad", |items: &mut Array, len: i64, item: Dynamic| -> Result<(), Failure> {
        let len = padding(len)?;
        if len > items.len() {
            items.resize(len, item);
        }
        Ok(())
    });
}

/// In order, where all elements are of one kind. Equal ones stay as they stood.
fn put_in_order(items: &mut Array, descending: bool) -> Result<(), Failure> {
    sort(items, |left, right| {
        order(left, right).map(|order| if descending { order.reverse() } else { order })
    })
}

/// After how many comparisons a run looks whether it is to stop.
const LOOK_EVERY: u32 = 64;

/// In the order of a closure: a negative number, or true, where the first of two stands before the second.
fn sort_by(call: &NativeCallContext, items: &mut Array, block: &FnPtr) -> Result<(), Failure> {
    let (context, mut compared) = (context(call)?, 0_u32);
    sort(items, |left, right| {
        // Each call of a short closure ends before its engine looks whether the run is to stop.
        compared = compared.wrapping_add(1);
        if compared.is_multiple_of(LOOK_EVERY) {
            engine::look(&context, call.call_position())?;
        }
        let answer: Dynamic = block.call_within_context(call, (left.clone(), right.clone()))?;
        if let Ok(is_before) = answer.as_bool() {
            return Ok(if is_before { Ordering::Less } else { Ordering::Greater });
        }
        answer.as_int().map(|sign| sign.cmp(&0)).map_err(|_| {
            let message = format!(
                "the closure of a sort answers a number (negative, 0 or positive) or a bool, not {}",
                found(&answer)
            );
            Thrown::argument(message).into()
        })
    })
}

/// One text of all elements, no longer than a text may be.
fn join(items: &[Dynamic], separator: &str) -> Result<String, Failure> {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        let item = text_of(item);
        let separator = if index == 0 { "" } else { separator };
        bounded(text.len(), separator.len().saturating_add(item.len()))?;
        text.push_str(separator);
        text.push_str(&item);
    }
    Ok(text)
}

/// A length to pad to.
pub(super) fn padding(len: i64) -> Result<usize, Thrown> {
    if len > MAX_PADDING {
        let message = format!("`pad` makes at most {MAX_PADDING}, not {len}");
        return Err(Thrown::new("out_of_range", message));
    }
    Ok(usize::try_from(len).unwrap_or(0))
}

/// The size of a chunk.
pub(super) fn chunk_size(size: i64) -> Result<usize, Thrown> {
    let valid = usize::try_from(size).ok().filter(|size| *size > 0);
    valid.ok_or_else(|| Thrown::argument(format!("a chunk has at least 1 element, not {size}")))
}
