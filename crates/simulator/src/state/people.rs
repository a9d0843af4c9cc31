//! The people of the account: profile number `i` is a pure function of the seed, of `i` and of the start, so that a
//! million of them cost no memory. Ids and creation times both grow with `i`; a cursor therefore is a number.

use serde_json::{Value, json};

use super::random::{mix, pick, ulid, ulid_time};
use super::record::Attributes;
use super::time::{DAY, stamp};

mod names;

/// The document's profiles: numbers 0 and 1.
pub(super) const DOCUMENTED: [&str; 2] =
    ["01GDDKASAP8TKDDA2GRZDSVP4H", "01GDDKASAP8TKDDA2GRZDSVP4I"];

/// Milliseconds in the ids of the profiles that follow; just after those of the document.
const FIRST_ID: u64 = 1_663_689_720_000;

/// Milliseconds from one id to the next.
const ID_STEP: u64 = 1_000;

/// How far back the oldest profile was created, in seconds.
const SPAN: i64 = 3 * 365 * DAY;

/// The newest computed profile is at least this old, in seconds.
const YOUNGEST: i64 = 3_600;

/// Nobody's newest event is this old, in days: a run that starts hours after the simulator still finds the same people
/// inactive for 90 days.
const UNSETTLED: (i64, i64) = (88, 92);

/// What identifies a profile, besides its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Identifier {
    Email,
    PhoneNumber,
    ExternalId,
}

impl Identifier {
    /// In the order in which the API resolves them.
    pub(super) const ALL: [Identifier; 3] =
        [Identifier::ExternalId, Identifier::Email, Identifier::PhoneNumber];

    /// The attribute.
    pub(super) const fn attribute(self) -> &'static str {
        match self {
            Identifier::Email => "email",
            Identifier::PhoneNumber => "phone_number",
            Identifier::ExternalId => "external_id",
        }
    }
}

/// The computed people.
#[derive(Debug)]
pub(super) struct People {
    pub(super) seed: u64,
    /// Seconds since 1970.
    pub(super) start: i64,
    pub(super) count: u64,
}

// Streams of numbers, one for each thing that is drawn.
const ID: u64 = 1;
const NAME: u64 = 2;
const CREATED: u64 = 3;
const ACTIVITY: u64 = 4;
const AGE: u64 = 5;
const CLAMP: u64 = 6;
const UPDATED: u64 = 7;
const CONTACT: u64 = 8;
const PLACE: u64 = 9;
const PROPERTY: u64 = 10;
const CONSENT: u64 = 11;
const VALUE: u64 = 12;

impl People {
    /// At least the two of the document.
    pub(super) fn new(seed: u64, start: i64, count: u64) -> Self {
        Self { seed, start, count: count.max(DOCUMENTED.len() as u64) }
    }

    /// No people at all.
    pub(super) fn nobody(seed: u64, start: i64) -> Self {
        Self { seed, start, count: 0 }
    }

    fn draw(&self, stream: u64, index: u64) -> u64 {
        mix(self.seed, stream, index)
    }

    /// The id of a profile.
    pub(super) fn id(&self, index: u64) -> String {
        match DOCUMENTED.get(index as usize) {
            Some(id) => (*id).to_owned(),
            None => {
                let random = self.draw(ID, index);
                ulid(FIRST_ID + index * ID_STEP + random % ID_STEP, random)
            }
        }
    }

    /// The number behind an id.
    pub(super) fn index(&self, id: &str) -> Option<u64> {
        if let Some(index) = DOCUMENTED.iter().position(|documented| *documented == id) {
            return Some(index as u64).filter(|index| *index < self.count);
        }
        let index = ulid_time(id)?.checked_sub(FIRST_ID)? / ID_STEP;
        (index < self.count && self.id(index) == id).then_some(index)
    }

    /// The first milliseconds that no computed id holds.
    pub(super) fn after_ids(&self) -> u64 {
        FIRST_ID + self.count * ID_STEP
    }

    /// When a profile was created, in seconds. Never falls as the number grows.
    pub(super) fn created(&self, index: u64) -> i64 {
        let span = (SPAN - YOUNGEST) as u128;
        let place = |index: u64| (u128::from(index) * span / u128::from(self.count)) as i64;
        let room = (place(index + 1) - place(index)).max(1) as u64;
        self.start - SPAN + place(index) + (self.draw(CREATED, index) % room) as i64
    }

    /// When the newest computed event of a profile happened, in seconds; never before the profile was created.
    pub(super) fn last_event(&self, index: u64) -> Option<i64> {
        match index {
            0 => return Some(self.start - 5 * DAY),
            1 => return Some(self.start - 120 * DAY),
            _ => {}
        }
        let known = self.start - self.created(index);
        let settled = |age: i64| !(UNSETTLED.0 * DAY..UNSETTLED.1 * DAY).contains(&age);
        let drawn = self.draw(AGE, index);
        let age = match self.draw(ACTIVITY, index) % 1000 {
            0..70 if settled(known) => return None,
            70..400 => (UNSETTLED.1 + 3) * DAY + (drawn % (600 * DAY as u64)) as i64,
            _ => (drawn % (UNSETTLED.0 * DAY) as u64) as i64,
        };
        let age = if age < known { age } else { (self.draw(CLAMP, index) % known as u64) as i64 };
        Some(self.start - if settled(age) { age } else { UNSETTLED.0 * DAY - 1 })
    }

    /// When the record of a profile last changed, in seconds.
    pub(super) fn updated(&self, index: u64) -> i64 {
        let created = self.created(index);
        created + (self.draw(UPDATED, index) % (self.start - created) as u64) as i64
    }

    /// The email address of a profile. One in fifty has none and a telephone number instead.
    pub(super) fn email(&self, index: u64) -> Option<String> {
        let (first, last) = self.names(index);
        match index {
            0 => Some("alice@example.com".to_owned()),
            1 => Some("bob@example.com".to_owned()),
            _ if self.lacks_email(index) => None,
            _ => Some(format!(
                "{}.{}.{index}@example.com",
                first.to_lowercase(),
                last.to_lowercase()
            )),
        }
    }

    fn lacks_email(&self, index: u64) -> bool {
        index > 1 && self.draw(CONTACT, index).is_multiple_of(50)
    }

    /// The telephone number of a profile; about half have one.
    pub(super) fn phone_number(&self, index: u64) -> Option<String> {
        let has = self.lacks_email(index) || self.draw(CONTACT, index) >> 32 & 1 == 0;
        has.then(|| format!("+1{}", 2_025_000_000 + index))
    }

    /// The shop's id of a profile; about two in five have one.
    pub(super) fn external_id(&self, index: u64) -> Option<String> {
        (self.draw(CONTACT, index) >> 40 & 0xFF < 102).then(|| format!("C{index:08}"))
    }

    /// The computed profile that an identifier belongs to.
    pub(super) fn find(&self, identifier: Identifier, value: &str) -> Option<u64> {
        let number = match identifier {
            Identifier::Email => {
                if let Some(index) = (0..self.count.min(2))
                    .find(|index| self.email(*index).as_deref() == Some(value))
                {
                    return Some(index);
                }
                value.strip_suffix("@example.com")?.rsplit_once('.')?.1.parse().ok()?
            }
            Identifier::PhoneNumber => {
                value.strip_prefix("+1")?.parse::<u64>().ok()?.checked_sub(2_025_000_000)?
            }
            Identifier::ExternalId => value.strip_prefix('C')?.parse().ok()?,
        };
        let found =
            number < self.count && self.identifier(identifier, number).as_deref() == Some(value);
        found.then_some(number)
    }

    /// An identifier of a profile.
    pub(super) fn identifier(&self, identifier: Identifier, index: u64) -> Option<String> {
        match identifier {
            Identifier::Email => self.email(index),
            Identifier::PhoneNumber => self.phone_number(index),
            Identifier::ExternalId => self.external_id(index),
        }
    }

    fn names(&self, index: u64) -> (&'static str, &'static str) {
        let drawn = self.draw(NAME, index);
        match index {
            0 => ("Alice", "Johnson"),
            1 => ("Bob", "Smith"),
            _ => (pick(names::FIRST, drawn), pick(names::LAST, drawn >> 32)),
        }
    }

    /// One attribute of a profile, without what its events say; null for what is no attribute.
    pub(super) fn attribute(&self, index: u64, name: &str) -> Value {
        match name {
            "email" => json!(self.email(index)),
            "phone_number" => json!(self.phone_number(index)),
            "external_id" => json!(self.external_id(index)),
            "first_name" => json!(self.names(index).0),
            "last_name" => json!(self.names(index).1),
            "organization" => match self.draw(CONTACT, index) >> 48 & 7 {
                0 => json!(format!("{} & Co.", self.names(index).1)),
                _ => Value::Null,
            },
            "title" => match self.draw(CONTACT, index) >> 48 & 7 {
                0 => json!(pick(names::TITLES, self.draw(CONTACT, index) >> 52)),
                _ => Value::Null,
            },
            "locale" => json!(self.place(index).locale),
            "created" => stamp(self.created(index)),
            "updated" => stamp(self.updated(index)),
            "last_event_date" => self.last_event(index).map_or(Value::Null, stamp),
            "location" => self.location(index),
            "properties" => self.properties(index),
            "subscriptions" => self.subscriptions(index),
            "predictive_analytics" => self.predictions(index),
            _ => Value::Null,
        }
    }

    fn place(&self, index: u64) -> &'static names::Place {
        &names::PLACES[(self.draw(PLACE, index) % names::PLACES.len() as u64) as usize]
    }

    fn location(&self, index: u64) -> Value {
        let (place, drawn) = (self.place(index), self.draw(PLACE, index) >> 16);
        json!({
            "address1": format!("{} {}", 1 + drawn % 240, pick(names::STREETS, drawn >> 8)),
            "address2": null,
            "city": place.city,
            "country": place.country,
            "region": place.region,
            "zip": place.zip,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "timezone": place.timezone,
            "ip": null,
        })
    }

    fn properties(&self, index: u64) -> Value {
        let drawn = self.draw(PROPERTY, index);
        let quiet =
            self.last_event(index).unwrap_or_else(|| self.created(index)) < self.start - 90 * DAY;
        // One in five of the inactive is marked already, so that a script has something to leave alone.
        let lifecycle = match (quiet, drawn % 5) {
            (true, 0) if index > 1 => "inactive",
            (_, 1) => "lead",
            (_, 2) => "vip",
            _ => "active",
        };
        json!({
            "lifecycle": lifecycle,
            "loyalty_points": drawn >> 8 & 0x3FF,
            "favorite_category": pick(names::CATEGORIES, drawn >> 20),
            "source": pick(names::SOURCES, drawn >> 30),
        })
    }

    fn subscriptions(&self, index: u64) -> Value {
        let drawn = self.draw(CONSENT, index);
        let since = self.created(index) + 60;
        let (email, phone) = (self.email(index).is_some(), self.phone_number(index).is_some());
        let suppressed = index > 1 && drawn % 1000 < 30;
        let consent = match drawn >> 16 & 15 {
            // The document's two are on its newsletter.
            _ if index < 2 => "SUBSCRIBED",
            _ if !email => "NEVER_SUBSCRIBED",
            0..10 => "SUBSCRIBED",
            10..12 => "UNSUBSCRIBED",
            _ => "NEVER_SUBSCRIBED",
        };
        let at = |said: bool, seconds: i64| if said { stamp(seconds) } else { Value::Null };
        let reason = pick(&["HARD_BOUNCE", "USER_SUPPRESSED", "INVALID_EMAIL"], drawn >> 24);
        let suppression: Vec<Value> = suppressed
            .then(|| json!({ "reason": reason, "timestamp": stamp(self.updated(index)) }))
            .into_iter()
            .collect();
        let left: Vec<Value> = (consent == "UNSUBSCRIBED")
            .then(|| json!({ "list_id": "Y6nRLr", "reason": "USER_SUPPRESSED", "timestamp": stamp(self.updated(index)) }))
            .into_iter()
            .collect();
        let text = phone && drawn >> 32 & 3 == 0;
        let word = |yes: bool| if yes { "SUBSCRIBED" } else { "NEVER_SUBSCRIBED" };
        json!({
            "email": { "marketing": {
                "can_receive_email_marketing": email && !suppressed && consent != "UNSUBSCRIBED",
                "consent": consent,
                "consent_timestamp": at(consent == "SUBSCRIBED", since),
                "last_updated": at(consent != "NEVER_SUBSCRIBED", self.updated(index)),
                "method": if consent == "SUBSCRIBED" { json!("FORM_EMAIL") } else { Value::Null },
                "method_detail": "",
                "custom_method_detail": null,
                "double_optin": consent == "SUBSCRIBED" && drawn >> 40 & 1 == 0,
                "suppression": suppression,
                "list_suppressions": left,
            } },
            "sms": { "marketing": {
                "can_receive_sms_marketing": text,
                "consent": word(text),
                "consent_timestamp": at(text, since),
                "method": if text { json!("FORM_SMS") } else { Value::Null },
                "method_detail": "",
                "last_updated": at(text, since),
            } },
            "mobile_push": { "marketing": {
                "can_receive_push_marketing": false, "consent": "NEVER_SUBSCRIBED", "consent_timestamp": null,
            } },
        })
    }

    fn predictions(&self, index: u64) -> Value {
        let drawn = self.draw(VALUE, index);
        let orders = drawn % 9;
        let value = (drawn >> 8) % 12_000;
        let cents = |cents: u64| json!(cents as f64 / 100.0);
        let next = self.last_event(index).map_or(Value::Null, |seconds| stamp(seconds + 60 * DAY));
        json!({
            "historic_clv": cents(orders * value),
            "predicted_clv": cents(value),
            "total_clv": cents((orders + 1) * value),
            "historic_number_of_orders": orders,
            "predicted_number_of_orders": cents((drawn >> 24) % 300),
            "average_days_between_orders": 20 + (drawn >> 32) % 100,
            "average_order_value": cents(value),
            "churn_probability": cents((drawn >> 40) % 101),
            "expected_date_of_next_order": next,
        })
    }

    /// The attributes of a profile that are wanted.
    pub(super) fn attributes(&self, index: u64, wanted: impl Fn(&str) -> bool) -> Attributes {
        let wanted = ATTRIBUTES.iter().filter(|name| wanted(name));
        wanted.map(|name| ((*name).to_owned(), self.attribute(index, name))).collect()
    }
}

/// What a profile has, whether filled or null.
pub(super) const ATTRIBUTES: &[&str] = &[
    "created",
    "email",
    "external_id",
    "first_name",
    "image",
    "last_event_date",
    "last_name",
    "locale",
    "location",
    "organization",
    "phone_number",
    "predictive_analytics",
    "properties",
    "subscriptions",
    "title",
    "updated",
];

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_000_000;

    fn inactive(people: &People) -> usize {
        let quiet = |index: &u64| {
            people.last_event(*index).unwrap_or_else(|| people.created(*index))
                < people.start - 90 * DAY
        };
        (0..people.count).filter(quiet).count()
    }

    #[test]
    fn a_third_is_inactive_at_whatever_start() {
        for seed in [7, 8] {
            let share = |start, count| inactive(&People::new(seed, start, count));
            assert_eq!(share(START, 10_000), share(START + 1234 * DAY + 777, 10_000));
            let count = share(START, 10_000);
            assert!((3_000..3_800).contains(&count), "{count}");
        }
    }

    #[test]
    fn a_later_look_finds_the_same_people_inactive() {
        let people = People::new(7, START, 10_000);
        for index in 0..people.count {
            let age =
                people.start - people.last_event(index).unwrap_or_else(|| people.created(index));
            assert!(!(88 * DAY..92 * DAY).contains(&age), "{index}: {age}");
        }
    }

    #[test]
    fn ids_and_creation_grow_with_the_number_and_lead_back_to_it() {
        let people = People::new(7, START, 1_000_000);
        for index in (0..1000).chain(999_000..1_000_000) {
            let id = people.id(index);
            assert_eq!(people.index(&id), Some(index), "{id}");
            assert!(index == 0 || people.id(index - 1) < id);
            assert!(index == 0 || people.created(index - 1) <= people.created(index));
            assert!(people.created(index) < START && people.updated(index) < START);
            assert!(
                people
                    .last_event(index)
                    .is_none_or(|time| time > people.created(index) && time <= START)
            );
            for identifier in Identifier::ALL {
                let Some(value) = people.identifier(identifier, index) else { continue };
                assert_eq!(people.find(identifier, &value), Some(index), "{value}");
            }
        }
        assert_eq!(people.index("01GDDKASAP8TKDDA2GRZDSVP4Z"), None);
        assert_eq!(people.find(Identifier::Email, "nobody.nowhere.77@example.com"), None);
    }
}
