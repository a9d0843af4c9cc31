//! `state::…`: values that are kept from run to run, and `last_run()`.
//!
//! They are plain JSON, since people read and set them too: what JSON has no word for is refused, and times as well, which would
//! come back as texts.

use pianoroll_host::state_values::{KEY_CHARACTERS as MOST_KEY, VALUE_BYTES as MOST_BYTES};
use rhai::{Dynamic, Map, Module, NativeCallContext, Position};
use serde_json::Value;

use super::add;
use super::operations::add_raw;
use crate::context::{Context, context};
use crate::error::{Failure, Fatal, Thrown, found};
use crate::rows::{Row, Rows};
use crate::time::Time;
use crate::value::{Unsendable, as_text, from_json, to_json, within};

/// The functions that change a value, and that a `checkpoint` may not hold.
pub(crate) const CHANGES: [&str; 2] = ["set", "remove"];

/// Registers `last_run`.
pub(super) fn register(module: &mut Module) {
    add(module, "last_run", |call: NativeCallContext| -> Result<Dynamic, Failure> {
        Ok(last_run(&*context(&call)?))
    });
}

/// The module.
pub(super) fn module() -> Module {
    let mut module = Module::new();
    for count in [1, 2] {
        add_raw(&mut module, "get", count, |call, given| {
            let position = call.call_position();
            let key = key_of("state::get", first(given)).map_err(|thrown| thrown.at(position))?;
            let context = context(call)?;
            let value = context.wait(position, context.branch.state(&key))?;
            Ok(match (value, given) {
                (Value::Null, [_, default]) => (**default).clone(),
                (value, _) => from_json(&value),
            })
        });
    }
    add_raw(&mut module, "set", 2, |call, given| {
        let value = given.get(1).map_or(&Dynamic::UNIT, |value| &**value);
        set(call, "state::set", given, value)
    });
    add_raw(&mut module, "remove", 1, |call, given| {
        set(call, "state::remove", given, &Dynamic::UNIT)
    });
    module
}

fn first<'g>(given: &'g [&mut Dynamic]) -> &'g Dynamic {
    given.first().map_or(&Dynamic::UNIT, |given| &**given)
}

fn set(
    call: &NativeCallContext,
    function: &str,
    given: &[&mut Dynamic],
    value: &Dynamic,
) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let at = |thrown: Thrown| thrown.at(position);
    let context = context(call)?;
    refuse_in_item(&context, function, position)?;
    context.refuse_in_checkpoint(function, position)?;
    let key = key_of(function, first(given)).map_err(at)?;
    let value = plain(value).map_err(at)?;
    context.wait(position, context.branch.set_state(&key, value))?;
    Ok(Dynamic::UNIT)
}

/// What changes the whole run has no place in one item of a `parallel`: items have no order.
pub(super) fn refuse_in_item(
    context: &Context,
    function: &str,
    position: Position,
) -> Result<(), Failure> {
    if !context.is_item {
        return Ok(());
    }
    let message =
        format!("`{function}` stands behind a `parallel`, not in it: its items have no order");
    Err(context.run.end(Fatal::Program(message), position))
}

/// A key as `state::…` takes it.
///
/// # Errors
/// It is no text, or empty, or too long.
pub(crate) fn key_of(function: &str, given: &Dynamic) -> Result<String, Thrown> {
    let Some(key) = as_text(given) else {
        let message = format!("`{function}` takes the key as a string, not {}", found(given));
        return Err(Thrown::argument(message));
    };
    match key.chars().count() {
        1..=MOST_KEY => Ok(key.into()),
        0 => Err(Thrown::argument(format!("`{function}` takes a key of at least one character"))),
        count => {
            let message = format!("a key has up to {MOST_KEY} characters, and this one {count}");
            Err(Thrown::argument(message))
        }
    }
}

/// A value as it is kept.
///
/// # Errors
/// What plain JSON has no word for, and what is too large.
pub(crate) fn plain(value: &Dynamic) -> Result<Value, Thrown> {
    timeless(value).map_err(|error| {
        let hint = "keep its text, `.to_string()`, and read that with `time(…)`";
        Thrown::argument(format!("{}: {hint}", error.cannot_be("kept as a state value")))
    })?;
    let json = to_json(value).map_err(|error| {
        let hint = match error.what.as_str() {
            "a duration" => ": keep its `.seconds`",
            _ => "",
        };
        Thrown::argument(format!("{}{hint}", error.cannot_be("kept as a state value")))
    })?;
    let size = json.to_string().len();
    if size > MOST_BYTES {
        let message = format!(
            "a state value has up to {} KiB as JSON, and this one {}: keep what the next run needs to go on, not all that it found",
            MOST_BYTES / 1024,
            size.div_ceil(1024)
        );
        return Err(Thrown::argument(message));
    }
    Ok(json)
}

/// Whether there is no time in a value.
fn timeless(value: &Dynamic) -> Result<(), Unsendable> {
    let of_map = |map: &Map| {
        map.iter()
            .try_for_each(|(name, value)| timeless(value).map_err(|error| within(name, error)))
    };
    let at = |index: usize, value: &Dynamic| {
        timeless(value).map_err(|error| within(&format!("[{index}]"), error))
    };
    if value.is::<Time>() {
        return Err(Unsendable { path: String::new(), what: "a time".to_owned() });
    }
    if let Ok(items) = value.as_array_ref() {
        return items.iter().enumerate().try_for_each(|(index, item)| at(index, item));
    }
    if let Ok(map) = value.as_map_ref() {
        return of_map(&map);
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        return rows.rows().enumerate().try_for_each(|(index, row)| match row {
            Row::Text(_) => Ok(()),
            Row::Other(value) => at(index, value),
        });
    }
    // What the API has answered holds texts in the place of times.
    Ok(())
}

fn last_run(context: &Context) -> Dynamic {
    let Some(last) = context.branch.host().last_run() else { return Dynamic::UNIT };
    let problems = i64::try_from(last.problems).unwrap_or(i64::MAX);
    Dynamic::from_map(Map::from([
        ("run".into(), last.run.to_string().into()),
        ("started".into(), Dynamic::from(Time::utc(last.started))),
        ("finished".into(), Dynamic::from(Time::utc(last.finished))),
        ("problems".into(), problems.into()),
    ]))
}
