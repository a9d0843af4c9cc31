//! Templates, tags, webhooks, the account itself, and a profile import that is done.

use serde_json::json;

use super::super::State;
use super::super::record::Record;
use super::super::time::{DAY, stamp};

/// Templates, the document's among them.
const TEMPLATES: u64 = 25;

/// What webhooks can be told of. Source: reference/gateway-behaviour, section 10.
const TOPICS: &[&str] = &[
    "received_email",
    "opened_email",
    "clicked_email",
    "bounced_email",
    "dropped_email",
    "marked_email_as_spam",
    "subscribed_to_email_marketing",
    "unsubscribed_from_email_marketing",
    "updated_email_preferences",
    "sent_sms",
    "received_sms",
    "clicked_sms",
    "failed_to_deliver_sms",
    "subscribed_to_sms_marketing",
    "unsubscribed_from_sms_marketing",
    "received_push",
    "opened_push",
    "bounced_push",
    "ready_to_review",
    "submitted_review",
    "submitted_rating",
];

pub(super) fn fill(state: &mut State) {
    account(state);
    templates(state);
    tags(state);
    webhooks(state);
    import(state);
}

pub(super) fn fill_empty(state: &mut State) {
    account(state);
    tag_group(state, 0, "All tags", false, true);
    topics(state);
}

fn account(state: &mut State) {
    let attributes = json!({
        "test_account": false,
        "contact_information": {
            "default_sender_name": "The Shop",
            "default_sender_email": "shop@example.com",
            "website_url": "https://store.example.com",
            "organization_name": "The Shop",
            "street_address": {
                "address1": "12 Harbour Street", "address2": null, "city": "Boston", "region": "MA",
                "country": "United States", "zip": "02110",
            },
        },
        "industry": "Apparel, Accessories",
        "timezone": "America/New_York",
        "preferred_currency": "USD",
        "public_api_key": "AbC123",
        "locale": "en-US",
    });
    state.insert("account", Record::new("AbC123", attributes));
}

fn templates(state: &mut State) {
    let names = [
        "Welcome",
        "Order Confirmation",
        "Newsletter",
        "Sale",
        "Review Request",
        "Win-back",
        "Birthday",
    ];
    for number in 1..=TEMPLATES {
        let id = if number == 1 { "AbC123".to_owned() } else { super::id(104, number, "AbC123") };
        let name = names[(number as usize - 1) % names.len()];
        let name = if number as usize <= names.len() {
            name.to_owned()
        } else {
            format!("{name} {number}")
        };
        let draggable = number % 6 == 5;
        let html = format!(
            "<html><body><h1>{name}</h1><p>Hello {{{{ first_name|default:\"there\" }}}}!</p></body></html>"
        );
        let attributes = json!({
            "name": name,
            "editor_type": if draggable { "SYSTEM_DRAGGABLE" } else { "CODE" },
            "html": if draggable { None } else { Some(html) },
            "text": format!("{name}\n\nHello {{{{ first_name|default:\"there\" }}}}!"),
            "created": stamp(state.start - (500 - 10 * number as i64) * DAY),
            "updated": stamp(state.start - (120 - 4 * number as i64) * DAY),
        });
        state.insert("template", Record::new(id, attributes));
    }
}

fn tag_group(state: &mut State, number: u64, name: &str, exclusive: bool, default: bool) -> String {
    let id = super::id(105, number, "");
    let attributes = json!({ "name": name, "exclusive": exclusive, "default": default });
    state.insert("tag-group", Record::new(id.clone(), attributes));
    id
}

fn tags(state: &mut State) {
    let groups = [("All tags", false, true), ("Season", true, false)];
    let groups: Vec<String> = (groups.into_iter().enumerate())
        .map(|(number, (name, exclusive, default))| {
            tag_group(state, number as u64, name, exclusive, default)
        })
        .collect();
    let names = [
        "Promo",
        "Promo: shoes",
        "Promo: bags",
        "Newsletter",
        "Transactional",
        "Onboarding",
        "Retention",
        "Test",
        "Spring",
        "Summer",
        "Autumn",
        "Winter",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let id =
            if number == 0 { "abc123".to_owned() } else { super::id(106, number as u64, "abc123") };
        let group = groups[usize::from(number >= 8)].clone();
        let mut tag = Record::new(id, json!({ "name": name })).one("tag-group", "tag-group", group);
        match name {
            "Newsletter" => tag = tag.many("lists", "list", vec!["Y6nRLr".to_owned()]),
            "Onboarding" => tag = tag.many("flows", "flow", vec!["VJvBNr".to_owned()]),
            "Autumn" => {
                tag =
                    tag.many("campaigns", "campaign", vec!["01GDDKASAP8TKDDA2GRZDSVP4J".to_owned()])
            }
            _ => {}
        }
        state.insert("tag", tag);
    }
}

fn topics(state: &mut State) {
    for topic in TOPICS {
        state.insert("webhook-topic", Record::new(format!("event:klaviyo.{topic}"), json!({})));
    }
}

fn webhooks(state: &mut State) {
    topics(state);
    let attributes = json!({
        "name": "Opened emails",
        "description": "Tells the warehouse who reads",
        "endpoint_url": "https://example.com/…",
        "enabled": true,
        "created_at": stamp(state.start - 200 * DAY),
        "updated_at": stamp(state.start - 100 * DAY),
    });
    let topics = vec!["event:klaviyo.opened_email".to_owned()];
    state.insert(
        "webhook",
        Record::new("abc123", attributes).many("webhook-topics", "webhook-topic", topics),
    );
}

fn import(state: &mut State) {
    let job = "aW1wb3J0LWpvYi0x";
    let attributes = json!({
        "status": "complete",
        "created_at": stamp(state.start - 2 * DAY),
        "total_count": 3,
        "completed_count": 2,
        "failed_count": 1,
        "started_at": stamp(state.start - 2 * DAY + 1),
        "completed_at": stamp(state.start - 2 * DAY + 4),
        "expires_at": stamp(state.start + 5 * DAY),
    });
    let record = Record::new(job, attributes).many("lists", "list", vec!["Y6nRLr".to_owned()]);
    state.insert("profile-bulk-import-job", record);
    let error = json!({
        "code": "invalid",
        "title": "Invalid input.",
        "detail": "Invalid email address",
        "source": { "pointer": "/data/attributes/profiles/data/2/attributes/email" },
        "original_payload": { "email": "nobody@" },
    });
    let error =
        Record::new(super::id(107, 0, ""), error).one("job", "profile-bulk-import-job", job);
    state.insert("import-error", error);
}
