//! What the operations on events do.

use serde_json::{Value, json};

use super::State;
use super::body::{self, Given, refused};
use super::cursor::{Cursor, Key};
use super::document::reply;
use super::events::{Event, Place, Which};
use super::filter;
use super::listing::take;
use super::people::Identifier;
use super::profiles::Who;
use super::profiles_operations::check_forms;
use super::random::{base62, hash_text, mix};
use super::record::{Attributes, Record};
use super::time::{self, DAY, stamp};
use crate::exchange::{Exchange, Refusal, Reply};

/// 2000-01-01, in seconds: nothing happened before.
const EARLIEST: i64 = 946_684_800;

/// The most properties of one event.
const MOST_PROPERTIES: usize = 300;

/// An event that was found good, before anything is written.
struct Checked {
    profile: Option<Who>,
    attributes: Attributes,
    metric: String,
    time: i64,
    properties: Attributes,
    unique: Option<String>,
}

impl State {
    pub(super) fn list_events(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let query = &exchange.query;
        let filter = query.filter.as_ref();
        if let Some(filter) = filter {
            filter::check(filter, "event")?;
        }
        // Newest first, unless the sort says otherwise.
        let descending = query.sort.as_ref().is_none_or(|(_, descending)| *descending);
        let after: Option<Place> = match Cursor::of(exchange, true)? {
            Some(Cursor { key: Some(Key::Number(time)), id }) => Some((time as i64, id)),
            _ => None,
        };
        let profiles = filter::demanded(filter, "profile_id");
        if profiles.is_none() {
            self.profiles.prepare("last_event_date");
        }
        let this = &*self;
        let people = &this.profiles.people;
        let (one, two) = (filter::bounds(filter, "datetime"), filter::bounds(filter, "timestamp"));
        let bounds = (one.0.max(two.0), one.1.min(two.1));
        let events: Box<dyn Iterator<Item = (Place, Which)>> = match profiles {
            Some(ids) => {
                let known = ids.iter().filter_map(|id| Some((this.profiles.who(id)?, id)));
                let mut events: Vec<(Place, Which)> = known
                    .flat_map(|(who, id)| this.events.of_profile(people, &who, id, this.now))
                    .collect();
                events.sort_by(|one, two| one.0.cmp(&two.0));
                if descending {
                    events.reverse();
                }
                let beyond = move |(place, _): &(Place, Which)| {
                    after
                        .as_ref()
                        .is_none_or(|after| if descending { place < after } else { place > after })
                };
                Box::new(events.into_iter().filter(beyond))
            }
            None => Box::new(this.events.walk(&this.profiles, after, descending, bounds, this.now)),
        };
        let metric = filter::demanded(filter, "metric_id");
        let of_metric = |which: &Which| {
            let Some(wanted) = &metric else { return true };
            this.events.facts(people, which).is_some_and(|(metric, ..)| wanted.contains(&metric))
        };
        let rows = events
            .filter(|(_, which)| of_metric(which))
            .filter_map(|(place, which)| {
                Some((Some(Key::time(place.0)), this.events.resource(people, &which)?))
            })
            .filter(|(_, record)| this.meets("event", record, filter));
        let page = take(exchange, rows);
        Ok(this.reply_many(exchange, "event", &page))
    }

    pub(super) fn create_event(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let event = self.checked_event(&given, "/data/attributes")?;
        self.record_event(event);
        Ok(reply(exchange, None))
    }

    pub(super) fn create_events(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let check = |(index, item): (usize, &Given)| {
            self.checked_event(
                item,
                &format!("/data/attributes/events-bulk-create/data/{index}/attributes"),
            )
        };
        let events =
            given.items.iter().enumerate().map(check).collect::<Result<Vec<Checked>, Refusal>>()?;
        for event in events {
            self.record_event(event);
        }
        Ok(reply(exchange, None))
    }

    fn checked_event(&self, given: &Given, pointer: &str) -> Result<Checked, Refusal> {
        let inside = |name: &str, part: &str| {
            given
                .attributes
                .get(name)
                .and_then(|value| value.pointer(&format!("/data/{part}")))
                .cloned()
        };
        let attributes = inside("profile", "attributes")
            .and_then(|value| value.as_object().cloned())
            .unwrap_or_default();
        let at = format!("{pointer}/profile/data/attributes");
        check_forms(&attributes, &at)?;
        let profile = match inside("profile", "id").as_ref().and_then(Value::as_str) {
            Some(id) => {
                Some(self.profiles.who(id).ok_or_else(|| Refusal::not_found("profile", id))?)
            }
            None => Identifier::ALL.into_iter().find_map(|identifier| {
                self.profiles.find(identifier, attributes.get(identifier.attribute())?.as_str()?)
            }),
        };
        let named = ["email", "phone_number", "external_id", "anonymous_id"];
        if profile.is_none()
            && !named.iter().any(|name| attributes.get(*name).is_some_and(Value::is_string))
        {
            return Err(refused(
                "The profile needs an id, email, phone_number, external_id or anonymous_id.",
                at,
            ));
        }
        let metric = inside("metric", "attributes/name")
            .and_then(|name| name.as_str().map(str::to_owned))
            .unwrap_or_default();
        if metric.is_empty() || metric.chars().count() >= 128 {
            let at = format!("{pointer}/metric/data/attributes/name");
            return Err(refused("The name of a metric has 1 to 127 characters.", at));
        }
        let mut properties = given
            .attributes
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        if properties.len() > MOST_PROPERTIES {
            return Err(refused(
                format!("At most {MOST_PROPERTIES} properties are allowed."),
                format!("{pointer}/properties"),
            ));
        }
        if let Some(value) = given.attributes.get("value").filter(|value| !value.is_null()) {
            properties.insert("$value".to_owned(), value.clone());
            let currency =
                given.text("value_currency").unwrap_or_else(|| self.currency()).to_owned();
            properties.insert("$currency_code".to_owned(), json!(currency));
        }
        let now = self.now.as_second();
        let time = given.text("time").and_then(time::parse_seconds).unwrap_or(now);
        if !(EARLIEST..=now + 366 * DAY).contains(&time) {
            return Err(refused(
                "'time' must lie between 2000 and a year from now.",
                format!("{pointer}/time"),
            ));
        }
        let unique = given.text("unique_id").map(str::to_owned);
        Ok(Checked { profile, attributes, metric, time, properties, unique })
    }

    /// Records an event, with the profile and the metric that it names for the first time.
    fn record_event(&mut self, event: Checked) {
        let who = event.profile.or_else(|| {
            // An earlier event of the same call may have made the profile.
            Identifier::ALL.into_iter().find_map(|identifier| {
                self.profiles
                    .find(identifier, event.attributes.get(identifier.attribute())?.as_str()?)
            })
        });
        let id = match who {
            Some(who) => {
                let given = Given { attributes: event.attributes, ..Given::default() };
                if self.check_identifiers(&given.attributes, Some(&who), "").is_ok()
                    && !given.attributes.is_empty()
                {
                    let attributes = self.merged(&who, &given);
                    let changes = attributes
                        .iter()
                        .any(|(name, value)| self.profiles.attribute(&who, name) != *value);
                    if changes {
                        self.profiles.update(&who, attributes, self.now.as_second());
                    }
                }
                self.profiles.id(&who)
            }
            None => self.profiles.create(event.attributes, self.now),
        };
        let metric = self.metric_named(&event.metric);
        let lag =
            jiff::SignedDuration::try_from(self.event_lag).unwrap_or(jiff::SignedDuration::MAX);
        self.serial += 1;
        let event_id =
            format!("4{}", base62(mix(self.profiles.people.seed, 63, self.serial) >> 8, 10));
        let recorded = Event {
            profile: id,
            metric,
            time: event.time,
            properties: event.properties,
            unique: event.unique.unwrap_or_else(|| event.time.to_string()),
            visible: self.now.checked_add(lag).unwrap_or(jiff::Timestamp::MAX),
        };
        self.events.record(event_id, recorded);
    }

    /// The metric of the API's own integration with this name, or any other; made where there is none.
    pub(super) fn metric_named(&mut self, name: &str) -> String {
        let named: Vec<&Record> =
            self.rows("metric").filter(|metric| metric.text("name") == name).collect();
        let own = named.iter().find(|metric| {
            metric.attributes.get("integration").is_some_and(|from| from["name"] == "API")
        });
        if let Some(metric) = own.or(named.first()) {
            return metric.id.clone();
        }
        let now = stamp(self.now.as_second());
        let attributes = json!({
            "name": name, "created": now, "updated": now,
            "integration": { "object": "integration", "id": "api", "key": "api", "name": "API", "category": "API" },
        });
        let id = self.new_id("metric");
        self.insert("metric", Record::new(id.clone(), attributes));
        id
    }

    /// The account's currency.
    fn currency(&self) -> &str {
        self.rows("account").next().map_or("USD", |account| account.text("preferred_currency"))
    }

    /// Which campaign an event is credited to; its id is the event's with `-1` behind it.
    pub(super) fn attribution(&self, id: &str) -> Option<Record> {
        let event = self.record("event", id.strip_suffix("-1")?)?;
        event.points_at("attribution", id).then_some(())?;
        let messages: Vec<&Record> = self.rows("campaign-message").collect();
        let message = messages.get(hash_text(id) as usize % messages.len().max(1));
        let mut record = Record::new(id, json!({})).one("event", "event", event.id.clone());
        if let Some(message) = message {
            record = record.one("campaign-message", "campaign-message", message.id.clone());
            record =
                record.one("campaign", "campaign", message.target("campaign").unwrap_or_default());
        }
        Some(record.one("attributed-event", "event", event.id))
    }
}
