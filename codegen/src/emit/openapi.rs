//! The OpenAPI 3.1 document: the requests as they go over the wire, with what pianoroll knows beside them as `x-pianoroll`.

mod operation;
mod schema;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::checked::{App, Host, Module, Operation, Route, Spec};
use crate::emit::json::sorted;

pub(super) fn emit(spec: &Spec) -> String {
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "What pianoroll calls",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every operation of pianoroll's endpoint spec, as it goes over the wire. Generated from `spec/`; `x-pianoroll` holds what a call does to the world (`effect`), what a lost answer allows (`retry`), limits and permissions.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [server(Host::Gateway)],
        "security": [{ "key": [] }],
        "tags": spec.modules().map(|(_, module)| json!({
            "name": module.name,
            "description": module.doc(),
        })).collect::<Value>(),
        "paths": paths(spec),
        "components": {
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
            "parameters": parameters(spec),
            "responses": {
                "error": {
                    "description": "An error of the API (`errors`), or of the gateway.",
                    "content": { "application/json": { "schema": { "type": "object" } } },
                },
            },
            "schemas": schemas(spec),
        },
    });
    let mut text = format!("{:#}", sorted(&document));
    text.push('\n');
    text
}

/// Where an app lives when nothing else is configured.
fn server(host: Host) -> Value {
    match host {
        Host::Gateway => json!({ "url": "https://gateway.maton.ai" }),
        Host::Control => json!({ "url": "https://ctrl.maton.ai" }),
    }
}

fn paths(spec: &Spec) -> Value {
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for (app, module, operation) in spec.operations() {
        for (route, value) in routes(app, module, operation) {
            let item = paths.entry(format!("{}{}", app.prefix, route.path)).or_default();
            item.insert(route.method.as_str().to_ascii_lowercase(), value);
            if app.host == Host::Control {
                item.insert("servers".to_owned(), json!([server(app.host)]));
            }
        }
    }
    paths.into_iter().map(|(path, item)| (path, Value::Object(item))).collect::<Map<_, _>>().into()
}

/// The operation at its own route, and at others where the document or a revision has one.
fn routes<'o>(app: &App, module: &Module, operation: &'o Operation) -> Vec<(&'o Route, Value)> {
    let mut all = vec![(&operation.route, operation::emit(app, module, operation))];
    if let Some(documented) = &operation.documented
        && *documented != operation.route
    {
        let note = "the documented path of this operation, which the official API does not have";
        all.push((
            documented,
            operation::elsewhere(app, module, operation, documented, "documented", note),
        ));
    }
    for variant in &operation.variants {
        if !all.iter().any(|(route, _)| **route == variant.route) {
            let since = variant.since.to_string();
            let note = format!("the path of this operation from revision {since} on");
            let value = operation::elsewhere(app, module, operation, &variant.route, &since, &note);
            all.push((&variant.route, value));
        }
    }
    all
}

/// Headers that all operations of an app send.
fn parameters(spec: &Spec) -> Value {
    let mut all = Map::new();
    all.insert(
        "connection".to_owned(),
        json!({
            "name": "Maton-Connection",
            "in": "header",
            "description": "The id of the connection, where the key has several for the app.",
            "schema": { "type": "string" },
        }),
    );
    for app in &spec.apps {
        let Some(header) = &app.revision_header else { continue };
        let revisions: Vec<String> = app.revisions.iter().map(ToString::to_string).collect();
        all.insert(
            format!("{}.revision", app.id),
            json!({
                "name": header,
                "in": "header",
                "required": true,
                "description": format!("The version of {}.", app.name),
                "schema": { "type": "string", "format": "date", "default": revisions.first(), "examples": revisions },
            }),
        );
    }
    all.into()
}

fn schemas(spec: &Spec) -> Value {
    let types = spec.modules().flat_map(|(app, module)| {
        module
            .types
            .iter()
            .map(move |kind| (schema::name(app, &kind.kind), schema::resource(app, kind)))
    });
    types.collect::<Map<_, _>>().into()
}
