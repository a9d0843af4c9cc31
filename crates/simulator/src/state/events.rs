//! Events: those that the computed people have, and those that were recorded since.
//!
//! Each computed person has up to five events, a fixed time apart and counted back from the newest. The order of the
//! people by their newest event therefore is the order of their second newest events too, and all events by time are a
//! merge of five slices of one list, wherever a page begins.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::dataset::metrics::{COMPUTED, COMPUTED_WEIGHT};
use super::people::People;
use super::profiles::{Profiles, Who};
use super::random::{base62, from_base62, mix, pick, uuid};
use super::record::{Attributes, Record};
use super::time::{self, DAY};

/// The most computed events of one person.
const MOST: u64 = 5;

/// Seconds from one computed event of a person to the one before.
const APART: i64 = 11 * DAY + 3_607;

/// Streams of numbers.
const COUNT: u64 = 30;
const KIND: u64 = 31;
const WORTH: u64 = 32;

/// An event that was recorded through the API, or that the document names.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) profile: String,
    pub(super) metric: String,
    /// When it happened, in seconds.
    pub(super) time: i64,
    pub(super) properties: Attributes,
    /// Of one profile and metric, only the first with the same one counts.
    pub(super) unique: String,
    /// When reads begin to show it.
    pub(super) visible: jiff::Timestamp,
}

/// All events.
#[derive(Debug, Default)]
pub(super) struct Events {
    recorded: BTreeMap<String, Event>,
    by_time: BTreeSet<(i64, String)>,
    by_profile: BTreeMap<String, BTreeSet<(i64, String)>>,
    unique: BTreeSet<(String, String, String)>,
    /// Whose the events of a merged computed person are now, and the same the other way round.
    owners: BTreeMap<u64, String>,
    inherited: BTreeMap<String, Vec<u64>>,
}

/// An event before it is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Of this person, so many before the newest.
    Computed(u64, u64),
    Recorded(String),
}

/// A place in the order by time: seconds, then the id.
pub(super) type Place = (i64, String);

/// How many computed events a person has.
fn count(people: &People, index: u64) -> u64 {
    let Some(newest) = people.last_event(index) else { return 0 };
    let room = (newest - people.created(index)).max(0) as u64 / APART as u64;
    (1 + mix(people.seed, COUNT, index) % MOST).min(1 + room)
}

fn computed_time(people: &People, index: u64, back: u64) -> Option<i64> {
    Some(people.last_event(index)? - back as i64 * APART)
}

fn computed_id(index: u64, back: u64) -> String {
    format!("3{}", base62(index * MOST + back, 10))
}

/// The metric and the worth of a computed event, in the account's currency.
pub(super) fn computed_metric(
    people: &People,
    index: u64,
    back: u64,
) -> (&'static str, Option<f64>) {
    let drawn = mix(people.seed, KIND, index * MOST + back);
    let mut left = drawn % COMPUTED_WEIGHT;
    for (metric, weight, worth) in COMPUTED {
        if left < *weight {
            let cents = 1_500 + mix(people.seed, WORTH, index * MOST + back) % 18_500;
            return (metric, worth.then(|| cents as f64 / 100.0));
        }
        left -= weight;
    }
    (COMPUTED[0].0, None)
}

impl Events {
    /// The event with an id, if reads show it.
    pub(super) fn find(&self, people: &People, id: &str, now: jiff::Timestamp) -> Option<Which> {
        if let Some(event) = self.recorded.get(id) {
            return (event.visible <= now).then(|| Which::Recorded(id.to_owned()));
        }
        let number = from_base62(id.strip_prefix('3').filter(|rest| rest.len() == 10)?)?;
        let (index, back) = (number / MOST, number % MOST);
        (index < people.count && back < count(people, index))
            .then_some(Which::Computed(index, back))
    }

    /// Records an event; false where it is a repetition.
    pub(super) fn record(&mut self, id: String, event: Event) -> bool {
        let key = (event.profile.clone(), event.metric.clone(), event.unique.clone());
        if !self.unique.insert(key) {
            return false;
        }
        let place = (event.time, id.clone());
        self.by_profile.entry(event.profile.clone()).or_default().insert(place.clone());
        self.by_time.insert(place);
        self.recorded.insert(id, event);
        true
    }

    /// Gives the events of one profile to another.
    pub(super) fn give(&mut self, from: (&Who, &str), to: &str) {
        for (time, id) in self.by_profile.remove(from.1).unwrap_or_default() {
            if let Some(event) = self.recorded.get_mut(&id) {
                self.unique.insert((to.to_owned(), event.metric.clone(), event.unique.clone()));
                to.clone_into(&mut event.profile);
            }
            self.by_profile.entry(to.to_owned()).or_default().insert((time, id));
        }
        let mut people = self.inherited.remove(from.1).unwrap_or_default();
        if let Who::Computed(index) = from.0 {
            people.push(*index);
        }
        for index in &people {
            self.owners.insert(*index, to.to_owned());
        }
        self.inherited.entry(to.to_owned()).or_default().extend(people);
    }

    /// The computed people whose events are a profile's.
    fn sources(&self, who: &Who, id: &str) -> Vec<u64> {
        let own = match who {
            Who::Computed(index) => Some(*index),
            Who::Created(_) => None,
        };
        let inherited = self.inherited.get(id).map(Vec::as_slice).unwrap_or_default();
        own.into_iter().chain(inherited.iter().copied()).collect()
    }

    /// The events of a profile that reads show, oldest first.
    pub(super) fn of_profile(
        &self,
        people: &People,
        who: &Who,
        id: &str,
        now: jiff::Timestamp,
    ) -> Vec<(Place, Which)> {
        let mut events = Vec::new();
        for index in self.sources(who, id) {
            for back in 0..count(people, index) {
                if let Some(time) = computed_time(people, index, back) {
                    events.push(((time, computed_id(index, back)), Which::Computed(index, back)));
                }
            }
        }
        for (time, id) in self.by_profile.get(id).into_iter().flatten() {
            if self.recorded.get(id).is_some_and(|event| event.visible <= now) {
                events.push(((*time, id.clone()), Which::Recorded(id.clone())));
            }
        }
        events.sort_by(|one, two| one.0.cmp(&two.0));
        events
    }

    /// When the newest event of a profile happened, in seconds.
    pub(super) fn newest(
        &self,
        people: &People,
        who: &Who,
        id: &str,
        now: jiff::Timestamp,
    ) -> Option<i64> {
        let recorded = self.by_profile.get(id).into_iter().flatten().rev();
        let mut recorded = recorded
            .filter(|(_, id)| self.recorded.get(id).is_some_and(|event| event.visible <= now));
        let recorded = recorded.next().map(|(time, _)| *time);
        let computed =
            self.sources(who, id).into_iter().filter_map(|index| people.last_event(index));
        computed.chain(recorded).max()
    }

    /// What is needed to count an event: its metric, its worth, its profile.
    pub(super) fn facts(
        &self,
        people: &People,
        which: &Which,
    ) -> Option<(String, Option<f64>, String)> {
        match which {
            Which::Computed(index, back) => {
                let (metric, worth) = computed_metric(people, *index, *back);
                Some((metric.to_owned(), worth, self.owner(people, *index)))
            }
            Which::Recorded(id) => {
                let event = self.recorded.get(id)?;
                let worth = event.properties.get("$value").and_then(Value::as_f64);
                Some((event.metric.clone(), worth, event.profile.clone()))
            }
        }
    }

    fn owner(&self, people: &People, index: u64) -> String {
        self.owners.get(&index).cloned().unwrap_or_else(|| people.id(index))
    }

    /// All events that reads show by time, beyond a place and within bounds of seconds. The profiles' order by
    /// `last_event_date` must have been prepared.
    pub(super) fn walk<'s>(
        &'s self,
        profiles: &'s Profiles,
        after: Option<Place>,
        descending: bool,
        bounds: (i64, i64),
        now: jiff::Timestamp,
    ) -> impl Iterator<Item = (Place, Which)> + 's {
        let people = &profiles.people;
        let order = profiles.order("last_event_date");
        let mut streams: Vec<Box<dyn Iterator<Item = (Place, Which)> + 's>> = Vec::new();
        for back in 0..MOST {
            let place = move |index: &u32| -> Place {
                let index = u64::from(*index);
                (computed_time(people, index, back).unwrap_or_default(), computed_id(index, back))
            };
            let there = move |index: &&u32| back < count(people, u64::from(**index));
            let event = move |index: &u32| (place(index), Which::Computed(u64::from(*index), back));
            if descending {
                let mut end = order.partition_point(|index| place(index).0 <= bounds.1);
                if let Some(after) = &after {
                    end = end.min(order.partition_point(|index| place(index) < *after));
                }
                streams.push(Box::new(
                    order.get(..end).unwrap_or_default().iter().rev().filter(there).map(event),
                ));
            } else {
                let mut start = order.partition_point(|index| place(index).0 < bounds.0);
                if let Some(after) = &after {
                    start = start.max(order.partition_point(|index| place(index) <= *after));
                }
                streams.push(Box::new(
                    order.get(start..).unwrap_or_default().iter().filter(there).map(event),
                ));
            }
        }
        let shown = move |place: &&Place| {
            let beyond = after
                .as_ref()
                .is_none_or(|after| if descending { *place < after } else { *place > after });
            beyond && self.recorded.get(&place.1).is_some_and(|event| event.visible <= now)
        };
        let event = |place: &Place| (place.clone(), Which::Recorded(place.1.clone()));
        if descending {
            streams.push(Box::new(self.by_time.iter().rev().filter(shown).map(event)));
        } else {
            streams.push(Box::new(self.by_time.iter().filter(shown).map(event)));
        }
        let first = if descending { std::cmp::Ordering::is_gt } else { std::cmp::Ordering::is_lt };
        let ordered = merge_all(streams, move |one: &(Place, Which), two| first(one.0.cmp(&two.0)));
        ordered
            .skip_while(
                move |event| if descending { event.0.0 > bounds.1 } else { event.0.0 < bounds.0 },
            )
            .take_while(
                move |event| if descending { event.0.0 >= bounds.0 } else { event.0.0 <= bounds.1 },
            )
    }

    /// An event written out.
    pub(super) fn resource(&self, people: &People, which: &Which) -> Option<Record> {
        let (id, time, metric, profile, properties) = match which {
            Which::Computed(index, back) => {
                let (metric, _) = computed_metric(people, *index, *back);
                let time = computed_time(people, *index, *back)?;
                let properties = computed_properties(people, *index, *back);
                (
                    computed_id(*index, *back),
                    time,
                    metric.to_owned(),
                    self.owner(people, *index),
                    properties,
                )
            }
            Which::Recorded(id) => {
                let event = self.recorded.get(id)?;
                let properties = Value::Object(event.properties.clone());
                (id.clone(), event.time, event.metric.clone(), event.profile.clone(), properties)
            }
        };
        let attributes = json!({
            "timestamp": time,
            // With a space, as the API writes this one.
            "datetime": time::text(time).replace('T', " "),
            "event_properties": properties,
            "uuid": uuid(super::random::hash_text(&id)),
        });
        let attributed = metric == "TxVpCr" && super::random::hash_text(&id).is_multiple_of(4);
        let attributions = attributed.then(|| format!("{id}-1")).into_iter().collect();
        let record = Record::new(id, attributes);
        Some(record.one("metric", "metric", metric).one("profile", "profile", profile).many(
            "attributions",
            "attribution",
            attributions,
        ))
    }
}

fn computed_properties(people: &People, index: u64, back: u64) -> Value {
    let (metric, worth) = computed_metric(people, index, back);
    let drawn = mix(people.seed, WORTH, index * MOST + back + 1);
    let products = [
        "Blue Running Shoes",
        "Canvas Bag",
        "Cotton Shirt",
        "Rain Jacket",
        "Wool Hat",
        "Wool Socks",
    ];
    let product = pick(&products, drawn);
    match (metric, worth) {
        (_, Some(worth)) => json!({
            "$value": worth,
            "$currency_code": "USD",
            "OrderId": format!("{}", 100_000 + drawn % 900_000),
            "ItemNames": [product],
            "product_name": product,
        }),
        ("RdRcv9" | "RdOpnA" | "RdClkB", None) => json!({
            "Campaign Name": "Autumn Sale 2024",
            "Subject": "Autumn Sale 2024",
            "$message": "01GDDKASAP8TKDDA2GRZDSVP4J",
            "Client Name": pick(&["Apple Mail", "Gmail", "Outlook"], drawn >> 8),
        }),
        (_, None) => json!({
            "product_name": product,
            "Browser": pick(&["Chrome", "Firefox", "Safari"], drawn >> 8),
        }),
    }
}

/// Ordered streams as one. There are few of them, so that each is looked at for each item.
fn merge_all<'s, T: 's>(
    streams: Vec<Box<dyn Iterator<Item = T> + 's>>,
    first: impl Fn(&T, &T) -> bool + 's,
) -> impl Iterator<Item = T> + 's {
    let mut streams: Vec<_> = streams.into_iter().map(Iterator::peekable).collect();
    std::iter::from_fn(move || {
        let mut best: Option<usize> = None;
        for index in 0..streams.len() {
            let (before, rest) = streams.split_at_mut(index);
            let Some(candidate) = rest.first_mut().and_then(|stream| stream.peek()) else {
                continue;
            };
            let better =
                match best.and_then(|best| before.get_mut(best)).and_then(|stream| stream.peek()) {
                    Some(best) => first(candidate, best),
                    None => true,
                };
            if better {
                best = Some(index);
            }
        }
        streams.get_mut(best?)?.next()
    })
}
