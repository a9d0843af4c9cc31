//! Campaigns: the document's three and more than a page of others.

use serde_json::{Value, json};

use super::super::State;
use super::super::random::{mix, pick, ulid};
use super::super::record::Record;
use super::super::time::{DAY, stamp};

/// Campaigns besides the document's.
const COUNT: u64 = 160;

/// Milliseconds in their first id; after the document's.
const FIRST_ID: u64 = 1_663_700_000_000;

const THEMES: &[&str] = &[
    "Back in Stock",
    "Bundle",
    "Clearance",
    "Flash Sale",
    "Lookbook",
    "New Arrivals",
    "Newsletter",
    "Restock",
    "Thank You",
    "Weekend",
];
const SEASONS: &[&str] = &["Spring", "Summer", "Autumn", "Winter"];

/// What a campaign of the data set is.
struct Plan<'p> {
    id: String,
    name: String,
    status: &'p str,
    channel: &'p str,
    created: i64,
    number: u64,
}

pub(super) fn fill(state: &mut State) {
    let documented = [
        ("01GDDKASAP8TKDDA2GRZDSVP4I", "Spring Sale 2024", "Draft", 420),
        ("01GDDKASAP8TKDDA2GRZDSVP4J", "Autumn Sale 2024", "Sent", 400),
        ("01GDDKASAP8TKDDA2GRZDSVP4K", "Winter Sale 2024", "Scheduled", 20),
    ];
    for (number, (id, name, status, age)) in documented.into_iter().enumerate() {
        let created = state.start - age * DAY;
        let plan = Plan {
            id: id.to_owned(),
            name: name.to_owned(),
            status,
            channel: "email",
            created,
            number: number as u64,
        };
        add(state, &plan);
    }
    for number in 3..COUNT + 3 {
        let drawn = mix(0, 110, number);
        let created = state.start - 720 * DAY + (number * 4) as i64 * DAY + (drawn % 50_000) as i64;
        let status = match drawn % 100 {
            0..70 => "Sent",
            70..84 => "Draft",
            84..89 => "Scheduled",
            89..93 => "Cancelled",
            93..96 => "Cancelled: No Recipients",
            96..98 => "Sending",
            _ => "Variations Sent",
        };
        let name =
            format!("{} {} #{number}", pick(SEASONS, drawn >> 16), pick(THEMES, drawn >> 24));
        let channel = if (drawn >> 32).is_multiple_of(8) { "sms" } else { "email" };
        let id = ulid(FIRST_ID + number * 21_600_000, drawn);
        add(state, &Plan { id, name, status, channel, created, number });
    }
}

fn add(state: &mut State, plan: &Plan<'_>) {
    let Plan { id, name, status, channel, created, number } = plan;
    let sent = created + 3 * DAY;
    let later = matches!(*status, "Sent" | "Variations Sent" | "Sending" | "Scheduled");
    let planned = state.start + (10 + *number as i64 % 20) * DAY;
    if *status == "Scheduled" {
        state.due.insert((planned, id.clone()));
    }
    let send_time = match *status {
        "Scheduled" => stamp(planned),
        _ if later => stamp(sent),
        _ => Value::Null,
    };
    let strategy = match *status {
        "Scheduled" => json!({ "method": "static", "options_static": {
            "datetime": send_time, "is_local": false, "send_past_recipients_immediately": null,
        } }),
        _ => {
            json!({ "method": "immediate", "options_static": null, "options_throttled": null, "options_sto": null })
        }
    };
    let attributes = json!({
        "name": name,
        "status": status,
        "archived": number % 23 == 22,
        "audiences": { "included": ["Y6nRLr"], "excluded": [] },
        "send_options": { "use_smart_sending": true },
        "tracking_options": {
            "is_tracking_opens": true, "is_tracking_clicks": true, "add_tracking_params": true, "custom_tracking_params": [],
        },
        "send_strategy": strategy,
        "created_at": stamp(*created),
        "scheduled_at": if later { stamp(created + 2 * DAY) } else { Value::Null },
        "updated_at": stamp(if later { sent } else { created + DAY }),
        "send_time": send_time,
    });
    state.insert("campaign", Record::new(id.clone(), attributes));
    let content = match *channel {
        "sms" => {
            json!({ "body": format!("{name}: 10 % off today with code SAVE10NOW. Reply STOP to opt out.") })
        }
        _ => json!({
            "subject": name, "preview_text": "Made for you", "from_email": "shop@example.com", "from_label": "The Shop",
            "reply_to_email": null, "cc_email": null, "bcc_email": null,
        }),
    };
    let message = json!({
        "label": name,
        "channel": channel,
        "content": content,
        "send_times": if later { json!([{ "datetime": send_time, "is_local": false }]) } else { json!([]) },
        "render_options": null,
        "created_at": stamp(*created),
        "updated_at": stamp(*created),
    });
    let message_id = ulid(FIRST_ID + number * 21_600_000 + 1, mix(0, 111, *number));
    let message = Record::new(message_id, message).one("campaign", "campaign", id.clone());
    state.insert("campaign-message", message.one("template", "template", "AbC123"));
    let job = match *status {
        "Sent" | "Variations Sent" => "complete",
        "Sending" => "processing",
        "Scheduled" => "queued",
        _ => return,
    };
    state.insert("campaign-send-job", Record::new(id.clone(), json!({ "status": job })));
    if *number == 1 {
        let counted = Record::new(id.clone(), json!({ "status": "complete" }));
        state.insert("campaign-recipient-estimation-job", counted);
        // The share of the list, rather than a count of a million people at every start.
        let estimation =
            json!({ "estimated_recipient_count": state.profiles.people.count * 60 / 100 });
        state.insert("campaign-recipient-estimation", Record::new(id.clone(), estimation));
    }
}
