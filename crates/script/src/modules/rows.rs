//! `rows()`: any number of values in little memory.

use rhai::{Array, Dynamic, Module, NativeCallContext};

use super::{add, add_getter};
use crate::context::context;
use crate::engine;
use crate::error::{Failure, Thrown};
use crate::rows::{IntoRows, MAX_ROWS, Rows};
use crate::value::{as_text, to_json_lossy};

/// Registers it.
pub(super) fn register(module: &mut Module) {
    module.set_custom_type::<Rows>("rows");
    module.set_iterable::<Rows>();
    module.set_iterator::<IntoRows>();
    add(module, "rows", Rows::default);
    add(module, "rows", |call: NativeCallContext, values: Array| -> Result<Rows, Failure> {
        let mut rows = Rows::default();
        append(&call, &mut rows, values)?;
        Ok(rows)
    });
    add(module, "push", |rows: &mut Rows, value: Dynamic| -> Result<(), Failure> {
        if rows.len() == MAX_ROWS {
            return Err(Thrown::new("out_of_range", format!("rows hold at most {MAX_ROWS}")).into());
        }
        rows.push(value);
        Ok(())
    });
    add(module, "+=", |rows: &mut Rows, value: Dynamic| rows.push(value));
    add(module, "append", |call: NativeCallContext, rows: &mut Rows, values: Array| {
        append(&call, rows, values)
    });
    add(module, "append", |call: NativeCallContext, rows: &mut Rows, values: Rows| {
        append(&call, rows, values)
    });
    for name in ["len", "count"] {
        add(module, name, |rows: &mut Rows| rows.len() as i64);
    }
    add_getter(module, "len", |rows: &mut Rows| rows.len() as i64);
    add(module, "is_empty", |rows: &mut Rows| rows.len() == 0);
    add(module, "contains", |rows: &mut Rows, value: Dynamic| contains(rows, &value));
    add(module, "to_array", |rows: &mut Rows| rows.iter().collect::<Array>());
    add(module, "chunks", |rows: &mut Rows, size: i64| chunks(rows, size));
    for name in ["to_string", "to_debug"] {
        add(module, name, |rows: &mut Rows| format!("rows of {}", rows.len()));
    }
    module.set_indexer_get_fn(|rows: &mut Rows, index: i64| get(rows, index));
    module.set_indexer_set_fn(|_: &mut Rows, _: i64, _: Dynamic| -> Result<(), Failure> {
        let message = "rows only grow: push to them, or change an array made by `to_array()`";
        Err(Thrown::new("read_only", message).into())
    });
}

/// How many bytes of texts are added before memory is looked at: one call may add more than there is.
const LOOK_EVERY: usize = 16 * 1024 * 1024;

fn append(
    call: &NativeCallContext,
    rows: &mut Rows,
    values: impl IntoIterator<Item = Dynamic>,
) -> Result<(), Failure> {
    let (context, mut added) = (context(call)?, 0);
    for value in values {
        added += value.as_immutable_string_ref().map_or(16, |text| text.len());
        rows.push(value);
        if added >= LOOK_EVERY {
            added = 0;
            engine::look(&context, call.call_position())?;
        }
    }
    Ok(())
}

/// Counts from the end where the index is negative, as arrays do.
fn get(rows: &Rows, index: i64) -> Result<Dynamic, Failure> {
    let len = rows.len() as i64;
    let from_start = if index < 0 { index.checked_add(len) } else { Some(index) };
    let found = from_start.and_then(|index| rows.get(usize::try_from(index).ok()?));
    found.ok_or_else(|| {
        let message = format!("there is no row {index}: there are {len}");
        Thrown::new("out_of_range", message).into()
    })
}

fn contains(rows: &Rows, value: &Dynamic) -> bool {
    match as_text(value) {
        Some(text) => rows.contains_text(&text),
        None => {
            let wanted = to_json_lossy(value);
            rows.iter().any(|row| to_json_lossy(&row) == wanted)
        }
    }
}

fn chunks(rows: &Rows, size: i64) -> Result<Array, Failure> {
    let size = super::array::chunk_size(size)?;
    let mut chunks = Array::new();
    let mut chunk = Array::new();
    for row in rows.iter() {
        chunk.push(row);
        if chunk.len() == size {
            chunks.push(Dynamic::from_array(std::mem::take(&mut chunk)));
        }
    }
    if !chunk.is_empty() {
        chunks.push(Dynamic::from_array(chunk));
    }
    Ok(chunks)
}
