//! What one operation does, another one sees.

use pianoroll_api::operation::Mode;
use serde_json::{Value, json};

use super::{State, account, all, ask, ids};

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";
const BOB: &str = "01GDDKASAP8TKDDA2GRZDSVP4I";
const DRAFT: &str = "01GDDKASAP8TKDDA2GRZDSVP4I";
const SCHEDULED: &str = "01GDDKASAP8TKDDA2GRZDSVP4K";

fn members(state: &mut State, list: &str) -> Vec<String> {
    let rows = all(state, || ask("lists.list_profiles").id(list).with("page_size", 100));
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_added_profile_is_on_the_list_and_a_removed_one_is_not() {
    let mut state = account();
    let list = ask("lists.create").body(json!({ "name": "Mine" })).ok(&mut state);
    let list = list["data"]["id"].as_str().unwrap().to_owned();
    let new = ask("profiles.create").body(json!({ "email": "new@example.net" })).ok(&mut state);
    let new = new["data"]["id"].as_str().unwrap().to_owned();
    ask("lists.add_profiles").id(&list).body(json!([ALICE, new])).later(1).ok(&mut state);
    ask("lists.add_profiles").id(&list).body(json!([ALICE, BOB])).later(2).ok(&mut state);
    assert_eq!(members(&mut state, &list), [ALICE, &new, BOB]);
    let of_new = ask("profiles.list_lists").id(&new).ok(&mut state);
    assert_eq!(ids(&of_new), std::slice::from_ref(&list));
    ask("lists.remove_profiles").id(&list).body(json!([ALICE])).later(3).ok(&mut state);
    assert_eq!(members(&mut state, &list), [new.as_str(), BOB]);
    ask("lists.delete").id(&list).ok(&mut state);
    assert!(ids(&ask("profiles.list_lists").id(&new).ok(&mut state)).is_empty());
    assert!(ask("lists.get").id(&list).refused(&mut state).starts_with("404 not_found"));
}

#[test]
fn an_update_merges_properties_and_null_clears() {
    let mut state = account();
    let before = ask("profiles.get").id(ALICE).ok(&mut state);
    let points = before["data"]["attributes"]["properties"]["loyalty_points"].clone();
    assert!(points.is_number());
    let body =
        json!({ "properties": { "lifecycle": "inactive", "source": null }, "first_name": null });
    let answer = ask("profiles.update").id(ALICE).body(body).later(60).ok(&mut state);
    let read = ask("profiles.get").id(ALICE).later(60).ok(&mut state);
    assert_eq!(answer["data"], read["data"]);
    let attributes = &read["data"]["attributes"];
    assert_eq!(attributes["properties"]["lifecycle"], "inactive");
    assert_eq!(attributes["properties"]["loyalty_points"], points);
    assert_eq!(attributes["properties"].get("source"), None);
    assert_eq!(attributes["first_name"], Value::Null);
    assert_eq!(attributes["email"], "alice@example.com");
    assert_eq!(attributes["updated"], "2026-11-21T10:01:00+00:00");
    assert_eq!(attributes["last_event_date"], before["data"]["attributes"]["last_event_date"]);
    let patch =
        json!({ "patch_properties": { "append": { "tags": "quiet" }, "unset": "lifecycle" } });
    ask("profiles.update").id(ALICE).body(patch).ok(&mut state);
    let read = ask("profiles.get").id(ALICE).ok(&mut state);
    assert_eq!(read["data"]["attributes"]["properties"]["tags"], json!(["quiet"]));
    assert_eq!(read["data"]["attributes"]["properties"].get("lifecycle"), None);
}

#[test]
fn an_identifier_leads_to_its_new_holder_only() {
    let mut state = account();
    ask("profiles.update").id(ALICE).body(json!({ "email": "alice@example.net" })).ok(&mut state);
    let by =
        |email: &str| ask("profiles.list").with("filter", format!("equals(email,\"{email}\")"));
    assert_eq!(ids(&by("alice@example.net").ok(&mut state)), [ALICE]);
    assert!(ids(&by("alice@example.com").ok(&mut state)).is_empty());
    let new = ask("profiles.create").body(json!({ "email": "alice@example.com" })).ok(&mut state);
    assert_eq!(ids(&by("alice@example.com").ok(&mut state)), [new["data"]["id"].as_str().unwrap()]);
}

#[test]
fn a_merge_removes_the_source_and_moves_what_it_had() {
    let mut state = account();
    let list = ask("lists.create").body(json!({ "name": "Mine" })).ok(&mut state);
    let list = list["data"]["id"].as_str().unwrap().to_owned();
    ask("lists.add_profiles").id(&list).body(json!([BOB])).ok(&mut state);
    let body = json!({ "profile": { "id": BOB }, "metric": { "name": "Placed Order" }, "properties": {}, "value": 12.5 });
    ask("events.create").body(body).ok(&mut state);
    let events = |state: &mut State, id: &str| {
        let filter = format!("equals(profile_id,\"{id}\")");
        all(state, || ask("events.list").with("filter", filter.clone())).len()
    };
    let both = events(&mut state, ALICE) + events(&mut state, BOB);
    assert!(events(&mut state, BOB) >= 2);
    let answer =
        ask("profiles.merge").body(json!({ "destination": ALICE, "source": BOB })).ok(&mut state);
    assert_eq!(answer["data"]["id"], ALICE);
    assert!(ask("profiles.get").id(BOB).refused(&mut state).starts_with("404"));
    assert_eq!(members(&mut state, &list), [ALICE]);
    assert_eq!((events(&mut state, ALICE), events(&mut state, BOB)), (both, 0));
    let everything = all(&mut state, || ask("events.list").with("page_size", 1000));
    let owners: Vec<_> = everything
        .iter()
        .map(|row| row["relationships"]["profile"]["data"]["id"].clone())
        .collect();
    assert!(!owners.contains(&json!(BOB)));
    assert_eq!(owners.iter().filter(|owner| **owner == json!(ALICE)).count(), both);
}

#[test]
fn a_campaign_is_sent_once() {
    let mut state = account();
    let send = || ask("campaigns.send").body(json!({ "campaign_id": DRAFT })).later(30);
    let answer = send().ok(&mut state);
    assert_eq!(
        (answer["data"]["id"].as_str(), answer["data"]["attributes"]["status"].as_str()),
        (Some(DRAFT), Some("queued"))
    );
    let job = ask("campaigns.get_send_job").id(DRAFT).ok(&mut state);
    assert_eq!(job["data"]["attributes"]["status"], "complete");
    let campaign = ask("campaigns.get").id(DRAFT).ok(&mut state);
    assert_eq!(campaign["data"]["attributes"]["status"], "Sent");
    assert_eq!(campaign["data"]["attributes"]["send_time"], "2026-11-21T10:00:30+00:00");
    assert!(send().refused(&mut state).contains("its status is Sent"));
    assert_eq!(state.sends(), [DRAFT]);
    let update = ask("campaigns.update").id(DRAFT).body(json!({ "name": "Too late" }));
    assert!(update.refused(&mut state).starts_with("400"));
}

#[test]
fn a_scheduled_campaign_can_be_taken_back() {
    let mut state = account();
    ask("campaigns.cancel_send").id(SCHEDULED).body(json!({ "action": "revert" })).ok(&mut state);
    let campaign = ask("campaigns.get").id(SCHEDULED).ok(&mut state);
    assert_eq!(campaign["data"]["attributes"]["status"], "Draft");
    let job = ask("campaigns.get_send_job").id(SCHEDULED).ok(&mut state);
    assert_eq!(job["data"]["attributes"]["status"], "cancelled");
    ask("campaigns.delete").id(SCHEDULED).ok(&mut state);
    assert!(ask("campaigns.get_send_job").id(SCHEDULED).refused(&mut state).starts_with("404"));
}

#[test]
fn a_scheduled_campaign_goes_out_at_its_time() {
    let mut state = account();
    let strategy =
        json!({ "method": "static", "options_static": { "datetime": "2026-11-21T12:00:00Z" } });
    ask("campaigns.update").id(DRAFT).body(json!({ "send_strategy": strategy })).ok(&mut state);
    ask("campaigns.send").body(json!({ "campaign_id": DRAFT })).ok(&mut state);
    let status = |state: &mut State, seconds: i64| {
        let campaign = ask("campaigns.get").id(DRAFT).later(seconds).ok(state);
        let job = ask("campaigns.get_send_job").id(DRAFT).later(seconds).ok(state);
        let of =
            |answer: Value| answer["data"]["attributes"]["status"].as_str().unwrap().to_owned();
        (of(campaign), of(job))
    };
    assert_eq!(status(&mut state, 3_600), ("Scheduled".to_owned(), "queued".to_owned()));
    assert_eq!(status(&mut state, 7_200), ("Sent".to_owned(), "complete".to_owned()));
}

#[test]
fn an_estimation_counts_the_audience() {
    let mut state = account();
    let count = members(&mut state, "Y6nRLr").len();
    let job = ask("campaigns.start_recipient_estimation")
        .body(json!({ "campaign_id": DRAFT }))
        .ok(&mut state);
    assert_eq!(job["data"]["attributes"]["status"], "queued");
    let estimation = ask("campaigns.get_recipient_estimation").id(DRAFT).ok(&mut state);
    assert_eq!(estimation["data"]["attributes"]["estimated_recipient_count"], count);
}

#[test]
fn a_campaign_is_created_in_the_form_of_its_revision() {
    let mut state = account();
    let messages = json!({ "data": [{ "type": "campaign-message", "attributes": { "definition": { "channel": "email", "label": "One" } } }] });
    let body = json!({ "name": "New", "audiences": { "included": ["Y6nRLr"] }, "campaign-messages": messages,
        "send_strategy": { "method": "throttled", "datetime": "2026-12-01T00:00:00Z", "throttle_percentage": 25 } });
    let created = ask("campaigns.create").mode(Mode::Today).body(body).ok(&mut state);
    let id = created["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(created["data"]["attributes"]["send_strategy"]["throttle_percentage"], 25);
    let read =
        |mode| ask("campaigns.get").id(&id).mode(mode).with("include", vec!["campaign-messages"]);
    let (old, new) = (read(Mode::Strict).ok(&mut state), read(Mode::Today).ok(&mut state));
    assert_eq!(
        old["data"]["attributes"]["send_strategy"]["options_throttled"]["throttle_percentage"],
        25
    );
    assert_eq!(old["included"][0]["attributes"]["channel"], "email");
    assert_eq!(new["included"][0]["attributes"]["definition"]["label"], "One");
    assert_eq!(new["included"][0]["attributes"].get("channel"), None);
}

#[test]
fn tags_stick_and_come_off() {
    let mut state = account();
    ask("tags.tag_campaigns").id("abc123").body(json!([DRAFT])).ok(&mut state);
    ask("tags.tag_campaigns").id("abc123").body(json!([DRAFT, SCHEDULED])).ok(&mut state);
    let tagged = |state: &mut State| {
        let campaign = ask("campaigns.get").id(DRAFT).with("include", vec!["tags"]).ok(state);
        campaign["included"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| tag["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(tagged(&mut state), ["abc123"]);
    ask("tags.untag_campaigns").id("abc123").body(json!([SCHEDULED])).ok(&mut state);
    assert_eq!(tagged(&mut state), ["abc123"]);
    ask("tags.delete").id("abc123").ok(&mut state);
    assert!(tagged(&mut state).is_empty());
}

#[test]
fn an_exclusive_group_allows_one_tag() {
    let mut state = account();
    let tags = all(&mut state, || ask("tags.list"));
    let id = |name: &str| {
        tags.iter().find(|tag| tag["attributes"]["name"] == name).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    ask("tags.tag_flows").id(&id("Summer")).body(json!(["VJvBNr"])).ok(&mut state);
    let second = ask("tags.tag_flows").id(&id("Winter")).body(json!(["VJvBNr"]));
    assert!(second.refused(&mut state).contains("exclusive group"));
    ask("tags.tag_flows").id(&id("Test")).body(json!(["VJvBNr"])).ok(&mut state);
}

#[test]
fn the_documents_tagging_names_no_tag_and_does_nothing() {
    let mut state = account();
    let mut exchange =
        ask("tags.tag_campaigns").mode(Mode::Documented).body(json!([DRAFT])).exchange();
    exchange.by_documented_route = true;
    assert_eq!(state.answer(&exchange).unwrap().status, 204);
    let campaign = ask("campaigns.get").id(DRAFT).with("include", vec!["tags"]).ok(&mut state);
    assert!(campaign["included"].as_array().unwrap().is_empty());
}

#[test]
fn an_event_creates_what_it_names_and_counts_once() {
    let mut state = account();
    let body = json!({
        "profile": { "email": "first@example.net", "first_name": "First" }, "metric": { "name": "Tried On" },
        "properties": { "size": "M" }, "value": 10, "unique_id": "one",
    });
    for _ in 0..2 {
        ask("events.create").body(body.clone()).ok(&mut state);
    }
    let found =
        ask("profiles.list").with("filter", "equals(email,\"first@example.net\")").ok(&mut state);
    assert_eq!(found["data"][0]["attributes"]["first_name"], "First");
    assert_eq!(found["data"][0]["attributes"]["last_event_date"], "2026-11-21T10:00:00+00:00");
    let profile = found["data"][0]["id"].as_str().unwrap().to_owned();
    let filter = format!("equals(profile_id,\"{profile}\")");
    let events =
        ask("events.list").with("filter", filter).with("include", vec!["metric"]).ok(&mut state);
    assert_eq!(events["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        events["data"][0]["attributes"]["event_properties"],
        json!({ "size": "M", "$value": 10, "$currency_code": "USD" })
    );
    assert_eq!(events["included"][0]["attributes"]["name"], "Tried On");
    let id = events["data"][0]["id"].as_str().unwrap();
    assert_eq!(ask("events.get").id(id).ok(&mut state)["data"]["id"], id);
}

#[test]
fn an_event_stays_out_of_sight_for_as_long_as_the_lag_says() {
    let mut state = account();
    state.event_lag = std::time::Duration::from_secs(90);
    let body =
        json!({ "profile": { "id": BOB }, "metric": { "name": "Tried On" }, "properties": {} });
    ask("events.create").body(body).ok(&mut state);
    let seen = |state: &mut State, seconds: i64| {
        let profile = ask("profiles.get").id(BOB).later(seconds).ok(state);
        let filter = format!("equals(profile_id,\"{BOB}\")");
        let events = ask("events.list").with("filter", filter).later(seconds).ok(state);
        (profile["data"]["attributes"]["last_event_date"].clone(), ids(&events).len())
    };
    let before = seen(&mut state, 89);
    let after = seen(&mut state, 90);
    assert_eq!((after.0, after.1), (json!("2026-11-21T10:00:00+00:00"), before.1 + 1));
    assert_ne!(before.0, json!("2026-11-21T10:00:00+00:00"));
}

#[test]
fn aggregates_count_the_events() {
    let mut state = account();
    let events = all(&mut state, || {
        ask("events.list").with("filter", "equals(metric_id,\"TxVpCr\")").with("page_size", 1000)
    });
    let from = "2026-01-01T00:00:00+00:00";
    let counted: Vec<&Value> = events
        .iter()
        .filter(|event| {
            event["attributes"]["datetime"].as_str().unwrap().replace(' ', "T").as_str() >= from
        })
        .collect();
    let sum: f64 = counted
        .iter()
        .map(|event| event["attributes"]["event_properties"]["$value"].as_f64().unwrap())
        .sum();
    let body = json!({
        "metric_id": "TxVpCr", "measurements": ["count", "sum_value", "unique"], "interval": "month",
        "filter": ["greater-or-equal(datetime,2026-01-01)", "less-than(datetime,2026-12-31)"], "timezone": "UTC",
    });
    let answer = ask("metrics.query_aggregates").body(body).ok(&mut state);
    let attributes = &answer["data"]["attributes"];
    assert_eq!(attributes["dates"][0], "2026-01-01T00:00:00+00:00");
    assert_eq!(attributes["dates"].as_array().unwrap().len(), 12);
    let measurements = &attributes["data"][0]["measurements"];
    let total = |name: &str| {
        measurements[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|number| number.as_f64().unwrap())
            .sum::<f64>()
    };
    assert!(counted.len() > 20);
    assert_eq!(total("count"), counted.len() as f64);
    assert!((total("sum_value") - sum).abs() < 0.1, "{} {sum}", total("sum_value"));
    assert!(total("unique") <= total("count"));
}

#[test]
fn days_of_an_aggregate_begin_at_midnight_in_its_zone() {
    let mut state = account();
    let body = |zone: &str| {
        json!({
            "metric_id": "TxVpCr", "measurements": ["count"], "timezone": zone, "by": ["product_name"],
            "filter": ["greater-or-equal(datetime,2026-10-31T00:00:00)", "less-than(datetime,2026-11-03T00:00:00)"],
        })
    };
    let answer = ask("metrics.query_aggregates").body(body("America/New_York")).ok(&mut state);
    let expected =
        ["2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"];
    assert_eq!(answer["data"]["attributes"]["dates"], json!(expected));
    for wrong in ["Mars/Olympus", "america/new_york"] {
        let refused = ask("metrics.query_aggregates").body(body(wrong)).refused(&mut state);
        assert!(refused.contains("not a valid timezone"), "{refused}");
    }
}

#[test]
fn a_segment_follows_its_definition() {
    let mut state = account();
    let property = json!({ "type": "profile-property", "property": "properties['lifecycle']",
        "filter": { "type": "string", "operator": "equals", "value": "sleeping" } });
    let body = json!({ "name": "Sleeping", "definition": { "condition_groups": [{ "conditions": [property] }] } });
    let created = ask("segments.create").body(body).ok(&mut state);
    assert_eq!(created["data"]["attributes"]["is_processing"], true);
    let id = created["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        ask("segments.get").id(&id).ok(&mut state)["data"]["attributes"]["is_processing"],
        false
    );
    let inside = |state: &mut State| ids(&ask("segments.list_profiles").id(&id).ok(state));
    assert!(inside(&mut state).is_empty());
    ask("profiles.update")
        .id(BOB)
        .body(json!({ "properties": { "lifecycle": "sleeping" } }))
        .ok(&mut state);
    assert_eq!(inside(&mut state), [BOB]);
    assert!(ids(&ask("profiles.list_segments").id(BOB).ok(&mut state)).contains(&id));
}

#[test]
fn segments_by_metric_agree_with_the_events() {
    let mut state = account();
    let orders = all(&mut state, || {
        ask("events.list").with("filter", "equals(metric_id,\"TxVpCr\")").with("page_size", 1000)
    });
    let mut buyers: Vec<String> = orders
        .iter()
        .map(|event| event["relationships"]["profile"]["data"]["id"].as_str().unwrap().to_owned())
        .collect();
    buyers.sort();
    buyers.dedup();
    let rows =
        all(&mut state, || ask("segments.list_profiles").id("XyZ123").with("page_size", 100));
    let mut inside: Vec<String> =
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    inside.sort();
    assert_eq!(inside, buyers);
}

#[test]
fn an_import_creates_and_updates_and_says_what_it_refused() {
    let mut state = account();
    let body = json!({ "data": { "type": "profile-bulk-import-job",
        "attributes": { "profiles": { "data": [
            { "type": "profile", "attributes": { "email": "import@example.net", "first_name": "Im" } },
            { "type": "profile", "id": BOB, "attributes": { "properties": { "lifecycle": "inactive" } } },
            { "type": "profile", "attributes": { "email": "nobody@" } },
        ] } },
        "relationships": { "lists": { "data": [{ "type": "list", "id": "Y6nRLr" }] } } } });
    let job = ask("profiles.bulk_import").body(body).ok(&mut state);
    assert_eq!(job["data"]["attributes"]["status"], "queued");
    let id = job["data"]["id"].as_str().unwrap().to_owned();
    let done = ask("profiles.get_bulk_import_job").id(&id).ok(&mut state);
    let attributes = &done["data"]["attributes"];
    assert_eq!(
        json!([attributes["status"], attributes["completed_count"], attributes["failed_count"]]),
        json!(["complete", 2, 1])
    );
    let errors = ask("profiles.list_bulk_import_errors").id(&id).ok(&mut state);
    assert_eq!(errors["data"][0]["attributes"]["original_payload"]["email"], "nobody@");
    let bob = ask("profiles.get").id(BOB).ok(&mut state);
    assert_eq!(bob["data"]["attributes"]["properties"]["lifecycle"], "inactive");
    let new =
        ask("profiles.list").with("filter", "equals(email,\"import@example.net\")").ok(&mut state);
    let on = members(&mut state, "Y6nRLr");
    assert!(on.contains(&ids(&new)[0]) && on.contains(&BOB.to_owned()));
}

#[test]
fn codes_are_created_in_bulk_and_one_by_one() {
    let mut state = account();
    let body = json!([{ "unique_code": "BULK1", "coupon": "WELCOME10" }, { "unique_code": "BULK1", "coupon": "WELCOME10" }]);
    let job = ask("coupon_codes.bulk_create").body(body).ok(&mut state);
    let id = job["data"]["id"].as_str().unwrap().to_owned();
    let done = ask("coupon_codes.get_bulk_create_job")
        .id(&id)
        .with("include", vec!["coupon-codes"])
        .ok(&mut state);
    assert_eq!(done["data"]["attributes"]["failed_count"], 1);
    assert_eq!(done["included"][0]["id"], "WELCOME10-BULK1");
    let again =
        ask("coupon_codes.create").body(json!({ "unique_code": "BULK1", "coupon": "WELCOME10" }));
    assert!(again.refused(&mut state).starts_with("409"));
    ask("coupon_codes.update")
        .id("WELCOME10-BULK1")
        .body(json!({ "status": "USED" }))
        .ok(&mut state);
    let filter = "and(equals(coupon.id,\"WELCOME10\"),equals(status,\"USED\"))";
    assert!(
        ids(&ask("coupon_codes.list").with("filter", filter).ok(&mut state))
            .contains(&"WELCOME10-BULK1".to_owned())
    );
}

#[test]
fn flows_take_their_actions_along() {
    let mut state = account();
    ask("flows.update_status").id("VJvBNr").body(json!({ "status": "draft" })).ok(&mut state);
    let actions = ask("flows.list_actions").id("VJvBNr").ok(&mut state);
    assert_eq!(ids(&actions).len(), 3);
    assert!(
        actions["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|action| action["attributes"]["status"] == "draft")
    );
    let definition = json!({ "triggers": [{ "type": "list", "id": "Y6nRLr" }], "entry_action_id": "1", "actions": [
        { "temporary_id": "1", "type": "send-email", "links": {}, "data": { "message": { "name": "Hi", "subject_line": "Hi" } } }] });
    let flow = ask("flows.create")
        .mode(Mode::Today)
        .body(json!({ "name": "New", "definition": definition }))
        .ok(&mut state);
    let id = flow["data"]["id"].as_str().unwrap().to_owned();
    let actions = ask("flows.list_actions").id(&id).ok(&mut state);
    let messages = ask("flow_actions.list_messages").id(&ids(&actions)[0]).ok(&mut state);
    assert_eq!(messages["data"][0]["attributes"]["content"]["subject"], "Hi");
    let list = ask("lists.get").id("Y6nRLr").with("include", vec!["flow-triggers"]).ok(&mut state);
    let triggered: Vec<_> =
        list["included"].as_array().unwrap().iter().map(|flow| flow["id"].clone()).collect();
    assert!(triggered.contains(&json!(id)) && triggered.contains(&json!("VJvBNr")));
    ask("flows.delete").id(&id).ok(&mut state);
    assert!(ask("flow_actions.get").id(&ids(&actions)[0]).refused(&mut state).starts_with("404"));
}

#[test]
fn templates_render_and_clone() {
    let mut state = account();
    let rendered = ask("templates.render")
        .body(json!({ "template_id": "AbC123", "context": { "first_name": "John" } }));
    let html = rendered.ok(&mut state)["data"]["attributes"]["html"].as_str().unwrap().to_owned();
    assert!(html.contains("Hello John!"), "{html}");
    let copy = ask("templates.clone")
        .body(json!({ "template_id": "AbC123", "name": "Copy" }))
        .ok(&mut state);
    let id = copy["data"]["id"].as_str().unwrap().to_owned();
    ask("templates.update").id(&id).body(json!({ "html": "<p>{{ x }}</p>" })).ok(&mut state);
    let original = ask("templates.get").id("AbC123").ok(&mut state);
    assert!(original["data"]["attributes"]["html"].as_str().unwrap().contains("first_name"));
}

#[test]
fn a_webhook_keeps_its_secret_and_most_of_its_address() {
    let mut state = account();
    let body = json!({ "name": "Mine", "endpoint_url": "https://example.com/secret/path", "secret_key": "0123456789abcdef",
        "topics": ["event:klaviyo.sent_sms"] });
    let created = ask("webhooks.create").body(body).ok(&mut state);
    let text = created.to_string();
    assert!(!text.contains("0123456789abcdef") && !text.contains("secret/path"), "{text}");
    assert!(!format!("{state:?}").contains("0123456789abcdef"));
    assert_eq!(
        created["data"]["relationships"]["webhook-topics"]["data"][0]["id"],
        "event:klaviyo.sent_sms"
    );
    for number in 0..8 {
        let body = json!({ "name": number.to_string(), "endpoint_url": "https://example.com/", "secret_key": "0123456789abcdef",
            "topics": ["event:klaviyo.sent_sms"] });
        ask("webhooks.create").body(body).ok(&mut state);
    }
    let body = json!({ "name": "One more", "endpoint_url": "https://example.com/", "secret_key": "0123456789abcdef" });
    assert!(ask("webhooks.create").body(body).refused(&mut state).contains("at most 10"));
}

#[test]
fn deleting_takes_what_belongs_to_it() {
    let mut state = account();
    ask("catalog_items.delete").id("$custom:::$default:::PROD-001").ok(&mut state);
    let filter = "equals(item.id,\"$custom:::$default:::PROD-001\")";
    assert!(ids(&ask("catalog_variants.list").with("filter", filter).ok(&mut state)).is_empty());
    let body = json!({ "external_id": "PROD-001", "title": "Again", "description": "Back", "url": "https://store.example.com/1" });
    let created = ask("catalog_items.create").body(body.clone()).ok(&mut state);
    assert_eq!(created["data"]["id"], "$custom:::$default:::PROD-001");
    assert!(ask("catalog_items.create").body(body).refused(&mut state).starts_with("409"));
}
