//! Random numbers: a stream of its own for each branch, the same again in a replay.

use rhai::{Array, Dynamic, Module, NativeCallContext};

use super::add;
use crate::context::{Context, context};
use crate::error::{Failure, Thrown};

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "random", |call: NativeCallContext| -> Result<f64, Failure> {
        Ok(unit(&*context(&call)?))
    });
    add(module, "random", |call: NativeCallContext, below: i64| -> Result<i64, Failure> {
        if below < 1 {
            let message =
                format!("`random(n)` answers 0 to n - 1, so n is at least 1, not {below}");
            return Err(Thrown::argument(message).at(call.call_position()));
        }
        Ok(between(&*context(&call)?, 0, below - 1))
    });
    add(module, "random", |call: NativeCallContext, low: i64, high: i64| -> Result<i64, Failure> {
        if low > high {
            let message = format!("`random(low, high)` needs low up to high, not {low} and {high}");
            return Err(Thrown::argument(message).at(call.call_position()));
        }
        Ok(between(&*context(&call)?, low, high))
    });
    add(module, "shuffled", |call: NativeCallContext, items: Array| -> Result<Array, Failure> {
        let context = context(&call)?;
        let mut items = items;
        for last in (1..items.len()).rev() {
            let chosen = between(&context, 0, last as i64);
            items.swap(last, usize::try_from(chosen).unwrap_or(last));
        }
        Ok(items)
    });
    add(module, "choose", |call: NativeCallContext, items: Array| -> Result<Dynamic, Failure> {
        if items.is_empty() {
            return Err(Thrown::argument("nothing can be chosen from an empty array")
                .at(call.call_position()));
        }
        let chosen = between(&*context(&call)?, 0, items.len() as i64 - 1);
        Ok(items.into_iter().nth(usize::try_from(chosen).unwrap_or(0)).unwrap_or_default())
    });
}

/// From 0 up to, and without, 1.
fn unit(context: &Context) -> f64 {
    // 53 bits are what a float holds exactly.
    (context.random() >> 11) as f64 / (1_u64 << 53) as f64
}

/// From `low` to `high`, both among the answers, each as likely as the others.
fn between(context: &Context, low: i64, high: i64) -> i64 {
    let width = high.wrapping_sub(low).cast_unsigned().wrapping_add(1);
    if width == 0 {
        return context.random().cast_signed();
    }
    // Numbers past the last whole multiple would make the first answers likelier, so they are drawn again.
    let last = u64::MAX - (u64::MAX % width + 1) % width;
    loop {
        let drawn = context.random();
        if drawn <= last {
            return low.wrapping_add((drawn % width).cast_signed());
        }
    }
}
