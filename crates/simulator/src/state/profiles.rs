//! The profiles: the computed people, and on top of them what has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde_json::{Value, json};

use super::cursor::Key;
use super::people::{ATTRIBUTES, Identifier, People};
use super::random::{mix, ulid};
use super::record::Attributes;
use super::time::stamp;

/// One profile. Ordered as their ids are: whoever was created later has a larger id than all computed people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Computed(u64),
    Created(String),
}

/// The profiles.
#[derive(Debug)]
pub(super) struct Profiles {
    pub(super) people: People,
    /// Attributes of computed people that are no longer the computed ones.
    changed: BTreeMap<u64, Attributes>,
    /// Computed people that were merged into others.
    gone: BTreeSet<u64>,
    created: BTreeMap<String, Attributes>,
    /// Identifiers of `changed` and `created`.
    identifiers: BTreeMap<(Identifier, String), Who>,
    /// Whether ids grow with the time of creation: until a profile is given.
    in_order: bool,
    /// Milliseconds of the newest id.
    newest: u64,
    /// The computed people in the order of their computed values of a field, made when first asked for.
    orders: BTreeMap<String, Vec<u32>>,
}

impl Profiles {
    pub(super) fn new(people: People) -> Self {
        let newest = people.after_ids();
        Self {
            people,
            changed: BTreeMap::new(),
            gone: BTreeSet::new(),
            created: BTreeMap::new(),
            identifiers: BTreeMap::new(),
            in_order: true,
            newest,
            orders: BTreeMap::new(),
        }
    }

    /// The profile with an id.
    pub(super) fn who(&self, id: &str) -> Option<Who> {
        match self.place(id) {
            Who::Computed(index) => (!self.gone.contains(&index)).then_some(Who::Computed(index)),
            Who::Created(id) => self.created.contains_key(&id).then_some(Who::Created(id)),
        }
    }

    /// Where an id stands among all, whether or not it is still there.
    pub(super) fn place(&self, id: &str) -> Who {
        self.people.index(id).map_or_else(|| Who::Created(id.to_owned()), Who::Computed)
    }

    pub(super) fn id(&self, who: &Who) -> String {
        match who {
            Who::Computed(index) => self.people.id(*index),
            Who::Created(id) => id.clone(),
        }
    }

    /// When a profile was created, in seconds.
    pub(super) fn created_at(&self, who: &Who) -> i64 {
        match who {
            Who::Computed(index) => self.people.created(*index),
            Who::Created(_) => seconds(&self.attribute(who, "created")),
        }
    }

    /// One attribute; null where there is none.
    pub(super) fn attribute(&self, who: &Who, name: &str) -> Value {
        match who {
            Who::Computed(index) => {
                let changed = self.changed.get(index).and_then(|changed| changed.get(name));
                changed.cloned().unwrap_or_else(|| self.people.attribute(*index, name))
            }
            Who::Created(id) => {
                let value = self.created.get(id).and_then(|attributes| attributes.get(name));
                value.cloned().unwrap_or(Value::Null)
            }
        }
    }

    /// The wanted attributes.
    pub(super) fn attributes(&self, who: &Who, wanted: impl Fn(&str) -> bool) -> Attributes {
        match who {
            Who::Computed(index) => match self.changed.get(index) {
                None => self.people.attributes(*index, wanted),
                Some(changed) => {
                    let base = self
                        .people
                        .attributes(*index, |name| wanted(name) && !changed.contains_key(name));
                    let changed = changed.iter().filter(|(name, _)| wanted(name));
                    base.into_iter()
                        .chain(changed.map(|(name, value)| (name.clone(), value.clone())))
                        .collect()
                }
            },
            Who::Created(id) => {
                let Some(attributes) = self.created.get(id) else { return Attributes::new() };
                let wanted = attributes.iter().filter(|(name, _)| wanted(name));
                wanted.map(|(name, value)| (name.clone(), value.clone())).collect()
            }
        }
    }

    /// The profile that an identifier belongs to.
    pub(super) fn find(&self, identifier: Identifier, value: &str) -> Option<Who> {
        if let Some(who) = self.identifiers.get(&(identifier, value.to_owned())) {
            return Some(who.clone());
        }
        let index = self.people.find(identifier, value)?;
        let changed = self
            .changed
            .get(&index)
            .is_some_and(|changed| changed.contains_key(identifier.attribute()));
        (!changed && !self.gone.contains(&index)).then_some(Who::Computed(index))
    }

    /// Adds a profile with these attributes and answers its id.
    pub(super) fn create(&mut self, mut attributes: Attributes, now: jiff::Timestamp) -> String {
        let clock = u64::try_from(now.as_millisecond()).unwrap_or_default();
        self.newest = clock.max(self.newest + 1);
        let id = ulid(self.newest, mix(self.people.seed, 50, self.newest));
        // Creation times never fall from one profile to the next, even when the clock does: the order by creation is
        // the order by id.
        let floor = self
            .created
            .last_key_value()
            .map(|(_, last)| seconds(last.get("created").unwrap_or(&Value::Null)));
        let created = now.as_second().max(floor.unwrap_or_else(|| self.newest_computed()));
        for name in ATTRIBUTES {
            attributes.entry(*name).or_insert(Value::Null);
        }
        attributes.insert("created".to_owned(), stamp(created));
        attributes.insert("updated".to_owned(), stamp(created));
        if attributes.get("properties").is_none_or(Value::is_null) {
            attributes.insert("properties".to_owned(), json!({}));
        }
        attributes.insert("subscriptions".to_owned(), never_asked(&attributes));
        attributes.insert("predictive_analytics".to_owned(), json!({}));
        self.index(&Who::Created(id.clone()), &attributes);
        self.created.insert(id.clone(), attributes);
        id
    }

    /// When the newest of the computed people was created, in seconds.
    fn newest_computed(&self) -> i64 {
        self.people.count.checked_sub(1).map_or(i64::MIN, |last| self.people.created(last))
    }

    /// Adds a profile as it is, with its `created`, and answers its id. From then on the order by id need not be the order by
    /// creation.
    pub(super) fn give(
        &mut self,
        id: Option<String>,
        mut attributes: Attributes,
        now: i64,
    ) -> String {
        self.in_order = false;
        let id = id.unwrap_or_else(|| {
            let created = seconds(attributes.get("created").unwrap_or(&Value::Null));
            let milliseconds = u64::try_from(created).unwrap_or_default() * 1_000;
            let drawn = |attempt| ulid(milliseconds, mix(self.people.seed, 51, attempt));
            let mut drawn = (self.created.len() as u64..).map(drawn);
            drawn.find(|id| self.who(id).is_none()).unwrap_or_default()
        });
        for name in ATTRIBUTES {
            attributes.entry(*name).or_insert(Value::Null);
        }
        for (name, value) in [("properties", json!({})), ("predictive_analytics", json!({}))] {
            if attributes.get(name).is_none_or(Value::is_null) {
                attributes.insert(name.to_owned(), value);
            }
        }
        if attributes.get("updated").is_none_or(Value::is_null) {
            let created = seconds(attributes.get("created").unwrap_or(&Value::Null));
            attributes.insert("updated".to_owned(), stamp(created.min(now)));
        }
        let mut consent = never_asked(&attributes);
        overlay(&mut consent, attributes.get("subscriptions").unwrap_or(&Value::Null));
        attributes.insert("subscriptions".to_owned(), consent);
        self.index(&Who::Created(id.clone()), &attributes);
        self.created.insert(id.clone(), attributes);
        id
    }

    /// Whether ids grow with the time of creation.
    pub(super) fn in_order(&self) -> bool {
        self.in_order
    }

    /// Sets attributes of a profile, which must be there.
    pub(super) fn update(&mut self, who: &Who, attributes: Attributes, now: i64) {
        for identifier in Identifier::ALL {
            if attributes.contains_key(identifier.attribute())
                && let Value::String(before) = self.attribute(who, identifier.attribute())
            {
                self.identifiers.remove(&(identifier, before));
            }
        }
        self.index(who, &attributes);
        let updated = seconds(&self.attribute(who, "updated")).max(now);
        let row = match who {
            Who::Computed(index) => self.changed.entry(*index).or_default(),
            Who::Created(id) => self.created.entry(id.clone()).or_default(),
        };
        row.extend(attributes);
        row.insert("updated".to_owned(), stamp(updated));
    }

    /// Takes a profile away.
    pub(super) fn remove(&mut self, who: &Who) {
        self.identifiers.retain(|_, holder| holder != who);
        match who {
            Who::Computed(index) => {
                self.changed.remove(index);
                self.gone.insert(*index);
            }
            Who::Created(id) => {
                self.created.remove(id);
            }
        }
    }

    fn index(&mut self, who: &Who, attributes: &Attributes) {
        for identifier in Identifier::ALL {
            if let Some(Value::String(value)) = attributes.get(identifier.attribute()) {
                self.identifiers.insert((identifier, value.clone()), who.clone());
            }
        }
    }

    /// All profiles in the order of their ids, beyond `after`; of the computed ones those in `range`.
    pub(super) fn walk<'s>(
        &'s self,
        after: Option<Who>,
        descending: bool,
        range: Range<u64>,
    ) -> Box<dyn Iterator<Item = Who> + 's> {
        let (mut first, mut last) = (range.start, range.end.min(self.people.count));
        let there = |index: &u64| !self.gone.contains(index);
        if descending {
            let created: Box<dyn Iterator<Item = &String>> = match &after {
                Some(Who::Created(id)) => {
                    Box::new(self.created.range::<String, _>(..id).map(|(id, _)| id).rev())
                }
                Some(Who::Computed(index)) => {
                    last = last.min(*index);
                    Box::new(std::iter::empty())
                }
                None => Box::new(self.created.keys().rev()),
            };
            let computed = (first..last).rev().filter(there).map(Who::Computed);
            return Box::new(created.cloned().map(Who::Created).chain(computed));
        }
        let created: Box<dyn Iterator<Item = &String>> = match &after {
            Some(Who::Created(id)) => {
                first = last;
                let beyond = (std::ops::Bound::Excluded(id.clone()), std::ops::Bound::Unbounded);
                Box::new(self.created.range::<String, _>(beyond).map(|(id, _)| id))
            }
            Some(Who::Computed(index)) => {
                first = first.max(index + 1);
                Box::new(self.created.keys())
            }
            None => Box::new(self.created.keys()),
        };
        Box::new(
            (first..last)
                .filter(there)
                .map(Who::Computed)
                .chain(created.cloned().map(Who::Created)),
        )
    }

    /// How many computed people were created before a time (or at it, when `inclusive`).
    pub(super) fn computed_before(&self, time: i64, inclusive: bool) -> u64 {
        let before = |index: u64| {
            let created = self.people.created(index);
            created < time || inclusive && created == time
        };
        partition(self.people.count, before)
    }

    /// Makes the order of the computed people by a field.
    pub(super) fn prepare(&mut self, field: &str) {
        if self.orders.contains_key(field) {
            return;
        }
        let all = 0..u32::try_from(self.people.count).unwrap_or(u32::MAX);
        let mut order: Vec<u32> = all.collect();
        match field {
            // Cheap to compute again; keeping the keys would cost more than they do.
            "updated" => {
                order.sort_by_key(|index| (self.people.updated(u64::from(*index)), *index))
            }
            "last_event_date" => {
                order.retain(|index| self.people.last_event(u64::from(*index)).is_some());
                order.sort_by_key(|index| (self.people.last_event(u64::from(*index)), *index));
            }
            _ => order
                .sort_by_cached_key(|index| (self.computed_key(u64::from(*index), field), *index)),
        }
        self.orders.insert(field.to_owned(), order);
    }

    /// The order that [`Profiles::prepare`] made.
    pub(super) fn order(&self, field: &str) -> &[u32] {
        self.orders.get(field).map_or(&[], Vec::as_slice)
    }

    fn computed_key(&self, index: u64, field: &str) -> Key {
        match field {
            "updated" => Key::time(self.people.updated(index)),
            _ => {
                self.key_of(&Who::Computed(index), field, |head| self.people.attribute(index, head))
            }
        }
    }

    fn key_of(&self, who: &Who, field: &str, attribute: impl Fn(&str) -> Value) -> Key {
        if field == "id" {
            return Key::Text(self.id(who));
        }
        let (head, path) = field.split_once('.').unwrap_or((field, ""));
        let values = super::filter::values_at(&attribute(head), path);
        values.first().map_or(Key::Null, Key::of)
    }

    /// All profiles ordered by a prepared field, then by id, beyond a key and id.
    pub(super) fn walk_by<'s>(
        &'s self,
        field: &'s str,
        after: Option<(Key, Who)>,
        descending: bool,
    ) -> Box<dyn Iterator<Item = (Key, Who)> + 's> {
        let order = self.order(field);
        let beyond = |one: &(Key, Who)| match &after {
            None => true,
            Some(after) if descending => one < after,
            Some(after) => one > after,
        };
        let keyed = move |index: &u32| {
            let index = u64::from(*index);
            (self.computed_key(index, field), Who::Computed(index))
        };
        let mut changed: Vec<(Key, Who)> = (self.changed.keys().map(|index| Who::Computed(*index)))
            .chain(self.created.keys().cloned().map(Who::Created))
            .map(|who| (self.key_of(&who, field, |head| self.attribute(&who, head)), who))
            .filter(beyond)
            .collect();
        changed.sort();
        let unchanged = move |index: &&u32| {
            let index = u64::from(**index);
            !self.changed.contains_key(&index) && !self.gone.contains(&index)
        };
        if descending {
            let end = after
                .as_ref()
                .map_or(order.len(), |after| order.partition_point(|index| keyed(index) < *after));
            let computed =
                order.get(..end).unwrap_or_default().iter().rev().filter(unchanged).map(keyed);
            return Box::new(merge(computed, changed.into_iter().rev(), |one, two| one > two));
        }
        let start =
            after.as_ref().map_or(0, |after| order.partition_point(|index| keyed(index) <= *after));
        let computed = order.get(start..).unwrap_or_default().iter().filter(unchanged).map(keyed);
        Box::new(merge(computed, changed.into_iter(), |one, two| one < two))
    }
}

/// The first number for which `before` no longer holds, of those below `count`.
pub(super) fn partition(count: u64, before: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

/// Two ordered streams as one.
pub(super) fn merge<T>(
    one: impl Iterator<Item = T>,
    two: impl Iterator<Item = T>,
    first: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = T> {
    let (mut one, mut two) = (one.peekable(), two.peekable());
    std::iter::from_fn(move || match (one.peek(), two.peek()) {
        (Some(left), Some(right)) => {
            if first(left, right) {
                one.next()
            } else {
                two.next()
            }
        }
        (Some(_), None) => one.next(),
        (None, _) => two.next(),
    })
}

fn seconds(value: &Value) -> i64 {
    value.as_str().and_then(super::time::parse_seconds).unwrap_or_default()
}

/// Lays one value over another: maps are merged, all else replaces what was there.
fn overlay(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                overlay(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (base, over) => over.clone_into(base),
    }
}

/// The consent of a profile that nobody has asked yet.
fn never_asked(attributes: &Attributes) -> Value {
    let has = |name: &str| attributes.get(name).is_some_and(Value::is_string);
    json!({
        "email": { "marketing": {
            "can_receive_email_marketing": has("email"), "consent": "NEVER_SUBSCRIBED", "consent_timestamp": null,
            "last_updated": null, "method": null, "method_detail": "", "custom_method_detail": null, "double_optin": null,
            "suppression": [], "list_suppressions": [],
        } },
        "sms": { "marketing": {
            "can_receive_sms_marketing": false, "consent": "NEVER_SUBSCRIBED", "consent_timestamp": null, "method": null,
            "method_detail": "", "last_updated": null,
        } },
        "mobile_push": { "marketing": {
            "can_receive_push_marketing": false, "consent": "NEVER_SUBSCRIBED", "consent_timestamp": null,
        } },
    })
}
