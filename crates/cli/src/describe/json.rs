//! An operation as one JSON object: `operations list --json`.

use pianoroll_api::operation::{
    Attribute, Body, BodyId, Condition, Example, Mode, Operation, Page, Shape, Variant,
};
use serde_json::{Map, Value, json};

/// Everything the table knows. Paths are native, as the API itself has them.
pub(crate) fn operation(operation: &Operation) -> Value {
    let query = &operation.query;
    let filter: Map<String, Value> =
        query.filter.iter().map(|field| (field.name.to_owned(), json!(field.operators))).collect();
    let include: Map<String, Value> =
        query.include.iter().map(|to| (to.name.to_owned(), to.kind.into())).collect();
    let additional: Map<String, Value> = query
        .additional_fields
        .iter()
        .map(|(kind, names)| ((*kind).to_owned(), json!(names)))
        .collect();
    let modes: Vec<&str> =
        Mode::ALL.into_iter().filter(|mode| mode.has(operation)).map(Mode::as_str).collect();
    json!({
        "id": operation.id,
        "app": operation.app.id,
        "module": operation.module,
        "name": operation.name,
        "title": operation.title,
        "doc": operation.doc,
        "source": operation.source,
        "method": operation.route.method.as_str(),
        "path": operation.route.path,
        "ids": operation.route.ids().collect::<Vec<_>>(),
        "documented_method": operation.documented.map(|route| route.method.as_str()),
        "documented_path": operation.documented.map(|route| route.path),
        "documented_only": operation.documented_only,
        "since": operation.since,
        "modes": modes,
        "effect": operation.effect.as_str(),
        "effect_when": operation.effect_when.iter().map(|when| match when.condition {
            Condition::Present => json!({"attribute": when.attribute, "present": true, "effect": when.effect}),
            Condition::Equals(text) => json!({"attribute": when.attribute, "equals": text, "effect": when.effect}),
        }).collect::<Vec<_>>(),
        "retry": operation.retry.as_str(),
        "key": operation.key,
        "probe": operation.probe,
        "tier": operation.tier.id,
        "limits": {
            "burst": operation.tier.burst,
            "steady": operation.tier.steady,
            "daily": operation.daily,
        },
        "permission": operation.permission(operation.effect).to_string(),
        "scopes": operation.scopes,
        "filter": filter,
        "filter_required": query.filter_required,
        "sort": query.sort,
        "sort_coupled": query.sort_coupled,
        "include": include,
        "fields": query.fields,
        "additional_fields": additional,
        "page": page(query.page),
        "query": attributes(query.parameters),
        "body": operation.body.as_ref().map(body),
        "answer": super::answer(operation.answer),
        "ok": operation.ok,
        "examples": operation.examples.iter().map(example).collect::<Vec<_>>(),
        "at": operation.variants.iter().map(|at| (at.since.to_string(), variant(at))).collect::<Map<_, _>>(),
    })
}

fn page(page: Page) -> Value {
    match page {
        Page::None => Value::Null,
        Page::Fixed(size) => json!({"fixed": size}),
        Page::Sized { size, max, undocumented } => {
            json!({"size": size, "max": max, "undocumented": undocumented})
        }
    }
}

fn attributes(attributes: &[Attribute]) -> Value {
    let describe = |attribute: &Attribute| {
        let described = json!({
            "type": super::kind(attribute.kind),
            "nullable": attribute.nullable,
            "doc": attribute.doc,
        });
        (attribute.name.to_owned(), described)
    };
    Value::Object(attributes.iter().map(describe).collect())
}

fn body(body: &Body) -> Value {
    let kind = match body.shape {
        Shape::Attributes => "attributes",
        Shape::Identifiers { .. } => "identifiers",
        Shape::Aggregate => "aggregate",
        Shape::Items { .. } => "items",
        Shape::Groups { .. } => "groups",
        Shape::Plain => "plain",
    };
    let relationships: Map<String, Value> = body
        .relationships
        .iter()
        .map(|to| {
            let described = json!({
                "name": to.name,
                "type": to.kind,
                "many": to.many,
                "max": to.max,
                "required": to.required,
            });
            (to.key.to_owned(), described)
        })
        .collect();
    json!({
        "kind": kind,
        "type": body.kind,
        "max": body.shape.max(),
        "attributes": attributes(body.attributes),
        "required": body.required,
        "closed": body.closed,
        "id": match body.id {
            BodyId::None => Value::Null,
            BodyId::Path => "path".into(),
            BodyId::Key(key) => key.into(),
        },
        "relationships": relationships,
        "nested": body.nested.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).into())).collect::<Map<_, _>>(),
        "meta": body.meta,
    })
}

fn example(example: &Example) -> Value {
    let arguments = super::arguments(example);
    json!({
        "args": arguments.ids,
        "options": arguments.options,
        "body": arguments.body,
        "answer": example.answer.and_then(|answer| serde_json::from_str::<Value>(answer).ok()),
        "modes": example.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>(),
    })
}

fn variant(variant: &Variant) -> Value {
    json!({
        "doc": variant.doc,
        "method": variant.route.method.as_str(),
        "path": variant.route.path,
        "body": variant.body.as_ref().map(body),
        "page": page(variant.page),
        "ok": variant.ok,
    })
}
