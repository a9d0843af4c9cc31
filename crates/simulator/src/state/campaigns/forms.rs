//! Send strategies and messages in the forms of the revisions.

use serde_json::{Map, Value, json};

use super::super::body::refused;
use super::super::record::Attributes;
use super::super::time;
use super::flat;
use crate::exchange::{Exchange, Refusal};

/// Shares of an hour's recipients that throttling knows.
const THROTTLES: [u64; 9] = [10, 11, 13, 14, 17, 20, 25, 33, 50];

/// How campaigns and their messages look at a revision.
pub(in super::super) fn shown(exchange: &Exchange, kind: &str, attributes: &mut Attributes) {
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
pub(super) fn strategy_from(strategy: Value, flat: bool) -> Result<Value, Refusal> {
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
pub(super) fn messages_from(messages: &Value, flat: bool) -> Result<Vec<Attributes>, Refusal> {
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
