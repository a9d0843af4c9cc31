//! What an effect changes, as far as the table tells: its method and path, the document that would be sent, and its answer.
//! An operation that is added to the spec works by this alone.

use pianoroll_api::Arguments;
use pianoroll_api::operation::{Answer, Body, BodyId, Method, Operation, Shape};
use pianoroll_model::{Effect, Position, Revision};
use serde_json::{Map, Value, json};

use super::PLANNED;
use super::subject::Subject;

/// A record: its type and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) kind: String,
    pub(super) id: String,
}

impl Key {
    pub(super) fn new(kind: &str, id: &str) -> Self {
        Self { kind: kind.to_owned(), id: id.to_owned() }
    }

    /// Of a resource, or of an identifier.
    pub(super) fn of(resource: &Value) -> Option<Self> {
        Some(Self::new(resource.get("type")?.as_str()?, resource.get("id")?.as_str()?))
    }

    pub(super) fn identifier(&self) -> Value {
        json!({ "type": self.kind, "id": self.id })
    }

    pub(super) fn is_planned(&self) -> bool {
        self.id.starts_with(PLANNED)
    }
}

/// One thing that an effect does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    Create {
        key: Key,
        attributes: Map<String, Value>,
        relationships: Map<String, Value>,
        /// What it is a copy of.
        copied: Option<Key>,
        /// How many items the request carries: what a job has done when it is finished.
        items: u64,
    },
    Update {
        key: Key,
        attributes: Map<String, Value>,
        meta: Map<String, Value>,
        relationships: Map<String, Value>,
    },
    Delete {
        key: Key,
        /// What takes its place.
        heir: Option<Key>,
    },
    Link {
        from: Key,
        to: Key,
        on: bool,
    },
}

/// What an effect changes.
#[derive(Debug, Default)]
pub(super) struct Consequence {
    pub(super) deeds: Vec<Deed>,
    /// The record that the answer shows.
    pub(super) answers: Option<Key>,
    /// The records without which the API refuses it.
    pub(super) needs: Vec<Key>,
    /// What a later read cannot show.
    pub(super) notes: Vec<&'static str>,
}

/// What a later read does not show of an effect that this file knows nothing about.
const UNSEEN: &str = "later reads do not show what it would change";

/// The API looks for a record with the same identifiers.
const TAKEN_AS_NEW: &str =
    "items without an id are taken for new records, whether or not there are such";

/// Only the API knows all that a record has.
const TAKEN_OVER: &str =
    "later reads do not show what a record takes over from the ones that are merged into it";

/// Reads the consequence out of the table and the document.
pub(super) fn consequence(
    operation: &'static Operation,
    revision: Option<Revision>,
    effect: Effect,
    arguments: &Arguments,
    document: &Value,
    position: Position,
) -> Consequence {
    let reader =
        Reader { operation, body: operation.body_at(revision), position, data: &document["data"] };
    let subject = Subject::of(operation, revision, arguments);
    let mut found = Consequence::default();
    let method = operation.route_at(revision).method;
    let last = arguments.ids.last().map(String::as_str);
    if let Some(id) = subject.id {
        found.needs.push(Key::new(subject.kind, id));
    }
    match (method, subject.id, last) {
        (Method::Post | Method::Delete, Some(id), _) if subject.linkage => {
            let from = Key::new(subject.kind, id);
            found.deeds.extend(identifiers(reader.data).map(|to| Deed::Link {
                from: from.clone(),
                to,
                on: method == Method::Post,
            }));
        }
        (Method::Delete, _, Some(id)) => {
            found.deeds.push(Deed::Delete { key: Key::new(subject.kind, id), heir: None });
        }
        (Method::Patch | Method::Put, _, Some(id)) if !subject.linkage => {
            let key = Key::of(reader.data).unwrap_or_else(|| Key::new(subject.kind, id));
            found.answers = Some(key.clone());
            found.deeds.push(reader.update(key, reader.data));
        }
        (Method::Post, None, _) if effect == Effect::Delete => reader.merge(&mut found),
        (Method::Post, None, _) => reader.create(subject, document, &mut found),
        _ => found.notes.push(UNSEEN),
    }
    found
}

struct Reader<'a> {
    operation: &'static Operation,
    body: Option<&'static Body>,
    position: Position,
    data: &'a Value,
}

impl Reader<'_> {
    /// Whatever is named beside the destination goes into it.
    fn merge(&self, found: &mut Consequence) {
        let (Answer::One(kind), Some(id)) = (self.operation.answer, self.data["id"].as_str())
        else {
            return found.notes.push(UNSEEN);
        };
        let heir = Key::new(kind, id);
        for key in related(self.data).filter(|key| key.kind == kind) {
            found.needs.push(key.clone());
            found.deeds.push(Deed::Delete { key, heir: Some(heir.clone()) });
        }
        found.needs.push(heir.clone());
        found.notes.push(TAKEN_OVER);
        found.answers = Some(heir);
    }

    fn create(&self, subject: Subject<'_>, document: &Value, found: &mut Consequence) {
        match self.operation.answer {
            Answer::Map => {
                let key = Key::new(subject.kind, &planned(subject.kind, self.position, None));
                let attributes = object(document);
                found.answers = Some(key.clone());
                found.deeds.push(Deed::Create {
                    key,
                    attributes,
                    relationships: Map::new(),
                    copied: None,
                    items: 0,
                });
            }
            Answer::One(kind) if self.data["type"] == kind => self.create_one(kind, found),
            _ => found.notes.push(UNSEEN),
        }
    }

    fn create_one(&self, kind: &'static str, found: &mut Consequence) {
        let named = self.data["id"].as_str();
        // An id in the body is the id of what is created, as of a job that is about something else; or of what is copied.
        let copied = named.filter(|_| self.id_is_of(kind)).map(|id| Key::new(kind, id));
        let id = match (named, &copied) {
            (Some(id), None) => id.to_owned(),
            _ => planned(kind, self.position, None),
        };
        found.needs.extend(copied.clone());
        let key = Key::new(kind, &id);
        found.answers = Some(key.clone());
        let mut attributes = object(&self.data["attributes"]);
        let mut relationships = object(&self.data["relationships"]);
        let mut items = 0;
        let mut inner = Vec::new();
        let unknown = |name: &String| {
            self.operation.app.resource(kind).is_none_or(|known| known.attribute(name).is_none())
        };
        let lists: Vec<String> = attributes.keys().filter(|name| unknown(name)).cloned().collect();
        for name in lists {
            let list = attributes.get(&name).and_then(|value| value.pointer("/data"));
            let Some(list) = list.and_then(Value::as_array).cloned() else { continue };
            attributes.remove(&name);
            let first = items;
            items += list.len();
            let members =
                list.iter().zip(first..).filter_map(|(item, index)| self.item(item, index));
            let members: Vec<Deed> = members.collect();
            let keys = members.iter().map(|deed| match deed {
                Deed::Create { key, .. } | Deed::Update { key, .. } => key.identifier(),
                Deed::Delete { .. } | Deed::Link { .. } => Value::Null,
            });
            relationships.insert(name, json!({ "data": keys.collect::<Vec<_>>() }));
            inner.extend(members);
        }
        let upserts = matches!(self.body.map(|body| body.shape), Some(Shape::Items { .. }));
        if upserts && inner.iter().any(|deed| matches!(deed, Deed::Create { .. })) {
            found.notes.push(TAKEN_AS_NEW);
        }
        attributes.retain(|name, _| self.is_answered(kind, name));
        let links = self.links(&inner, &relationships);
        found.deeds.push(Deed::Create {
            key,
            attributes,
            relationships,
            copied,
            items: items as u64,
        });
        found.deeds.extend(inner);
        found.deeds.extend(links);
    }

    /// Whether the id in the body is called after the type itself: `template_id` of a template.
    fn id_is_of(&self, kind: &str) -> bool {
        match self.body.map(|body| body.id) {
            Some(BodyId::Key(key)) => {
                key.strip_suffix("_id").is_some_and(|of| of.replace('_', "-") == kind)
            }
            _ => false,
        }
    }

    /// A resource inside of a body: created with what is around it, or updated where it has an id.
    fn item(&self, item: &Value, index: usize) -> Option<Deed> {
        let kind = item["type"].as_str()?;
        self.operation.app.resource(kind)?;
        if let Some(key) = Key::of(item) {
            return Some(self.update(key, item));
        }
        Some(Deed::Create {
            key: Key::new(kind, &planned(kind, self.position, Some(index))),
            attributes: object(&item["attributes"]),
            relationships: object(&item["relationships"]),
            copied: None,
            items: 0,
        })
    }

    /// What a body names beside its items, where the items' type is related to it: the lists of an import.
    fn links(&self, items: &[Deed], relationships: &Map<String, Value>) -> Vec<Deed> {
        let targets: Vec<Key> =
            relationships.values().flat_map(|one| identifiers(&one["data"])).collect();
        let mut links = Vec::new();
        for item in items {
            let (Deed::Create { key, .. } | Deed::Update { key, .. }) = item else { continue };
            let resource = self.operation.app.resource(&key.kind);
            let related = resource.map(|resource| resource.relationships).unwrap_or_default();
            let to = targets.iter().filter(|to| related.iter().any(|one| one.kind == to.kind));
            links.extend(to.map(|to| Deed::Link { from: key.clone(), to: to.clone(), on: true }));
        }
        links
    }

    fn update(&self, key: Key, resource: &Value) -> Deed {
        let mut attributes = object(&resource["attributes"]);
        attributes.retain(|name, _| self.is_answered(&key.kind, name));
        let (meta, relationships) = (object(&resource["meta"]), object(&resource["relationships"]));
        Deed::Update { key, attributes, meta, relationships }
    }

    /// Whether answers hold an attribute that a body may: one that only the body has is none of the resource.
    fn is_answered(&self, kind: &str, name: &str) -> bool {
        let known = self.operation.app.resource(kind).and_then(|resource| resource.attribute(name));
        let of_body =
            || self.body.is_some_and(|body| body.attributes.iter().any(|one| one.name == name));
        known.map_or_else(|| !of_body(), |attribute| !attribute.write_only)
    }
}

/// The id that stands for what a call creates; `index` counts what is inside of one call.
fn planned(kind: &str, position: Position, index: Option<usize>) -> String {
    let position = position.to_string().replace('/', "-");
    match index {
        None => format!("{PLANNED}{kind}:{position}"),
        Some(index) => format!("{PLANNED}{kind}:{position}~{}", index + 1),
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The identifiers of a linkage: one, or many.
pub(super) fn identifiers(data: &Value) -> impl Iterator<Item = Key> {
    let many = data.as_array().map(Vec::as_slice);
    many.unwrap_or(std::slice::from_ref(data)).iter().filter_map(Key::of)
}

/// All identifiers that a resource's relationships hold.
fn related(resource: &Value) -> impl Iterator<Item = Key> {
    let relationships = resource["relationships"].as_object().into_iter().flatten();
    relationships.flat_map(|(_, relationship)| identifiers(&relationship["data"]))
}
