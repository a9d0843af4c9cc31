//! What a plan says.

use std::collections::BTreeSet;

use expect_test::expect;
use pianoroll_api::{Arguments, Options};
use serde_json::json;

use super::{ALICE, LIST, call, dry, each, only_reads, refusal};
use crate::plan::{KEPT_EFFECTS, Plan};
use crate::road::tests::stage::Stage;
use crate::{Guardrails, Host, HostErrorKind, HostSettings, Limit};

#[tokio::test]
async fn a_plan_says_what_would_be_sent_and_on_what_it_rests() {
    let stage = Stage::new(20).await;
    let host = dry(&stage);
    let trunk = host.trunk();
    call(&trunk, "profiles.get", Arguments::ids([ALICE])).await;
    let body = json!({ "title": "Dr", "properties": { "lifecycle": "inactive" } });
    call(&trunk, "profiles.update", Arguments::ids([ALICE]).with_body(body)).await;
    call(&trunk, "lists.create", Arguments::default().with_body(json!({ "name": "New" }))).await;
    let add = Arguments::ids(["planned:list:3"]).with_body(json!([ALICE]));
    call(&trunk, "lists.add_profiles", add).await;
    call(&trunk, "lists.delete", Arguments::ids([LIST])).await;
    refusal(&trunk, "lists.update", Arguments::ids([LIST]).with_body(json!({ "name": "Late" })))
        .await;
    trunk.request("POST", "/api/forms", &Options::new(), Some(json!({ "a": 1 }))).await.unwrap();
    let plan = host.plan().unwrap();
    expect![[r#"
        {
          "counts": {
            "read": 0,
            "write": 4,
            "delete": 1,
            "send": 1
          },
          "groups": [
            {
              "operation": "profiles.update",
              "effect": "write",
              "count": 1,
              "items": 0,
              "samples": [
                1
              ]
            },
            {
              "operation": "lists.create",
              "effect": "write",
              "count": 1,
              "items": 0,
              "samples": [
                2
              ]
            },
            {
              "operation": "lists.add_profiles",
              "effect": "write",
              "count": 1,
              "items": 1,
              "samples": [
                3
              ]
            },
            {
              "operation": "lists.delete",
              "effect": "delete",
              "count": 1,
              "items": 0,
              "samples": [
                4
              ]
            },
            {
              "operation": "lists.update",
              "effect": "write",
              "count": 1,
              "items": 0,
              "samples": [
                5
              ]
            },
            {
              "operation": "POST /api/forms",
              "effect": "send",
              "count": 1,
              "items": 0,
              "samples": [
                6
              ]
            }
          ],
          "effects": [
            {
              "number": 1,
              "position": {
                "branch": null,
                "sequence": 2,
                "part": 1
              },
              "operation": "profiles.update",
              "effect": "write",
              "target": "01GDDKASAP8TKDDA2GRZDSVP4H",
              "items": 0,
              "arguments": {
                "ids": [
                  "01GDDKASAP8TKDDA2GRZDSVP4H"
                ],
                "body": {
                  "properties": {
                    "lifecycle": "inactive"
                  },
                  "title": "Dr"
                }
              },
              "assumes": {
                "properties": {
                  "lifecycle": "active"
                },
                "title": null
              }
            },
            {
              "number": 2,
              "position": {
                "branch": null,
                "sequence": 3,
                "part": 1
              },
              "operation": "lists.create",
              "effect": "write",
              "target": "",
              "items": 0,
              "arguments": {
                "body": {
                  "name": "New"
                }
              },
              "creates": [
                "planned:list:3"
              ]
            },
            {
              "number": 3,
              "position": {
                "branch": null,
                "sequence": 4,
                "part": 1
              },
              "operation": "lists.add_profiles",
              "effect": "write",
              "target": "planned:list:3",
              "items": 1,
              "arguments": {
                "ids": [
                  "planned:list:3"
                ],
                "body": [
                  "01GDDKASAP8TKDDA2GRZDSVP4H"
                ]
              }
            },
            {
              "number": 4,
              "position": {
                "branch": null,
                "sequence": 5,
                "part": 1
              },
              "operation": "lists.delete",
              "effect": "delete",
              "target": "Y6nRLr",
              "items": 0,
              "arguments": {
                "ids": [
                  "Y6nRLr"
                ]
              }
            },
            {
              "number": 5,
              "position": {
                "branch": null,
                "sequence": 6,
                "part": 1
              },
              "operation": "lists.update",
              "effect": "write",
              "target": "Y6nRLr",
              "items": 0,
              "arguments": {
                "ids": [
                  "Y6nRLr"
                ],
                "body": {
                  "name": "Late"
                }
              },
              "refused": "A list with id Y6nRLr does not exist."
            },
            {
              "number": 6,
              "position": {
                "branch": null,
                "sequence": 7,
                "part": 1
              },
              "operation": "POST /api/forms",
              "effect": "send",
              "target": "",
              "items": 0,
              "arguments": {
                "body": {
                  "a": 1
                }
              }
            }
          ],
          "dropped": 0,
          "notifications": [],
          "notes": []
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&plan).unwrap());
    assert_eq!(plan.total(), 6);
    // The ledger is of what was done, and nothing was.
    let summary = host.summary();
    assert_eq!((host.ledger().entries.len(), summary.outcomes.done, summary.requests), (0, 0, 1));
    assert_eq!((summary.calls, summary.effects.write, summary.effects.delete), (7, 4, 2));
    assert!(stage.heard.effects.lock().unwrap().is_empty());
    assert_eq!(stage.sent().len(), 1);
}

#[tokio::test]
async fn a_run_that_is_none_has_no_plan() {
    let stage = Stage::new(20).await;
    assert!(stage.host("read").plan().is_none());
}

#[tokio::test]
async fn everything_before_the_stop_is_the_same() {
    let stage = Stage::new(20).await;
    let guardrails =
        Guardrails { writes: Some(Limit::new(1, "--limit writes=1")), ..Guardrails::default() };
    let settings = HostSettings { dry_run: true, guardrails, ..stage.settings("lists:write") };
    let host = Host::new(settings);
    let trunk = host.trunk();
    let delete = refusal(&trunk, "lists.delete", Arguments::ids([LIST])).await;
    assert_eq!(delete.kind(), HostErrorKind::Permission);
    let wrong = refusal(&trunk, "lists.create", Arguments::default().with_body(json!({}))).await;
    assert_eq!(wrong.kind(), HostErrorKind::Arguments);
    let create = || Arguments::default().with_body(json!({ "name": "New" }));
    call(&trunk, "lists.create", create()).await;
    assert_eq!(refusal(&trunk, "lists.create", create()).await.kind(), HostErrorKind::Guardrail);
    assert_eq!(host.plan().unwrap().total(), 1);
    assert!(stage.sent().is_empty());
}

#[tokio::test]
async fn a_long_list_is_planned_in_the_calls_that_it_takes() {
    let stage = Stage::new(20).await;
    let host = dry(&stage);
    let ids: Vec<String> = (0..2200).map(|number| format!("p{number}")).collect();
    let add = Arguments::ids([LIST]).with_body(json!(ids));
    let reply = host.trunk().call("lists.add_profiles", add).await.unwrap();
    assert_eq!(reply.answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [204; 3]);
    let plan = host.plan().unwrap();
    assert_eq!((plan.groups[0].count, plan.groups[0].items), (3, 2200));
    let items: Vec<u64> = plan.effects.iter().map(|effect| effect.items).collect();
    assert_eq!(items, [1000, 1000, 200]);
    assert_eq!(plan.effects[2].position.to_string(), "1.3");
}

/// A run in which three branches create and read, with turns taken in this order.
async fn parallel(turns: &[u64]) -> Plan {
    let stage = Stage::new(20).await;
    let host = dry(&stage);
    let trunk = host.trunk();
    let parallel = trunk.next_sequence();
    for item in turns {
        let branch = trunk.fork(parallel, *item);
        let name = json!({ "name": format!("List {item}") });
        let made = call(&branch, "lists.create", Arguments::default().with_body(name)).await;
        let id = made["data"]["id"].as_str().unwrap().to_owned();
        call(&branch, "lists.add_profiles", Arguments::ids([id]).with_body(json!([ALICE]))).await;
    }
    let rows = each(&trunk, "lists.list", Arguments::default()).await;
    let new =
        rows.iter().filter_map(|row| row["id"].as_str()).filter(|id| id.starts_with("planned:"));
    assert_eq!(
        new.collect::<Vec<_>>(),
        ["planned:list:1-0:1", "planned:list:1-1:1", "planned:list:1-2:1"]
    );
    only_reads(&stage);
    host.plan().unwrap()
}

#[tokio::test]
async fn timing_changes_neither_ids_nor_order() {
    let (one, two) = (parallel(&[0, 1, 2]).await, parallel(&[2, 0, 1]).await);
    assert_eq!(serde_json::to_value(&one).unwrap(), serde_json::to_value(&two).unwrap());
    assert_eq!(one.effects.len(), 6);
}

#[tokio::test]
async fn a_plan_stays_small_and_its_counts_exact() {
    let stage = Stage::new(20).await;
    let host = dry(&stage);
    let trunk = host.trunk();
    for number in 0..KEPT_EFFECTS + 50 {
        let update =
            Arguments::ids([format!("p{}", number % 7)]).with_body(json!({ "title": "Dr" }));
        call(&trunk, "profiles.update", update).await;
    }
    call(&trunk, "lists.delete", Arguments::ids([LIST])).await;
    let plan = host.plan().unwrap();
    assert_eq!((plan.total(), plan.dropped, plan.effects.len()), (10_051, 50, 10_001));
    // Of every operation the first ones are there.
    let sampled: BTreeSet<u64> =
        plan.groups.iter().flat_map(|group| group.samples.clone()).collect();
    assert_eq!(sampled, [1, 2, 3, 10_001].into());
}
