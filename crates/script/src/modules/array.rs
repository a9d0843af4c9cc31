//! What arrays lack: `join`, `chunks`, `unique`; and a `pad` that is bounded.

use std::cmp::Ordering;
use std::collections::HashSet;

use rhai::{Array, Dynamic, Module};

use super::add;
use super::compare::order;
use crate::error::{Failure, Thrown};
use crate::value::{text_of, to_json_lossy};

/// The most elements or characters that one call may make out of a number.
pub(super) const MAX_PADDING: i64 = 1_000_000;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "join", |items: &mut Array, separator: &str| {
        items.iter().map(text_of).collect::<Vec<_>>().join(separator)
    });
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
            *items = sorted(std::mem::take(items), descending)?;
            Ok(())
        });
        add(module, copy_name, move |items: Array| sorted(items, descending));
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
fn sorted(mut items: Array, descending: bool) -> Result<Array, Failure> {
    let mut failed = None;
    items.sort_by(|left, right| match order(left, right) {
        Ok(order) if descending => order.reverse(),
        Ok(order) => order,
        Err(failure) => {
            failed.get_or_insert(failure);
            Ordering::Equal
        }
    });
    failed.map_or(Ok(items), Err)
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
