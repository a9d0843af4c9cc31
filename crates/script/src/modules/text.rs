//! Texts: what would allocate by a number or grow without end is bounded here, and what Rhai does in place has a version
//! that answers.

use rhai::{Array, Dynamic, ImmutableString, Module};

use super::add;
use super::array::padding;
use crate::error::{Failure, Thrown};

/// The most bytes that a text may be joined to. Rhai's own limit would walk every array at each push.
const MAX_TEXT: usize = 64 * 1024 * 1024;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "pad", |text: &mut ImmutableString, len: i64, with: char| {
        pad(text, len, &with.to_string())
    });
    add(module, "pad", |text: &mut ImmutableString, len: i64, with: &str| pad(text, len, with));
    add(module, "pad_start", |text: &str, len: i64| -> Result<String, Failure> {
        let len = padding(len)?;
        Ok(format!("{text:>len$}"))
    });
    add(module, "pad_end", |text: &str, len: i64| -> Result<String, Failure> {
        let len = padding(len)?;
        Ok(format!("{text:<len$}"))
    });
    // Cells of files are texts.
    add(module, "to_int", |text: &str| -> Result<i64, Failure> {
        let number = text.trim().parse();
        Ok(number.map_err(|_| no_number(text, "a whole number"))?)
    });
    add(module, "to_float", |text: &str| -> Result<f64, Failure> {
        let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
        Ok(number.ok_or_else(|| no_number(text, "a number"))?)
    });
    add(module, "trimmed", |text: &str| text.trim().to_owned());
    add(module, "+", |left: ImmutableString, right: ImmutableString| -> Result<_, Failure> {
        bounded(left.len(), right.len())?;
        Ok(left + right)
    });
    add(
        module,
        "+=",
        |left: &mut ImmutableString, right: ImmutableString| -> Result<(), Failure> {
            bounded(left.len(), right.len())?;
            *left += right;
            Ok(())
        },
    );
    add(module, "replace", |text: &mut ImmutableString, find: &str, with: &str| {
        replace(text, find, with)
    });
    split(module);
    // Rhai's `sleep` blocks its thread, and cannot be cancelled.
    for seconds in [Dynamic::from(0_i64), Dynamic::from(0.0_f64)] {
        let gone = || -> Result<(), Failure> {
            let message = "`sleep` is gone: a run waits for the API by itself, and `wait(minutes(5))` lets time pass";
            Err(Thrown::new("gone", message).into())
        };
        if seconds.is_int() {
            add(module, "sleep", move |_: i64| gone());
        } else {
            add(module, "sleep", move |_: f64| gone());
        }
    }
}

/// The most parts that a text may be split into: each takes some 60 bytes.
const MAX_PARTS: usize = 4_000_000;

/// `split` and its kin: one call of them may make more parts than there is memory for.
fn split(module: &mut Module) {
    type Answer = Result<Array, Failure>;
    fn parts<'t>(parts: impl Iterator<Item = &'t str>) -> Answer {
        let mut all = Array::new();
        for part in parts {
            if all.len() == MAX_PARTS {
                let message = format!("a text is split into at most {MAX_PARTS} parts");
                return Err(Thrown::new("out_of_range", message).into());
            }
            all.push(part.into());
        }
        Ok(all)
    }
    add(module, "split", |text: &str| parts(text.split_whitespace()));
    add(module, "split", |text: &str, by: &str| parts(text.split(by)));
    add(module, "split", |text: &str, by: char| parts(text.split(by)));
    add(module, "split_rev", |text: &str, by: &str| parts(text.rsplit(by)));
    add(module, "split_rev", |text: &str, by: char| parts(text.rsplit(by)));
    let most = |count: i64| usize::try_from(count).unwrap_or(0);
    add(module, "split", move |text: &str, by: &str, count: i64| {
        parts(text.splitn(most(count), by))
    });
    add(module, "split", move |text: &str, by: char, count: i64| {
        parts(text.splitn(most(count), by))
    });
    add(module, "split_rev", move |text: &str, by: &str, count: i64| {
        parts(text.rsplitn(most(count), by))
    });
    add(module, "split_rev", move |text: &str, by: char, count: i64| {
        parts(text.rsplitn(most(count), by))
    });
}

fn no_number(text: &str, wanted: &str) -> Thrown {
    let digit = |c: char| c.is_ascii_digit();
    let hint = match text.trim() {
        "" => ": it is empty",
        text if text.contains(',') && text.contains(digit) => {
            ": a point stands before the fraction, and nothing between thousands"
        }
        _ => "",
    };
    let shown: String = text.chars().take(40).collect();
    Thrown::argument(format!("the string {shown:?} is not {wanted}{hint}"))
}

pub(super) fn bounded(left: usize, right: usize) -> Result<(), Thrown> {
    if left.saturating_add(right) > MAX_TEXT {
        let most = MAX_TEXT / 1024 / 1024;
        return Err(Thrown::new("out_of_range", format!("a text may have at most {most} MiB")));
    }
    Ok(())
}

fn pad(text: &mut ImmutableString, len: i64, with: &str) -> Result<(), Failure> {
    let len = padding(len)?;
    let missing = len.saturating_sub(text.chars().count());
    if missing > 0 && !with.is_empty() {
        let tail: String = with.chars().cycle().take(missing).collect();
        *text += tail.as_str();
    }
    Ok(())
}

fn replace(text: &mut ImmutableString, find: &str, with: &str) -> Result<(), Failure> {
    let count = if find.is_empty() { text.len() + 1 } else { text.matches(find).count() };
    bounded(text.len(), count.saturating_mul(with.len()))?;
    *text = text.replace(find, with).into();
    Ok(())
}
