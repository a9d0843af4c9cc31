//! What effects leave behind, and what lists become.

use std::sync::Arc;

use crate::ledger::{EntryState, LedgerCounts};
use crate::{Branch, Done, HostErrorKind};
use expect_test::expect;
use pianoroll_api::{Arguments, Options};
use pianoroll_simulator::{Rule, When};
use serde_json::{Value, json};

use super::stage::{Stage, ids};

const LIST: &str = "Y6nRLr";

async fn some_profiles(trunk: &Branch, count: usize) -> Vec<String> {
    let arguments =
        Arguments::default().with_option("page_size", 100).with_option("fields", json!(["email"]));
    let mut pages = trunk.pages("profiles.list", arguments).unwrap();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        found.extend(ids(&page.json()));
    }
    found.truncate(count);
    assert_eq!(found.len(), count);
    found
}

fn add(ids: &[String]) -> Arguments {
    Arguments::ids([LIST]).with_body(json!(ids))
}

#[tokio::test]
async fn a_read_is_counted_and_leaves_no_entry() {
    let stage = Stage::new(20).await;
    let host = stage.host("read");
    let reply = host
        .trunk()
        .call("profiles.get", Arguments::ids(["01GDDKASAP8TKDDA2GRZDSVP4H"]))
        .await
        .unwrap();
    assert_eq!(reply.operation.unwrap().id, "profiles.get");
    assert_eq!(reply.json()["data"]["attributes"]["email"], "alice@example.com");
    let summary = host.summary();
    assert_eq!((summary.calls, summary.effects.read, summary.requests), (1, 1, 1));
    assert_eq!(summary.by_operation, [("profiles.get", 1)].into());
    assert!(host.ledger().entries.is_empty());
    assert!(stage.heard.effects.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_long_list_becomes_calls_with_part_numbers() {
    let stage = Stage::new(2300).await;
    let host = stage.host("read write");
    let trunk = host.trunk();
    let profiles = some_profiles(&trunk, 2200).await;
    let reply = trunk.call("lists.add_profiles", add(&profiles)).await.unwrap();
    assert_eq!(reply.answers.len(), 3);
    let sent: Vec<Vec<String>> = stage
        .simulator
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .map(|request| ids(&request.body))
        .collect();
    assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 1000, 200]);
    assert_eq!(sent.concat(), profiles);
    let entries: Vec<String> = host
        .ledger()
        .entries
        .iter()
        .map(|entry| {
            format!(
                "{} {} {} {} {:?}",
                entry.position, entry.operation, entry.target, entry.items, entry.state
            )
        })
        .collect();
    expect![[r#"
        2 lists.add_profiles Y6nRLr 1000 Done { status: 204, settlement: Answered }
        2.2 lists.add_profiles Y6nRLr 1000 Done { status: 204, settlement: Answered }
        2.3 lists.add_profiles Y6nRLr 200 Done { status: 204, settlement: Answered }"#]]
    .assert_eq(&entries.join("\n"));
    // Each is heard of twice: before it is sent, and after.
    assert_eq!(stage.heard.effects.lock().unwrap().len(), 6);
    assert_eq!(host.summary().effects.write, 3);
}

#[tokio::test]
async fn what_was_done_before_a_failure_is_told() {
    let stage = Stage::new(2300).await;
    let host = stage.host("read write");
    let trunk = host.trunk();
    let profiles = some_profiles(&trunk, 2200).await;
    let path = "/klaviyo/api/lists/*/relationships/profiles";
    stage.spoil(
        "POST",
        path,
        Rule { status: Some(400), skip: 1, times: Some(1), ..Rule::default() },
    );
    let error = trunk.call("lists.add_profiles", add(&profiles)).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Api);
    assert!(error.is_catchable());
    assert_eq!(error.done(), Done { items: 1000, calls: 1, of: 3 });
    assert_eq!(error.position().to_string(), "2.2");
    assert!(
        error
            .to_string()
            .ends_with("(call 2 of 3; the 1000 items of the calls before it are done)"),
        "{error}"
    );
    let map = error.to_map();
    assert_eq!(
        (&map["status"], &map["done"], &map["operation"]),
        (&json!(400), &json!(1000), &json!("lists.add_profiles"))
    );
    // The third was never sent, and the run goes on.
    assert_eq!(stage.sent().iter().filter(|line| line.starts_with("POST")).count(), 2);
    assert_eq!(host.ledger().counts, LedgerCounts { open: 0, done: 1, failed: 1, unknown: 0 });
    trunk.call("lists.add_profiles", add(&profiles[..1])).await.unwrap();
}

#[tokio::test]
async fn an_empty_list_is_no_call_at_all() {
    let stage = Stage::new(20).await;
    let host = stage.host("read write");
    let reply = host.trunk().call("lists.add_profiles", add(&[])).await.unwrap();
    assert!(reply.answers.is_empty());
    assert!(stage.sent().is_empty());
    assert_eq!(host.summary().calls, 0);
}

#[tokio::test]
async fn a_keyed_effect_carries_run_and_position() {
    let stage = Stage::new(20).await;
    let host = stage.host("write");
    let event = json!({
        "profile": { "email": "alice@example.com" }, "metric": { "name": "Viewed Product" }, "properties": {},
    });
    for _ in 0..2 {
        let arguments = Arguments::default().with_body(event.clone());
        host.trunk().fork(5, 3).call("events.create", arguments).await.unwrap();
        let arguments = Arguments::default().with_body(event.clone());
        host.trunk().call("events.create", arguments).await.unwrap();
    }
    let keys: Vec<Value> = stage
        .simulator
        .requests()
        .iter()
        .map(|request| request.body["data"]["attributes"]["unique_id"].clone())
        .collect();
    // The same branch at the same sequence has the same key; the trunk has gone on.
    assert_eq!(keys, ["run-1:5/3:1", "run-1:1", "run-1:5/3:1", "run-1:2"]);
}

#[tokio::test]
async fn a_lost_answer_of_a_once_operation_ends_the_run() {
    let stage = Stage::new(20).await;
    let host = stage.host("read write");
    stage.spoil(
        "POST",
        "/klaviyo/api/lists",
        Rule { when: When::After, drop: true, ..Rule::default() },
    );
    let create = || Arguments::default().with_body(json!({ "name": "VIP" }));
    let error = host.trunk().call("lists.create", create()).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::UnknownOutcome);
    assert!(error.arguments().is_some_and(|arguments| arguments.body.is_some()));
    assert!(!error.is_catchable());
    assert_eq!(error.to_map()["kind"], "unknown_outcome");
    // It was made once, and is not made again.
    assert_eq!(stage.sent(), ["POST /klaviyo/api/lists dropped"]);
    assert!(stage.simulator.requests()[0].applied);
    let entries = host.ledger().entries;
    assert!(matches!(&entries[..], [entry] if matches!(entry.state, EntryState::Unknown { .. })));
    // Every other call of the run, a read on another branch too, gets the same error.
    let other = host.trunk().fork(1, 0).call("lists.list", Arguments::default()).await.unwrap_err();
    assert_eq!(other.to_string(), error.to_string());
    assert_eq!(stage.sent().len(), 1);
    assert!(host.is_stopped());
}

#[tokio::test]
async fn an_effect_that_may_be_repeated_is_a_failure_like_others() {
    let stage = Stage::new(20).await;
    let host = stage.host("read write");
    stage.spoil("PATCH", "*", Rule { drop: true, ..Rule::default() });
    let update = Arguments::ids(["01GDDKASAP8TKDDA2GRZDSVP4H"]).with_body(json!({ "title": "x" }));
    let error = host.trunk().call("profiles.update", update).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Api);
    assert!(error.is_catchable() && error.is_retryable());
    assert_eq!(host.summary().retries, 1);
    assert_eq!(host.ledger().counts.unknown, 1);
    host.trunk().call("lists.list", Arguments::default()).await.unwrap();
}

#[tokio::test]
async fn an_unknown_native_path_counts_as_delete_and_send() {
    let stage = Stage::new(20).await;
    let host = stage.host("request");
    let trunk = host.trunk();
    let body = Some(json!({ "data": { "type": "form" } }));
    let error = trunk.request("POST", "/api/forms", &Options::new(), body).await.unwrap_err();
    assert_eq!((error.kind(), error.call_error().unwrap().status), (HostErrorKind::Api, Some(404)));
    let summary = host.summary();
    assert_eq!(summary.calls, 1);
    assert_eq!((summary.effects.delete, summary.effects.send), (1, 1));
    assert_eq!(summary.by_operation, [("request", 1)].into());
    let entry = &host.ledger().entries[0];
    assert_eq!(entry.operation, "POST /api/forms");
    // A GET is a read, but needs the permission all the same.
    trunk.request("GET", "/api/forms", &Options::new(), None).await.unwrap_err();
    assert_eq!((host.summary().effects.read, host.ledger().entries.len()), (1, 1));
    assert_eq!(stage.sent(), ["POST /klaviyo/api/forms 404", "GET /klaviyo/api/forms 404"]);
}

#[tokio::test]
async fn a_native_path_of_the_table_is_its_operation() {
    let stage = Stage::new(20).await;
    let host = stage.host("profiles:read");
    let query: Options = [("page[size]".to_owned(), json!("3"))].into();
    let reply = host.trunk().request("GET", "/api/profiles/", &query, None).await.unwrap();
    assert_eq!(reply.operation.unwrap().id, "profiles.list");
    assert_eq!(ids(&reply.json()).len(), 3);
    assert_eq!(host.summary().by_operation, [("profiles.list", 1)].into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_branches_at_once_are_counted_exactly() {
    let stage = Stage::new(100).await;
    let host = stage.host("read write");
    let parallel = host.trunk().next_sequence();
    let branches = (0..16).map(|item| {
        let branch = host.trunk().fork(parallel, item);
        tokio::spawn(async move {
            for title in 0..10 {
                let body = json!({ "title": title.to_string() });
                let arguments = Arguments::ids(["01GDDKASAP8TKDDA2GRZDSVP4H"]).with_body(body);
                branch.call("profiles.update", arguments).await.unwrap();
            }
        })
    });
    for branch in branches.collect::<Vec<_>>() {
        branch.await.unwrap();
    }
    let summary = host.summary();
    assert_eq!((summary.calls, summary.effects.write, summary.requests), (160, 160, 160));
    let ledger = host.ledger();
    assert_eq!(ledger.counts, LedgerCounts { open: 0, done: 160, failed: 0, unknown: 0 });
    let mut positions: Vec<_> = ledger.entries.iter().map(|entry| entry.position).collect();
    positions.sort_unstable();
    positions.dedup();
    assert_eq!(positions.len(), 160);
    assert_eq!(Arc::strong_count(&host), 1);
}
