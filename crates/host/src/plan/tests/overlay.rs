//! Reads after effects: as if they had been done.

use pianoroll_api::Arguments;
use serde_json::{Value, json};

use super::{ALICE, BOB, LIST, call, dry, each, ids_of, only_reads, refusal};
use crate::road::tests::stage::Stage;

fn none() -> Arguments {
    Arguments::default()
}

#[tokio::test]
async fn what_is_created_can_be_read_by_its_stand_in() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    let body = json!({ "email": "new@example.com", "properties": { "a": 1 } });
    let made = call(&trunk, "profiles.create", none().with_body(body)).await;
    assert_eq!(made["data"]["id"], "planned:profile:1");
    let read = call(&trunk, "profiles.get", Arguments::ids(["planned:profile:1"])).await;
    assert_eq!(read, made);
    let attributes = &read["data"]["attributes"];
    assert_eq!(attributes["email"], "new@example.com");
    // What is known and was not given is null; times are the run's start.
    assert_eq!(attributes["first_name"], Value::Null);
    assert!(attributes["created"].is_string() && attributes.get("subscriptions").is_none());
    let sparse = Arguments::ids(["planned:profile:1"]).with_option("fields", json!(["email"]));
    let read = call(&trunk, "profiles.get", sparse).await;
    assert_eq!(read["data"]["attributes"], json!({ "email": "new@example.com" }));
    // A document of one's own makes the same.
    let document = json!({ "data": { "type": "list", "attributes": { "name": "New" } } });
    let made = call(&trunk, "lists.create", none().with_body(document)).await;
    assert_eq!(made["data"]["id"], "planned:list:4");
    assert_eq!(made["data"]["attributes"]["name"], "New");
    assert!(stage.sent().is_empty());
}

#[tokio::test]
async fn what_is_created_stands_at_the_end_of_a_list_if_it_passes_the_filter() {
    let stage = Stage::new(120).await;
    let trunk = dry(&stage).trunk();
    for email in ["one@example.com", "two@example.com"] {
        call(&trunk, "profiles.create", none().with_body(json!({ "email": email }))).await;
    }
    let by_email =
        |email: &str| none().with_option("filter", format!(r#"equals(email,"{email}")"#));
    let rows = each(&trunk, "profiles.list", by_email("two@example.com")).await;
    assert_eq!(ids_of(&rows), ["planned:profile:2"]);
    let rows = each(&trunk, "profiles.list", by_email("alice@example.com")).await;
    assert_eq!(ids_of(&rows), [ALICE]);
    let rows = each(&trunk, "profiles.list", none().with_option("page_size", 50)).await;
    assert_eq!(rows.len(), 122);
    assert_eq!(&ids_of(&rows)[120..], ["planned:profile:1", "planned:profile:2"]);
    // By their ids, beside others: the API is not asked for what it does not know.
    let ids = format!(r#"any(id,["{ALICE}","planned:profile:2"])"#);
    let rows = each(&trunk, "profiles.list", none().with_option("filter", ids)).await;
    assert_eq!(ids_of(&rows), [ALICE, "planned:profile:2"]);
    let asked = stage.simulator.requests();
    assert!(asked.iter().all(|request| !request.path.contains("planned")), "{asked:?}");
    only_reads(&stage);
}

#[tokio::test]
async fn an_update_is_seen_by_get_list_and_pages() {
    let stage = Stage::new(120).await;
    let trunk = dry(&stage).trunk();
    let body = json!({ "email": "alice@new.example", "properties": { "lifecycle": "inactive" } });
    call(&trunk, "profiles.update", Arguments::ids([ALICE]).with_body(body)).await;
    let read = call(&trunk, "profiles.get", Arguments::ids([ALICE])).await;
    let attributes = &read["data"]["attributes"];
    assert_eq!(attributes["email"], "alice@new.example");
    // Properties are merged: what the update did not name is still there.
    assert_eq!(attributes["properties"]["lifecycle"], "inactive");
    assert!(attributes["properties"].as_object().unwrap().len() > 1, "{attributes}");
    let sparse = none().with_option("fields", json!(["first_name"])).with_option("page_size", 100);
    for row in each(&trunk, "profiles.list", sparse).await {
        let names: Vec<_> = row["attributes"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["first_name"], "{row}");
    }
    // It has left the lists that it no longer belongs to, and entered others.
    let by_email =
        |email: &str| none().with_option("filter", format!(r#"equals(email,"{email}")"#));
    assert!(each(&trunk, "profiles.list", by_email("alice@example.com")).await.is_empty());
    let rows = each(&trunk, "profiles.list", by_email("alice@new.example")).await;
    assert_eq!(ids_of(&rows), [ALICE]);
    assert_eq!(rows[0]["attributes"]["email"], "alice@new.example");
    only_reads(&stage);
}

#[tokio::test]
async fn an_update_answers_what_was_read_before_or_what_was_given() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    let update = || Arguments::ids([ALICE]).with_body(json!({ "title": "Dr" }));
    let answered = call(&trunk, "profiles.update", update()).await;
    assert_eq!(answered["data"]["id"], ALICE);
    assert_eq!(answered["data"]["attributes"]["title"], "Dr");
    assert_eq!(answered["data"]["attributes"].get("email"), None);
    call(&trunk, "profiles.get", Arguments::ids([ALICE])).await;
    let answered = call(&trunk, "profiles.update", update()).await;
    assert_eq!(answered["data"]["attributes"]["email"], "alice@example.com");
    assert_eq!(answered["data"]["attributes"]["title"], "Dr");
    // The one read that the program made, and none of the dry run's own.
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn what_is_deleted_is_not_there() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    call(&trunk, "lists.delete", Arguments::ids([LIST])).await;
    for operation in ["lists.get", "lists.list_profiles", "lists.delete"] {
        let error = refusal(&trunk, operation, Arguments::ids([LIST])).await;
        let map = error.to_map();
        assert_eq!((&map["status"], &map["code"]), (&json!(404), &json!("not_found")), "{error}");
        assert!(error.is_catchable());
    }
    assert!(stage.sent().is_empty());
    let rows = each(&trunk, "lists.list", none()).await;
    assert!(!rows.is_empty() && !ids_of(&rows).contains(&LIST));
    // What was created and deleted is gone as well.
    let made = call(&trunk, "lists.create", none().with_body(json!({ "name": "Short" }))).await;
    let id = made["data"]["id"].as_str().unwrap();
    call(&trunk, "lists.delete", Arguments::ids([id])).await;
    assert_eq!(refusal(&trunk, "lists.get", Arguments::ids([id])).await.to_map()["status"], 404);
    assert_eq!(each(&trunk, "lists.list", none()).await.len(), rows.len());
    only_reads(&stage);
}

#[tokio::test]
async fn members_follow_what_was_added_and_removed() {
    let stage = Stage::new(300).await;
    let trunk = dry(&stage).trunk();
    let members = || Arguments::ids([LIST]).with_option("page_size", 50);
    let before = each(&trunk, "lists.list_profiles", members()).await;
    let before: Vec<String> = ids_of(&before).into_iter().map(str::to_owned).collect();
    assert!(before.len() > 60, "more than one page: {}", before.len());
    let everybody = each(&trunk, "profiles.list", none().with_option("page_size", 100)).await;
    let outside =
        ids_of(&everybody).into_iter().find(|id| !before.iter().any(|one| one == id)).unwrap();
    let made =
        call(&trunk, "profiles.create", none().with_body(json!({ "email": "n@example.com" })))
            .await;
    let planned = made["data"]["id"].as_str().unwrap();
    // One who is there already stays there once.
    let added = json!([outside, planned, before[0]]);
    call(&trunk, "lists.add_profiles", Arguments::ids([LIST]).with_body(added)).await;
    call(&trunk, "lists.remove_profiles", Arguments::ids([LIST]).with_body(json!([before[1]])))
        .await;
    let after = each(&trunk, "lists.list_profiles", members()).await;
    let mut expected = before.clone();
    expected.remove(1);
    expected.extend([planned.to_owned(), outside.to_owned()]);
    assert_eq!(ids_of(&after), expected);
    // Whoever was added is shown whole, with the time of joining.
    let row = after.last().unwrap();
    assert!(
        row["attributes"]["email"].is_string() && row["attributes"]["joined_group_at"].is_string(),
        "{row}"
    );
    // The same from the other side.
    let lists = each(&trunk, "profiles.list_lists", Arguments::ids([outside])).await;
    assert!(ids_of(&lists).contains(&LIST));
    let lists = each(&trunk, "profiles.list_lists", Arguments::ids([&before[1]])).await;
    assert!(!ids_of(&lists).contains(&LIST));
    let lists = each(&trunk, "profiles.list_lists", Arguments::ids([planned])).await;
    assert_eq!(ids_of(&lists), [LIST]);
    only_reads(&stage);
}

#[tokio::test]
async fn a_planned_list_has_the_members_that_the_run_adds() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    let made = call(&trunk, "lists.create", none().with_body(json!({ "name": "New" }))).await;
    let list = made["data"]["id"].as_str().unwrap();
    assert!(each(&trunk, "lists.list_profiles", Arguments::ids([list])).await.is_empty());
    assert!(stage.sent().is_empty());
    call(&trunk, "lists.add_profiles", Arguments::ids([list]).with_body(json!([ALICE, BOB]))).await;
    let fields = Arguments::ids([list]).with_option("fields", json!(["email"]));
    let rows = each(&trunk, "lists.list_profiles", fields).await;
    assert_eq!(ids_of(&rows), [ALICE, BOB]);
    assert_eq!(rows[0]["attributes"], json!({ "email": "alice@example.com" }));
    // One request for both, and none for the list.
    assert_eq!(stage.sent(), ["GET /klaviyo/api/profiles 200"]);
}

#[tokio::test]
async fn the_sources_of_a_merge_are_gone() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    let body = json!({ "destination": ALICE, "source": BOB });
    let answered = call(&trunk, "profiles.merge", none().with_body(body)).await;
    assert_eq!(answered["data"]["id"], ALICE);
    assert_eq!(
        refusal(&trunk, "profiles.get", Arguments::ids([BOB])).await.to_map()["status"],
        404
    );
    let rows = each(&trunk, "profiles.list", none().with_option("page_size", 100)).await;
    assert!(ids_of(&rows).contains(&ALICE) && !ids_of(&rows).contains(&BOB));
    only_reads(&stage);
}

#[tokio::test]
async fn a_tag_is_seen_beside_what_it_marks() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    let made = call(&trunk, "tags.create", none().with_body(json!({ "name": "Audit" }))).await;
    let tag = made["data"]["id"].as_str().unwrap();
    call(&trunk, "tags.tag_flows", Arguments::ids([tag]).with_body(json!(["VJvBNr"]))).await;
    let arguments = Arguments::ids(["VJvBNr"]).with_option("include", json!(["tags"]));
    let read = call(&trunk, "flows.get", arguments).await;
    let linked = read["data"]["relationships"]["tags"]["data"].as_array().unwrap();
    assert!(linked.contains(&json!({ "type": "tag", "id": tag })), "{read}");
    let included = read["included"].as_array().unwrap();
    let shown = included.iter().find(|one| one["id"] == tag).unwrap();
    assert_eq!(shown["attributes"]["name"], "Audit");
    only_reads(&stage);
}

#[tokio::test]
async fn jobs_are_finished_and_what_they_import_is_there() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    let body = json!({ "data": {
        "type": "profile-bulk-import-job",
        "attributes": { "profiles": { "data": [
            { "type": "profile", "attributes": { "email": "first@example.com" } },
            { "type": "profile", "id": ALICE, "attributes": { "title": "Dr" } },
        ] } },
        "relationships": { "lists": { "data": [{ "type": "list", "id": LIST }] } },
    } });
    let job = call(&trunk, "profiles.bulk_import", none().with_body(body)).await;
    let id = job["data"]["id"].as_str().unwrap();
    let read = call(&trunk, "profiles.get_bulk_import_job", Arguments::ids([id])).await;
    let attributes = &read["data"]["attributes"];
    assert_eq!(
        (&attributes["status"], &attributes["total_count"]),
        (&json!("complete"), &json!(2))
    );
    assert!(
        each(&trunk, "profiles.list_bulk_import_errors", Arguments::ids([id])).await.is_empty()
    );
    assert!(stage.sent().is_empty());
    let read = call(&trunk, "profiles.get", Arguments::ids([ALICE])).await;
    assert_eq!(read["data"]["attributes"]["title"], "Dr");
    let filter = none().with_option("filter", r#"equals(email,"first@example.com")"#);
    let rows = each(&trunk, "profiles.list", filter).await;
    assert_eq!(ids_of(&rows), ["planned:profile:1~1"]);
    let members = each(&trunk, "lists.list_profiles", Arguments::ids([LIST])).await;
    assert!(ids_of(&members).contains(&"planned:profile:1~1"));
}

#[tokio::test]
async fn a_campaign_that_the_run_creates_can_be_counted_sent_and_waited_for() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    let body = json!({
        "name": "Winter", "audiences": { "included": [LIST] },
        "campaign-messages": { "data": [{ "type": "campaign-message", "attributes": { "channel": "email" } }] },
    });
    let made = call(&trunk, "campaigns.create", none().with_body(body)).await;
    let id = made["data"]["id"].as_str().unwrap();
    let channel =
        |name: &str| none().with_option("filter", format!(r#"equals(messages.channel,"{name}")"#));
    assert!(ids_of(&each(&trunk, "campaigns.list", channel("email")).await).contains(&id));
    assert!(!ids_of(&each(&trunk, "campaigns.list", channel("sms")).await).contains(&id));
    let about = || none().with_body(json!({ "campaign_id": id }));
    let job = call(&trunk, "campaigns.start_recipient_estimation", about()).await;
    assert_eq!(job["data"]["attributes"]["status"], "complete");
    let job = call(&trunk, "campaigns.get_recipient_estimation_job", Arguments::ids([id])).await;
    assert_eq!(job["data"]["attributes"]["status"], "complete");
    let count = call(&trunk, "campaigns.get_recipient_estimation", Arguments::ids([id])).await;
    assert_eq!(count["data"]["attributes"]["estimated_recipient_count"], Value::Null);
    call(&trunk, "campaigns.send", about()).await;
    let job = call(&trunk, "campaigns.get_send_job", Arguments::ids([id])).await;
    assert_eq!(
        (&job["data"]["id"], &job["data"]["attributes"]["status"]),
        (&json!(id), &json!("complete"))
    );
    only_reads(&stage);
}

#[tokio::test]
async fn a_copy_has_what_was_read_of_its_source() {
    let stage = Stage::new(20).await;
    let trunk = dry(&stage).trunk();
    call(&trunk, "templates.get", Arguments::ids(["AbC123"])).await;
    let body = json!({ "template_id": "AbC123", "name": "Copy" });
    let copy = call(&trunk, "templates.clone", none().with_body(body)).await;
    assert_eq!(copy["data"]["id"], "planned:template:2");
    assert_eq!(copy["data"]["attributes"]["name"], "Copy");
    assert!(copy["data"]["attributes"]["html"].is_string(), "{copy}");
    let body = json!({ "template_id": "planned:template:2", "context": {} });
    let rendered = call(&trunk, "templates.render", none().with_body(body)).await;
    assert_eq!(rendered["data"]["type"], "template");
    only_reads(&stage);
}

#[tokio::test]
async fn what_cannot_be_known_is_said() {
    let stage = Stage::new(20).await;
    let host = dry(&stage);
    let trunk = host.trunk();
    let body = json!({ "email": "alice@new.example" });
    call(&trunk, "profiles.update", Arguments::ids([ALICE]).with_body(body)).await;
    // Whether she is on the list is hidden by her old email.
    let filter = r#"equals(email,"alice@new.example")"#;
    let members = Arguments::ids([LIST]).with_option("filter", filter);
    assert!(each(&trunk, "lists.list_profiles", members).await.is_empty());
    let notes = host.plan().unwrap().notes;
    assert_eq!((notes.len(), &*notes[0].operation), (1, "lists.list_profiles"));
    assert!(notes[0].text.contains("may be missing"), "{notes:?}");
}
