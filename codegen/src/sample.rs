//! Examples as people would write them: as Rhai, and on the command line.

use serde_json::Value;

use crate::checked::{Example, Module, Operation};
use crate::name;

/// `profiles::list(#{ fields: ["email"] })`
pub(crate) fn rhai(module: &Module, operation: &Operation, example: &Example) -> String {
    let mut arguments: Vec<String> =
        example.args.iter().map(|id| literal(&Value::from(id.as_str()))).collect();
    arguments.extend(example.body.as_ref().map(literal));
    if !example.options.is_empty() {
        arguments.push(map(example.options.iter().map(|(name, value)| (name.as_str(), value))));
    }
    let (module, function) = (name::rhai(&module.name), name::rhai(&operation.name));
    format!("{module}::{function}({})", arguments.join(", "))
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "()".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Array(list) => {
            format!("[{}]", list.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Object(object) => map(object.iter().map(|(key, value)| (key.as_str(), value))),
    }
}

fn map<'v>(entries: impl Iterator<Item = (&'v str, &'v Value)>) -> String {
    let mut entries: Vec<(&str, &Value)> = entries.collect();
    entries.sort_by_key(|(key, _)| *key);
    if entries.is_empty() {
        return "#{}".to_owned();
    }
    let entry = |(key, value): &(&str, &Value)| {
        let plain = key.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
            && key.starts_with(|first: char| first.is_ascii_alphabetic())
            && name::rhai(key) == *key;
        let key = if plain { (*key).to_owned() } else { format!("{key:?}") };
        format!("{key}: {}", literal(value))
    };
    format!("#{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
}

/// `pianoroll call profiles.list fields=email`
pub(crate) fn command(operation: &Operation, example: &Example) -> String {
    let mut words = vec!["pianoroll".to_owned(), "call".to_owned(), operation.id.clone()];
    words.extend(example.args.iter().map(|id| quoted(id)));
    for (name, value) in &example.options {
        match value {
            Value::Object(by_type) => {
                for (kind, value) in by_type {
                    // The main type goes without saying.
                    let main = operation.answer.kind() == Some(kind);
                    let name = if main { name.clone() } else { format!("{name}.{kind}") };
                    words.push(quoted(&format!("{name}={}", plain(value))));
                }
            }
            value => words.push(quoted(&format!("{name}={}", plain(value)))),
        }
    }
    match &example.body {
        Some(body) => {
            let body = quoted(&crate::emit::json::sorted(body).to_string());
            format!("echo {body} | {} --body -", words.join(" "))
        }
        None => words.join(" "),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A word of a POSIX shell.
fn quoted(word: &str) -> String {
    let safe = |it: u8| it.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&it);
    if !word.is_empty() && word.bytes().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
