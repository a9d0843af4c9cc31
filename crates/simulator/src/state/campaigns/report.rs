//! What the campaigns have done.

use std::collections::BTreeMap;

use pianoroll_api::filter;
use serde_json::{Map, Value, json};

use super::super::State;
use super::super::body::{self, refused};
use super::super::random::{hash_text, mix};
use super::super::record::Record;
use super::super::time;
use crate::exchange::{Exchange, Refusal, Reply};

impl State {
    /// Statistics of the campaigns that were sent, computed from their ids: the same campaign always did as well.
    pub(in super::super) fn query_campaign_values(
        &mut self,
        exchange: &Exchange,
    ) -> Result<Reply, Refusal> {
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
pub(in super::super) fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}
