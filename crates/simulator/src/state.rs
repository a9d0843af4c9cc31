//! What the simulated account holds, and what each operation does to it.
//!
//! Most operations need nothing said about them: [`generic`] does what their path and body say on rows of their type.
//! What is special about a resource stands in the file of its name. The people ([`people`], [`profiles`]) and their
//! events ([`events`]) are computed from the seed, with what has changed on top.
//!
//! Invariants: a refusal has changed nothing, so everything is checked before the first change; no order depends on a
//! hash map; nothing here knows of HTTP, limits or faults.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_api::resource_of_type;

use crate::exchange::{Exchange, Refusal, Reply};

mod body;
mod campaigns;
mod catalogs;
mod coupons;
mod cursor;
mod dataset;
mod document;
mod events;
mod events_operations;
mod filter;
mod flows;
mod generic;
mod given;
mod groups;
mod imports;
mod listing;
mod lists;
mod metrics;
mod people;
mod profiles;
mod profiles_operations;
mod random;
mod record;
mod segments;
mod tags;
mod templates;
#[cfg(test)]
mod tests;
mod time;
mod webhooks;

use events::Events;
use groups::Group;
use people::People;
use profiles::Profiles;
use record::Record;

/// The whole account: a data set computed from a seed, and what has changed since.
#[derive(Debug)]
pub(crate) struct State {
    /// How long a recorded event stays invisible to reads.
    pub(crate) event_lag: Duration,
    /// Seconds since 1970, when the account was made.
    start: i64,
    /// The time of the request that is being answered.
    now: Timestamp,
    profiles: Profiles,
    events: Events,
    /// Membership of lists and segments, by id.
    groups: BTreeMap<String, Group>,
    /// Everything else: by type, then by id.
    collections: BTreeMap<String, BTreeMap<String, Record>>,
    /// Counts the ids that were given out.
    serial: u64,
    /// Campaigns in the order in which they were sent, one entry a sending.
    sends: Vec<String>,
    /// When scheduled campaigns go out, in seconds, and which.
    due: BTreeSet<(i64, String)>,
    /// Coupons that are there for the sake of their codes and may still be created, once: the document uses its coupon
    /// without creating it first, and creates it.
    creatable: BTreeSet<&'static str>,
}

impl State {
    /// The account as it stands at `start`. The same seed gives the same data, shifted to `start`.
    pub(crate) fn new(profiles: u64, seed: u64, start: Timestamp) -> Self {
        let mut state = Self::of(People::new(seed, start.as_second(), profiles), start);
        dataset::fill(&mut state);
        state
    }

    /// An account that holds nothing but what every account has.
    pub(crate) fn empty(seed: u64, start: Timestamp) -> Self {
        let mut state = Self::of(People::nobody(seed, start.as_second()), start);
        dataset::fill_empty(&mut state);
        state
    }

    fn of(people: People, start: Timestamp) -> Self {
        Self {
            event_lag: Duration::ZERO,
            start: start.as_second(),
            now: start,
            profiles: Profiles::new(people),
            events: Events::default(),
            groups: BTreeMap::new(),
            collections: BTreeMap::new(),
            serial: 0,
            sends: Vec::new(),
            due: BTreeSet::new(),
            creatable: BTreeSet::new(),
        }
    }

    /// Does what the operation says and answers as the API does. A refusal has changed nothing.
    pub(crate) fn answer(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        self.now = exchange.now;
        self.send_what_is_due();
        match exchange.operation.id {
            "profiles.list" => self.list_profiles(exchange),
            "profiles.create" => self.create_profile(exchange),
            "profiles.update" => self.update_profile(exchange),
            "profiles.merge" => self.merge_profiles(exchange),
            "profiles.bulk_import" => self.import_profiles(exchange),
            "lists.create" => self.create_list(exchange),
            "lists.add_profiles" => self.add_to_list(exchange),
            "lists.remove_profiles" => self.remove_from_list(exchange),
            "lists.list_profiles" => self.list_members(exchange, "list"),
            "segments.list_profiles" => self.list_members(exchange, "segment"),
            "segments.create" => self.create_segment(exchange),
            "segments.update" => self.update_segment(exchange),
            "campaigns.create" => self.create_campaign(exchange),
            "campaigns.update" => self.update_campaign(exchange),
            "campaigns.send" => self.send_campaign(exchange),
            "campaigns.cancel_send" => self.cancel_send(exchange),
            "campaigns.estimate_recipients" => self.estimate_recipients(exchange),
            "campaigns.start_recipient_estimation" => self.start_recipient_estimation(exchange),
            "campaigns.query_values" => self.query_campaign_values(exchange),
            "flows.create" => self.create_flow(exchange),
            "flows.update_status" => self.update_flow_status(exchange),
            "flows.list_messages" => self.list_flow_messages(exchange),
            "events.list" => self.list_events(exchange),
            "events.create" => self.create_event(exchange),
            "events.bulk_create" => self.create_events(exchange),
            "metrics.query_aggregates" => self.query_aggregates(exchange),
            "templates.create" => self.create_template(exchange),
            "templates.update" => self.update_template(exchange),
            "templates.render" => self.render_template(exchange),
            "templates.clone" => self.clone_template(exchange),
            "catalog_items.create" => self.create_catalog_item(exchange),
            "coupons.create" => self.create_coupon(exchange),
            "coupon_codes.create" => self.create_coupon_code(exchange),
            "coupon_codes.bulk_create" => self.create_coupon_codes(exchange),
            "tags.create" => self.create_tag(exchange),
            "tags.tag_campaigns" => self.tag(exchange, "campaigns"),
            "tags.tag_flows" => self.tag(exchange, "flows"),
            "tags.tag_lists" => self.tag(exchange, "lists"),
            "tags.tag_segments" => self.tag(exchange, "segments"),
            "webhooks.create" => self.create_webhook(exchange),
            "webhooks.update" => self.update_webhook(exchange),
            _ => self.answer_generic(exchange),
        }
    }

    /// The stored rows of a type, by id. Profiles and events are not among them.
    fn rows(&self, kind: &str) -> impl Iterator<Item = &Record> + use<'_> {
        self.collections.get(kind).into_iter().flat_map(BTreeMap::values)
    }

    fn row_mut(&mut self, kind: &str, id: &str) -> Option<&mut Record> {
        self.collections.get_mut(kind)?.get_mut(id)
    }

    /// Puts a row in the place of the one with its id, if there is one.
    fn insert(&mut self, kind: &str, record: Record) {
        self.collections.entry(kind.to_owned()).or_default().insert(record.id.clone(), record);
    }

    /// Whether a record is there.
    fn exists(&self, kind: &str, id: &str) -> bool {
        match kind {
            "profile" => self.profiles.who(id).is_some(),
            "event" => self.events.find(&self.profiles.people, id, self.now).is_some(),
            "attribution" => self.attribution(id).is_some(),
            _ => self.collections.get(kind).is_some_and(|rows| rows.contains_key(id)),
        }
    }

    /// A record of any type.
    fn record(&self, kind: &str, id: &str) -> Option<Record> {
        match kind {
            "profile" => Some(self.profile(&self.profiles.who(id)?, &|_| true)),
            "event" => {
                let which = self.events.find(&self.profiles.people, id, self.now)?;
                self.events.resource(&self.profiles.people, &which)
            }
            "attribution" => self.attribution(id),
            _ => self.collections.get(kind)?.get(id).cloned(),
        }
    }

    /// What a record points at under a name of the table: types and ids.
    fn related(&self, kind: &str, record: &Record, name: &str) -> Vec<(String, String)> {
        self.related_to(kind, record, name, None)
    }

    /// The same, where the caller may know the type at the other end.
    fn related_to(
        &self,
        kind: &str,
        record: &Record,
        name: &str,
        target: Option<&str>,
    ) -> Vec<(String, String)> {
        if let Some(relation) = record.relations.get(name) {
            return relation.ids.iter().map(|id| (relation.kind.clone(), id.clone())).collect();
        }
        let relationships =
            resource_of_type(kind).map(|resource| resource.relationships).unwrap_or_default();
        let named = relationships.iter().find(|relationship| relationship.name == name);
        let Some(target) = named.map(|relationship| relationship.kind).or(target) else {
            return Vec::new();
        };
        let ids = match (kind, target) {
            ("profile", "list" | "segment") => {
                let who = self.profiles.who(&record.id);
                who.map(|who| self.groups_of(target, &who)).unwrap_or_default()
            }
            ("list" | "segment", "profile") => {
                let members =
                    self.groups.get(&record.id).map(|group| self.members(group, None, false));
                members.into_iter().flatten().map(|(_, who)| self.profiles.id(&who)).collect()
            }
            // Stored at the other end.
            _ => {
                let rows = self.rows(target).filter(|row| row.points_at(kind, &record.id));
                rows.map(|row| row.id.clone()).collect()
            }
        };
        ids.into_iter().map(|id| (target.to_owned(), id)).collect()
    }

    /// Takes a row away, with what belongs to it and with every link to it.
    fn remove(&mut self, kind: &str, id: &str) {
        if let Some(rows) = self.collections.get_mut(kind) {
            rows.remove(id);
        }
        if matches!(kind, "list" | "segment") {
            self.groups.remove(id);
        }
        for (owner, owned, relation) in OWNED {
            if *owner != kind {
                continue;
            }
            let children = self.rows(owned).filter(|row| row.target(relation) == Some(id));
            let children: Vec<String> = children.map(|row| row.id.clone()).collect();
            for child in children {
                self.remove(owned, &child);
            }
        }
        for (owner, shares) in SAME_ID {
            if *owner == kind {
                self.remove(shares, id);
            }
        }
        for record in self.collections.values_mut().flat_map(BTreeMap::values_mut) {
            for relation in record.relations.values_mut().filter(|relation| relation.kind == kind) {
                relation.ids.retain(|to| to != id);
            }
        }
    }

    #[cfg(test)]
    fn sends(&self) -> &[String] {
        &self.sends
    }
}

/// What goes with its owner: the owner's type, the type of what it owns, and the relationship between them.
const OWNED: &[(&str, &str, &str)] = &[
    ("campaign", "campaign-message", "campaign"),
    ("flow", "flow-action", "flow"),
    ("flow-action", "flow-message", "flow-action"),
    ("catalog-item", "catalog-variant", "item"),
    ("coupon", "coupon-code", "coupon"),
];

/// What has the id of its owner and goes with it.
const SAME_ID: &[(&str, &str)] = &[
    ("campaign", "campaign-send-job"),
    ("campaign", "campaign-recipient-estimation-job"),
    ("campaign", "campaign-recipient-estimation"),
];
