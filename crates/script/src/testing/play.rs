//! `test(name, || …)` and `run(#{ … })`; and what a test is while it is played.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pianoroll_model::suggest;
use rhai::{Array, Dynamic, FnPtr, Map, Module, NativeCallContext};

use super::diff::DiffLine;
use super::stage::{Scenario, Stage};
use crate::context::context;
use crate::error::{Failure, Fatal, Thrown, found};
use crate::modules::{add, operations::add_raw};
use crate::time::Time;
use crate::value::{as_text, from_json, text_of};

/// One test while it is played.
pub(crate) struct Playing {
    pub(super) stage: Arc<dyn Stage>,
    /// Which of the file's tests it is.
    name: String,
    /// The script under test.
    script: String,
    /// Whether its block runs at the moment.
    inside: AtomicBool,
    /// How many expectations were met.
    met: AtomicU64,
    diff: Mutex<Vec<DiffLine>>,
}

impl Playing {
    pub(super) fn new(stage: Arc<dyn Stage>, name: &str, script: &str) -> Self {
        Self {
            stage,
            name: name.to_owned(),
            script: script.to_owned(),
            inside: AtomicBool::new(false),
            met: AtomicU64::new(0),
            diff: Mutex::default(),
        }
    }

    pub(super) fn proves_nothing(&self) -> bool {
        self.met.load(Ordering::Relaxed) == 0
    }

    pub(super) fn take_diff(&self) -> Vec<DiffLine> {
        std::mem::take(&mut *self.diff.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// One more expectation was met.
    pub(super) fn met(&self) {
        self.met.fetch_add(1, Ordering::Relaxed);
    }
}

/// The test that a native was called in.
pub(super) fn playing(call: &NativeCallContext) -> Result<Arc<Playing>, Failure> {
    let context = context(call)?;
    let playing = context.run.test.clone().filter(|test| test.inside.load(Ordering::Relaxed));
    playing.ok_or_else(|| {
        let message = format!("`{}` belongs into the block of a test", call.fn_name());
        context.run.end(Fatal::Program(message), call.call_position())
    })
}

/// Ends the test: something is not as expected, and no `catch` may hide that.
pub(super) fn unmet(call: &NativeCallContext, message: String, diff: Vec<DiffLine>) -> Failure {
    match context(call) {
        Ok(context) => {
            if let Some(test) = &context.run.test {
                *test.diff.lock().unwrap_or_else(PoisonError::into_inner) = diff;
            }
            context.run.end(Fatal::Program(message), call.call_position())
        }
        Err(failure) => failure,
    }
}

/// A mistake in the test itself, told like one that a script makes.
pub(super) fn wrong(call: &NativeCallContext, message: impl Into<String>) -> Failure {
    Thrown::argument(message).at(call.call_position())
}

/// The functions that need no module before their name.
pub(super) fn globals() -> Module {
    let mut module = Module::new();
    module.set_id("pianoroll tests");
    add_raw(&mut module, "test", 2, |call, given| match given {
        [name, block] => test(call, name, block),
        _ => Ok(Dynamic::UNIT),
    });
    add_raw(&mut module, "run", 1, |call, given| match given {
        [words] => run(call, words),
        _ => Ok(Dynamic::UNIT),
    });
    add(&mut module, "run", |call: NativeCallContext| run(&call, &Dynamic::from_map(Map::new())));
    // A test has the time that it was given, and not that of its own start.
    add(&mut module, "now", |call: NativeCallContext| -> Result<Time, Failure> {
        let context = context(&call)?;
        let test = context.run.test.as_ref();
        Ok(Time::utc(test.map_or_else(|| context.started(), |test| test.stage.now())))
    });
    module
}

fn test(call: &NativeCallContext, name: &Dynamic, block: &Dynamic) -> Result<Dynamic, Failure> {
    let context = context(call)?;
    let Some(test) = context.run.test.clone() else { return Ok(Dynamic::UNIT) };
    let Some(block) = block.read_lock::<FnPtr>().map(|block| block.clone()) else {
        let message = format!("a test takes a block such as `|| {{ … }}`, not {}", found(block));
        return Err(wrong(call, message));
    };
    if as_text(name).as_deref() != Some(test.name.as_str()) {
        return Ok(Dynamic::UNIT);
    }
    test.inside.store(true, Ordering::Relaxed);
    let ended = block.call_within_context::<Dynamic>(call, ());
    test.inside.store(false, Ordering::Relaxed);
    ended.map(|_| Dynamic::UNIT)
}

/// What a run may be told.
const WORDS: [&str; 5] = ["allow", "dry_run", "limits", "params", "script"];

fn run(call: &NativeCallContext, words: &Dynamic) -> Result<Dynamic, Failure> {
    let playing = playing(call)?;
    let scenario = scenario(&playing.script, words).map_err(|message| wrong(call, message))?;
    let played = playing.stage.run(&scenario).map_err(|message| wrong(call, message))?;
    let value = serde_json::to_value(played).map_err(|error| wrong(call, error.to_string()))?;
    Ok(from_json(&value))
}

fn scenario(script: &str, words: &Dynamic) -> Result<Scenario, String> {
    let Ok(words) = words.as_map_ref() else {
        return Err(format!(
            "`run` takes a map such as `#{{ params: #{{ … }} }}`, not {}",
            found(words)
        ));
    };
    let mut scenario = Scenario { script: script.to_owned(), ..Scenario::default() };
    for (name, value) in words.iter() {
        let expected = |what: &str| format!("`{name}` of `run` is {what}, not {}", found(value));
        match name.as_str() {
            "script" => {
                scenario.script = as_text(value).ok_or_else(|| expected("a path"))?.to_string()
            }
            "dry_run" => {
                scenario.dry_run = value.as_bool().map_err(|_| expected("true or false"))?;
            }
            "params" => scenario.params = params(value).ok_or_else(|| expected("a map"))?,
            "allow" => {
                let words = value.as_array_ref().map_err(|_| expected("an array of texts"))?;
                scenario.allow = texts(&words).ok_or_else(|| expected("an array of texts"))?;
            }
            "limits" => {
                scenario.limits = limits(value).ok_or_else(|| expected("a map of numbers"))?
            }
            unknown => {
                let hint = match suggest(unknown, WORDS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it takes {}", WORDS.join(", ")),
                };
                return Err(format!("`run` takes no `{unknown}`: {hint}"));
            }
        }
    }
    Ok(scenario)
}

fn texts(values: &Array) -> Option<Vec<String>> {
    values.iter().map(|value| as_text(value).map(|text| text.to_string())).collect()
}

/// Parameters as the command line would give them; those that are () are not given.
fn params(value: &Dynamic) -> Option<BTreeMap<String, String>> {
    let text = |value: &Dynamic| match value.as_array_ref() {
        Ok(items) => items.iter().map(text_of).collect::<Vec<_>>().join(", "),
        Err(_) => text_of(value),
    };
    let map = value.as_map_ref().ok()?;
    let given = map.iter().filter(|(_, value)| !value.is_unit());
    Some(given.map(|(name, value)| (name.to_string(), text(value))).collect())
}

fn limits(value: &Dynamic) -> Option<BTreeMap<String, u64>> {
    let map = value.as_map_ref().ok()?;
    let limit = |value: &Dynamic| value.as_int().ok().and_then(|most| u64::try_from(most).ok());
    map.iter().map(|(name, value)| Some((name.to_string(), limit(value)?))).collect()
}
