//! The body of a delivery. It is looked at after its signature, and never before.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use crate::hooks::{HookHeaders, HookRefusal, MOST_EVENTS};

/// Something that happened in an account, as its webhook tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct HookEvent {
    /// What happened: `event:klaviyo.subscribed_to_email_marketing`.
    pub topic: String,
    /// What the API calls this one event. A delivery that is repeated has the same.
    pub external_id: String,
    /// The event, in the form in which the API answers when it is asked for it.
    pub payload: Value,
    /// Which webhook has delivered it.
    pub webhook_id: String,
    /// Which account it happened in, where the delivery says so.
    pub account: Option<String>,
    /// When the delivery was made, as its body says; as its header says (an HTTP date) where the body does not.
    pub timestamp: String,
}

/// What is in a delivery.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    /// Each event once, in the order of the delivery.
    pub(crate) events: Vec<HookEvent>,
    /// How many were in it a second time, and are left out.
    pub(crate) repeated: u64,
}

#[derive(Deserialize)]
struct Body {
    data: Vec<Item>,
    meta: Meta,
}

#[derive(Deserialize)]
struct Item {
    topic: String,
    external_id: String,
    payload: Value,
}

#[derive(Deserialize)]
struct Meta {
    klaviyo_webhook_id: String,
    klaviyo_account_id: Option<String>,
    timestamp: Option<String>,
}

impl Delivery {
    /// Reads a body that the secret has signed.
    pub(crate) fn parse(headers: &HookHeaders, body: &[u8]) -> Result<Self, HookRefusal> {
        // What serde says beside the place may quote the body, and so a person.
        let Body { data, meta } = serde_json::from_slice(body).map_err(|error| {
            HookRefusal::Malformed { line: error.line(), column: error.column() }
        })?;
        if meta.klaviyo_webhook_id != headers.webhook_id {
            return Err(HookRefusal::OtherWebhook);
        }
        if data.len() > MOST_EVENTS {
            return Err(HookRefusal::TooMany);
        }
        let timestamp = meta.timestamp.unwrap_or_else(|| headers.timestamp.clone());
        let all = data.len();
        let mut seen = HashSet::with_capacity(all);
        let events: Vec<HookEvent> = data
            .into_iter()
            .filter(|item| seen.insert(item.external_id.clone()))
            .map(|Item { topic, external_id, payload }| HookEvent {
                topic,
                external_id,
                payload,
                webhook_id: headers.webhook_id.clone(),
                account: meta.klaviyo_account_id.clone(),
                timestamp: timestamp.clone(),
            })
            .collect();
        let repeated = (all - events.len()) as u64;
        Ok(Self { events, repeated })
    }
}
