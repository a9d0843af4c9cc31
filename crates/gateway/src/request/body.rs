//! Bodies: what the guest gives becomes a JSON:API document (the table in spec/README.md, 'Bodies').

use pianoroll_api::operation::{Body, BodyId, BodyRelationship, Shape};
use serde_json::{Map, Value, json};

use super::BuildError;

/// The document of a body, and whether everything in it carries a key (always `false` for operations without keys).
///
/// `key_name` is the attribute that carries the key, `path_id` the last id of the path, `key` what to put where the guest
/// gave none: as it is into a single body, with the number of the item behind it into a list.
pub(super) fn wrap(
    body: &Body,
    key_name: Option<&'static str>,
    given: &Value,
    path_id: Option<&str>,
    key: Option<&str>,
) -> Result<(Value, bool), BuildError> {
    let mut wrap = Wrap { body, keys: Keys { name: key_name, key, missing: false } };
    let document = match given {
        Value::Object(map) if map.contains_key("data") => wrap.as_it_stands(given.clone()),
        _ => wrap.by_shape(given, path_id)?,
    };
    let keyed = key_name.is_some() && !wrap.keys.missing;
    Ok((document, keyed))
}

struct Wrap<'b> {
    body: &'b Body,
    keys: Keys<'b>,
}

/// What the items of a group share, and the items.
type Group = (Option<Value>, Vec<Value>);

/// Puts the key where there is none, and remembers where that could not be done.
struct Keys<'b> {
    name: Option<&'static str>,
    key: Option<&'b str>,
    missing: bool,
}

impl Keys<'_> {
    fn put(&mut self, attributes: &mut Map<String, Value>, index: Option<usize>) {
        let Some(name) = self.name else { return };
        if attributes.get(name).is_some_and(|key| !key.is_null()) {
            return;
        }
        match (self.key, index) {
            (Some(key), None) => attributes.insert(name.to_owned(), key.into()),
            (Some(key), Some(index)) => {
                attributes.insert(name.to_owned(), format!("{key}-{index}").into())
            }
            (None, _) => {
                self.missing = true;
                None
            }
        };
    }
}

impl Wrap<'_> {
    fn by_shape(&mut self, given: &Value, path_id: Option<&str>) -> Result<Value, BuildError> {
        let kind = self.body.kind;
        match self.body.shape {
            Shape::Plain => Ok(given.clone()),
            Shape::Attributes | Shape::Aggregate => {
                let data = self.resource(kind, map(given)?, Some(path_id), None)?;
                Ok(json!({ "data": data }))
            }
            Shape::Identifiers { .. } => {
                let data = list(given)?.iter().map(|id| identifier(kind, id));
                Ok(json!({ "data": data.collect::<Result<Vec<_>, _>>()? }))
            }
            Shape::Items { container, item, .. } => {
                let mut data = Vec::new();
                for (index, given) in list(given)?.iter().enumerate() {
                    data.push(self.resource(item, map(given)?, None, Some(index))?);
                }
                Ok(
                    json!({ "data": { "type": kind, "attributes": { container: { "data": data } } } }),
                )
            }
            Shape::Groups { container, outer, by, list: field, item, .. } => {
                let groups = self.groups(list(given)?, by, item)?;
                let data = groups.into_iter().map(|(shared, items)| {
                    let mut attributes = Map::new();
                    if let Some(shared) = shared {
                        attributes.insert(by.to_owned(), self.nest(by, shared));
                    }
                    attributes.insert(field.to_owned(), json!({ "data": items }));
                    json!({ "type": outer, "attributes": attributes })
                });
                let data: Vec<Value> = data.collect();
                Ok(
                    json!({ "data": { "type": kind, "attributes": { container: { "data": data } } } }),
                )
            }
        }
    }

    /// Items by the attribute that they share, groups in the order in which they first appear.
    fn groups(&mut self, items: &[Value], by: &str, kind: &str) -> Result<Vec<Group>, BuildError> {
        let mut groups: Vec<Group> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for (index, given) in items.iter().enumerate() {
            let mut given = map(given)?.clone();
            let shared = given.remove(by);
            // The text of a value is the same for the same value: maps are kept in the order of their keys.
            let text = shared.as_ref().map(Value::to_string);
            let place = *places.entry(text).or_insert_with(|| {
                groups.push((shared, Vec::new()));
                groups.len() - 1
            });
            let resource = self.resource(kind, &given, None, Some(index))?;
            if let Some((_, members)) = groups.get_mut(place) {
                members.push(resource);
            }
        }
        Ok(groups)
    }

    /// `{type, id?, attributes, relationships?, meta?}` of one map. `path_id` is there for a body, and not for an item of a
    /// list; `index` the other way round.
    fn resource(
        &mut self,
        kind: &str,
        given: &Map<String, Value>,
        path_id: Option<Option<&str>>,
        index: Option<usize>,
    ) -> Result<Value, BuildError> {
        let mut attributes = given.clone();
        let mut resource = Map::new();
        resource.insert("type".to_owned(), kind.into());
        let id = match (self.body.id, path_id) {
            (BodyId::Path, Some(path_id)) => path_id.map(Value::from),
            (BodyId::Key(key), _) => {
                let id = attributes.remove(key).filter(|id| !id.is_null());
                Some(id.ok_or_else(|| BuildError::Body(format!("must have `{key}`")))?)
            }
            // An item of a list may name the resource that it updates.
            (_, None) if !self.is_attribute("id") => attributes.remove("id"),
            _ => None,
        };
        if let Some(id) = id {
            resource.insert("id".to_owned(), id);
        }
        let mut relationships = Map::new();
        for relationship in self.body.relationships {
            if let Some(ids) = attributes.remove(relationship.key).filter(|ids| !ids.is_null()) {
                relationships.insert(relationship.name.to_owned(), related(relationship, ids)?);
            }
        }
        let mut meta = Map::new();
        for key in self.body.meta {
            if let Some(value) = attributes.remove(*key) {
                meta.insert((*key).to_owned(), value);
            }
        }
        for (name, value) in &mut attributes {
            *value = self.nest(name, value.take());
        }
        self.keys.put(&mut attributes, index);
        // A document about relationships alone, such as a merge or a send, has no attributes.
        if !attributes.is_empty() || !self.body.attributes.is_empty() {
            resource.insert("attributes".to_owned(), attributes.into());
        }
        for (name, part) in [("relationships", relationships), ("meta", meta)] {
            if !part.is_empty() {
                resource.insert(name.to_owned(), part.into());
            }
        }
        Ok(resource.into())
    }

    fn is_attribute(&self, name: &str) -> bool {
        self.body.attributes.iter().any(|attribute| attribute.name == name)
    }

    /// An attribute that is a resource itself: a plain map becomes `{data:{type, id?, attributes}}`.
    fn nest(&self, name: &str, value: Value) -> Value {
        let kind =
            self.body.nested.iter().find(|(nested, _)| *nested == name).map(|(_, kind)| kind);
        let (Some(kind), Value::Object(mut attributes)) = (kind, value.clone()) else {
            return value;
        };
        if attributes.contains_key("data") {
            return value;
        }
        let mut data = Map::new();
        data.insert("type".to_owned(), (*kind).into());
        if let Some(id) = attributes.remove("id") {
            data.insert("id".to_owned(), id);
        }
        data.insert("attributes".to_owned(), attributes.into());
        json!({ "data": data })
    }

    /// A document of the guest's own, but for the key: without one a lost answer could not be settled.
    fn as_it_stands(&mut self, mut document: Value) -> Value {
        if self.keys.name.is_none() {
            return document;
        }
        let events = match self.body.shape {
            Shape::Groups { container, list, .. } => {
                let groups = document.pointer_mut(&format!("/data/attributes/{container}/data"));
                let groups = groups.and_then(Value::as_array_mut).into_iter().flatten();
                let lists =
                    groups.map(|group| group.pointer_mut(&format!("/attributes/{list}/data")));
                Some(lists.flat_map(|list| list.and_then(Value::as_array_mut)).flatten().collect())
            }
            Shape::Items { container, .. } => {
                let items = document.pointer_mut(&format!("/data/attributes/{container}/data"));
                items
                    .and_then(Value::as_array_mut)
                    .map(|items| items.iter_mut().collect::<Vec<_>>())
            }
            _ => None,
        };
        let mut found = false;
        let mut put = |keys: &mut Keys<'_>, resource: &mut Value, index| {
            if let Some(attributes) = resource.get_mut("attributes").and_then(Value::as_object_mut)
            {
                keys.put(attributes, index);
                found = true;
            }
        };
        match events {
            Some(events) => {
                for (index, event) in events.into_iter().enumerate() {
                    put(&mut self.keys, event, Some(index));
                }
            }
            None => {
                if let Some(data) = document.get_mut("data") {
                    put(&mut self.keys, data, None);
                }
            }
        }
        // A form that this code does not know may hold anything.
        self.keys.missing |= !found;
        document
    }
}

fn map(value: &Value) -> Result<&Map<String, Value>, BuildError> {
    value.as_object().ok_or_else(|| BuildError::Body("must be a map".to_owned()))
}

fn list(value: &Value) -> Result<&[Value], BuildError> {
    match value {
        Value::Array(items) => Ok(items),
        // One id, or one item, is a list of one.
        Value::String(_) | Value::Object(_) => Ok(std::slice::from_ref(value)),
        _ => Err(BuildError::Body("must be a list".to_owned())),
    }
}

fn identifier(kind: &str, id: &Value) -> Result<Value, BuildError> {
    match id {
        Value::String(id) => Ok(json!({ "type": kind, "id": id })),
        // An identifier that is one already, as answers hold them.
        Value::Object(map) if map.contains_key("id") => {
            Ok(json!({ "type": kind, "id": map.get("id") }))
        }
        _ => Err(BuildError::Body("must hold ids".to_owned())),
    }
}

fn related(relationship: &BodyRelationship, ids: Value) -> Result<Value, BuildError> {
    if ids.as_object().is_some_and(|map| map.contains_key("data")) {
        return Ok(ids);
    }
    let identifiers = list(&ids)?.iter().map(|id| identifier(relationship.kind, id));
    let mut identifiers = identifiers.collect::<Result<Vec<_>, _>>()?;
    if relationship.many {
        return Ok(json!({ "data": identifiers }));
    }
    match (identifiers.pop(), identifiers.is_empty()) {
        (Some(one), true) => Ok(json!({ "data": one })),
        _ => Err(BuildError::Body(format!("must have one id as `{}`", relationship.key))),
    }
}
