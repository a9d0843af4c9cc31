//! Flows, their actions and messages.

use serde_json::{Value, json};

use super::State;
use super::body::{self, refused};
use super::document::Page;
use super::record::Record;
use super::time::stamp;
use crate::exchange::{Exchange, Refusal, Reply};

impl State {
    pub(super) fn create_flow(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut given = body::read(self, exchange)?;
        let definition = given.attributes.remove("definition").unwrap_or(Value::Null);
        let actions =
            definition.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
        for (index, action) in actions.iter().enumerate() {
            if action.get("temporary_id").and_then(Value::as_str).is_none() {
                let pointer = format!("/data/attributes/definition/actions/{index}/temporary_id");
                return Err(refused("'temporary_id' is a required field.", pointer));
            }
        }
        let trigger = definition.pointer("/triggers/0").cloned().unwrap_or(Value::Null);
        let (kind, id) = (
            trigger.get("type").and_then(Value::as_str),
            trigger.get("id").and_then(Value::as_str),
        );
        if let (Some(kind @ ("list" | "segment" | "metric")), Some(id)) = (kind, id)
            && !self.exists(kind, id)
        {
            return Err(Refusal::not_found(kind, id));
        }
        let trigger_type = match kind {
            Some("list" | "segment") => "Added to List",
            Some("metric") => "Metric",
            Some("date") => "Date Based",
            Some("price-drop") => "Price Drop",
            Some("low-inventory") => "Low Inventory",
            _ => "Unconfigured",
        };
        let mut record = self.fresh(exchange, "flow", given);
        for (name, value) in [
            ("status", json!("draft")),
            ("archived", json!(false)),
            ("trigger_type", json!(trigger_type)),
        ] {
            record.set(name, value);
        }
        record.attributes.remove("definition");
        if let (Some(kind), Some(id)) = (kind, id) {
            record = record.many("trigger", kind, vec![id.to_owned()]);
        }
        self.insert("flow", record.clone());
        for action in &actions {
            self.add_action(&record.id, action, exchange.now.as_second());
        }
        if !definition.is_null() {
            record.set("definition", definition);
        }
        Ok(self.reply_one(exchange, "flow", &record))
    }

    /// One action of a definition, with its message if it sends one.
    fn add_action(&mut self, flow: &str, action: &Value, now: i64) {
        let kind = action.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind = kind.to_uppercase().replace('-', "_");
        let data = action.get("data").unwrap_or(&Value::Null);
        let status = data.get("status").cloned().unwrap_or_else(|| json!("draft"));
        let number = 80_000_000 + self.serial;
        self.serial += 1;
        let attributes = json!({
            "action_type": kind, "status": status, "created": stamp(now), "updated": stamp(now),
            "settings": {}, "tracking_options": null, "send_options": null, "render_options": null,
        });
        let id = number.to_string();
        self.insert("flow-action", Record::new(id.clone(), attributes).one("flow", "flow", flow));
        let Some(message) = data.get("message") else { return };
        let part = |name: &str| message.get(name).cloned().unwrap_or(Value::Null);
        let channel = if kind == "SEND_SMS" { "sms" } else { "email" };
        let content = match channel {
            "sms" => json!({ "body": part("body") }),
            _ => json!({
                "subject": part("subject_line"), "preview_text": part("preview_text"), "from_email": part("from_email"),
                "from_label": part("from_label"), "reply_to_email": part("reply_to_email"),
                "cc_email": part("cc_email"), "bcc_email": part("bcc_email"),
            }),
        };
        let attributes = json!({
            "name": part("name"), "channel": channel, "content": content, "created": stamp(now), "updated": stamp(now),
        });
        let message = Record::new(self.new_id("flow-message"), attributes);
        self.insert("flow-message", message.one("flow-action", "flow-action", id));
    }

    /// Sets the status of a flow and of its actions.
    pub(super) fn update_flow_status(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let mut record = self.wanted("flow", exchange)?;
        let given = body::read(self, exchange)?;
        let status = given.text("status").unwrap_or_default();
        let now = stamp(exchange.now.as_second());
        record.set("status", status);
        record.set("updated", now.clone());
        self.insert("flow", record.clone());
        let actions = self.related("flow", &record, "flow-actions");
        for (kind, id) in actions {
            if let Some(action) = self.row_mut(&kind, &id) {
                action.set("status", status);
                action.set("updated", now.clone());
            }
        }
        Ok(self.reply_one(exchange, "flow", &record))
    }

    /// The messages of all actions of a flow, as the document has it.
    pub(super) fn list_flow_messages(&mut self, exchange: &Exchange) -> Result<Reply, Refusal> {
        let flow = self.wanted("flow", exchange)?;
        let mut messages = Vec::new();
        for (kind, id) in self.related("flow", &flow, "flow-actions") {
            let action = self.record(&kind, &id);
            let of_action = action
                .map(|action| self.related(&kind, &action, "flow-messages"))
                .unwrap_or_default();
            messages.extend(of_action.iter().filter_map(|(kind, id)| self.record(kind, id)));
        }
        Ok(self.reply_many(exchange, "flow-message", &Page::all(messages)))
    }
}
