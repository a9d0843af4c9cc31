//! Who is on which list and in which segment: a rule over all profiles, and who was added and removed since.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::State;
use super::profiles::{Who, merge, partition};
use super::random::{hash_text, mix};

/// A list or a segment.
#[derive(Debug)]
pub(super) struct Group {
    rule: Rule,
    /// Tells this group's draw from all others'.
    salt: u64,
    /// From a profile's creation to its joining, in seconds.
    delay: i64,
    added: BTreeMap<String, i64>,
    /// The same in the order of joining.
    by_time: BTreeSet<(i64, String)>,
    removed: BTreeSet<String>,
}

/// Who belongs to a group without having been added.
#[derive(Debug)]
pub(super) enum Rule {
    Nobody,
    /// This share of the computed people, in per cent.
    Share(u64),
    /// Whoever meets a segment's definition.
    Definition(Value),
}

impl Group {
    pub(super) fn new(id: &str, rule: Rule) -> Self {
        let salt = hash_text(id);
        let delay = 60 + (salt % 3_000) as i64;
        Self {
            rule,
            salt,
            delay,
            added: BTreeMap::new(),
            by_time: BTreeSet::new(),
            removed: BTreeSet::new(),
        }
    }

    /// Replaces the definition of a segment.
    pub(super) fn redefine(&mut self, definition: Value) {
        self.rule = Rule::Definition(definition);
    }

    fn add(&mut self, id: &str, time: i64) {
        self.removed.remove(id);
        self.added.insert(id.to_owned(), time);
        self.by_time.insert((time, id.to_owned()));
    }

    fn remove(&mut self, id: &str) {
        if let Some(time) = self.added.remove(id) {
            self.by_time.remove(&(time, id.to_owned()));
        }
        self.removed.insert(id.to_owned());
    }
}

impl State {
    /// Whether the group's rule takes a profile.
    fn ruled(&self, group: &Group, who: &Who) -> bool {
        match (&group.rule, who) {
            (Rule::Nobody, _) | (Rule::Share(_), Who::Created(_)) => false,
            (Rule::Share(share), Who::Computed(index)) => {
                mix(self.profiles.people.seed, group.salt, *index) % 100 < *share
            }
            (Rule::Definition(definition), who) => self.satisfies(definition, who),
        }
    }

    /// When a profile joined a group, in seconds; nothing where it is not in it.
    pub(super) fn joined(&self, group: &str, who: &Who) -> Option<i64> {
        let group = self.groups.get(group)?;
        let id = self.profiles.id(who);
        if let Some(time) = group.added.get(&id) {
            return Some(*time);
        }
        (!group.removed.contains(&id) && self.ruled(group, who))
            .then(|| self.profiles.created_at(who) + group.delay)
    }

    /// Adds a profile to a group, unless it is in it.
    pub(super) fn join(&mut self, group: &str, who: &Who) {
        if self.joined(group, who).is_some() {
            return;
        }
        let (id, time) = (self.profiles.id(who), self.now.as_second());
        if let Some(group) = self.groups.get_mut(group) {
            group.add(&id, time);
        }
    }

    /// Takes a profile off a group.
    pub(super) fn leave(&mut self, group: &str, who: &Who) {
        if self.joined(group, who).is_none() {
            return;
        }
        let id = self.profiles.id(who);
        if let Some(group) = self.groups.get_mut(group) {
            group.remove(&id);
        }
    }

    /// The ids of the groups of one kind that a profile is in.
    pub(super) fn groups_of(&self, kind: &str, who: &Who) -> Vec<String> {
        let there = self.rows(kind).map(|record| record.id.clone());
        there.filter(|id| self.joined(id, who).is_some()).collect()
    }

    /// The members in the order of joining, then of ids, beyond a place.
    pub(super) fn members<'s>(
        &'s self,
        group: &'s Group,
        after: Option<(i64, String)>,
        descending: bool,
    ) -> Box<dyn Iterator<Item = (i64, Who)> + 's> {
        let joined = |who: &Who| self.profiles.created_at(who) + group.delay;
        let place = |who: &Who| (joined(who), self.profiles.id(who));
        let before = |one: &(i64, String), two: &(i64, String)| one < two;
        // Where the computed people begin that lie beyond the place: their times of joining grow with their numbers.
        let count = self.profiles.people.count;
        let (mut start, mut end) = (0, count);
        if let Some(after) = &after {
            if descending {
                end = partition(count, |index| before(&place(&Who::Computed(index)), after));
            } else {
                start = partition(count, |index| !before(after, &place(&Who::Computed(index))));
            }
        }
        let shown = after.clone();
        let beyond = move |place: &(i64, String)| {
            shown
                .as_ref()
                .is_none_or(|after| if descending { place < after } else { place > after })
        };
        let beyond_too = beyond.clone();
        let ruled = (self.profiles.walk(None, descending, start..end))
            .filter(move |who| {
                let id = self.profiles.id(who);
                !group.added.contains_key(&id)
                    && !group.removed.contains(&id)
                    && self.ruled(group, who)
            })
            .map(move |who| (self.profiles.created_at(&who) + group.delay, who))
            .filter(move |(time, who)| {
                matches!(who, Who::Computed(_)) || beyond(&(*time, self.profiles.id(who)))
            });
        let there = |(time, id): &(i64, String)| Some((*time, self.profiles.who(id)?));
        let added = group.by_time.iter().filter(move |place| beyond_too(place)).filter_map(there);
        if descending {
            let added: Vec<(i64, Who)> = added.collect();
            return Box::new(merge(ruled, added.into_iter().rev(), |one, two| one > two));
        }
        Box::new(merge(ruled, added, |one, two| one < two))
    }

    /// How many profiles a list or segment has.
    pub(super) fn profile_count(&self, group: &str) -> Option<usize> {
        let group = self.groups.get(group)?;
        Some(self.members(group, None, false).count())
    }
}
