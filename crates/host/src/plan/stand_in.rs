//! What stands for an answer of the API.

use bytes::Bytes;
use jiff::Timestamp;
use pianoroll_api::operation::{self, App, Attribute, Kind, Operation, Resource};
use pianoroll_gateway::{Answer, CallError, Effort, ErrorKind, Failure, Reason, Settlement};
use pianoroll_model::{Certainty, Revision};
use serde_json::{Map, Value, json};

use super::change::Merging;
use super::consequence::Key;
use super::shown::Shown;

/// What the API calls the times of a record, whether or not the table lets them be null.
const CREATED: [&str; 2] = ["created", "created_at"];
const UPDATED: [&str; 2] = ["updated", "updated_at"];

/// A record that the run created: what it was given, times as the run's start, and null for whatever else is known. A job is
/// finished, so that nobody waits for it.
pub(super) fn created(
    app: &'static App,
    key: &Key,
    mut attributes: Map<String, Value>,
    relationships: Map<String, Value>,
    started: Timestamp,
    items: u64,
) -> Value {
    let resource = app.resource(&key.kind);
    let patched = Merging::of(app, &key.kind).map(Merging::patched);
    let is_job = key.kind.ends_with("-job");
    for attribute in shown(resource) {
        let value = match attribute.kind {
            Kind::Datetime if is_time(attribute) => started.to_string().into(),
            Kind::Enum(values)
                if is_job && attribute.name == "status" && values.contains(&"complete") =>
            {
                "complete".into()
            }
            Kind::Int if is_job => match attribute.name {
                "total_count" | "completed_count" => items.into(),
                "failed_count" => 0.into(),
                _ => Value::Null,
            },
            Kind::Map if patched == Some(attribute.name) => json!({}),
            _ => Value::Null,
        };
        match attributes.get_mut(attribute.name) {
            // A copy has times of its own.
            Some(given) if attribute.read_only && is_time(attribute) => *given = value,
            Some(given) if patched == Some(attribute.name) => match given {
                Value::Object(map) => map.retain(|_, value| !value.is_null()),
                other => *other = value,
            },
            Some(_) => {}
            None => {
                attributes.insert(attribute.name.to_owned(), value);
            }
        }
    }
    let mut created = json!({ "type": key.kind, "id": key.id, "attributes": attributes });
    if !relationships.is_empty() {
        created["relationships"] = relationships.into();
    }
    created
}

fn shown(resource: Option<&'static Resource>) -> impl Iterator<Item = &'static Attribute> {
    let attributes = resource.map(|resource| resource.attributes).unwrap_or_default();
    attributes.iter().filter(|attribute| !attribute.write_only && !attribute.additional)
}

fn is_time(attribute: &Attribute) -> bool {
    attribute.kind == Kind::Datetime
        && (!attribute.nullable
            || CREATED.contains(&attribute.name)
            || UPDATED.contains(&attribute.name))
}

/// The times that move when a record of a type is changed.
pub(super) fn touched(app: &'static App, kind: &str) -> impl Iterator<Item = &'static str> {
    shown(app.resource(kind)).map(|attribute| attribute.name).filter(|name| UPDATED.contains(name))
}

/// The answer of an operation that shows this resource.
pub(super) fn one(
    operation: &'static Operation,
    revision: Option<Revision>,
    mut resource: Value,
    shown: Shown<'_>,
) -> Answer {
    let kind = resource["type"].as_str().unwrap_or_default().to_owned();
    if let Some(attributes) = resource["attributes"].as_object_mut() {
        shown.thin(&kind, attributes);
    }
    let document = match operation.answer {
        operation::Answer::None => return answer(operation, revision, Bytes::new()),
        operation::Answer::One(_) => json!({ "data": resource }),
        operation::Answer::Many(_) => json!({ "data": [resource], "links": { "next": null } }),
        // What is no JSON:API names the id after the type.
        operation::Answer::Map => {
            let mut attributes = resource["attributes"].take();
            attributes[format!("{kind}_id")] = resource["id"].take();
            json!({ kind: attributes })
        }
    };
    answer(operation, revision, document.to_string().into())
}

/// The answer of an operation that has no other.
pub(super) fn answer(
    operation: &'static Operation,
    revision: Option<Revision>,
    body: Bytes,
) -> Answer {
    plain(operation.ok_at(revision).first().copied().unwrap_or(200), body)
}

/// An answer that no server gave.
pub(super) fn plain(status: u16, body: Bytes) -> Answer {
    Answer {
        status,
        body,
        request_id: None,
        date: None,
        settlement: Settlement::Answered,
        attempts: Effort::default(),
    }
}

/// What the API says about a record that is not there.
pub(super) fn not_found(operation: &str, key: &Key) -> CallError {
    let reason = Reason {
        code: Some("not_found".to_owned()),
        title: Some("Not found.".to_owned()),
        detail: Some(format!("A {} with id {} does not exist.", key.kind, key.id)),
        ..Reason::default()
    };
    Failure {
        by_api: true,
        status: Some(404),
        note: Some("nothing was sent: the dry run knows it".to_owned()),
        ..failure(operation, ErrorKind::NotFound, reason)
    }
    .into()
}

/// What the gateway says about arguments that make no request.
pub(super) fn unbuildable(operation: &str, why: &str) -> CallError {
    let reason = Reason { detail: Some(why.to_owned()), ..Reason::default() };
    failure(operation, ErrorKind::Arguments, reason).into()
}

fn failure(operation: &str, kind: ErrorKind, reason: Reason) -> Failure {
    Failure {
        operation: operation.to_owned(),
        kind,
        certainty: Certainty::NotDone,
        unknown_outcome: false,
        status: None,
        reason,
        more: Vec::new(),
        note: None,
        retry_after: None,
        by_api: false,
        request_id: None,
        trouble: None,
        effort: Effort::default(),
    }
}
