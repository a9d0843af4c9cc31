//! A row of the account, of whatever type.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Attributes by name.
pub(super) type Attributes = Map<String, Value>;

/// A resource: what it is called, what it holds, and what it points at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) attributes: Attributes,
    /// Stored in one direction only; the other one is found by looking for what points here.
    pub(super) relations: BTreeMap<String, Relation>,
}

/// What a record points at under one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Relation {
    /// The type at the other end.
    pub(super) kind: String,
    pub(super) ids: Vec<String>,
    pub(super) many: bool,
}

impl Record {
    /// A record without relations. `attributes` must be an object.
    pub(super) fn new(id: impl Into<String>, attributes: Value) -> Self {
        let attributes = match attributes {
            Value::Object(attributes) => attributes,
            _ => Attributes::new(),
        };
        Self { id: id.into(), attributes, relations: BTreeMap::new() }
    }

    /// Points at one record.
    pub(super) fn one(mut self, name: &str, kind: &str, id: impl Into<String>) -> Self {
        self.relate(name, kind, vec![id.into()], false);
        self
    }

    /// Points at several.
    pub(super) fn many(mut self, name: &str, kind: &str, ids: Vec<String>) -> Self {
        self.relate(name, kind, ids, true);
        self
    }

    /// Sets what a name points at.
    pub(super) fn relate(&mut self, name: &str, kind: &str, ids: Vec<String>, many: bool) {
        self.relations.insert(name.to_owned(), Relation { kind: kind.to_owned(), ids, many });
    }

    /// The text of an attribute; empty where it is none.
    pub(super) fn text(&self, name: &str) -> &str {
        self.attributes.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Sets an attribute.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.attributes.insert(name.to_owned(), value.into());
    }

    /// Whether anything here points at that record.
    pub(super) fn points_at(&self, kind: &str, id: &str) -> bool {
        let mut relations = self.relations.values();
        relations.any(|relation| relation.kind == kind && relation.ids.iter().any(|to| to == id))
    }

    /// The one id under a name.
    pub(super) fn target(&self, name: &str) -> Option<&str> {
        self.relations.get(name)?.ids.first().map(String::as_str)
    }
}

/// The plural of a type as paths write it: `catalog-category` is under `/api/catalog-categories`.
pub(super) fn plural(kind: &str) -> String {
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{kind}s"),
    }
}
