//! Flows with their actions and messages.

use serde_json::{Value, json};

use super::super::State;
use super::super::record::Record;
use super::super::time::{DAY, stamp};

/// A type and an id.
type Trigger = (&'static str, &'static str);

/// Name, status, trigger type, and what the trigger is: a type and an id.
const FLOWS: &[(&str, &str, &str, Option<Trigger>)] = &[
    ("Welcome Series", "live", "Added to List", Some(("list", "Y6nRLr"))),
    ("Abandoned Cart", "live", "Metric", Some(("metric", "RdChk4"))),
    ("Browse Abandonment", "live", "Metric", Some(("metric", "RdVwP2"))),
    ("Thank You", "live", "Metric", Some(("metric", "TxVpCr"))),
    ("Review Request", "manual", "Metric", Some(("metric", "RdFul5"))),
    ("Back in Stock", "draft", "Low Inventory", None),
    ("Price Drop", "draft", "Price Drop", None),
    ("Birthday", "live", "Date Based", None),
    ("Win-back", "manual", "Metric", Some(("metric", "TxVpCr"))),
    ("Sunset", "draft", "Unconfigured", None),
    ("Refund Follow-up", "live", "Metric", Some(("metric", "RdRef7"))),
    ("Text Welcome", "draft", "Unconfigured", None),
];

pub(super) fn fill(state: &mut State) {
    for (number, (name, status, trigger_type, trigger)) in FLOWS.iter().enumerate() {
        let place = number as i64;
        let (created, updated) = match number {
            0 => (
                super::documented("2024-01-10T08:00:00Z"),
                super::documented("2024-02-15T12:30:00Z"),
            ),
            _ => (state.start - (650 - 30 * place) * DAY, state.start - (100 - 7 * place) * DAY),
        };
        let id =
            if number == 0 { "VJvBNr".to_owned() } else { super::id(102, number as u64, "VJvBNr") };
        let attributes = json!({
            "name": name,
            "status": status,
            "archived": number == 9,
            "created": stamp(created),
            "updated": stamp(updated),
            "trigger_type": trigger_type,
        });
        let mut flow = Record::new(id.clone(), attributes);
        if let Some((kind, target)) = trigger {
            flow = flow.many("trigger", kind, vec![(*target).to_owned()]);
        }
        state.insert("flow", flow);
        let kinds =
            ["SEND_EMAIL", "TIME_DELAY", if number % 3 == 2 { "SEND_SMS" } else { "SEND_EMAIL" }];
        for (step, kind) in kinds.iter().enumerate() {
            let action = format!("{}", 70_000_001 + number * 10 + step);
            add_action(state, &id, &action, kind, status, (created, updated));
            if kind.starts_with("SEND") {
                let message = if action == "70000001" {
                    "M7flow1".to_owned()
                } else {
                    super::id(103, (number * 10 + step) as u64, "M7flow1")
                };
                let channel = if *kind == "SEND_SMS" { "sms" } else { "email" };
                let title = format!("{name} {}", step / 2 + 1);
                add_message(state, (&message, &action), &title, channel, (created, updated));
            }
        }
    }
}

fn add_action(
    state: &mut State,
    flow: &str,
    id: &str,
    kind: &str,
    status: &str,
    times: (i64, i64),
) {
    let sends = kind.starts_with("SEND");
    let settings =
        if kind == "TIME_DELAY" { json!({ "unit": "days", "value": 2 }) } else { json!({}) };
    let tracking = json!({ "add_utm": false, "utm_params": [], "is_tracking_opens": true, "is_tracking_clicks": true });
    let attributes = json!({
        "action_type": kind,
        "status": status,
        "created": stamp(times.0),
        "updated": stamp(times.1),
        "settings": settings,
        "tracking_options": if sends { tracking } else { Value::Null },
        "send_options": if sends { json!({ "use_smart_sending": true, "is_transactional": false }) } else { Value::Null },
        "render_options": null,
    });
    state.insert("flow-action", Record::new(id, attributes).one("flow", "flow", flow));
}

fn add_message(
    state: &mut State,
    (id, action): (&str, &str),
    name: &str,
    channel: &str,
    times: (i64, i64),
) {
    let content = match channel {
        "sms" => json!({ "body": format!("{name}: reply STOP to opt out.") }),
        _ => json!({
            "subject": name, "preview_text": "", "from_email": "shop@example.com", "from_label": "The Shop",
            "reply_to_email": null, "cc_email": null, "bcc_email": null,
        }),
    };
    let attributes = json!({
        "name": name, "channel": channel, "content": content, "created": stamp(times.0), "updated": stamp(times.1),
    });
    let message = Record::new(id, attributes).one("flow-action", "flow-action", action);
    state.insert("flow-message", message.one("template", "template", "AbC123"));
}
