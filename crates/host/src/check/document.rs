//! A body that is a whole document. It is sent as it stands, so only its outline is checked.

use pianoroll_api::operation::{Body, BodyId, Shape};
use serde_json::{Map, Value};

use super::Mistakes;
use super::body::is_id;
use super::place::Place;
use super::value::{clipped, mismatch, shown};

pub(super) fn check(
    spec: &Body,
    path_id: Option<&str>,
    map: &Map<String, Value>,
    mistakes: &mut Mistakes,
) {
    let data = map.get("data").unwrap_or(&Value::Null);
    let body = Place::Root("body");
    let at = body.key("data");
    match (spec.shape, data) {
        (Shape::Identifiers { max }, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                let at = at.item(index);
                kind(at, spec.kind, item, mistakes);
                if !item.get("id").is_some_and(is_id) {
                    let found = item.get("id").unwrap_or(&Value::Null);
                    mistakes.add(mismatch(at.key("id"), "an id", found));
                }
            }
            if items.len() > max as usize {
                mistakes.say(
                    at,
                    format!(
                        "holds {}, and one call takes {max}; a plain list of ids is sent in several calls",
                        items.len()
                    ),
                );
            }
        }
        (Shape::Identifiers { .. }, other) => {
            mistakes.add(mismatch(at, "a list of `{type, id}`", other));
        }
        (_, Value::Object(_)) => {
            kind(at, spec.kind, data, mistakes);
            if let Some(attributes) = data.get("attributes").filter(|found| !found.is_object()) {
                mistakes.add(mismatch(at.key("attributes"), "a map", attributes));
            }
            id(at.key("id"), spec, path_id, data.get("id"), mistakes);
        }
        (_, other) => mistakes.add(mismatch(at, "a map with `type` and `attributes`", other)),
    }
}

fn kind(at: Place<'_>, wanted: &str, resource: &Value, mistakes: &mut Mistakes) {
    let found = resource.get("type").unwrap_or(&Value::Null);
    if found.as_str() != Some(wanted) {
        mistakes.say(at.key("type"), format!("must be `{wanted}`, found {}", shown(found)));
    }
}

fn id(
    at: Place<'_>,
    spec: &Body,
    path_id: Option<&str>,
    found: Option<&Value>,
    mistakes: &mut Mistakes,
) {
    match (spec.id, found) {
        (BodyId::None, _) => {}
        (_, None | Some(Value::Null)) => mistakes.missing(at, "missing: the id has to be given"),
        (_, Some(id)) if !is_id(id) => mistakes.add(mismatch(at, "an id", id)),
        (BodyId::Path, Some(id)) => {
            if path_id.is_some_and(|path_id| id.as_str() != Some(path_id)) {
                let (id, path_id) = (shown(id), clipped(path_id.unwrap_or_default()));
                mistakes.say(at, format!("is {id}, but the path says `{path_id}`"));
            }
        }
        (BodyId::Key(_), Some(_)) => {}
    }
}
