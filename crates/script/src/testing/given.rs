//! `given::…`: sets the stage of a test. One function a type of record, by a loop over the table, and a few beside them.

use std::collections::BTreeSet;

use pianoroll_api::{OPERATIONS, RESOURCES};
use rhai::{Dynamic, Map, Module, NativeCallContext};
use serde_json::Value;

use super::play::{playing, wrong};
use super::stage::AccountWords;
use crate::context::context;
use crate::error::{Failure, Thrown, found};
use crate::modules::state::{key_of, plain};
use crate::modules::{add, operations::add_raw};
use crate::time::Time;
use crate::value::{as_text, from_json, to_json};

/// The functions for records: the types that the API reads, or that others lead to, written with `_`.
pub(super) fn kinds() -> BTreeSet<&'static str> {
    let native = RESOURCES.iter().filter(|resource| resource.app.json_api);
    let answered = |kind: &str, read: bool| {
        OPERATIONS.iter().any(|operation| {
            operation.answer.kind() == Some(kind)
                && (operation.route.method == pianoroll_api::operation::Method::Get) == read
        })
    };
    // What is only ever answered to a question or a deed is no record that lies there.
    let kept = |kind: &&str| answered(kind, true) || !answered(kind, false);
    native.map(|resource| resource.kind).filter(kept).collect()
}

/// The module.
pub(super) fn module() -> Module {
    let mut module = Module::new();
    for kind in kinds() {
        let name = kind.replace('-', "_");
        // The account is set by a function of its own.
        if name != "account" {
            add_raw(&mut module, &name, 1, move |call, given| match given {
                [fields] => record(call, kind, fields),
                _ => Ok(Dynamic::UNIT),
            });
            add(&mut module, &name, move |call: NativeCallContext| {
                record(&call, kind, &Dynamic::from_map(Map::new()))
            });
        }
    }
    add_raw(&mut module, "account", 1, |call, given| match given {
        [words] => account(call, words),
        _ => Ok(Dynamic::UNIT),
    });
    add_raw(&mut module, "fixtures", 1, |call, given| match given {
        [name] => {
            let text = as_text(name);
            let text = text
                .ok_or_else(|| wrong(call, format!("fixtures have a name, not {}", found(name))))?;
            playing(call)?.stage.fixtures(&text).map_err(|message| wrong(call, message))?;
            Ok(Dynamic::UNIT)
        }
        _ => Ok(Dynamic::UNIT),
    });
    add_raw(&mut module, "now", 1, |call, given| match given {
        [time] => now(call, time),
        _ => Ok(Dynamic::UNIT),
    });
    add_raw(&mut module, "fault", 1, |call, given| match given {
        [rule] => {
            let rule = json(call, rule)?;
            playing(call)?.stage.fault(rule).map_err(|message| wrong(call, message))?;
            Ok(Dynamic::UNIT)
        }
        _ => Ok(Dynamic::UNIT),
    });
    add_raw(&mut module, "state", 2, |call, given| match given {
        [key, value] => state(call, key, value),
        _ => Ok(Dynamic::UNIT),
    });
    add_raw(&mut module, "file", 2, |call, given| match given {
        [path, text] => file(call, path, text),
        _ => Ok(Dynamic::UNIT),
    });
    module
}

fn json(call: &NativeCallContext, value: &Dynamic) -> Result<Value, Failure> {
    to_json(value).map_err(|error| wrong(call, error.to_string()))
}

fn record(
    call: &NativeCallContext,
    kind: &'static str,
    fields: &Dynamic,
) -> Result<Dynamic, Failure> {
    let playing = playing(call)?;
    let Value::Object(fields) = json(call, fields)? else {
        let message =
            format!("a record is given as a map such as `#{{ id: \"A\" }}`, not {}", found(fields));
        return Err(wrong(call, message));
    };
    let record = playing
        .stage
        .give(context(call)?.branch.account(), kind, fields)
        .map_err(|message| wrong(call, message))?;
    Ok(from_json(&record))
}

/// The account as a whole: busy with so many profiles, or with attributes such as its time zone.
fn account(call: &NativeCallContext, words: &Dynamic) -> Result<Dynamic, Failure> {
    let playing = playing(call)?;
    let Value::Object(words) = json(call, words)? else {
        let message = format!(
            "`given::account` takes a map such as `#{{ profiles: 50 }}`, not {}",
            found(words)
        );
        return Err(wrong(call, message));
    };
    let attribute = |name: &str| {
        pianoroll_api::resource_of_type("account")
            .is_some_and(|resource| resource.attribute(name).is_some())
    };
    let (attributes, words): (serde_json::Map<_, _>, serde_json::Map<_, _>) =
        words.into_iter().partition(|(name, _)| attribute(name));
    if !words.is_empty() {
        let words = serde_json::from_value::<AccountWords>(Value::Object(words));
        let words = words.map_err(|error| {
            wrong(call, format!("`given::account`: {error}, or attributes such as `timezone`"))
        })?;
        playing.stage.account(&words).map_err(|message| wrong(call, message))?;
    }
    if !attributes.is_empty() {
        let on = context(call)?;
        playing
            .stage
            .give(on.branch.account(), "account", attributes)
            .map_err(|message| wrong(call, message))?;
    }
    Ok(Dynamic::UNIT)
}

fn now(call: &NativeCallContext, time: &Dynamic) -> Result<Dynamic, Failure> {
    let playing = playing(call)?;
    let given = match time.read_lock::<Time>().map(|time| time.clone()) {
        Some(time) => Some(time),
        None => as_text(time).and_then(|text| text.parse::<Time>().ok()),
    };
    let Some(given) = given else {
        let message = format!(
            "`given::now` takes a time such as \"2026-03-01T09:00:00Z\", not {}",
            found(time)
        );
        return Err(wrong(call, message));
    };
    playing.stage.set_now(given.at()).map_err(|message| wrong(call, message))?;
    Ok(Dynamic::UNIT)
}

fn state(call: &NativeCallContext, key: &Dynamic, value: &Dynamic) -> Result<Dynamic, Failure> {
    let playing = playing(call)?;
    let told = |thrown: Thrown| wrong(call, thrown.message);
    let key = key_of("given::state", key).map_err(told)?;
    playing.stage.set_state(&key, plain(value).map_err(told)?);
    Ok(Dynamic::UNIT)
}

fn file(call: &NativeCallContext, path: &Dynamic, text: &Dynamic) -> Result<Dynamic, Failure> {
    let playing = playing(call)?;
    let (Some(path), Some(text)) = (as_text(path), as_text(text)) else {
        return Err(wrong(call, "`given::file` takes a path and a text"));
    };
    playing.stage.write_file(&path, &text).map_err(|message| wrong(call, message))?;
    Ok(Dynamic::UNIT)
}
