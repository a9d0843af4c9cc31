//! What never reaches the API.

use std::sync::Arc;

use crate::{Guardrails, Host, HostError, HostErrorKind, HostSettings, Limit};
use expect_test::{Expect, expect};
use pianoroll_api::{Arguments, Options};
use pianoroll_model::ManualClock;
use serde_json::{Value, json};

use super::stage::{Stage, gateway_at};

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

fn update() -> Arguments {
    Arguments::ids([ALICE]).with_body(json!({ "title": "Dr" }))
}

fn map(error: &HostError, expected: Expect) {
    let map = serde_json::to_string_pretty(&error.to_map()).unwrap();
    expected.assert_eq(&map);
}

#[tokio::test]
async fn wrong_arguments_are_told_with_what_would_be_right() {
    let stage = Stage::new(20).await;
    let trunk = stage.host("read write").trunk();
    let arguments = Arguments::ids(["../lists"]).with_body(json!({ "emial": "x" }));
    let error = trunk.call("profiles.update", arguments).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Arguments);
    assert!(error.is_catchable() && !error.is_retryable());
    map(
        &error,
        expect![[r#"
            {
              "code": "arguments",
              "detail": "profiles.update: 2 mistakes in the arguments\n  profile_id: holds `/`, so it would leave its place in the path\n  body.emial: no such attribute; did you mean `email`? (allowed: email, phone_number, external_id, anonymous_id, first_name, last_name, organization, locale, title, image, location, properties, patch_properties)",
              "done": 0,
              "kind": "arguments",
              "message": "profiles.update: 2 mistakes in the arguments\n  profile_id: holds `/`, so it would leave its place in the path\n  body.emial: no such attribute; did you mean `email`? (allowed: email, phone_number, external_id, anonymous_id, first_name, last_name, organization, locale, title, image, location, properties, patch_properties)",
              "meta": {
                "errors": [
                  {
                    "allowed": [],
                    "argument": "profile_id",
                    "message": "holds `/`, so it would leave its place in the path",
                    "suggestion": null
                  },
                  {
                    "allowed": [
                      "email",
                      "phone_number",
                      "external_id",
                      "anonymous_id",
                      "first_name",
                      "last_name",
                      "organization",
                      "locale",
                      "title",
                      "image",
                      "location",
                      "properties",
                      "patch_properties"
                    ],
                    "argument": "body.emial",
                    "message": "no such attribute",
                    "suggestion": "email"
                  }
                ]
              },
              "operation": "profiles.update",
              "parameter": null,
              "pointer": null,
              "position": "1",
              "retryable": false,
              "status": null,
              "title": null
            }"#]],
    );
    let error = trunk.call("profile.update", update()).await.unwrap_err();
    assert!(error.to_string().contains("did you mean `profiles.update`?"), "{error}");
    let error =
        trunk.request("GET", "/api/../connections", &Options::new(), None).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Arguments);
    assert!(stage.sent().is_empty());
}

#[tokio::test]
async fn what_is_not_granted_is_not_sent() {
    let stage = Stage::new(20).await;
    let trunk = stage.host("read write").trunk();
    let denied = async |operation: &str, body: Value, expected: Expect| {
        let ids: &[&str] = if operation == "flows.update_status" { &["VJvBNr"] } else { &[] };
        let arguments = Arguments::ids(ids.iter().copied()).with_body(body);
        let error = trunk.call(operation, arguments).await.unwrap_err();
        assert_eq!(error.kind(), HostErrorKind::Permission);
        expected.assert_eq(&error.to_string());
    };
    denied("profiles.merge", json!({ "destination": "a", "source": "b" }), expect!["profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it with `--allow profiles:delete`"]).await;
    denied("campaigns.send", json!({ "campaign_id": "a" }), expect!["campaigns.send: needs the permission `campaigns:send`, which is not granted; grant it with `--allow campaigns:send`"]).await;
    // By consequence: live sends, and so does a document that says so.
    denied("flows.update_status", json!({ "status": "live" }), expect!["flows.update_status: needs the permission `flows:send`, which is not granted; grant it with `--allow flows:send`"]).await;
    let document =
        json!({ "data": { "type": "flow", "id": "VJvBNr", "attributes": { "status": "live" } } });
    denied("flows.update_status", document, expect!["flows.update_status: needs the permission `flows:send`, which is not granted; grant it with `--allow flows:send`"]).await;
    let error = trunk.request("DELETE", "/api/forms/a", &Options::new(), None).await.unwrap_err();
    map(
        &error,
        expect![[r#"
            {
              "code": "permission",
              "detail": "DELETE /api/forms/a: needs the permission `request`, which is not granted; grant it with `--allow request`",
              "done": 0,
              "kind": "permission",
              "message": "DELETE /api/forms/a: needs the permission `request`, which is not granted; grant it with `--allow request`",
              "meta": {
                "grant": "--allow request",
                "permission": "request"
              },
              "operation": "DELETE /api/forms/a",
              "parameter": null,
              "pointer": null,
              "position": "5",
              "retryable": false,
              "status": null,
              "title": null
            }"#]],
    );
    // A path of the table needs the operation's permission, and no other.
    let error = trunk.request("DELETE", "/api/lists/a", &Options::new(), None).await.unwrap_err();
    expect!["lists.delete: needs the permission `lists:delete`, which is not granted; grant it with `--allow lists:delete`"].assert_eq(&error.to_string());
    assert!(stage.sent().is_empty());
    assert_eq!(stage.host("read write").summary().calls, 0);
}

#[tokio::test]
async fn a_guardrail_ends_the_run_for_every_branch() {
    let stage = Stage::new(20).await;
    let guardrails =
        Guardrails { writes: Some(Limit::new(2, "--limit writes=2")), ..Guardrails::default() };
    let host = Host::new(HostSettings { guardrails, ..stage.settings("read write") });
    let trunk = host.trunk();
    for _ in 0..2 {
        trunk.call("profiles.update", update()).await.unwrap();
    }
    trunk.call("profiles.get", Arguments::ids([ALICE])).await.unwrap();
    let error = trunk.call("profiles.update", update()).await.unwrap_err();
    assert!(!error.is_catchable());
    expect!["profiles.update of 01GDDKASAP8TKDDA2GRZDSVP4H: not called, the run was stopped: it has made the 2 writes that `--limit writes=2` allows"].assert_eq(&error.to_string());
    // From here on nothing is called any more, not even what the limit does not count.
    let other = trunk.fork(9, 0).call("profiles.get", Arguments::ids([ALICE])).await.unwrap_err();
    assert_eq!(other.kind(), HostErrorKind::Guardrail);
    assert_eq!(stage.sent().len(), 3);
    assert_eq!(host.summary().effects.write, 2);
    assert_eq!(host.ledger().entries.len(), 2);
}

#[tokio::test]
async fn a_guardrail_in_the_middle_of_a_list_tells_what_was_done() {
    let stage = Stage::new(20).await;
    let guardrails =
        Guardrails { calls: Some(Limit::new(1, "limits.calls")), ..Guardrails::default() };
    let host = Host::new(HostSettings { guardrails, ..stage.settings("read write") });
    let ids: Vec<String> = (0..1500).map(|_| ALICE.to_owned()).collect();
    let arguments = Arguments::ids(["Y6nRLr"]).with_body(json!(ids));
    let error = host.trunk().call("lists.add_profiles", arguments).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Guardrail);
    assert_eq!((error.done().items, error.done().of), (1000, 2));
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn a_cancelled_run_stops_at_its_next_call() {
    let stage = Stage::new(20).await;
    let host = stage.host("read write");
    let trunk = host.trunk();
    trunk.call("profiles.get", Arguments::ids([ALICE])).await.unwrap();
    host.cancel().cancel();
    let error = trunk.call("profiles.update", update()).await.unwrap_err();
    assert_eq!(error.kind(), HostErrorKind::Cancelled);
    assert!(!error.is_catchable() && host.is_stopped());
    expect!["profiles.update: not called, the run was cancelled"].assert_eq(&error.to_string());
    assert_eq!(stage.sent().len(), 1);
    assert!(host.ledger().entries.is_empty());
}

#[tokio::test]
async fn what_a_cancellation_kept_from_being_sent_is_not_counted() {
    let stage = Stage::new(20).await;
    // Time stands still, so the second call waits for the quota for ever.
    let clock = Arc::new(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
    let quota = "1".parse().unwrap();
    let gateway = gateway_at(&stage.simulator.gateway_url(), quota, clock);
    let host = Host::new(HostSettings { gateway, ..stage.settings("read write") });
    let trunk = host.trunk();
    trunk.call("profiles.update", update()).await.unwrap();
    let (second, ()) = tokio::join!(trunk.call("profiles.update", update()), async {
        tokio::task::yield_now().await;
        host.cancel().cancel();
    });
    assert_eq!(second.unwrap_err().kind(), HostErrorKind::Cancelled);
    let summary = host.summary();
    assert_eq!((summary.calls, summary.effects.write, summary.requests), (1, 1, 1));
    assert_eq!((summary.outcomes.done, summary.outcomes.failed, summary.outcomes.open), (1, 0, 0));
    assert_eq!(summary.by_operation["profiles.update"], 1);
    assert_eq!(host.ledger().entries.len(), 1);
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn an_error_of_the_api_is_a_map_of_what_it_said() {
    let stage = Stage::new(20).await;
    let trunk = stage.host("read write").trunk();
    let body = json!({ "email": "alice@example.com" });
    let create = Arguments::default().with_body(body);
    let error = trunk.call("profiles.create", create).await.unwrap_err();
    map(
        &error,
        expect![[r#"
        {
          "code": "duplicate_profile",
          "detail": "A profile already exists with one of these identifiers.",
          "done": 0,
          "kind": "api",
          "message": "profiles.create: 409 duplicate_profile: A profile already exists with one of these identifiers. (at /data/attributes)",
          "meta": {
            "duplicate_profile_id": "01GDDKASAP8TKDDA2GRZDSVP4H"
          },
          "operation": "profiles.create",
          "parameter": null,
          "pointer": "/data/attributes",
          "position": "1",
          "retryable": false,
          "status": 409,
          "title": "Conflict."
        }"#]],
    );
}

#[tokio::test]
async fn problems_are_heard_and_summed_up() {
    let stage = Stage::new(20).await;
    let host = stage.host("read");
    host.trunk().problem("2 not marked", json!(["a", "b"]), None).await;
    assert_eq!(stage.heard.problems.lock().unwrap()[0].text, "2 not marked");
    let summary = host.summary();
    assert_eq!((summary.problem_count, &summary.problems[0].details), (1, &json!(["a", "b"])));
    host.progress(3, Some(10));
    assert_eq!(host.last_progress(), Some(3));
}
