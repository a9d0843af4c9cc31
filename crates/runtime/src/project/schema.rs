//! The JSON Schema of the file, for editors: a loop over the tables of keys.

use serde_json::{Map, Value, json};

use super::keys::{FILE, Key, Need, Shape};

/// The JSON Schema (draft 2020-12) of a project file: its keys, their types and bounds, and what they are for. What holds between keys,
/// such as that a name is known, only [`super::Project::parse`] knows.
#[must_use]
pub fn schema() -> Value {
    let mut schema = of(&FILE);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pianoroll.toml",
        "description": "A project of pianoroll. Every key is optional where nothing else is said.",
    });
    if let (Some(schema), Value::Object(head)) = (schema.as_object_mut(), head) {
        schema.extend(head);
    }
    schema
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Number(least, u64::MAX) => json!({ "type": "integer", "minimum": least }),
        Shape::Number(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        // Whether a text is a duration is more than a pattern says.
        Shape::Duration(..) => json!({ "type": "string", "minLength": 2 }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Words(words) => json!({
            "type": "array", "items": { "enum": words }, "minItems": 1, "uniqueItems": true,
        }),
        Shape::Plain => json!({ "type": ["string", "number", "boolean", "array"] }),
        Shape::Table(keys) => table(keys),
        Shape::Map(shape) => json!({ "type": "object", "additionalProperties": of(shape) }),
        Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(of).collect::<Vec<_>>() }),
    }
}

fn table(keys: &[Key]) -> Value {
    let properties = keys.iter().map(|key| (key.name.to_owned(), property(key)));
    let mut table = json!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
    });
    let named = |need: Need| keys.iter().filter(move |key| key.need == need).map(|key| key.name);
    let required: Vec<&str> = named(Need::Required).collect();
    if !required.is_empty() {
        table["required"] = json!(required);
    }
    let one_of: Vec<Value> = named(Need::OneOf).map(|name| json!({ "required": [name] })).collect();
    if !one_of.is_empty() {
        table["oneOf"] = Value::Array(one_of);
    }
    table
}

fn property(key: &Key) -> Value {
    let mut property = of(&key.shape);
    property["description"] = json!(key.about);
    if let Some(example) = key.example.and_then(|example| serde_json::from_str(example).ok()) {
        property["examples"] = Value::Array(vec![example]);
    }
    property
}
