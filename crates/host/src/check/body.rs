//! The body of a call.

use pianoroll_api::operation::{Attribute, Body, BodyId, BodyRelationship, Shape};
use pianoroll_api::{Arguments, Operation, resource_of_type};
use pianoroll_model::Revision;
use serde_json::{Map, Value};

use super::error::CheckError;
use super::place::Place;
use super::value::{self, mismatch};
use super::{MAX_BODY_BYTES, Mistakes, document, size};

const BODY: Place<'static> = Place::Root("body");

pub(super) fn check(
    operation: &Operation,
    revision: Option<Revision>,
    arguments: &Arguments,
    mistakes: &mut Mistakes,
) {
    // A null is what a guest without a body writes.
    let given = arguments.body.as_ref().filter(|body| !body.is_null());
    let (spec, given) = match (operation.body_at(revision), given) {
        (None, None) => return,
        (None, Some(_)) => return mistakes.say("body", "this operation takes no body"),
        (Some(spec), None) => {
            return mistakes.missing("body", format!("missing: {}", wanted(spec)));
        }
        (Some(spec), Some(given)) => (spec, given),
    };
    let before = mistakes_of_size(spec, given, mistakes);
    if before {
        // Reading on would only bury the message.
        return;
    }
    match (spec.shape, given) {
        (Shape::Plain, Value::Object(map)) => attributes(BODY, spec, map, mistakes),
        (_, Value::Object(map)) if map.contains_key("data") => {
            let path_id = arguments.ids.last().map(String::as_str);
            document::check(spec, path_id, map, mistakes);
        }
        (Shape::Attributes | Shape::Aggregate, Value::Object(map)) => {
            attributes(BODY, spec, map, mistakes);
        }
        (Shape::Identifiers { .. }, Value::Array(ids)) => {
            for (index, id) in ids.iter().enumerate() {
                if !is_id(id) {
                    mistakes.add(mismatch(BODY.item(index), "an id", id));
                }
            }
        }
        (Shape::Items { .. } | Shape::Groups { .. }, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                match item {
                    Value::Object(map) => attributes(BODY.item(index), spec, map, mistakes),
                    other => {
                        mistakes.add(mismatch(BODY.item(index), "a map of attributes", other));
                    }
                }
            }
        }
        (_, other) => mistakes.add(mismatch("body", wanted(spec), other)),
    }
}

fn wanted(spec: &Body) -> &'static str {
    match spec.shape {
        Shape::Attributes | Shape::Aggregate | Shape::Plain => "a map of attributes",
        Shape::Identifiers { .. } => "a list of ids",
        Shape::Items { .. } | Shape::Groups { .. } => "a list of maps of attributes",
    }
}

/// Lists become several calls, so only their single items can be too large.
fn mistakes_of_size(spec: &Body, given: &Value, mistakes: &mut Mistakes) -> bool {
    let mut found = false;
    let mut judge = |at: Place<'_>, value: &Value| {
        if size::exceeds(value, MAX_BODY_BYTES) {
            found = true;
            let bytes = size::exact(value);
            mistakes.say(at, format!("has {bytes} bytes; the API takes at most {MAX_BODY_BYTES}"));
        }
    };
    match given {
        Value::Array(items) if spec.shape.max().is_some() => {
            for (index, item) in items.iter().enumerate() {
                judge(BODY.item(index), item);
            }
        }
        other => judge(BODY, other),
    }
    found
}

pub(super) fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|id| !id.trim().is_empty())
}

/// A map of attributes: unknown and missing ones, and the types of the others.
fn attributes(at: Place<'_>, spec: &Body, map: &Map<String, Value>, mistakes: &mut Mistakes) {
    for (key, given) in map {
        let place = at.key(key);
        if matches!(spec.id, BodyId::Key(id) if id == key)
            || (key == "id" && matches!(spec.shape, Shape::Items { .. }))
        {
            if !is_id(given) {
                mistakes.add(mismatch(place, "an id", given));
            }
        } else if let Some(found) = spec.relationships.iter().find(|found| found.key == key) {
            relationship(place, found, given, mistakes);
        } else if spec.meta.contains(&key.as_str()) {
            if !given.is_object() {
                mistakes.add(mismatch(place, "a map", given));
            }
        } else if let Some(attribute) = spec.attributes.iter().find(|found| found.name == key) {
            if attribute_may_be_null(spec, attribute, given) {
                value::check(place, attribute, given, mistakes);
            }
        } else if spec.closed {
            mistakes.add(unknown(spec, key, place));
        }
    }
    if let BodyId::Key(key) = spec.id
        && !map.contains_key(key)
    {
        mistakes.missing(at.key(key), "missing: the id has to be given");
    }
    for found in spec.relationships {
        if found.required && map.get(found.key).is_none_or(Value::is_null) {
            mistakes.missing(at.key(found.key), format!("missing: {}", wanted_ids(found)));
        }
    }
    for path in spec.required {
        required(at, path, map, mistakes);
    }
}

/// A required attribute that is null is told of as missing, and only once.
fn attribute_may_be_null(spec: &Body, attribute: &Attribute, given: &Value) -> bool {
    !(given.is_null() && spec.required.contains(&attribute.name))
}

fn unknown(spec: &Body, key: &str, place: Place<'_>) -> CheckError {
    let kind = match spec.shape {
        Shape::Items { item, .. } | Shape::Groups { item, .. } => item,
        _ => spec.kind,
    };
    let known = resource_of_type(kind).and_then(|resource| resource.attribute(key));
    let message = match known {
        Some(attribute) if attribute.read_only => "is answered by the API, never accepted",
        _ => "no such attribute",
    };
    let id = match spec.id {
        BodyId::Key(key) => Some(key),
        BodyId::None | BodyId::Path => None,
    };
    let names = spec.attributes.iter().map(|attribute| attribute.name);
    let names = names.chain(spec.relationships.iter().map(|found| found.key));
    let names = names.chain(spec.meta.iter().copied()).chain(id);
    CheckError::of_name(place, message).among(key, names)
}

fn wanted_ids(relationship: &BodyRelationship) -> &'static str {
    if relationship.many { "an id or a list of ids" } else { "an id" }
}

fn relationship(at: Place<'_>, spec: &BodyRelationship, given: &Value, mistakes: &mut Mistakes) {
    match given {
        Value::Array(ids) if spec.many => {
            for (index, id) in ids.iter().enumerate() {
                if !is_id(id) {
                    mistakes.add(mismatch(at.item(index), "an id", id));
                }
            }
            if let Some(max) = spec.max
                && ids.len() > max as usize
            {
                mistakes.say(at, format!("takes at most {max}, and {} were given", ids.len()));
            }
            if spec.required && ids.is_empty() {
                mistakes.say(at, "must name at least one id");
            }
        }
        other if is_id(other) => {}
        other => mistakes.add(mismatch(at, wanted_ids(spec), other)),
    }
}

/// An attribute that must be there, by a path such as `audiences.included` or `messages.data[].attributes.channel`.
fn required(at: Place<'_>, path: &str, map: &Map<String, Value>, mistakes: &mut Mistakes) {
    let (head, rest) = match path.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (path, None),
    };
    let (name, each) = match head.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (head, false),
    };
    let place = at.key(name);
    let Some(found) = map.get(name).filter(|found| !found.is_null()) else {
        // It may be told already: a path names each map on its way.
        if !mistakes.names(place) {
            mistakes.missing(place, "missing: the attribute has to be given");
        }
        return;
    };
    let mut below = |place: Place<'_>, value: &Value| match (rest, value) {
        (None, _) => {}
        (Some(rest), Value::Object(map)) => required(place, rest, map, mistakes),
        // That it should be a map is said where the types are checked, if the spec knows the place.
        (Some(rest), other) => {
            if !mistakes.names(place) {
                mistakes.add(mismatch(place, &format!("a map that holds `{rest}`"), other));
            }
        }
    };
    match (each, found) {
        (false, value) => below(place, value),
        (true, Value::Array(items)) => {
            if items.is_empty() {
                if !mistakes.names(place) {
                    mistakes.say(place, "must hold at least one");
                }
                return;
            }
            for (index, item) in items.iter().enumerate() {
                below(place.item(index), item);
            }
        }
        (true, other) => {
            if !mistakes.names(place) {
                mistakes.add(mismatch(place, "a list", other));
            }
        }
    }
}
