//! Rows for types that nobody has written data for: what the spec's own examples name. A resource that is added to the
//! spec can therefore be tried at once.

use pianoroll_api::operation::{Kind, Method, Resource};
use pianoroll_api::{OPERATIONS, resource_of_type};
use serde_json::{Value, json};

use super::super::State;
use super::super::record::Record;
use super::super::time::stamp;

pub(super) fn fill(state: &mut State) {
    for operation in OPERATIONS.iter().filter(|operation| operation.app.json_api) {
        let place = super::super::generic::Place::of(operation, None);
        let Some((kind, example_ids)) = place.kind.zip(Some(operation.examples)) else { continue };
        // A created row must not be there yet.
        if operation.route.method == Method::Post && place.relation.is_none() {
            continue;
        }
        let ids = example_ids.iter().filter_map(|example| example.args.first());
        let Some(resource) = resource_of_type(kind) else { continue };
        for id in ids.filter(|_| !matches!(kind, "profile" | "event")) {
            if !state.exists(kind, id) {
                let attributes = sample(resource, state.start);
                state.insert(kind, Record::new(*id, attributes));
            }
        }
    }
}

/// Attributes that are of their types.
fn sample(resource: &Resource, start: i64) -> Value {
    let value = |kind: Kind, name: &str| match kind {
        Kind::String => json!(format!("{} {name}", resource.kind)),
        Kind::Int | Kind::Float => json!(1),
        Kind::Bool => json!(true),
        Kind::Datetime => stamp(start),
        Kind::Map | Kind::Any => json!({}),
        Kind::Enum(words) => json!(words.first()),
        Kind::List(_) => json!([]),
    };
    let attributes = resource.attributes.iter();
    attributes
        .map(|attribute| (attribute.name.to_owned(), value(attribute.kind, attribute.name)))
        .collect()
}
