//! Schemas of resources, bodies and answers.

use serde_json::{Map, Value, json};

use crate::checked::{Answer, App, Attribute, Body, BodyId, BodyRelationship, Kind, Shape, Type};

/// The name of a type's schema.
pub(super) fn name(app: &App, kind: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() || "-_.".contains(it) { it } else { '_' };
    format!("{}.{}", app.id, kind.chars().map(plain).collect::<String>())
}

fn reference(app: &App, kind: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", name(app, kind)) })
}

/// A type: its attributes within its envelope where the app speaks JSON:API.
pub(super) fn resource(app: &App, kind: &Type) -> Value {
    let attributes = object(&kind.attributes, &[]);
    if !app.json_api {
        return described(attributes, &kind.doc);
    }
    let links = kind.relationships.iter().map(|relationship| {
        let doc = format!("To `{}`.", relationship.kind);
        (relationship.name.clone(), json!({ "type": "object", "description": doc }))
    });
    let schema = json!({
        "type": "object",
        "required": ["type", "id"],
        "properties": {
            "type": { "const": kind.kind },
            "id": { "type": "string" },
            "attributes": attributes,
            "relationships": { "type": "object", "properties": links.collect::<Map<_, _>>() },
        },
    });
    described(schema, &kind.doc)
}

/// The document that an operation answers; nothing where it answers nothing.
pub(super) fn answer(app: &App, answer: &Answer) -> Option<Value> {
    let included = json!({ "type": "array", "items": { "type": "object" } });
    let links =
        json!({ "type": "object", "properties": { "next": { "type": ["string", "null"] } } });
    let document = |data: Value| {
        json!({
            "type": "object",
            "required": ["data"],
            "properties": { "data": data, "included": included, "links": links },
        })
    };
    match answer {
        Answer::None => None,
        Answer::Map => Some(json!({ "type": "object" })),
        Answer::One(kind) => Some(document(reference(app, kind))),
        Answer::Many(kind) => {
            Some(document(json!({ "type": "array", "items": reference(app, kind) })))
        }
    }
}

/// A body as it is sent.
pub(super) fn body(body: &Body) -> Value {
    match &body.shape {
        Shape::Plain => closed(object(&body.attributes, &body.required), body.closed),
        Shape::Identifiers { max } => data(json!({
            "type": "array",
            "maxItems": max,
            "items": identifier(&body.kind),
        })),
        Shape::Attributes | Shape::Aggregate => data(resource_object(body, &body.kind)),
        Shape::Items { container, item, max } => {
            let items = list(resource_object(body, item), Some(*max));
            data(envelope(&body.kind, &[(container, items)]))
        }
        Shape::Groups { container, outer, by, list: inner, item, .. } => {
            let mut of_item = body.clone();
            let by_attribute = of_item.attributes.iter().find(|it| it.name == *by).map(attribute);
            of_item.attributes.retain(|it| it.name != *by);
            of_item.required.retain(|it| it != by);
            let items = list(resource_object(&of_item, item), None);
            let by_schema = by_attribute.unwrap_or_else(|| json!({}));
            let groups = list(envelope(outer, &[(by, by_schema), (inner, items)]), None);
            data(envelope(&body.kind, &[(container, groups)]))
        }
    }
}

fn data(data: Value) -> Value {
    json!({ "type": "object", "required": ["data"], "properties": { "data": data } })
}

fn list(items: Value, max: Option<u32>) -> Value {
    let mut list = json!({ "type": "array", "items": items });
    if let (Some(max), Value::Object(map)) = (max, &mut list) {
        map.insert("maxItems".to_owned(), max.into());
    }
    json!({ "type": "object", "required": ["data"], "properties": { "data": list } })
}

fn envelope(kind: &str, attributes: &[(&String, Value)]) -> Value {
    let names: Vec<&String> = attributes.iter().map(|(name, _)| *name).collect();
    let properties: Map<String, Value> =
        attributes.iter().map(|(name, value)| ((*name).clone(), value.clone())).collect();
    json!({
        "type": "object",
        "required": ["type", "attributes"],
        "properties": {
            "type": { "const": kind },
            "attributes": { "type": "object", "required": names, "properties": properties },
        },
    })
}

fn identifier(kind: &str) -> Value {
    json!({
        "type": "object",
        "required": ["type", "id"],
        "properties": { "type": { "const": kind }, "id": { "type": "string" } },
    })
}

fn resource_object(body: &Body, kind: &str) -> Value {
    let mut required = vec!["type"];
    let mut properties = Map::new();
    properties.insert("type".to_owned(), json!({ "const": kind }));
    if body.id != BodyId::None {
        required.push("id");
        properties.insert("id".to_owned(), json!({ "type": "string" }));
    }
    if !body.attributes.is_empty() {
        let attributes = nest(object(&body.attributes, &body.required), body);
        properties.insert("attributes".to_owned(), closed(attributes, body.closed));
        if !body.required.is_empty() {
            required.push("attributes");
        }
    }
    if !body.relationships.is_empty() {
        let all = body.relationships.iter().map(|it| (it.name.clone(), relationship(it)));
        let needed: Vec<&String> =
            body.relationships.iter().filter(|it| it.required).map(|it| &it.name).collect();
        let schema = json!({
            "type": "object",
            "required": needed,
            "properties": all.collect::<Map<_, _>>(),
        });
        properties.insert("relationships".to_owned(), schema);
        if !needed.is_empty() {
            required.push("relationships");
        }
    }
    if !body.meta.is_empty() {
        let keys: Map<String, Value> =
            body.meta.iter().map(|key| (key.clone(), json!({}))).collect();
        properties.insert("meta".to_owned(), json!({ "type": "object", "properties": keys }));
    }
    json!({ "type": "object", "required": required, "properties": properties })
}

fn relationship(relationship: &BodyRelationship) -> Value {
    let one = identifier(&relationship.kind);
    if !relationship.many {
        return data(one);
    }
    let mut list = json!({ "type": "array", "items": one });
    if let (Some(max), Value::Object(map)) = (relationship.max, &mut list) {
        map.insert("maxItems".to_owned(), max.into());
    }
    data(list)
}

/// Attributes that are documents of their own.
fn nest(mut attributes: Value, body: &Body) -> Value {
    for (name, kind) in &body.nested {
        if let Some(schema) = attributes.pointer_mut(&format!("/properties/{}", escaped(name))) {
            let doc = schema.get("description").cloned();
            *schema = data(json!({
                "type": "object",
                "required": ["type"],
                "properties": {
                    "type": { "const": kind },
                    "id": { "type": "string" },
                    "attributes": { "type": "object" },
                },
            }));
            if let (Some(doc), Value::Object(schema)) = (doc, schema) {
                schema.insert("description".to_owned(), doc);
            }
        }
    }
    attributes
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// An object of these attributes. Paths into attributes are for the host to check.
fn object(attributes: &[Attribute], required: &[String]) -> Value {
    let properties: Map<String, Value> =
        attributes.iter().map(|it| (it.name.clone(), attribute(it))).collect();
    let mut object = json!({ "type": "object", "properties": properties });
    let required: Vec<&String> =
        required.iter().filter(|name| attributes.iter().any(|it| it.name == **name)).collect();
    if let (false, Value::Object(map)) = (required.is_empty(), &mut object) {
        map.insert("required".to_owned(), json!(required));
    }
    object
}

fn closed(mut object: Value, closed: bool) -> Value {
    if let (true, Value::Object(map)) = (closed, &mut object) {
        map.insert("additionalProperties".to_owned(), false.into());
    }
    object
}

/// An attribute or a parameter.
pub(super) fn attribute(attribute: &Attribute) -> Value {
    let mut schema = kind(&attribute.kind);
    if let Value::Object(map) = &mut schema {
        if attribute.nullable {
            nullable(map);
        }
        for (word, flag) in [("readOnly", attribute.read_only), ("writeOnly", attribute.write_only)]
        {
            if flag {
                map.insert(word.to_owned(), true.into());
            }
        }
    }
    described(schema, &attribute.doc)
}

fn nullable(schema: &mut Map<String, Value>) {
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.clone(), "null"]);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.push(Value::Null);
    }
}

fn kind(value: &Kind) -> Value {
    match value {
        Kind::String => json!({ "type": "string" }),
        Kind::Int => json!({ "type": "integer" }),
        Kind::Float => json!({ "type": "number" }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Datetime => json!({ "type": "string", "format": "date-time" }),
        Kind::Map => json!({ "type": "object" }),
        Kind::Any => json!({}),
        Kind::Enum(values) => json!({ "type": "string", "enum": values }),
        Kind::List(of) => json!({ "type": "array", "items": kind(of) }),
    }
}

fn described(mut schema: Value, doc: &str) -> Value {
    if let (false, Value::Object(map)) = (doc.is_empty(), &mut schema) {
        map.insert("description".to_owned(), doc.into());
    }
    schema
}
