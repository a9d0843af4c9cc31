//! The arguments of operations as far as they are written out, judged by the host's own check.
//!
//! What is not known is taken for right: it is `null` in what the host sees, and what the host says about it is dropped.

use pianoroll_api::{Arguments, Operation};
use pianoroll_host::{About, CheckError, check};
use rhai::{FnCallExpr, Position};
use serde_json::{Map, Value};

use super::literal::{Constants, Known, Literal};
use super::table::Table;
use super::{at, start_of};
use crate::diagnostic::Diagnostic;
use crate::modules::calls::{Called, called};
use crate::modules::operations::option_names;

/// Checks the arguments of a call.
pub(super) fn call(
    call: &FnCallExpr,
    position: Position,
    constants: &Constants,
    mistakes: &mut Vec<Diagnostic>,
) {
    if !call.is_qualified() {
        return;
    }
    let module = call.namespace.to_string();
    let counts =
        Table::get().modules.get(&module).and_then(|module| module.get(call.name.as_str()));
    // A wrong number of arguments is told elsewhere, and nobody knows which is which then.
    if counts.is_none_or(|counts| !counts.contains(&call.args.len())) {
        return;
    }
    let function = format!("{module}::{}", call.name);
    for called in called(&module, &call.name).into_iter().filter(|called| !called.completes) {
        let mut places = Places::default();
        let argument = |index: usize| {
            call.args.get(index).map(|argument| constants.resolve(&Literal::of(argument)))
        };
        let arguments = arguments(called, argument, &function, &mut places, mistakes);
        let Some(arguments) = arguments else { continue };
        for error in surely(called.operation, &arguments) {
            if called.operation.body.is_none() && error.argument == "body" {
                continue;
            }
            // Unknown options are told with the functions' own words.
            let of_option = arguments.options.contains_key(&error.argument);
            if of_option && !option_names(called.operation).contains(&error.argument.as_str()) {
                continue;
            }
            mistakes.extend(places.tell(&function, &error, start_of(call, position)));
        }
    }
}

/// The mistakes that are there at every revision.
fn surely(operation: &Operation, arguments: &Arguments) -> Vec<CheckError> {
    let at = |revision| match check::check(operation, arguments, revision) {
        Ok(()) => Vec::new(),
        Err(errors) => errors.errors,
    };
    let mut errors = at(None);
    for variant in operation.variants {
        if errors.is_empty() {
            break;
        }
        let others = at(Some(variant.since));
        errors.retain(|error| others.iter().any(|other| other.argument == error.argument));
    }
    errors
}

/// What the host is shown; `None` where an argument is of a kind that can be none.
fn arguments(
    called: Called,
    argument: impl Fn(usize) -> Option<Literal>,
    function: &str,
    places: &mut Places,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Arguments> {
    let mut arguments = Arguments::default();
    let mut refuse = |position, message: String| {
        mistakes.push(Diagnostic::error("argument", message, at(position)));
    };
    for (index, name) in called.operation.route.ids().enumerate() {
        let literal = argument(index)?;
        let id = match &literal.known {
            Known::Value(Value::String(id)) => id.clone(),
            Known::Value(value) => {
                let hint = match value {
                    Value::Number(number) => format!(": write it in quotes, \"{number}\""),
                    _ => String::new(),
                };
                let message =
                    format!("`{function}` takes the {name} as a text, not {}{hint}", what(value));
                refuse(literal.position, message);
                return None;
            }
            Known::List(_) | Known::Map(_) => {
                let found =
                    if matches!(literal.known, Known::List(_)) { "an array" } else { "a map" };
                refuse(
                    literal.position,
                    format!("`{function}` takes the {name} as a text, not {found}"),
                );
                return None;
            }
            // Any id: the place is remembered as unknown.
            _ => {
                places.add(name.to_owned(), None, &literal, true);
                "x".to_owned()
            }
        };
        if matches!(literal.known, Known::Value(_)) {
            places.add(name.to_owned(), None, &literal, false);
        }
        arguments.ids.push(id);
    }
    if let Some(literal) = called.body.and_then(&argument) {
        arguments.body = Some(places.value("body", None, &literal));
        if places.is_unknown("body") {
            // Anything may be in it: only the other arguments are judged.
            arguments.body = Some(Value::Null);
        }
    }
    if let Some(literal) = called.options.and_then(&argument) {
        match &literal.known {
            Known::Map(entries) => {
                for (name, key, value) in entries {
                    let value = places.value(name, Some(*key), value);
                    arguments.options.insert(name.clone(), value);
                }
            }
            Known::Value(Value::Null) => {}
            Known::Value(value) => {
                refuse(literal.position, options_are_a_map(function, what(value)));
                return None;
            }
            Known::List(_) => {
                refuse(literal.position, options_are_a_map(function, "an array"));
                return None;
            }
            // Every option may be given in it.
            _ => return None,
        }
    }
    Some(arguments)
}

fn options_are_a_map(function: &str, found: &str) -> String {
    format!("the options of `{function}` are a map such as `#{{ page_size: 100 }}`, not {found}")
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::Null => "()",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "a map",
    }
}

/// Where the parts of the arguments stand in the script, by the names that the host gives to places.
#[derive(Default)]
struct Places(Vec<Place>);

struct Place {
    name: String,
    key: Option<Position>,
    value: Position,
    /// Only the run can tell what is here.
    unknown: bool,
    /// Only parts of the text are known.
    outline: bool,
    /// The texts in it, where it is a list.
    items: Vec<(String, Position)>,
}

impl Places {
    fn add(&mut self, name: String, key: Option<Position>, literal: &Literal, unknown: bool) {
        let items = match &literal.known {
            Known::List(items) => items.iter().filter_map(|item| match &item.known {
                Known::Value(Value::String(text)) => Some((text.clone(), item.position)),
                _ => None,
            }),
            _ => {
                let outline = matches!(literal.known, Known::Outline(_));
                let value = literal.position;
                return self.0.push(Place {
                    name,
                    key,
                    value,
                    unknown,
                    outline,
                    items: Vec::new(),
                });
            }
        };
        let items = items.collect();
        self.0.push(Place { name, key, value: literal.position, unknown, outline: false, items });
    }

    fn is_unknown(&self, name: &str) -> bool {
        self.0.iter().any(|place| place.name == name && place.unknown)
    }

    /// A literal as JSON, with the places of its parts.
    fn value(&mut self, name: &str, key: Option<Position>, literal: &Literal) -> Value {
        match &literal.known {
            Known::Value(value) => {
                self.add(name.to_owned(), key, literal, false);
                value.clone()
            }
            Known::Outline(text) => {
                self.add(name.to_owned(), key, literal, false);
                Value::from(text.as_str())
            }
            Known::Map(entries) => {
                self.add(name.to_owned(), key, literal, false);
                let entries = entries.iter().map(|(entry, key, value)| {
                    (entry.clone(), self.value(&format!("{name}.{entry}"), Some(*key), value))
                });
                Value::Object(entries.collect::<Map<_, _>>())
            }
            Known::List(items) => {
                let known = |item: &&Literal| {
                    !matches!(item.known, Known::Nothing | Known::Variable(_) | Known::Call(..))
                };
                let known: Vec<&Literal> = items.iter().filter(known).collect();
                // What is left of a list of unknown things says nothing about it.
                let unknown = known.is_empty() && !items.is_empty();
                self.add(name.to_owned(), key, literal, unknown);
                if unknown {
                    return Value::Null;
                }
                let values = known.iter().enumerate();
                let values =
                    values.map(|(index, item)| self.value(&format!("{name}[{index}]"), None, item));
                Value::Array(values.collect())
            }
            Known::Nothing | Known::Variable(_) | Known::Call(..) => {
                self.add(name.to_owned(), key, literal, true);
                Value::Null
            }
        }
    }

    /// What the host said, at its place in the script; `None` where it is about what is not known.
    fn tell(&self, function: &str, error: &CheckError, start: Position) -> Option<Diagnostic> {
        let mut name = error.argument.as_str();
        let found = loop {
            if let Some(place) = self.0.iter().find(|place| place.name == name) {
                break Some(place);
            }
            match name.rfind(['.', '[']) {
                Some(end) => name = name.get(..end).unwrap_or_default(),
                None => break None,
            }
        };
        let (position, width) = match found {
            Some(place) if place.unknown => return None,
            Some(place)
                if place.outline
                    && (error.allowed.is_empty() || error.message.contains("`null`")) =>
            {
                return None;
            }
            Some(place) => {
                let quoted =
                    |(item, _): &&(String, Position)| error.message.contains(&format!("`{item}`"));
                match (error.about, place.key, place.items.iter().find(quoted)) {
                    (About::Name, Some(key), _) => (key, name_width(&error.argument)),
                    (_, _, Some((item, position))) => (*position, item.chars().count() + 2),
                    _ => (place.value, 1),
                }
            }
            None => (start, function.chars().count()),
        };
        let message = format!("`{function}`: {}: {}", error.argument, error.message);
        let allowed = match error.allowed.as_slice() {
            [] => None,
            [rest @ .., last] if error.allowed.len() <= SHOWN && !rest.is_empty() => {
                Some(format!("allowed: {} and {last}", rest.join(", ")))
            }
            [only] => Some(format!("allowed: {only}")),
            many => Some(format!(
                "allowed: {} and {} more",
                many.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", "),
                many.len() - SHOWN
            )),
        };
        let hint = match &error.suggestion {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => allowed,
        };
        let code = if error.about == About::Absence { "missing-argument" } else { "argument" };
        Some(Diagnostic::error(code, message, at(position)).with_width(width).with_hint(hint))
    }
}

/// How many allowed words a hint lists.
const SHOWN: usize = 24;

/// The width of the last name of a place.
fn name_width(place: &str) -> usize {
    place.rsplit('.').next().unwrap_or(place).chars().count()
}
