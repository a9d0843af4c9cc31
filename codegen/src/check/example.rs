//! Examples: whether they fit the operation. That they work is for the tests that run them to show.

use serde_json::Value;

use crate::check::operation::gives_list;
use crate::check::{Scope, count_ids, word};
use crate::checked::{Example, Mode, Operation};
use crate::source::At;
use crate::text::{ExampleText, OperationText};

pub(super) fn examples(
    scope: &Scope<'_>,
    text: &OperationText,
    operation: &Operation,
) -> Vec<Example> {
    let having: Vec<Mode> =
        Mode::ALL.into_iter().filter(|mode| mode.has(scope.app, operation)).collect();
    let all: Vec<Example> =
        text.examples.iter().map(|text| example(scope, text, operation, &having)).collect();
    for mode in having {
        if !all.iter().any(|example| example.modes.contains(&mode)) {
            let mode = mode.as_str();
            let message = format!("`{}` has no example for the mode {mode}", operation.id);
            let hint = format!("add one, with `modes = [\"{mode}\"]` where others have theirs");
            scope.mistakes.hint(&text.name.place, message, hint);
        }
    }
    all
}

fn example(
    scope: &Scope<'_>,
    text: &ExampleText,
    operation: &Operation,
    having: &[Mode],
) -> Example {
    let ids = operation.route.ids();
    if text.args.len() != ids.len() {
        let message = format!("{}, but the path has {}", count_ids(text.args.len()), ids.len());
        let hint = match ids.is_empty() {
            true => "leave `args` out".to_owned(),
            false => format!("`args` are {}", ids.join(", ")),
        };
        scope.mistakes.hint(&text.place, message, hint);
    }
    let allowed = operation.options();
    for (name, _) in text.options.iter().filter(|(name, _)| !allowed.contains(&name.as_str())) {
        let message = format!("`{}` is not an option of {}", name.value, operation.id);
        scope.mistakes.unknown(&name.place, message, name.as_str(), allowed.iter().copied());
    }
    body(scope, text, operation);
    let options = text.options.iter();
    Example {
        args: text.args.iter().map(|arg| arg.value.clone()).collect(),
        options: options.map(|(name, value)| (name.value.clone(), value.value.clone())).collect(),
        body: text.body.as_ref().map(|body| body.value.clone()),
        answer: text.answer.as_ref().and_then(|file| answer(scope, file)),
        modes: modes(scope, text, operation, having),
    }
}

fn body(scope: &Scope<'_>, text: &ExampleText, operation: &Operation) {
    let (given, wanted) = match (&text.body, &operation.body) {
        (Some(given), Some(wanted)) => (given, wanted),
        (None, None) => return,
        (Some(given), None) => {
            scope.mistakes.add(&given.place, format!("{} sends no body", operation.id));
            return;
        }
        (None, Some(_)) => {
            scope.mistakes.add(&text.place, format!("{} sends a body", operation.id));
            return;
        }
    };
    let fits = match &given.value {
        Value::Object(map) => map.contains_key("data") || !gives_list(&wanted.shape),
        Value::Array(_) => gives_list(&wanted.shape),
        _ => false,
    };
    if !fits {
        let wanted = if gives_list(&wanted.shape) { "a list" } else { "a map" };
        let message = format!("the body of {} is {wanted}, or a map with `data`", operation.id);
        scope.mistakes.add(&given.place, message);
    }
}

fn answer(scope: &Scope<'_>, file: &At<String>) -> Option<Value> {
    let name = format!("{}/{}", scope.text.folder.value, file.value);
    let Some(text) = scope.tree.get(&name) else {
        let message = format!("there is no `spec/{name}`");
        let prefix = format!("{}/", scope.text.folder.value);
        let others = scope.tree.names().filter_map(|name| name.strip_prefix(&prefix));
        let others = others.filter(|name| name.ends_with(".json"));
        scope.mistakes.unknown(&file.place, message, file.as_str(), others);
        return None;
    };
    match serde_json::from_str(text) {
        Ok(answer) => Some(answer),
        Err(error) => {
            scope.mistakes.add(&file.place, format!("`spec/{name}` is not JSON: {error}"));
            None
        }
    }
}

fn modes(
    scope: &Scope<'_>,
    text: &ExampleText,
    operation: &Operation,
    having: &[Mode],
) -> Vec<Mode> {
    let Some(given) = &text.modes else { return having.to_vec() };
    let words = Mode::ALL.map(|mode| (mode.as_str(), mode));
    let known = |text: &At<String>| {
        let mode = word(scope.mistakes, text, "a mode", &words)?;
        if !having.contains(&mode) {
            let message = format!("the mode {} does not have {}", text.value, operation.id);
            scope.mistakes.add(&text.place, message);
        }
        Some(mode)
    };
    given.iter().filter_map(known).collect()
}
