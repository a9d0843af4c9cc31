//! `expect::…`: what must have come of a run. The first one that is not met ends its test.

use rhai::{Dynamic, FnPtr, Module, NativeCallContext};
use serde_json::Value;

use super::diff::{self, DiffLine};
use super::effects::{self, Pattern};
use super::play::{playing, unmet, wrong};
use super::stage::Played;
use crate::error::{Failure, Thrown, caught, found, thrown_text};
use crate::modules::operations::add_raw;
use crate::modules::state::key_of;
use crate::value::{as_text, from_json, is_same, text_of, to_json, to_json_lossy};

/// What an expectation says when it is not met.
type Unmet = (String, Vec<DiffLine>);

/// An expectation: met, not met, or wrongly written.
type Check = fn(&NativeCallContext, &[&mut Dynamic]) -> Result<Result<(), Unmet>, Failure>;

/// The module.
pub(super) fn module() -> Module {
    let mut module = Module::new();
    let mut of_values = |name: &str, count, check: Check| {
        add_raw(&mut module, name, count, move |call, given| {
            let playing = playing(call)?;
            match check(call, given)? {
                Ok(()) => playing.met(),
                Err((message, diff)) => return Err(unmet(call, message, diff)),
            }
            Ok(Dynamic::UNIT)
        });
    };
    of_values("that", 1, |_, given| Ok(that(given[0], "")));
    of_values("that", 2, |_, given| Ok(that(given[0], &text_of(given[1]))));
    of_values("equal", 2, |_, given| Ok(equal(given[0], given[1])));
    of_values("contains", 2, |_, given| Ok(contains(given[0], given[1])));
    of_values("error", 1, |call, given| error(call, given[0], ""));
    of_values("error", 2, |call, given| error(call, given[0], &text_of(given[1])));
    of_values("completed", 1, |call, given| Ok(completed(&played(call, given[0])?)));
    of_values("failed", 1, |call, given| Ok(failed(&played(call, given[0])?, "")));
    of_values("failed", 2, |call, given| Ok(failed(&played(call, given[0])?, &text_of(given[1]))));
    of_values("effects", 2, |call, given| {
        let played = played(call, given[0])?;
        let patterns = patterns(call, given[1])?;
        Ok(effects::compare(&patterns, &played.effects))
    });
    of_values("problems", 2, |call, given| {
        texts(call, given[1], "problems", &played(call, given[0])?.problems)
    });
    of_values("notifications", 2, |call, given| {
        let told = played(call, given[0])?.notifications.into_iter().map(|told| told.text);
        texts(call, given[1], "notifications", &told.collect::<Vec<_>>())
    });
    of_values("log", 2, |call, given| {
        let (played, text) = (played(call, given[0])?, text_of(given[1]));
        let lines: Vec<String> = played.logs.into_iter().map(|line| line.text).collect();
        Ok(among("line of the log", &lines, &text))
    });
    of_values("requests", 2, |call, given| {
        let (played, count) = (played(call, given[0])?, count(call, given[1])?);
        Ok(match played.requests {
            requests if requests == count => Ok(()),
            requests => Err((format!("expected {count} requests, found {requests}"), Vec::new())),
        })
    });
    of_values("state", 2, |call, given| {
        let told = |thrown: Thrown| wrong(call, thrown.message);
        let key = key_of("expect::state", given[0]).map_err(told)?;
        let found = from_json(&playing(call)?.stage.state(&key));
        let named = |(message, diff)| (format!("the state value `{key}`: {message}"), diff);
        Ok(equal(&found, given[1]).map_err(named))
    });
    of_values("file", 1, |call, given| file(call, given[0], None));
    of_values("file", 3, |call, given| {
        played(call, given[0])?;
        file(call, given[1], Some(given[2]))
    });
    of_values("no_file", 1, |call, given| {
        let path = path(call, given[0])?;
        let there =
            playing(call)?.stage.read_file(&path).map_err(|message| wrong(call, message))?;
        Ok(there.map_or(Ok(()), |_| Err((format!("there is a file `{path}`"), Vec::new()))))
    });
    module
}

fn that(value: &Dynamic, message: &str) -> Result<(), Unmet> {
    match value.as_bool() {
        Ok(true) => Ok(()),
        Ok(false) if message.is_empty() => Err(("this is not true".to_owned(), Vec::new())),
        Ok(false) => Err((message.to_owned(), Vec::new())),
        Err(_) => Err((format!("true was expected here, not {}", found(value)), Vec::new())),
    }
}

fn equal(value: &Dynamic, expected: &Dynamic) -> Result<(), Unmet> {
    let (left, right) = (to_json_lossy(value), to_json_lossy(expected));
    if is_same(value, expected) || effects::same(&left, &right) {
        return Ok(());
    }
    let short = |value: &Value| {
        let text = value.to_string();
        (text.len() <= 60).then_some(text)
    };
    Err(match (short(&left), short(&right)) {
        (Some(left), Some(right)) => (format!("expected {right}, found {left}"), Vec::new()),
        _ => ("the values differ".to_owned(), diff::values(&right, &left)),
    })
}

/// A text holds another, an array an element, a map entries.
fn contains(value: &Dynamic, part: &Dynamic) -> Result<(), Unmet> {
    let (whole, part) = (to_json_lossy(value), to_json_lossy(part));
    let holds = match (&whole, &part) {
        (Value::String(whole), Value::String(part)) => whole.contains(part.as_str()),
        (Value::Array(items), part) => items.iter().any(|item| effects::holds(part, item)),
        (whole, part) => effects::holds(part, whole),
    };
    if holds {
        return Ok(());
    }
    Err((format!("{part} is not in it"), diff::values(&part, &whole)))
}

/// A block fails.
fn error(
    call: &NativeCallContext,
    block: &Dynamic,
    text: &str,
) -> Result<Result<(), Unmet>, Failure> {
    let Some(block) = block.read_lock::<FnPtr>().map(|block| block.clone()) else {
        let message =
            format!("`expect::error` takes a block such as `|| {{ … }}`, not {}", found(block));
        return Err(wrong(call, message));
    };
    let failure = match block.call_within_context::<Dynamic>(call, ()) {
        Ok(_) => return Ok(Err(("the block did not fail".to_owned(), Vec::new()))),
        Err(failure) => failure,
    };
    if !failure.unwrap_inner().is_catchable() {
        return Err(failure);
    }
    let message = thrown_text(&caught(&failure));
    Ok(match message.contains(text) {
        true => Ok(()),
        false => Err(("the block failed in another way".to_owned(), diff::texts(text, &message))),
    })
}

/// What `run` answered.
fn played(call: &NativeCallContext, value: &Dynamic) -> Result<Played, Failure> {
    let json = value.is_map().then(|| to_json(value).ok()).flatten();
    let played = json.and_then(|json| serde_json::from_value::<Played>(json).ok());
    played.ok_or_else(|| {
        let message = format!(
            "`expect::{}` takes what `run` has answered, not {}",
            call.fn_name(),
            found(value)
        );
        wrong(call, message)
    })
}

fn completed(played: &Played) -> Result<(), Unmet> {
    match &played.error {
        None => Ok(()),
        Some(error) => {
            let lines = error.rendered.lines().map(|line| DiffLine::Same(line.to_owned()));
            Err((format!("the run has {}", played.outcome), lines.collect()))
        }
    }
}

fn failed(played: &Played, text: &str) -> Result<(), Unmet> {
    match &played.error {
        None => {
            Err((format!("the run has {}, and was expected to fail", played.outcome), Vec::new()))
        }
        Some(error) if error.message.contains(text) => Ok(()),
        Some(error) => {
            Err(("the run has failed in another way".to_owned(), diff::texts(text, &error.message)))
        }
    }
}

fn patterns(call: &NativeCallContext, value: &Dynamic) -> Result<Vec<Pattern>, Failure> {
    let json = to_json(value).map_err(|error| wrong(call, error.to_string()))?;
    let Value::Array(items) = json else {
        let message = format!("expected effects are an array, not {}", found(value));
        return Err(wrong(call, message));
    };
    let patterns = items.into_iter().map(Pattern::read);
    patterns.collect::<Result<_, _>>().map_err(|message| wrong(call, message))
}

/// So many, or one with each of these texts.
fn texts(
    call: &NativeCallContext,
    expected: &Dynamic,
    what: &str,
    found: &[String],
) -> Result<Result<(), Unmet>, Failure> {
    if let Ok(texts) = expected.as_array_ref() {
        let expected: Vec<String> = texts.iter().map(text_of).collect();
        let fits = expected.len() == found.len()
            && expected.iter().zip(found).all(|(part, text)| text.contains(part.as_str()));
        let differ = || diff::texts(&expected.join("\n"), &found.join("\n"));
        return Ok(fits
            .then_some(())
            .ok_or_else(|| (format!("the {what} are not as expected"), differ())));
    }
    let count = count(call, expected)?;
    if found.len() as u64 == count {
        return Ok(Ok(()));
    }
    let lines = found.iter().map(|text| DiffLine::Unexpected(text.clone())).collect();
    Ok(Err((format!("expected {count} {what}, found {}", found.len()), lines)))
}

fn among(what: &str, lines: &[String], text: &str) -> Result<(), Unmet> {
    if lines.iter().any(|line| line.contains(text)) {
        return Ok(());
    }
    let mut diff = vec![DiffLine::Missing(text.to_owned())];
    diff.extend(lines.iter().map(|line| DiffLine::Unexpected(line.clone())));
    Err((format!("no {what} has this text"), diff))
}

fn count(call: &NativeCallContext, value: &Dynamic) -> Result<u64, Failure> {
    let count = value.as_int().ok().and_then(|count| u64::try_from(count).ok());
    count
        .ok_or_else(|| wrong(call, format!("a number from 0 is needed here, not {}", found(value))))
}

fn path(call: &NativeCallContext, value: &Dynamic) -> Result<String, Failure> {
    let path = as_text(value).map(|path| path.to_string());
    path.ok_or_else(|| wrong(call, format!("a file has a path, not {}", found(value))))
}

/// A file is there, with this content: a text, or a value that its JSON holds.
fn file(
    call: &NativeCallContext,
    given: &Dynamic,
    content: Option<&Dynamic>,
) -> Result<Result<(), Unmet>, Failure> {
    let path = path(call, given)?;
    let there = playing(call)?.stage.read_file(&path).map_err(|message| wrong(call, message))?;
    let Some(text) = there else {
        return Ok(Err((format!("there is no file `{path}`"), Vec::new())));
    };
    let Some(content) = content else { return Ok(Ok(())) };
    if let Some(expected) = as_text(content) {
        let differ = || (format!("`{path}` is not as expected"), diff::texts(&expected, &text));
        return Ok((text == expected.as_str()).then_some(()).ok_or_else(differ));
    }
    Ok(match serde_json::from_str::<Value>(&text) {
        Ok(found) => equal(&from_json(&found), content)
            .map_err(|(message, diff)| (format!("`{path}`: {message}"), diff)),
        Err(error) => Err((format!("`{path}` is no JSON: {error}"), Vec::new())),
    })
}
