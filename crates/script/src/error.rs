//! What scripts throw, what ends them, and how both are shown.

use pianoroll_host::{GuestError, GuestErrorKind, HostError, Place};
use pianoroll_model::Excerpt;
use rhai::{Dynamic, EvalAltResult, Map, Position};

use crate::context::Run;
use crate::value::{as_text, text_of, type_name};

/// What Rhai hands around.
pub(crate) type Failure = Box<EvalAltResult>;

/// What a native function throws: a map with `code` and `message`, which a script can catch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thrown {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Thrown {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// An argument that does not fit.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new("invalid_argument", message)
    }

    /// Thrown at a place. Rhai leaves errors of qualified calls without one.
    pub(crate) fn at(self, position: Position) -> Failure {
        let map =
            Map::from([("code".into(), self.code.into()), ("message".into(), self.message.into())]);
        Box::new(EvalAltResult::ErrorRuntime(Dynamic::from_map(map), position))
    }
}

impl From<Thrown> for Failure {
    fn from(thrown: Thrown) -> Self {
        // Rhai fills the place in where the call has one.
        thrown.at(Position::NONE)
    }
}

/// What ends a run whatever the script says: `catch` never sees it.
#[derive(Clone, Debug)]
pub(crate) enum Fatal {
    /// The host ended it: cancelled, a guardrail, an unknown outcome.
    Host(HostError),
    /// The script broke a rule that no script may break.
    Program(String),
    /// It was cancelled between two calls.
    Cancelled,
    /// It reached a limit of the engine.
    Limit(String),
}

impl Fatal {
    pub(crate) fn at(self, position: Position) -> Failure {
        Box::new(EvalAltResult::ErrorTerminated(Dynamic::from(self), position))
    }
}

/// The error that ended a script, for the host.
pub(crate) fn guest_error(failure: &Failure, run: &Run) -> GuestError {
    let program = &run.program;
    let (inner, calls) = unwrap(failure);
    let mut position = inner.position();
    // An error is in the file of the function around it.
    let mut file = calls.last().map_or("", |(_, file, _)| *file);
    let (kind, message, hint) = match inner {
        EvalAltResult::ErrorTerminated(token, _) => {
            let (fatal, place) = run.fatal().unzip();
            if let Some(place) = place.filter(|place| !place.is_none()) {
                position = place;
                file = run.fatal_file().unwrap_or_default();
            }
            match token.clone().try_cast::<Fatal>().or(fatal) {
                Some(Fatal::Host(error)) => {
                    let message = error.to_string();
                    (GuestErrorKind::Host(error), message, None)
                }
                Some(Fatal::Program(message)) => (GuestErrorKind::Program, message, None),
                Some(Fatal::Limit(message)) => (GuestErrorKind::Limit, message, None),
                Some(Fatal::Cancelled) | None => {
                    (GuestErrorKind::Cancelled, "the run was cancelled".to_owned(), None)
                }
            }
        }
        EvalAltResult::ErrorRuntime(value, _) => match run.remembered(value) {
            Some(error) => {
                let message = error.to_string();
                (GuestErrorKind::Host(error), message, None)
            }
            None => {
                let map = value.as_map_ref().ok();
                let hint = map.and_then(|map| map.get("hint").and_then(as_text));
                (GuestErrorKind::Program, thrown_text(value), hint.map(Into::into))
            }
        },
        EvalAltResult::ErrorStackOverflow(_) => {
            let message = format!(
                "functions call each other too deeply: more than {} levels",
                crate::engine::MAX_CALL_LEVELS
            );
            (GuestErrorKind::Limit, message, None)
        }
        EvalAltResult::ErrorDataTooLarge(what, _) => {
            (GuestErrorKind::Limit, format!("{what} grew too large"), None)
        }
        other => {
            let (message, hint) = describe(other);
            (GuestErrorKind::Program, message, hint)
        }
    };
    let at = position.line().map(|line| (line, position.position().unwrap_or(1)));
    let (file, text) = program.file(file);
    let width = at.map_or(1, |at| word_width(text, at));
    let excerpt = Excerpt { file, text, at, width, message: &message, hint: hint.as_deref() };
    let mut rendered = excerpt.to_string();
    for (index, (name, _, place)) in calls.iter().enumerate().rev() {
        let Some(line) = place.line() else { continue };
        let column = place.position().unwrap_or(1);
        let outer = index.checked_sub(1).and_then(|outer| calls.get(outer));
        let (file, _) = program.file(outer.map_or("", |(_, file, _)| *file));
        rendered += &format!("\n  in {name} at {file}:{line}:{column}");
    }
    let place = at.map(|(line, column)| Place { file: file.to_owned(), line, column });
    GuestError { message, kind, rendered, place }
}

/// How many characters the word at a place has; 1 where there is none.
fn word_width(source: &str, (line, column): (usize, usize)) -> usize {
    let line = source.lines().nth(line - 1).unwrap_or_default();
    let word = line.chars().skip(column - 1).take_while(|c| c.is_alphanumeric() || *c == '_');
    word.count().max(1)
}

/// A call around an error: what is called, the file that it is in, and where it is called.
type Around<'e> = (String, &'e str, Position);

/// The error inside of calls, and the calls around it, outermost first.
fn unwrap(failure: &EvalAltResult) -> (&EvalAltResult, Vec<Around<'_>>) {
    let mut calls = Vec::new();
    let mut inner = failure;
    loop {
        let (name, file, cause, position) = match inner {
            EvalAltResult::ErrorInFunctionCall(name, file, cause, position) => {
                let name = match name.as_str() {
                    anonymous if anonymous.starts_with("anon$") => "a closure".to_owned(),
                    item if item.contains(' ') => item.to_owned(),
                    name => format!("`{name}`"),
                };
                (format!("{name}, called"), file, cause, position)
            }
            EvalAltResult::ErrorInModule(file, cause, position) => {
                (format!("`{file}`, imported"), file, cause, position)
            }
            _ => break,
        };
        calls.push((name, file.as_str(), *position));
        inner = cause;
    }
    (inner, calls)
}

/// A thrown value as one text: the `message` of a map, else the value.
pub(crate) fn thrown_text(value: &Dynamic) -> String {
    let message = value.as_map_ref().ok().and_then(|map| map.get("message").map(text_of));
    message.unwrap_or_else(|| text_of(value))
}

/// What a script sees when it catches an error: the thrown value, or a map with `code` and `message`.
pub(crate) fn caught(failure: &EvalAltResult) -> Dynamic {
    match failure.unwrap_inner() {
        EvalAltResult::ErrorRuntime(value, _) => value.clone(),
        other => {
            let (message, _) = describe(other);
            let entries = [("code".into(), "program".into()), ("message".into(), message.into())];
            Dynamic::from_map(Map::from(entries))
        }
    }
}

/// An error that a script may catch as the value that it throws: Rhai's own become maps with `code`, `message` and, where one
/// helps, a `hint`, at the same place.
pub(crate) fn thrown_by(failure: EvalAltResult) -> EvalAltResult {
    match failure {
        EvalAltResult::ErrorInFunctionCall(name, file, inner, position) => {
            let inner = Box::new(thrown_by(*inner));
            EvalAltResult::ErrorInFunctionCall(name, file, inner, position)
        }
        EvalAltResult::ErrorInModule(file, inner, position) => {
            EvalAltResult::ErrorInModule(file, Box::new(thrown_by(*inner)), position)
        }
        thrown @ EvalAltResult::ErrorRuntime(..) => thrown,
        other => {
            let mut value = caught(&other);
            let (_, hint) = describe(&other);
            if let (Some(mut map), Some(hint)) = (value.write_lock::<Map>(), hint) {
                map.insert("hint".into(), hint.into());
            }
            EvalAltResult::ErrorRuntime(value, other.position())
        }
    }
}

/// Rhai's own errors in words, with a hint where one helps.
fn describe(error: &EvalAltResult) -> (String, Option<String>) {
    let words = match error {
        EvalAltResult::ErrorFunctionNotFound(signature, _) => return missing_function(signature),
        EvalAltResult::ErrorVariableNotFound(name, _) => format!("there is no variable `{name}`"),
        EvalAltResult::ErrorModuleNotFound(name, _) => format!("there is no module `{name}`"),
        EvalAltResult::ErrorIndexingType(what, _) => {
            format!(
                "{} has no elements to index",
                plain_types(what.split(" [").next().unwrap_or(what))
            )
        }
        EvalAltResult::ErrorMismatchDataType(wanted, found, _) => {
            format!("expected {}, found {}", plain_types(wanted), plain_types(found))
        }
        EvalAltResult::ErrorMismatchOutputType(wanted, found, _) => {
            format!("expected {}, found {}", plain_types(wanted), plain_types(found))
        }
        EvalAltResult::ErrorDotExpr(text, _) => return unknown_property(text),
        EvalAltResult::ErrorArrayBounds(0, index, _) => {
            format!("there is no element {index}: the array is empty")
        }
        EvalAltResult::ErrorArrayBounds(len, index, _) => {
            format!("there is no element {index}: the array has {len}, the last at {}", len - 1)
        }
        EvalAltResult::ErrorStringBounds(len, index, _) => {
            format!("there is no character {index}: the text has {len}")
        }
        EvalAltResult::ErrorFor(_) => {
            return (
                "this cannot be iterated over".to_owned(),
                Some("`for` takes an array, rows, a range, or an `each…` iterator".to_owned()),
            );
        }
        EvalAltResult::ErrorDataRace(..) => {
            let hint = "give what stands before the closure a name with `let`: `let names = map.keys(); names.map(|name| map[name])`";
            return (
                "a closure uses a variable that this chain is still working on".to_owned(),
                Some(hint.to_owned()),
            );
        }
        EvalAltResult::ErrorAssignmentToConstant(name, _) => {
            format!("`{name}` cannot be changed: it is a constant")
        }
        EvalAltResult::ErrorParsing(error, _) => error.to_string(),
        other => {
            let mut words = other.to_string();
            // The place is shown apart.
            if let Some(cut) = words.rfind(" (line ") {
                words.truncate(cut);
            }
            let mut characters = words.chars();
            let first = characters.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(characters).collect()
        }
    };
    (words, None)
}

/// `Unknown property 'foo' - a getter is not registered for type 'i64'`
fn unknown_property(text: &str) -> (String, Option<String>) {
    let mut quoted = text.split('\'').skip(1).step_by(2);
    let (Some(property), Some(kind)) = (quoted.next(), quoted.next()) else {
        return (text.to_owned(), None);
    };
    let hint = "what stands before it is absent: `?.` answers () there, `??` gives another value";
    let hint = (kind == "()").then(|| hint.to_owned());
    (format!("{} has no property `{property}`", plain_types(kind)), hint)
}

/// `push (string, i64)`: which function is missing, for which types.
fn missing_function(signature: &str) -> (String, Option<String>) {
    let (name, types) = signature.split_once(" (").unwrap_or((signature, ""));
    let types = plain_types(types.trim_end_matches(')'));
    if let Some(property) = name.strip_prefix("get$") {
        let here = crate::check::ELSEWHERE.iter().find(|(there, _)| *there == property);
        let hint = here.map(|(_, here)| format!("did you mean `{here}()`?"));
        return (format!("{types} has no property `{property}`"), hint);
    }
    if let Some(property) = name.strip_prefix("set$") {
        return (format!("{types} has no property `{property}` that can be set"), None);
    }
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        let hint = types
            .split(", ")
            .any(|kind| kind == "()")
            .then(|| "what is () may be absent: give another value with `??`".to_owned());
        return (format!("`{name}` does not work with {types}"), hint);
    }
    if name.starts_with("anon$") {
        let hint = "count the names between the bars: `|x|` takes one value".to_owned();
        return (format!("a closure that takes ({types}) is needed here"), Some(hint));
    }
    let hint = types.starts_with("iterator").then(|| {
        "an iterator is for `for`; `.to_array()` makes an array of all its resources".to_owned()
    });
    (format!("there is no function `{name}` for ({types})"), hint)
}

/// Rhai's names of types as scripts know them.
fn plain_types(types: &str) -> String {
    let plain = |name: &str| match name.trim() {
        "&str | ImmutableString | String" | "string" => "string".to_owned(),
        "i64" => "int".to_owned(),
        "f64" => "float".to_owned(),
        "Fn" => "function".to_owned(),
        other => other.to_owned(),
    };
    types.split(", ").map(plain).collect::<Vec<_>>().join(", ")
}

/// `a string`, for a message about a value that is something else.
pub(crate) fn found(value: &Dynamic) -> String {
    match value.as_immutable_string_ref() {
        Ok(text) if text.len() <= 40 => format!("the string {:?}", text.as_str()),
        _ if value.is_int() || value.is_float() || value.is_bool() => {
            let kind = type_name(value).split(' ').next_back().unwrap_or_default();
            format!("the {kind} {}", text_of(value))
        }
        _ => type_name(value).to_owned(),
    }
}
