//! What a read answers, seen through the overlay: changed attributes, records that are gone, records that the run created.

use std::collections::{HashMap, HashSet};

use pianoroll_api::Options;
use pianoroll_api::filter::{Clause, Filter};
use pianoroll_api::operation::{Answer, App, Kind, Operation};
use serde_json::{Value, json};

use super::consequence::{Key, identifiers};
use super::criteria::{self, Judge};
use super::overlay::{Link, Overlay};
use super::shown::Shown;
use super::subject::Subject;

/// A record that may or may not be on the list.
const LEFT_OUT: &str = "records that the run creates or changes may be missing: whether they pass the filter is not known";

/// A row that may or may not still be on the list.
const LEFT_IN: &str =
    "records that the run changes may be too many: whether they still pass the filter is not known";

/// The other end of a link is known by its id alone.
const UNREAD: &str = "records that the run adds are missing: they could not be read";

/// One read, and what is looked at in its answer.
pub(super) struct View<'a> {
    pub(super) operation: &'static Operation,
    /// The list that is a relation of one record: its type and id.
    pub(super) parent: Option<Key>,
    pub(super) filter: Option<Filter>,
    pub(super) shown: Shown<'a>,
    pub(super) options: &'a Options,
    pub(super) started: Value,
}

impl<'a> View<'a> {
    pub(super) fn new(
        operation: &'static Operation,
        subject: Subject<'_>,
        options: &'a Options,
        started: Value,
    ) -> Self {
        let related = subject.relation.and(subject.id);
        Self {
            operation,
            parent: related.map(|id| Key::new(subject.kind, id)),
            filter: criteria::of(options),
            shown: Shown::new(operation, options),
            options,
            started,
        }
    }

    fn app(&self) -> &'static App {
        self.operation.app
    }

    /// The relationships whose records the answer holds as well: name and type.
    fn included(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let asked = self.options.get("include").and_then(Value::as_array);
        let is_asked =
            move |name: &str| asked.is_some_and(|asked| asked.iter().any(|one| one == name));
        let known = self.operation.query.include.iter().filter(move |one| is_asked(one.name));
        known.map(|relationship| (relationship.name, relationship.kind))
    }

    /// Whether anything in the answer may look different.
    pub(super) fn concerns(&self, overlay: &Overlay) -> bool {
        let kind = self.operation.answer.kind();
        kind.is_some_and(|kind| overlay.touches(kind))
            || self.included().any(|(_, kind)| overlay.touches(kind))
    }

    /// The records that have to be read before a page can be told: those that the run has put on the list or beside it, and,
    /// on the last page, those that a change may have put there.
    pub(super) fn missing(&self, overlay: &Overlay, document: &Value, is_last: bool) -> Vec<Key> {
        let rows = |name: &str| document[name].as_array().into_iter().flatten().filter_map(Key::of);
        let here: HashSet<Key> = rows("data").collect();
        let beside: HashSet<Key> = rows("included").collect();
        let mut wanted: HashSet<Key> = HashSet::new();
        let mut shown: Vec<Key> = here.iter().cloned().chain(Key::of(&document["data"])).collect();
        if let (Answer::Many(kind), true) = (self.operation.answer, is_last) {
            wanted.extend(self.entering(overlay, kind, &here));
            shown.extend(wanted.iter().cloned());
            shown.extend(overlay.all_created(kind).into_iter().filter_map(Key::of));
        }
        for (_, kind) in self.included() {
            for from in &shown {
                let new = overlay.links(from, kind).filter(|(key, link)| {
                    matches!(link, Link::Added { .. }) && !beside.contains(*key)
                });
                wanted.extend(new.map(|(key, _)| key.clone()));
            }
        }
        wanted.retain(|key| {
            overlay.created(key).is_none() && !overlay.is_gone(key) && !key.is_planned()
        });
        wanted.into_iter().collect()
    }

    /// The records that were there before the run, are not on the last page, and that the run may have put on the list.
    fn entering(&self, overlay: &Overlay, kind: &str, here: &HashSet<Key>) -> Vec<Key> {
        let mut found = match &self.parent {
            Some(parent) => {
                let new = |link| matches!(link, Link::Added { already: false });
                let links = overlay.links(parent, kind).filter(|(_, link)| new(*link));
                links.map(|(key, _)| key.clone()).collect()
            }
            None => overlay.all_changed(kind, |name| {
                self.clauses().iter().any(|clause| criteria::concerns(clause, name))
            }),
        };
        found.retain(|key| overlay.created(key).is_none() && !here.contains(key));
        found
    }

    fn clauses(&self) -> &[Clause] {
        self.filter.as_ref().map(|filter| filter.clauses.as_slice()).unwrap_or_default()
    }

    /// Lays the overlay over a document. `whole` are the records that were asked for.
    pub(super) fn patch(
        &self,
        overlay: &mut Overlay,
        document: &mut Value,
        whole: &HashMap<Key, Value>,
        is_last: bool,
    ) -> HashSet<&'static str> {
        let mut notes = HashSet::new();
        match &mut document["data"] {
            Value::Array(rows) => {
                rows.retain_mut(|row| self.stays(overlay, row, &mut notes));
                if is_last {
                    self.append(overlay, rows, whole, &mut notes);
                }
            }
            Value::Object(_) => {
                let row = &mut document["data"];
                if let Some(key) = Key::of(row) {
                    overlay.change(self.app(), &key, row, Some(self.shown));
                }
            }
            _ => {}
        }
        self.patch_included(overlay, document, whole);
        notes
    }

    /// Changes a row that the API has shown; whether it still belongs there.
    fn stays(
        &self,
        overlay: &mut Overlay,
        row: &mut Value,
        notes: &mut HashSet<&'static str>,
    ) -> bool {
        let Some(key) = Key::of(row) else { return true };
        if overlay.is_gone(&key) {
            return false;
        }
        if let Some(parent) = &self.parent {
            match overlay.link(parent, &key) {
                Some(Link::Removed) => return false,
                Some(Link::Added { .. }) => overlay.was_linked(parent, &key),
                None => {}
            }
        }
        overlay.change(self.app(), &key, row, Some(self.shown));
        // The API has judged the row; only what was changed is judged again.
        let clauses = self.clauses();
        if !clauses.iter().any(|clause| overlay.is_changed_in(&key, criteria::head(clause))) {
            return true;
        }
        // The row may lack what it is filtered by.
        let mut judged = json!({ "type": key.kind, "id": key.id, "attributes": row["attributes"], "relationships": row["relationships"] });
        overlay.change(self.app(), &key, &mut judged, None);
        let judge = Judge { app: self.app(), overlay };
        let changed =
            clauses.iter().filter(|clause| overlay.is_changed_in(&key, criteria::head(clause)));
        for clause in changed {
            match judge.holds(clause, &judged) {
                Some(false) => return false,
                Some(true) => {}
                None => {
                    notes.insert(LEFT_IN);
                }
            }
        }
        true
    }

    /// What the run has put on the list.
    fn append(
        &self,
        overlay: &Overlay,
        rows: &mut Vec<Value>,
        whole: &HashMap<Key, Value>,
        notes: &mut HashSet<&'static str>,
    ) {
        let Answer::Many(kind) = self.operation.answer else { return };
        let here: HashSet<Key> = rows.iter().filter_map(Key::of).collect();
        let judge = Judge { app: self.app(), overlay };
        let mut wanted: Vec<Value> = Vec::new();
        let added = |key: &Key| match &self.parent {
            None => true,
            Some(parent) => matches!(overlay.link(parent, key), Some(Link::Added { .. })),
        };
        wanted.extend(
            overlay
                .all_created(kind)
                .into_iter()
                .filter(|one| Key::of(one).is_some_and(|key| added(&key)))
                .cloned(),
        );
        // Whether a changed record is on another one's list is not known where the filter has hidden it.
        if let Some(parent) = &self.parent {
            let concerned =
                |name: &str| self.clauses().iter().any(|clause| criteria::concerns(clause, name));
            let hidden = overlay.all_changed(kind, concerned);
            if hidden.iter().any(|key| overlay.link(parent, key).is_none() && !here.contains(key)) {
                notes.insert(LEFT_OUT);
            }
        }
        for key in self.entering(overlay, kind, &here) {
            let Some(base) = whole.get(&key) else {
                notes.insert(UNREAD);
                continue;
            };
            // What passed before stands on one of the API's own pages.
            if self.parent.is_none() {
                match judge.meets(self.filter.as_ref(), base) {
                    Some(true) => continue,
                    Some(false) => {}
                    None => {
                        notes.insert(LEFT_OUT);
                        continue;
                    }
                }
            }
            let mut row = base.clone();
            overlay.change(self.app(), &key, &mut row, None);
            wanted.push(row);
        }
        for mut row in wanted {
            self.join(kind, &mut row);
            match judge.meets(self.filter.as_ref(), &row) {
                Some(true) => {
                    if let Some(attributes) = row["attributes"].as_object_mut() {
                        self.shown.thin(kind, attributes);
                    }
                    rows.push(row);
                }
                Some(false) => {}
                None => {
                    notes.insert(LEFT_OUT);
                }
            }
        }
    }

    /// Among the records of another one, times that only such a list knows, and filters by, are when the run added it.
    fn join(&self, kind: &str, row: &mut Value) {
        if self.parent.is_none() {
            return;
        }
        let known =
            self.app().resource(kind).map(|resource| resource.attributes).unwrap_or_default();
        for attribute in known.iter().filter(|attribute| attribute.kind == Kind::Datetime) {
            let filtered =
                self.operation.query.filter.iter().any(|field| field.name == attribute.name);
            if filtered && row["attributes"].get(attribute.name).is_none_or(Value::is_null) {
                row["attributes"][attribute.name] = self.started.clone();
            }
        }
    }

    /// Linked records, in the rows and beside them.
    fn patch_included(&self, overlay: &Overlay, document: &mut Value, whole: &HashMap<Key, Value>) {
        if let Some(included) = document.get_mut("included").and_then(Value::as_array_mut) {
            included.retain_mut(|resource| {
                let Some(key) = Key::of(resource) else { return true };
                overlay.change(self.app(), &key, resource, Some(self.shown));
                !overlay.is_gone(&key)
            });
        }
        let relations: Vec<_> = self.included().collect();
        if relations.is_empty() {
            return;
        }
        let mut wanted: Vec<Key> = Vec::new();
        let rows = match &mut document["data"] {
            Value::Array(rows) => rows.as_mut_slice(),
            row => std::slice::from_mut(row),
        };
        for row in rows {
            let Some(from) = Key::of(row) else { continue };
            for (name, kind) in &relations {
                let before: Vec<Key> = identifiers(&row["relationships"][*name]["data"]).collect();
                let is_one = row["relationships"][*name]["data"].is_object();
                let mut after = before.clone();
                after.retain(|to| {
                    !overlay.is_gone(to) && overlay.link(&from, to) != Some(Link::Removed)
                });
                for (to, link) in overlay.links(&from, kind) {
                    if matches!(link, Link::Added { .. })
                        && !after.contains(to)
                        && !overlay.is_gone(to)
                    {
                        after.push(to.clone());
                    }
                }
                if after != before && !is_one {
                    row["relationships"][*name]["data"] =
                        after.iter().map(Key::identifier).collect();
                }
                wanted.extend(after);
            }
        }
        let included = &mut document["included"];
        if included.is_null() {
            *included = json!([]);
        }
        let Some(included) = included.as_array_mut() else { return };
        let mut here: HashSet<Key> = included.iter().filter_map(Key::of).collect();
        for key in wanted {
            if here.insert(key.clone()) {
                let mut resource = overlay.known(self.app(), &key, whole.get(&key).cloned());
                if let Some(attributes) = resource["attributes"].as_object_mut() {
                    self.shown.thin(&key.kind, attributes);
                }
                included.push(resource);
            }
        }
        // A record that nothing leads to any more is not there.
        let rows = document["data"].clone();
        let rows = rows.as_array().map_or(std::slice::from_ref(&rows), Vec::as_slice);
        let led_to: HashSet<Key> = rows
            .iter()
            .flat_map(|row| row["relationships"].as_object().into_iter().flatten())
            .flat_map(|(_, relationship)| identifiers(&relationship["data"]))
            .collect();
        if let Some(included) = document["included"].as_array_mut() {
            let kinds: HashSet<&str> = relations.iter().map(|(_, kind)| *kind).collect();
            included.retain(|one| {
                Key::of(one)
                    .is_none_or(|key| !kinds.contains(key.kind.as_str()) || led_to.contains(&key))
            });
        }
    }
}
