//! One operation of the document.

use serde_json::{Map, Value, json};

use crate::checked::{
    App, Body, BodyId, Condition, Example, Host, Mode, Module, Operation, Page, Query, Route,
    Shape, Variant,
};
use crate::emit::openapi::schema;
use crate::emit::prose;

pub(super) fn emit(app: &App, module: &Module, operation: &Operation) -> Value {
    let mut value = json!({
        "operationId": operation.id,
        "summary": operation.title,
        "description": operation.doc,
        "tags": [module.name],
        "parameters": parameters(app, operation, &operation.route),
        "responses": responses(app, operation),
        "x-pianoroll": facts(app, module, operation),
    });
    if let (Some(body), Value::Object(map)) = (&operation.body, &mut value) {
        map.insert("requestBody".to_owned(), request_body(app, operation, body));
    }
    if let (Some(_), Value::Object(map)) = (&operation.documented_only, &mut value) {
        map.insert("deprecated".to_owned(), true.into());
    }
    value
}

/// The same operation at another route.
pub(super) fn elsewhere(
    app: &App,
    module: &Module,
    operation: &Operation,
    route: &Route,
    which: &str,
    note: &str,
) -> Value {
    let mut value = emit(app, module, operation);
    if let Value::Object(map) = &mut value {
        map.insert("operationId".to_owned(), format!("{}.{which}", operation.id).into());
        map.insert("parameters".to_owned(), parameters(app, operation, route));
        map.insert("x-pianoroll-alternative-of".to_owned(), operation.id.clone().into());
        map.insert("x-pianoroll-alternative".to_owned(), note.into());
    }
    value
}

fn parameters(app: &App, operation: &Operation, route: &Route) -> Value {
    let mut all: Vec<Value> = route
        .ids()
        .into_iter()
        .map(|id| json!({ "name": id, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if app.host == Host::Gateway {
        all.push(json!({ "$ref": "#/components/parameters/connection" }));
    }
    if app.revision_header.is_some() {
        all.push(json!({ "$ref": format!("#/components/parameters/{}.revision", app.id) }));
    }
    all.extend(query(&operation.query, operation.query.page));
    Value::Array(all)
}

fn query(query: &Query, page: Page) -> Vec<Value> {
    let mut all = Vec::new();
    let mut add = |name: String, doc: String, required: bool, schema: Value| {
        all.push(json!({
            "name": name,
            "in": "query",
            "required": required,
            "description": doc,
            "schema": schema,
            "style": "form",
            "explode": false,
        }));
    };
    if !query.filter.is_empty() {
        let required = !query.filter_required.is_empty();
        add("filter".to_owned(), prose::filter(query), required, json!({ "type": "string" }));
    }
    if !query.sort.is_empty() {
        let both = query.sort.iter().flat_map(|name| [name.clone(), format!("-{name}")]);
        let schema = json!({ "type": "string", "enum": both.collect::<Vec<_>>() });
        add("sort".to_owned(), "`-` is descending.".to_owned(), false, schema);
    }
    if !query.include.is_empty() {
        let names: Vec<&String> = query.include.iter().map(|it| &it.name).collect();
        let schema = json!({ "type": "array", "items": { "type": "string", "enum": names } });
        add("include".to_owned(), "Relationships to answer as well.".to_owned(), false, schema);
    }
    for kind in &query.fields {
        let schema = json!({ "type": "array", "items": { "type": "string" } });
        add(
            format!("fields[{kind}]"),
            format!("Only these attributes of `{kind}`."),
            false,
            schema,
        );
    }
    for (kind, names) in &query.additional_fields {
        let schema = json!({ "type": "array", "items": { "type": "string", "enum": names } });
        let doc = format!("Also these attributes of `{kind}`.");
        add(format!("additional-fields[{kind}]"), doc, false, schema);
    }
    if let Page::Sized { size, max, .. } = page {
        let schema = json!({ "type": "integer", "minimum": 1, "maximum": max, "default": size });
        add("page[size]".to_owned(), "Rows a page.".to_owned(), false, schema);
    }
    if page != Page::None {
        let doc = "Where an earlier page ended: from its `links.next`.".to_owned();
        add("page[cursor]".to_owned(), doc, false, json!({ "type": "string" }));
    }
    for parameter in &query.parameters {
        let schema = schema::attribute(parameter);
        add(parameter.name.clone(), parameter.doc.clone(), !parameter.nullable, schema);
    }
    all
}

fn request_body(app: &App, operation: &Operation, body: &Body) -> Value {
    let mut media = json!({ "schema": schema::body(body) });
    // Shorthand is a guest's form; what goes over the wire is a document. Those that the official API refuses are left to
    // the reference.
    let mode = if Mode::Strict.has(app, operation) { Mode::Strict } else { Mode::Documented };
    let documents = operation.examples.iter().enumerate().filter_map(|(index, example)| {
        let value = example.body.as_ref().filter(|_| example.modes.contains(&mode))?;
        let wire = !app.json_api || value.get("data").is_some();
        wire.then(|| (format!("example{}", index + 1), json!({ "value": value })))
    });
    let documents: Map<String, Value> = documents.collect();
    if let (false, Value::Object(media)) = (documents.is_empty(), &mut media) {
        media.insert("examples".to_owned(), documents.into());
    }
    json!({ "required": true, "content": { "application/json": media } })
}

fn responses(app: &App, operation: &Operation) -> Value {
    let mut all = Map::new();
    for status in &operation.ok {
        let mut response = json!({ "description": "Success." });
        if let (Some(schema), Value::Object(map)) =
            (schema::answer(app, &operation.answer), &mut response)
        {
            let mut media = json!({ "schema": schema });
            let shown =
                operation.examples.iter().find_map(|example: &Example| example.answer.as_ref());
            if let (Some(answer), Value::Object(media)) = (shown, &mut media) {
                media.insert("example".to_owned(), answer.clone());
            }
            map.insert("content".to_owned(), json!({ "application/json": media }));
        }
        all.insert(status.to_string(), response);
    }
    all.insert("default".to_owned(), json!({ "$ref": "#/components/responses/error" }));
    all.into()
}

fn facts(app: &App, module: &Module, operation: &Operation) -> Value {
    let tier = app.tier(&operation.tier).map(|(_, tier)| tier);
    let conditions = operation.effect_when.iter().map(|when| {
        let mut value = json!({ "attribute": when.attribute, "effect": when.effect.as_str() });
        let (key, condition) = match &when.condition {
            Condition::Present => ("present", Value::from(true)),
            Condition::Equals(text) => ("equals", Value::from(text.as_str())),
        };
        value[key] = condition;
        value
    });
    let facts = json!({
        "app": app.id,
        "effect": operation.effect.as_str(),
        "effect_when": conditions.collect::<Vec<_>>(),
        "retry": operation.retry.as_str(),
        "key": operation.key,
        "probe": operation.probe,
        "permission": format!("{}:{}", module.name, operation.effect),
        "scopes": operation.scopes,
        "tier": operation.tier,
        "burst_per_second": tier.and_then(|tier| tier.burst),
        "steady_per_minute": tier.and_then(|tier| tier.steady),
        "daily": operation.daily,
        "documented": operation.documented.is_some(),
        "documented_only": operation.documented_only,
        "since": operation.since.map(|since| since.to_string()),
        "source": operation.file(),
        "guest_body": operation.body.as_ref().map(guest_body),
        "variants": operation.variants.iter().map(variant).collect::<Vec<_>>(),
    });
    without_nothing(facts)
}

/// What a guest gives, where it is not what goes over the wire.
fn guest_body(body: &Body) -> Value {
    let (gives, max) = match &body.shape {
        Shape::Identifiers { max } => ("a list of ids", Some(max)),
        Shape::Items { max, .. } | Shape::Groups { max, .. } => ("a list of maps", Some(max)),
        Shape::Attributes | Shape::Aggregate | Shape::Plain => ("a map", None),
    };
    let id = match &body.id {
        BodyId::Key(key) => Some(key),
        BodyId::None | BodyId::Path => None,
    };
    without_nothing(json!({ "gives": gives, "max_a_call": max, "id_key": id }))
}

fn variant(variant: &Variant) -> Value {
    without_nothing(json!({
        "since": variant.since.to_string(),
        "description": variant.doc,
        "route": variant.route.to_string(),
        "body": variant.body.as_ref().map(schema::body),
        "statuses": variant.ok,
        "page": prose::page(variant.page),
    }))
}

/// Without nulls and empty lists.
fn without_nothing(value: Value) -> Value {
    let Value::Object(map) = value else { return value };
    let there =
        |value: &Value| !value.is_null() && value.as_array().is_none_or(|it| !it.is_empty());
    map.into_iter().filter(|(_, value)| there(value)).collect::<Map<_, _>>().into()
}
