//! What a run has changed, by record; and which records it has linked. Nothing else is kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pianoroll_api::operation::App;
use serde_json::{Map, Value, json};

use super::change::{self, Changes, Merging};
use super::consequence::{Deed, Key, identifiers};
use super::record::Order;
use super::shown::Shown;
use super::stand_in;

/// What a run has changed in one account.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    records: BTreeMap<String, BTreeMap<String, Record>>,
    /// Each link stands at both ends.
    links: BTreeMap<Key, BTreeMap<Key, Link>>,
}

#[derive(Debug)]
enum Record {
    /// The run created it; the resource as it stands.
    Created { order: (Order, usize), resource: Value },
    /// It was there, and was changed.
    Changed(Changed),
    /// The run took it away.
    Gone,
}

#[derive(Debug, Default)]
struct Changed {
    attributes: Changes,
    relationships: Map<String, Value>,
}

/// What a run has done to a link between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// It links them; `already` where a page has shown that they were.
    Added { already: bool },
    /// It has unlinked them.
    Removed,
}

/// What a deed needs to know beyond itself.
pub(super) struct Occasion<'a> {
    pub(super) app: &'static App,
    pub(super) started: Timestamp,
    pub(super) order: Order,
    /// The record as a read has shown it.
    pub(super) seen: &'a dyn Fn(&Key) -> Option<Value>,
}

impl Overlay {
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.links.is_empty()
    }

    fn record(&self, key: &Key) -> Option<&Record> {
        self.records.get(&key.kind)?.get(&key.id)
    }

    fn put(&mut self, key: &Key, record: Record) {
        self.records.entry(key.kind.clone()).or_default().insert(key.id.clone(), record);
    }

    pub(super) fn is_gone(&self, key: &Key) -> bool {
        matches!(self.record(key), Some(Record::Gone))
    }

    /// Whether anything was done to records of a type.
    pub(super) fn touches(&self, kind: &str) -> bool {
        self.records.contains_key(kind) || self.links.keys().any(|key| key.kind == kind)
    }

    pub(super) fn is_changed(&self, key: &Key) -> bool {
        matches!(self.record(key), Some(Record::Changed(_)))
    }

    /// What stands for a record that the run created.
    pub(super) fn created(&self, key: &Key) -> Option<&Value> {
        match self.record(key)? {
            Record::Created { resource, .. } => Some(resource),
            Record::Changed(_) | Record::Gone => None,
        }
    }

    /// The records of a type that the run created, in the order of their creation.
    pub(super) fn all_created(&self, kind: &str) -> Vec<&Value> {
        let of_kind = self.records.get(kind).into_iter().flat_map(BTreeMap::values);
        let mut found: Vec<_> = of_kind
            .filter_map(|record| match record {
                Record::Created { order, resource } => Some((order, resource)),
                Record::Changed(_) | Record::Gone => None,
            })
            .collect();
        found.sort_by_key(|(order, _)| **order);
        found.into_iter().map(|(_, resource)| resource).collect()
    }

    /// The records of a type that were there before and that were changed where `concerns` says.
    pub(super) fn all_changed(&self, kind: &str, concerns: impl Fn(&str) -> bool) -> Vec<Key> {
        let of_kind = self.records.get(kind).into_iter().flatten();
        let changed = of_kind.filter(|(_, record)| match record {
            Record::Changed(changed) => changed
                .attributes
                .keys()
                .chain(changed.relationships.keys())
                .any(|name| concerns(name)),
            Record::Created { .. } | Record::Gone => false,
        });
        changed.map(|(id, _)| Key::new(kind, id)).collect()
    }

    /// Whether a record that was there was changed in an attribute or a relationship.
    pub(super) fn is_changed_in(&self, key: &Key, name: &str) -> bool {
        match self.record(key) {
            Some(Record::Changed(changed)) => {
                changed.attributes.contains_key(name) || changed.relationships.contains_key(name)
            }
            _ => false,
        }
    }

    /// What was done to the links from a record to those of a type.
    pub(super) fn links<'o>(
        &'o self,
        from: &Key,
        kind: &'o str,
    ) -> impl Iterator<Item = (&'o Key, Link)> + use<'o> {
        let links = self.links.get(from).into_iter().flatten();
        links.filter(move |(to, _)| to.kind == kind).map(|(to, link)| (to, *link))
    }

    pub(super) fn link(&self, from: &Key, to: &Key) -> Option<Link> {
        self.links.get(from)?.get(to).copied()
    }

    /// A page has shown that two records were linked before.
    pub(super) fn was_linked(&mut self, from: &Key, to: &Key) {
        let link = self.links.get_mut(from).and_then(|links| links.get_mut(to));
        if let Some(Link::Added { already }) = link {
            *already = true;
        }
    }

    /// Changes a resource that the API has shown.
    pub(super) fn change(
        &self,
        app: &'static App,
        key: &Key,
        resource: &mut Value,
        shown: Option<Shown<'_>>,
    ) {
        let Some(Record::Changed(changed)) = self.record(key) else { return };
        apply(app, changed, &key.kind, resource, shown);
    }

    /// What is known of a record without asking: what the run created, or what was changed on top of what was seen.
    pub(super) fn known(&self, app: &'static App, key: &Key, seen: Option<Value>) -> Value {
        if let Some(resource) = self.created(key) {
            return resource.clone();
        }
        let mut resource = seen.unwrap_or_else(|| key.identifier());
        if let Some(Record::Changed(changed)) = self.record(key) {
            apply(app, changed, &key.kind, &mut resource, None);
            // What a map was before is not known, so it is what was given.
            let attributes = resource["attributes"].as_object_mut();
            if let Some(attributes) = attributes {
                for (name, change) in &changed.attributes {
                    if !attributes.contains_key(name)
                        && let Some(value) = change.after(Some(&json!({})), true)
                    {
                        attributes.insert(name.clone(), value);
                    }
                }
            }
        }
        resource
    }

    pub(super) fn apply(&mut self, deed: Deed, index: usize, occasion: &Occasion<'_>) {
        match deed {
            Deed::Create { key, attributes, relationships, copied, items } => {
                let mut given = Map::new();
                if let Some(copied) = copied {
                    let source = self.known(occasion.app, &copied, (occasion.seen)(&copied));
                    given = source["attributes"].as_object().cloned().unwrap_or_default();
                }
                given.extend(attributes);
                for to in relationships.values().flat_map(|one| identifiers(&one["data"])) {
                    self.connect(&key, &to, true);
                }
                let resource = stand_in::created(
                    occasion.app,
                    &key,
                    given,
                    relationships,
                    occasion.started,
                    items,
                );
                self.put(&key, Record::Created { order: (occasion.order, index), resource });
            }
            Deed::Update { key, attributes, meta, relationships } => {
                self.update(&key, attributes, meta, relationships, occasion);
            }
            Deed::Delete { key, heir } => self.delete(&key, heir.as_ref()),
            Deed::Link { from, to, on } => self.connect(&from, &to, on),
        }
    }

    fn update(
        &mut self,
        key: &Key,
        mut attributes: Map<String, Value>,
        meta: Map<String, Value>,
        relationships: Map<String, Value>,
        occasion: &Occasion<'_>,
    ) {
        for name in stand_in::touched(occasion.app, &key.kind) {
            attributes.insert(name.to_owned(), occasion.started.to_string().into());
        }
        let merging = Merging::of(occasion.app, &key.kind);
        let of_kind = self.records.entry(key.kind.clone()).or_default();
        let record =
            of_kind.entry(key.id.clone()).or_insert_with(|| Record::Changed(Changed::default()));
        match record {
            Record::Created { resource, .. } => {
                let mut changed = Changed { relationships, ..Changed::default() };
                change::update(&mut changed.attributes, merging, attributes, meta);
                apply(occasion.app, &changed, &key.kind, resource, None);
            }
            Record::Changed(changed) => {
                change::update(&mut changed.attributes, merging, attributes, meta);
                changed.relationships.extend(relationships);
            }
            Record::Gone => {}
        }
    }

    fn delete(&mut self, key: &Key, heir: Option<&Key>) {
        self.put(key, Record::Gone);
        for (to, link) in self.links.remove(key).unwrap_or_default() {
            if let Some(links) = self.links.get_mut(&to) {
                links.remove(key);
            }
            if let (Some(heir), Link::Added { .. }) = (heir, link)
                && self.link(heir, &to).is_none()
            {
                self.connect(heir, &to, true);
            }
        }
    }

    fn connect(&mut self, from: &Key, to: &Key, on: bool) {
        for (from, to) in [(from, to), (to, from)] {
            let links = self.links.entry(from.clone()).or_default();
            let link = match (on, links.get(to)) {
                (true, Some(Link::Added { already })) => Link::Added { already: *already },
                (true, _) => Link::Added { already: false },
                (false, _) => Link::Removed,
            };
            links.insert(to.clone(), link);
        }
    }
}

fn apply(
    app: &'static App,
    changed: &Changed,
    kind: &str,
    resource: &mut Value,
    shown: Option<Shown<'_>>,
) {
    let patched = Merging::of(app, kind).map(Merging::patched);
    let Some(resource) = resource.as_object_mut() else { return };
    let attributes = resource.entry("attributes").or_insert_with(|| json!({}));
    if let Some(attributes) = attributes.as_object_mut() {
        for (name, change) in &changed.attributes {
            if shown.is_some_and(|shown| !shown.shows(kind, name)) {
                continue;
            }
            if let Some(value) = change.after(attributes.get(name), patched == Some(name)) {
                attributes.insert(name.clone(), value);
            }
        }
    }
    for (name, relationship) in &changed.relationships {
        let known = resource.entry("relationships").or_insert_with(|| json!({}));
        if let Some(known) = known.as_object_mut() {
            known.insert(name.clone(), relationship.clone());
        }
    }
}
