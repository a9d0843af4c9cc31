//! Campaigns and their sending.

use pianoroll_model::Revision;
use serde_json::{Value, json};

use super::State;
use super::body::{self, refused};
use super::document::reply;
use super::random::{mix, ulid};
use super::record::Record;
use super::time::{self, stamp};
use crate::exchange::{Exchange, Refusal, Reply};

mod forms;
mod report;

pub(super) use forms::shown;
use forms::{messages_from, strategy_from};
pub(super) use report::texts;

/// From here on messages hold a `definition`, and send strategies are flat.
const DEFINITIONS: Revision = Revision::constant(2025, 1, 15);

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

    /// A ULID that no record of this type has.
    pub(super) fn new_ulid(&mut self, kind: &str) -> String {
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
