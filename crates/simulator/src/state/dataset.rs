//! The account as it is found: the ids of the document, and around them a shop that has been busy for some years. The
//! people and their events are computed ([`super::people`], [`super::events`]); all else is made here.

use serde_json::{Value, json};

use super::State;
use super::groups::{Group, Rule};
use super::random::{mix, short_id};
use super::record::Record;
use super::time::{DAY, parse_seconds, stamp};

mod campaigns;
mod catalog;
mod contents;
mod examples;
mod flows;
pub(super) mod metrics;

pub(super) use catalog::catalog_id;

/// Fills a state that has its people.
pub(super) fn fill(state: &mut State) {
    metrics::fill(state);
    lists(state);
    segments(state);
    contents::fill(state);
    campaigns::fill(state);
    flows::fill(state);
    catalog::fill(state);
    documented_event(state);
    examples::fill(state);
}

/// Fills a state with what every account has.
pub(super) fn fill_empty(state: &mut State) {
    contents::fill_empty(state);
}

/// A time of the document, in seconds.
fn documented(text: &str) -> i64 {
    parse_seconds(text).unwrap_or_default()
}

/// The id of the so-manyth record of a kind; the same for every seed, so that documentation can name it. All lie behind
/// the document's own id, so that what the document shows is on the first page.
fn id(stream: u64, number: u64, documented: &str) -> String {
    let mut drawn = (0..).map(|attempt| short_id(mix(attempt, stream, number)));
    drawn.find(|id| id.as_str() > documented).unwrap_or_default()
}

/// Lists with the share of the people that is on them, in per cent.
const LISTS: &[(&str, u64)] = &[
    ("Newsletter Subscribers", 60),
    ("Inactive", 8),
    ("VIP Customers", 5),
    ("Win-back", 4),
    ("Checkout Leads", 22),
    ("SMS Subscribers", 18),
    ("Birthday Club", 12),
    ("Early Access", 9),
    ("Wholesale", 2),
    ("Product Testers", 3),
    ("Press", 1),
    ("Store Visitors", 15),
    ("Autumn Giveaway", 11),
    ("Preview", 0),
];

fn lists(state: &mut State) {
    for (number, (name, share)) in LISTS.iter().enumerate() {
        let number = number as u64;
        let id = if number == 0 { "Y6nRLr".to_owned() } else { id(100, number, "Y6nRLr") };
        let (created, updated) = match number {
            0 => (documented("2024-01-15T10:30:00Z"), documented("2024-03-01T14:22:00Z")),
            _ => (
                state.start - (700 - 40 * number as i64) * DAY,
                state.start - (90 - 5 * number as i64) * DAY,
            ),
        };
        let process = if number % 3 == 1 { "double_opt_in" } else { "single_opt_in" };
        let attributes = json!({
            "name": name, "created": stamp(created), "updated": stamp(updated), "opt_in_process": process,
        });
        state.groups.insert(
            id.clone(),
            Group::new(&id, if *share == 0 { Rule::Nobody } else { Rule::Share(*share) }),
        );
        state.insert("list", Record::new(id, attributes));
    }
}

fn segments(state: &mut State) {
    let count = |operator: &str, value: u64, timeframe: Value| {
        json!({
            "type": "profile-metric", "metric_id": "TxVpCr", "measurement": "count",
            "measurement_filter": { "type": "numeric", "operator": operator, "value": value },
            "timeframe_filter": timeframe,
        })
    };
    let ever = || json!({ "type": "date", "operator": "alltime" });
    let recent = |days: u64| json!({ "type": "date", "operator": "in-the-last", "unit": "day", "quantity": days });
    let property = |name: &str, value: &str| {
        json!({
            "type": "profile-property", "property": name,
            "filter": { "type": "string", "operator": "equals", "value": value },
        })
    };
    let member = |is: bool, list: &str| json!({ "type": "profile-group-membership", "is_member": is, "group_ids": [list] });
    let rows = [
        ("Customers", vec![count("greater-than", 0, ever())]),
        ("Repeat Customers", vec![count("greater-than", 1, ever())]),
        ("Bought in the last 30 days", vec![count("greater-than", 0, recent(30))]),
        ("No order in 180 days", vec![count("equals", 0, recent(180))]),
        ("Never ordered", vec![count("equals", 0, ever())]),
        ("VIP", vec![property("properties['lifecycle']", "vip")]),
        ("Leads", vec![property("properties['lifecycle']", "lead")]),
        ("Marked inactive", vec![property("properties['lifecycle']", "inactive")]),
        ("Newsletter", vec![member(true, "Y6nRLr")]),
        ("Not on the newsletter", vec![member(false, "Y6nRLr")]),
        ("Germany", vec![property("location['country']", "Germany")]),
        (
            "Reachable by email",
            vec![json!({
                "type": "profile-marketing-consent",
                "consent": { "channel": "email", "can_receive_marketing": true, "consent_status": { "subscription": "subscribed" } },
            })],
        ),
    ];
    for (number, (name, conditions)) in rows.into_iter().enumerate() {
        let number = number as u64;
        let id = if number == 0 { "XyZ123".to_owned() } else { id(101, number, "XyZ123") };
        let definition = json!({ "condition_groups": [{ "conditions": conditions }] });
        let attributes = json!({
            "name": name,
            "definition": definition,
            "created": stamp(state.start - (600 - 30 * number as i64) * DAY),
            "updated": stamp(state.start - (60 - 4 * number as i64) * DAY),
            "is_active": number != 10,
            "is_processing": false,
            "is_starred": number.is_multiple_of(4),
        });
        state.groups.insert(id.clone(), Group::new(&id, Rule::Definition(definition)));
        state.insert("segment", Record::new(id, attributes));
    }
}

/// The document's event: an order of the document's first profile.
fn documented_event(state: &mut State) {
    let time = documented("2024-03-15T14:30:00Z");
    let properties = json!({ "value": 99.99, "$value": 99.99, "product_name": "Running Shoes" });
    let event = super::events::Event {
        profile: super::people::DOCUMENTED[0].to_owned(),
        metric: "TxVpCr".to_owned(),
        time,
        properties: properties.as_object().cloned().unwrap_or_default(),
        unique: time.to_string(),
        visible: jiff::Timestamp::MIN,
    };
    state.events.record("4vRpBT".to_owned(), event);
}
