//! Campaigns, their sending, and what they have done.

use std::collections::BTreeMap;

use pianoroll_api::filter;
use pianoroll_model::Revision;
use serde_json::{Map, Value, json};

use super::State;
use super::body::{self, refused};
use super::document::reply;
use super::random::{hash_text, mix, ulid};
use super::record::{Attributes, Record};
use super::time::{self, stamp};
use crate::exchange::{Exchange, Refusal, Reply};

/// From here on messages hold a `definition`, and send strategies are flat.
const DEFINITIONS: Revision = Revision::constant(2025, 1, 15);

/// Shares of an hour's recipients that throttling knows.
const THROTTLES: [u64; 9] = [10, 11, 13, 14, 17, 20, 25, 33, 50];

fn flat(exchange: &Exchange) -> bool {
    exchange.revision >= Some(DEFINITIONS)
}

impl State {
    pub(super) fn create_campaign(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut given = body::read(self, exchange)?;
        self.check_audiences(given.attributes.get("audiences"))?;
        let strategy =
            given.attributes.remove("send_strategy").filter(|strategy| !strategy.is_null());
        let strategy = strategy_from(
            strategy.unwrap_or_else(|| json!({ "method": "immediate" })),
            flat(exchange),
        )?;
        let messages = given.attributes.remove("campaign-messages").unwrap_or(Value::Null);
        let messages = messages_from(&messages, flat(exchange))?;
        let now = exchange.now;
        let id = self.new_ulid("campaign");
        let mut record = Record::new(id.clone(), Value::Object(given.attributes));
        if let Some(audiences) =
            record.attributes.get_mut("audiences").and_then(Value::as_object_mut)
        {
            for name in ["included", "excluded"] {
                audiences.entry(name).or_insert_with(|| json!([]));
            }
        }
        let defaults = [
            ("send_options", json!({ "use_smart_sending": true })),
            (
                "tracking_options",
                json!({ "is_tracking_opens": true, "is_tracking_clicks": true, "add_tracking_params": false, "custom_tracking_params": [] }),
            ),
        ];
        for (name, value) in defaults {
            if record.attributes.get(name).is_none_or(Value::is_null) {
                record.set(name, value);
            }
        }
        record.set("send_strategy", strategy);
        record.set("status", "Draft");
        record.set("archived", false);
        for (name, value) in
            [("created_at", stamp(now.as_second())), ("updated_at", stamp(now.as_second()))]
        {
            record.set(name, value);
        }
        for name in ["scheduled_at", "send_time"] {
            record.set(name, Value::Null);
        }
        self.insert("campaign", record.clone());
        for attributes in messages {
            let mut message =
                Record::new(self.new_ulid("campaign-message"), Value::Object(attributes));
            for name in ["created_at", "updated_at"] {
                message.set(name, stamp(now.as_second()));
            }
            self.insert("campaign-message", message.one("campaign", "campaign", id.clone()));
        }
        Ok(self.reply_one(exchange, "campaign", &record))
    }

    pub(super) fn update_campaign(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut record = self.wanted("campaign", exchange)?;
        let mut given = body::read(self, exchange)?;
        if !matches!(record.text("status"), "Draft" | "Scheduled") {
            return Err(refused(
                "Only a campaign that is a draft or scheduled can be changed.",
                "/data/id",
            ));
        }
        self.check_audiences(given.attributes.get("audiences"))?;
        if let Some(strategy) =
            given.attributes.remove("send_strategy").filter(|strategy| !strategy.is_null())
        {
            record.set("send_strategy", strategy_from(strategy, flat(exchange))?);
        }
        record.attributes.extend(given.attributes);
        record.set("updated_at", stamp(exchange.now.as_second()));
        self.insert("campaign", record.clone());
        Ok(self.reply_one(exchange, "campaign", &record))
    }

    fn check_audiences(&self, audiences: Option<&Value>) -> Result<(), Refusal> {
        for name in ["included", "excluded"] {
            let ids = audiences.and_then(|audiences| audiences.get(name)).and_then(Value::as_array);
            for id in ids.into_iter().flatten() {
                let id = id.as_str().unwrap_or_default();
                if !self.groups.contains_key(id) {
                    return Err(Refusal::not_found("list or segment", id));
                }
            }
        }
        Ok(())
    }

    /// Sends a draft. A campaign that is scheduled or has been sent is refused, as a second send of a campaign is never
    /// what anybody wants; what has been sent stays in the record of sendings.
    pub(super) fn send_campaign(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let id = given.id().to_owned();
        let mut campaign =
            self.record("campaign", &id).ok_or_else(|| Refusal::not_found("campaign", &id))?;
        let status = campaign.text("status").to_owned();
        if status != "Draft" {
            return Err(refused(
                format!("The campaign cannot be sent: its status is {status}."),
                "/data/id",
            ));
        }
        let now = exchange.now.as_second();
        let strategy = campaign.attributes.get("send_strategy").cloned().unwrap_or_default();
        let later = strategy
            .pointer("/options_static/datetime")
            .and_then(Value::as_str)
            .and_then(time::parse_seconds);
        let later = later.filter(|time| *time > now);
        campaign.set("status", if later.is_some() { "Scheduled" } else { "Sent" });
        campaign.set("scheduled_at", stamp(now));
        campaign.set("send_time", stamp(later.unwrap_or(now)));
        campaign.set("updated_at", stamp(now));
        self.insert("campaign", campaign);
        self.sends.push(id.clone());
        self.due.extend(later.map(|time| (time, id.clone())));
        let done = if later.is_some() { "queued" } else { "complete" };
        self.insert("campaign-send-job", Record::new(id.clone(), json!({ "status": done })));
        let accepted = Record::new(id, json!({ "status": "queued" }));
        Ok(self.reply_one(exchange, "campaign-send-job", &accepted))
    }

    /// Lets the scheduled campaigns go out whose time has come.
    pub(super) fn send_what_is_due(&mut self) {
        while self.due.first().is_some_and(|(time, _)| *time <= self.now.as_second()) {
            let Some((time, id)) = self.due.pop_first() else { return };
            let Some(campaign) = self.row_mut("campaign", &id) else { continue };
            // It may have been taken back meanwhile, and scheduled again for another time.
            let still = campaign.attributes.get("send_time") == Some(&stamp(time));
            if campaign.text("status") != "Scheduled" || !still {
                continue;
            }
            campaign.set("status", "Sent");
            campaign.set("updated_at", stamp(time));
            self.insert("campaign-send-job", Record::new(id, json!({ "status": "complete" })));
        }
    }

    pub(super) fn cancel_send(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut job = self.wanted("campaign-send-job", exchange)?;
        let given = body::read(self, exchange)?;
        if job.text("status") == "complete" {
            return Err(refused("The campaign has been sent already.", "/data/id"));
        }
        let revert = given.text("action") == Some("revert");
        job.set("status", "cancelled");
        if let Some(campaign) = self.row_mut("campaign", &job.id) {
            campaign.set("status", if revert { "Draft" } else { "Cancelled" });
            campaign.set("updated_at", stamp(exchange.now.as_second()));
            if revert {
                campaign.set("scheduled_at", Value::Null);
                campaign.set("send_time", Value::Null);
            }
        }
        self.insert("campaign-send-job", job);
        Ok(reply(exchange, None))
    }

    /// The document's way of counting recipients: in one call.
    pub(super) fn estimate_recipients(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let estimation = self.estimation(given.id())?;
        Ok(self.reply_one(exchange, "campaign-recipient-estimation", &estimation))
    }

    pub(super) fn start_recipient_estimation(
        &mut self,
        exchange: &Exchange,
    ) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let estimation = self.estimation(given.id())?;
        let id = estimation.id.clone();
        self.insert("campaign-recipient-estimation", estimation);
        let kind = "campaign-recipient-estimation-job";
        self.insert(kind, Record::new(id.clone(), json!({ "status": "complete" })));
        Ok(self.reply_one(exchange, kind, &Record::new(id, json!({ "status": "queued" }))))
    }

    fn estimation(&self, id: &str) -> Result<Record, Refusal> {
        let campaign =
            self.record("campaign", id).ok_or_else(|| Refusal::not_found("campaign", id))?;
        let ids = |name: &str| -> Vec<String> {
            let audiences = campaign.attributes.get("audiences");
            let ids = audiences.and_then(|audiences| audiences.get(name)).and_then(Value::as_array);
            ids.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
        };
        let count = self.audience(&ids("included"), &ids("excluded"));
        Ok(Record::new(id, json!({ "estimated_recipient_count": count })))
    }

    /// Statistics of the campaigns that were sent, computed from their ids: the same campaign always did as well.
    pub(super) fn query_campaign_values(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let given = body::read(self, exchange)?;
        let metric = given.text("conversion_metric_id").unwrap_or_default();
        if !self.exists("metric", metric) {
            return Err(Refusal::not_found("metric", metric));
        }
        let names: Vec<String> = texts(given.attributes.get("statistics"));
        if let Some((index, name)) =
            names.iter().enumerate().find(|(_, name)| !STATISTICS.contains(&name.as_str()))
        {
            let pointer = format!("/data/attributes/statistics/{index}");
            return Err(refused(format!("'{name}' is not a valid statistic."), pointer));
        }
        let clauses = match given.text("filter") {
            Some(text) => filter::parse(text).map_err(|_| {
                refused(
                    "Invalid filter provided. Verify your parentheses match.",
                    "/data/attributes/filter",
                )
            })?,
            None => filter::Filter { clauses: Vec::new() },
        };
        let (from, to) =
            self.timeframe(given.attributes.get("timeframe").unwrap_or(&Value::Null))?;
        let mut results = Vec::new();
        for campaign in self.rows("campaign") {
            let sent = campaign
                .attributes
                .get("send_time")
                .and_then(Value::as_str)
                .and_then(time::parse_seconds);
            let over = matches!(campaign.text("status"), "Sent" | "Variations Sent");
            if !over || !sent.is_some_and(|sent| (from..to).contains(&sent)) {
                continue;
            }
            for message in self
                .rows("campaign-message")
                .filter(|message| message.points_at("campaign", &campaign.id))
            {
                let channel = message.text("channel");
                let groupings = Record::new(
                    "",
                    json!({
                        "campaign_id": campaign.id, "campaign_message_id": message.id, "send_channel": channel,
                    }),
                );
                if !self.meets("", &groupings, Some(&clauses)) {
                    continue;
                }
                let all =
                    statistics(self.profiles.people.seed, &campaign.id, self.profiles.people.count);
                let asked: Map<String, Value> = names
                    .iter()
                    .filter_map(|name| Some((name.clone(), all.get(name.as_str())?.clone())))
                    .collect();
                results.push(json!({ "groupings": groupings.attributes, "statistics": asked }));
            }
        }
        let id = self.new_id("campaign-values-report");
        let report = Record::new(id, json!({ "results": results }));
        Ok(self.reply_one(exchange, "campaign-values-report", &report))
    }

    /// The seconds that a report's `timeframe` reaches from and to. Days begin at midnight UTC.
    fn timeframe(&self, timeframe: &Value) -> Result<(i64, i64), Refusal> {
        let at = "/data/attributes/timeframe";
        let now = self.now.as_second();
        let today = now.div_euclid(time::DAY) * time::DAY;
        let bound =
            |name: &str| timeframe.get(name).and_then(Value::as_str).and_then(time::parse_seconds);
        let Some(key) = timeframe.get("key").and_then(Value::as_str) else {
            return match (bound("start"), bound("end")) {
                (Some(start), Some(end)) if end > start && end - start <= 366 * time::DAY => {
                    Ok((start, end))
                }
                (Some(_), Some(_)) => Err(refused("A time frame is at most a year long.", at)),
                _ => Err(refused("'timeframe' must hold 'key', or 'start' and 'end'.", at)),
            };
        };
        let days = |days: i64| Ok((today - days * time::DAY, now + 1));
        match key {
            "today" => days(0),
            "yesterday" => Ok((today - time::DAY, today)),
            "last_7_days" => days(7),
            "last_30_days" | "last_month" | "this_month" => days(30),
            "last_90_days" | "last_3_months" => days(90),
            "last_365_days" | "last_12_months" | "last_year" | "this_year" => days(365),
            other => {
                Err(refused(format!("'{other}' is not a valid time frame."), format!("{at}/key")))
            }
        }
    }

    /// A ULID that no record of this type has.
    fn new_ulid(&mut self, kind: &str) -> String {
        loop {
            self.serial += 1;
            let clock = u64::try_from(self.now.as_millisecond()).unwrap_or_default();
            let id = ulid(clock, mix(self.profiles.people.seed, 61, self.serial));
            if !self.exists(kind, &id) {
                return id;
            }
        }
    }
}

/// How campaigns and their messages look at a revision.
pub(super) fn shown(exchange: &Exchange, kind: &str, attributes: &mut Attributes) {
    if !flat(exchange) {
        return;
    }
    match kind {
        "campaign" => {
            if let Some(strategy) = attributes.get_mut("send_strategy") {
                *strategy = flattened(strategy);
            }
        }
        "campaign-message" => {
            let mut definition = Map::new();
            for name in ["channel", "content", "label", "render_options"] {
                if let Some(value) = attributes.remove(name) {
                    definition.insert(name.to_owned(), value);
                }
            }
            attributes.insert("definition".to_owned(), Value::Object(definition));
        }
        _ => {}
    }
}

/// A send strategy with its options beside the method.
fn flattened(strategy: &Value) -> Value {
    let option = |pointer: &str| strategy.pointer(pointer).cloned().unwrap_or(Value::Null);
    match strategy.get("method").and_then(Value::as_str) {
        Some("static") => json!({
            "method": "static",
            "datetime": option("/options_static/datetime"),
            "options": {
                "is_local": option("/options_static/is_local"),
                "send_past_recipients_immediately": option("/options_static/send_past_recipients_immediately"),
            },
        }),
        Some("throttled") => json!({
            "method": "throttled",
            "datetime": option("/options_throttled/datetime"),
            "throttle_percentage": option("/options_throttled/throttle_percentage"),
        }),
        Some("smart_send_time") => {
            json!({ "method": "smart_send_time", "date": option("/options_sto/date") })
        }
        _ => json!({ "method": "immediate" }),
    }
}

/// A send strategy as it is stored: with its options below the method.
fn strategy_from(strategy: Value, flat: bool) -> Result<Value, Refusal> {
    let at = "/data/attributes/send_strategy";
    let method = strategy.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut stored = json!({ "method": method, "options_static": null, "options_throttled": null, "options_sto": null });
    let (name, known, required): (&str, &[&str], &str) = match method.as_str() {
        "immediate" => return Ok(stored),
        "static" => (
            "options_static",
            &["datetime", "is_local", "send_past_recipients_immediately"],
            "datetime",
        ),
        "throttled" => {
            ("options_throttled", &["datetime", "throttle_percentage"], "throttle_percentage")
        }
        "smart_send_time" => ("options_sto", &["date"], "date"),
        other => {
            let detail = format!(
                "'method' must be one of: immediate, smart_send_time, static, throttled (got {other})"
            );
            return Err(refused(detail, format!("{at}/method")));
        }
    };
    let mut options = Map::new();
    let given = if flat { &strategy } else { strategy.get(name).unwrap_or(&Value::Null) };
    for option in known {
        let value = given.get(*option).or_else(|| given.pointer(&format!("/options/{option}")));
        options.insert((*option).to_owned(), value.cloned().unwrap_or(Value::Null));
    }
    let place = if flat { at.to_owned() } else { format!("{at}/{name}") };
    let main = options.get(required).cloned().unwrap_or(Value::Null);
    let right = match required {
        "throttle_percentage" => main.as_u64().is_some_and(|share| THROTTLES.contains(&share)),
        _ => main.as_str().is_some_and(|text| time::parse(text).is_some()),
    };
    if !right {
        return Err(refused(
            format!("'{required}' is required for the method '{method}' and must be valid."),
            format!("{place}/{required}"),
        ));
    }
    if let Some(map) = stored.as_object_mut() {
        map.insert(name.to_owned(), Value::Object(options));
    }
    Ok(stored)
}

/// The attributes of the messages of a new campaign.
fn messages_from(messages: &Value, flat: bool) -> Result<Vec<Attributes>, Refusal> {
    let base = "/data/attributes/campaign-messages/data";
    let entries =
        messages.get("data").and_then(Value::as_array).filter(|entries| !entries.is_empty());
    let Some(entries) = entries else {
        return Err(refused("At least one message is required.", base));
    };
    let mut found: Vec<Attributes> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let at = format!("{base}/{index}");
        if entry.get("type").and_then(Value::as_str) != Some("campaign-message") {
            return Err(refused("'type' must be 'campaign-message' here.", format!("{at}/type")));
        }
        let attributes = entry.get("attributes").unwrap_or(&Value::Null);
        let inside =
            if flat { attributes.get("definition").unwrap_or(&Value::Null) } else { attributes };
        let place =
            if flat { format!("{at}/attributes/definition") } else { format!("{at}/attributes") };
        let known = ["channel", "label", "content", "render_options"];
        let given = inside.as_object().cloned().unwrap_or_default();
        if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
            let detail =
                format!("'{name}' is not a valid field for the resource 'campaign-message'.");
            return Err(refused(detail, format!("{place}/{name}")));
        }
        let channel = given.get("channel").and_then(Value::as_str).unwrap_or_default();
        if !matches!(channel, "email" | "sms" | "mobile_push") {
            let detail =
                format!("'channel' must be one of: email, sms, mobile_push (got {channel})");
            return Err(refused(detail, format!("{place}/channel")));
        }
        let mut message = given;
        for name in known {
            message.entry(name).or_insert(Value::Null);
        }
        message.insert("send_times".to_owned(), json!([]));
        found.push(message);
    }
    Ok(found)
}

/// What a report can tell.
const STATISTICS: &[&str] = &[
    "average_order_value",
    "bounce_rate",
    "bounced",
    "click_rate",
    "click_to_open_rate",
    "clicks",
    "clicks_unique",
    "conversion_rate",
    "conversion_uniques",
    "conversion_value",
    "conversions",
    "delivered",
    "delivery_rate",
    "failed",
    "failed_rate",
    "open_rate",
    "opens",
    "opens_unique",
    "recipients",
    "revenue_per_recipient",
    "spam_complaint_rate",
    "spam_complaints",
    "unsubscribe_rate",
    "unsubscribe_uniques",
    "unsubscribes",
];

/// What one campaign did. Counts fit each other, and each rate is what the counts say.
fn statistics(seed: u64, id: &str, people: u64) -> BTreeMap<&'static str, Value> {
    let drawn = mix(seed, 62, hash_text(id));
    let share = |count: u64, part: u64| count * part / 1_000;
    let rate =
        |part: u64, whole: u64| json!(if whole == 0 { 0.0 } else { part as f64 / whole as f64 });
    let recipients = share(people, 500 + drawn % 100);
    let bounced = share(recipients, drawn >> 8 & 15);
    let delivered = recipients - bounced;
    let opened = share(delivered, 250 + (drawn >> 16) % 250);
    let clicked = share(opened, 40 + (drawn >> 24) % 160);
    let bought = share(clicked, 50 + (drawn >> 32) % 200);
    let left = share(delivered, drawn >> 40 & 7);
    let spam = share(delivered, drawn >> 48 & 1);
    let value = (bought * (3_000 + (drawn >> 50) % 6_000)) as f64 / 100.0;
    let per = |whole: u64| {
        json!(if whole == 0 { 0.0 } else { (value / whole as f64 * 100.0).round() / 100.0 })
    };
    BTreeMap::from([
        ("recipients", json!(recipients)),
        ("delivered", json!(delivered)),
        ("delivery_rate", rate(delivered, recipients)),
        ("bounced", json!(bounced)),
        ("bounce_rate", rate(bounced, recipients)),
        ("failed", json!(bounced)),
        ("failed_rate", rate(bounced, recipients)),
        ("opens", json!(opened + opened / 3)),
        ("opens_unique", json!(opened)),
        ("open_rate", rate(opened, delivered)),
        ("clicks", json!(clicked + clicked / 4)),
        ("clicks_unique", json!(clicked)),
        ("click_rate", rate(clicked, delivered)),
        ("click_to_open_rate", rate(clicked, opened)),
        ("conversions", json!(bought)),
        ("conversion_uniques", json!(bought)),
        ("conversion_rate", rate(bought, delivered)),
        ("conversion_value", json!(value)),
        ("average_order_value", per(bought)),
        ("revenue_per_recipient", per(recipients)),
        ("unsubscribes", json!(left)),
        ("unsubscribe_uniques", json!(left)),
        ("unsubscribe_rate", rate(left, delivered)),
        ("spam_complaints", json!(spam)),
        ("spam_complaint_rate", rate(spam, delivered)),
    ])
}

/// The texts of a list.
pub(super) fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
