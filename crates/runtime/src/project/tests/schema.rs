//! The schema for editors, against the parser.

use expect_test::expect_file;
use serde_json::{Map, Value};

use super::super::*;

/// The same value with its keys in order, also where another crate in the build has switched on `preserve_order`.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            let entries = entries.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(entries.collect())
        }
        other => other,
    }
}

/// With `UPDATE_EXPECT=1` it is written.
#[test]
fn the_committed_schema_is_that_of_the_parser() {
    let text = serde_json::to_string_pretty(&sorted(schema())).unwrap();
    expect_file!["../../../../../docs/pianoroll.schema.json"].assert_eq(&format!("{text}\n"));
}

/// Every key of the schema with its table, its value in TOML, and whether it is a table itself.
fn keys(schema: &Value, path: &[String], found: &mut Vec<(Vec<String>, String, Option<Value>)>) {
    for alternative in schema["anyOf"].as_array().into_iter().flatten() {
        keys(alternative, path, found);
    }
    let named = &schema["additionalProperties"];
    if named.is_object() {
        keys(named, &[path, &["name".to_owned()]].concat(), found);
    }
    for (key, property) in schema["properties"].as_object().unwrap_or(&Map::new()) {
        let example = property["examples"].get(0).cloned();
        found.push((path.to_vec(), key.clone(), example));
        keys(property, &[path, std::slice::from_ref(key)].concat(), found);
    }
}

fn all_keys() -> Vec<(Vec<String>, String, Option<Value>)> {
    let mut found = Vec::new();
    keys(&schema(), &[], &mut found);
    found
}

fn told(text: &str) -> Vec<Mistake> {
    match Project::parse(text, Path::new("pianoroll.toml")) {
        Ok(_) => Vec::new(),
        Err(ProjectError::Mistakes { mistakes, .. }) => mistakes,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_parser_knows_every_key_of_the_schema() {
    let keys = all_keys();
    assert!(keys.len() > 70, "{keys:?}");
    for (path, key, example) in keys {
        let table = if path.is_empty() { String::new() } else { format!("[{}]\n", path.join(".")) };
        let mistakes = told(&format!("{table}{key} = 1\n"));
        let unknown = mistakes.iter().find(|mistake| mistake.message.starts_with("unknown"));
        assert_eq!(unknown, None, "{path:?} {key}");
        // What an editor offers is taken; that a name is known is another matter.
        let Some(example) = example else { continue };
        let mistakes = told(&format!("{table}{key} = {example}\n"));
        let line = if path.is_empty() { 1 } else { 2 };
        let refused = mistakes.iter().find(|mistake| {
            mistake.line == line
                && !mistake.message.starts_with("there is no `[")
                && !mistake.message.contains("needs its connections named")
                && !mistake.message.starts_with("`pause_after` pauses")
        });
        assert_eq!(refused, None, "{path:?} {key} = {example}");
    }
}

#[test]
fn the_schema_knows_every_key_that_the_parser_offers() {
    let keys = all_keys();
    let mut tables: Vec<&Vec<String>> = keys.iter().map(|(path, ..)| path).collect();
    tables.dedup();
    for path in tables {
        let table = if path.is_empty() { String::new() } else { format!("[{}]\n", path.join(".")) };
        let mistakes = told(&format!("{table}zzzzzzzzzzzz = 1\n"));
        let unknown = mistakes.iter().find(|mistake| mistake.message.starts_with("unknown"));
        let hint = unknown.and_then(|unknown| unknown.hint.clone()).unwrap_or_default();
        let offered =
            hint.strip_prefix("known here: ").unwrap_or_else(|| panic!("{path:?} {hint}"));
        let mut offered: Vec<&str> = offered.split(", ").collect();
        let of_table = keys.iter().filter(|(other, ..)| other == path);
        let mut known: Vec<&str> = of_table.map(|(_, key, _)| key.as_str()).collect();
        offered.sort_unstable();
        known.sort_unstable();
        assert_eq!(offered, known, "{path:?}");
    }
}
