//! The OpenAPI document: read by a library that knows OpenAPI, its references followed, its examples held against its schemas.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::path::Path;

use pianoroll_codegen::{Tree, check, emit};
use serde_json::{Value, json};

/// The documents of the real spec and of the one with names that targets keep for themselves.
fn documents() -> [Value; 2] {
    ["../spec", "tests/hostile"].map(|folder| {
        let tree = Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        let spec = check(&tree).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let contracts = emit::contracts(&spec);
        let (_, text) = contracts.iter().find(|(name, _)| name == "docs/openapi.json").unwrap();
        serde_json::from_str(text).unwrap()
    })
}

/// Every operation: path, method and value.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if method != "servers" {
                all.push((path.as_str(), method.as_str(), operation));
            }
        }
    }
    all
}

#[test]
fn a_library_that_knows_openapi_reads_it() {
    for document in documents() {
        let read = oas3::from_json(document.to_string()).unwrap();
        read.validate_version().unwrap();
        assert_eq!(read.operations().count(), operations(&document).len());
    }
}

#[test]
fn references_lead_somewhere() {
    fn walk<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| walk(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    for document in documents() {
        let mut references = Vec::new();
        walk(&document, &mut references);
        assert!(references.len() > 50);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
    }
}

#[test]
fn operations_are_complete_and_their_ids_unique() {
    for document in documents() {
        let mut ids = BTreeSet::new();
        for (path, method, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id), "{id} is there twice");
            assert!(["get", "post", "patch", "put", "delete"].contains(&method), "{method}");
            let in_path: BTreeSet<&str> = path
                .split('/')
                .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
                .collect();
            let parameters = operation["parameters"].as_array().unwrap();
            let declared =
                parameters.iter().filter(|it| it["in"] == "path" && it["required"] == true);
            let declared: BTreeSet<&str> =
                declared.map(|it| it["name"].as_str().unwrap()).collect();
            assert_eq!(in_path, declared, "{id}");
            let named: Vec<&str> = parameters.iter().filter_map(|it| it["name"].as_str()).collect();
            assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len(), "{id}");
            let success = operation["responses"].as_object().unwrap().keys();
            assert!(success.filter(|status| status.starts_with('2')).count() > 0, "{id}");
        }
    }
}

#[test]
fn documented_alternatives_are_there_and_marked() {
    let [document, _] = documents();
    let official = &document["paths"]["/klaviyo/api/tags/{tag_id}/relationships/campaigns"]["post"];
    assert_eq!(official["operationId"], "tags.tag_campaigns");
    assert_eq!(official.get("x-pianoroll-alternative-of"), None);
    let documented = &document["paths"]["/klaviyo/api/tag-campaign-relationships"]["post"];
    assert_eq!(documented["operationId"], "tags.tag_campaigns.documented");
    assert_eq!(documented["x-pianoroll-alternative-of"], "tags.tag_campaigns");
    let control = &document["paths"]["/connections/{connection_id}"];
    assert_eq!(control["servers"], json!([{ "url": "https://ctrl.maton.ai" }]));
}

#[test]
fn examples_fit_their_schemas() {
    for document in documents() {
        let mut held = 0;
        let mut fits = |media: &Value, value: &Value, what: &str| {
            let mut problems = Vec::new();
            problems_of(&document, &media["schema"], value, "", &mut problems);
            assert!(problems.is_empty(), "{what}: {problems:?}");
            held += 1;
        };
        for (_, _, operation) in operations(&document) {
            let id = operation["operationId"].as_str().unwrap();
            let media = &operation["requestBody"]["content"]["application/json"];
            for (name, example) in media["examples"].as_object().into_iter().flatten() {
                fits(media, &example["value"], &format!("{id} {name}"));
            }
            for (status, response) in operation["responses"].as_object().unwrap() {
                let media = &response["content"]["application/json"];
                if let Some(example) = media.get("example") {
                    fits(media, example, &format!("{id} {status}"));
                }
            }
        }
        assert!(held > 0);
    }
}

#[test]
fn what_does_not_fit_a_schema_is_seen() {
    let schema = json!({
        "type": "object", "required": ["a"], "additionalProperties": false,
        "properties": {
            "a": { "const": 1 },
            "b": { "type": ["string", "null"], "enum": ["x", null] },
            "c": { "type": "array", "maxItems": 1, "items": { "type": "integer" } },
        },
    });
    let problems = |value: Value| {
        let mut problems = Vec::new();
        problems_of(&json!({}), &schema, &value, "", &mut problems);
        problems.join("; ")
    };
    assert_eq!(problems(json!({ "a": 1, "b": null, "c": [2] })), "");
    let wrong = json!({ "b": "y", "c": [1.5, 2], "d": 0 });
    let expected =
        " lacks a; /d is not known; /b is not one of the enum; /c has 2 items; /c/0 is not integer";
    assert_eq!(problems(wrong), expected);
    assert_eq!(problems(json!({ "a": 2 })), "/a is not 1");
    assert_eq!(problems(json!([])), " is not object");
}

/// What of a value does not fit a schema: the words of JSON Schema that the document uses, and no others.
fn problems_of(
    document: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    problems: &mut Vec<String>,
) {
    let schema = schema.as_object().unwrap();
    for word in schema.keys() {
        let known = [
            "$ref",
            "additionalProperties",
            "const",
            "description",
            "enum",
            "format",
            "items",
            "maxItems",
            "properties",
            "readOnly",
            "required",
            "type",
            "writeOnly",
        ];
        assert!(known.contains(&word.as_str()), "this test does not know `{word}`");
    }
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        return problems_of(document, target, value, at, problems);
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().map(|it| it.as_str().unwrap()).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|kind| is(kind, value)) {
        return problems.push(format!("{at} is not {}", types.join(" or ")));
    }
    if let Some(only) = schema.get("const").filter(|only| *only != value) {
        problems.push(format!("{at} is not {only}"));
    }
    if schema.get("enum").is_some_and(|all| !all.as_array().unwrap().contains(value)) {
        problems.push(format!("{at} is not one of the enum"));
    }
    if let Some(map) = value.as_object() {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let missing = required.filter(|name| !map.contains_key(name.as_str().unwrap()));
        problems.extend(missing.map(|name| format!("{at} lacks {}", name.as_str().unwrap())));
        let properties = schema.get("properties").and_then(Value::as_object);
        let of = |name: &String| properties.and_then(|properties| properties.get(name));
        let closed = schema.get("additionalProperties") == Some(&json!(false));
        let unknown = map.keys().filter(|name| closed && of(name).is_none());
        problems.extend(unknown.map(|name| format!("{at}/{name} is not known")));
        for (name, value) in map {
            if let Some(schema) = of(name) {
                problems_of(document, schema, value, &format!("{at}/{name}"), problems);
            }
        }
    }
    if let Some(list) = value.as_array() {
        let max = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        if list.len() as u64 > max {
            problems.push(format!("{at} has {} items", list.len()));
        }
        for (index, value) in list.iter().enumerate() {
            if let Some(schema) = schema.get("items") {
                problems_of(document, schema, value, &format!("{at}/{index}"), problems);
            }
        }
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("`{other}` is no type of JSON Schema"),
    }
}
