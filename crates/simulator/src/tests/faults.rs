//! Faults and the log, over the wire. The connections API is what they are tried on: its effects are plain to see.

use std::time::Duration;

use expect_test::expect;
use pianoroll_model::Clock;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{Answered, Asked, Stage};
use crate::{LoggedRequest, Rule, When};

const CREATE: &str = r#"{"app":"klaviyo"}"#;

async fn set(stage: &Stage, rules: Value) -> Answered {
    stage.post("/_simulator/faults", &json!({ "rules": rules }).to_string()).await
}

fn create() -> Asked<'static> {
    Asked::new("POST", "/connections").with_body(CREATE)
}

/// What the log says of the last request: its status, and whether it was applied.
fn outcome(stage: &Stage) -> (Option<u16>, bool) {
    let requests = stage.simulator.requests();
    let LoggedRequest { status, applied, .. } = requests.last().unwrap();
    (*status, *applied)
}

async fn connections(stage: &Stage) -> usize {
    stage.get("/connections").await.json()["connections"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_fault_before_the_effect_prevents_it() {
    let stage = Stage::of(|_| {}).await;
    set(&stage, json!([{ "method": "POST", "path": "/connections", "drop": true, "times": 1 }]))
        .await;
    assert!(stage.send(create()).await.is_none());
    assert_eq!(outcome(&stage), (None, false));
    assert_eq!(connections(&stage).await, 1);
    // The rule is used up.
    assert_eq!(stage.send(create()).await.unwrap().status, 200);
    assert_eq!(outcome(&stage), (Some(200), true));
    assert_eq!(connections(&stage).await, 2);
}

#[tokio::test]
async fn a_fault_after_the_effect_does_not() {
    let stage = Stage::of(|_| {}).await;
    set(&stage, json!([{ "method": "POST", "when": "after", "drop": true }])).await;
    assert!(stage.send(create()).await.is_none());
    assert_eq!(outcome(&stage), (None, true));
    assert_eq!(connections(&stage).await, 2);
    set(&stage, json!([{ "method": "POST", "when": "after", "status": 500, "headers": { "x-fault": "yes" } }])).await;
    let answered = stage.send(create()).await.unwrap();
    assert_eq!(answered.header("x-fault"), Some("yes"));
    expect![[r#"500 {"message":"Injected by the simulator"}"#]].assert_eq(&answered.told());
    assert_eq!(outcome(&stage), (Some(500), true));
    assert_eq!(connections(&stage).await, 3);
}

#[tokio::test]
async fn pages_and_cut_bodies_come_with_a_right_length() {
    let stage = Stage::of(|_| {}).await;
    set(
        &stage,
        json!([
            { "path": "/klaviyo/api/lists", "html": true },
            { "path": "/klaviyo/api/profiles", "html": true, "status": 503 },
            { "path": "/klaviyo/api/accounts", "truncate": 20 },
            { "method": "POST", "path": "/connections", "truncate": 100 },
        ]),
    )
    .await;
    let page = stage.get("/klaviyo/api/lists").await;
    assert_eq!((page.status, page.header("content-type")), (403, Some("text/html; charset=UTF-8")));
    assert!(page.body.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(stage.get("/klaviyo/api/profiles").await.status, 503);
    // A read that is cut short has been a read; a write before its effect has not been one.
    let cut = stage.get("/klaviyo/api/accounts").await;
    assert_eq!((cut.status, cut.body.len(), cut.header("content-length")), (200, 20, Some("20")));
    assert_eq!(outcome(&stage), (Some(200), true));
    let cut = stage.send(create()).await.unwrap();
    assert!(cut.status == 200 && serde_json::from_slice::<Value>(&cut.body).is_err());
    assert_eq!(outcome(&stage), (Some(200), false));
    assert_eq!(connections(&stage).await, 1);
}

#[tokio::test]
async fn injected_statuses_look_like_the_api_s_own() {
    let stage = Stage::of(|_| {}).await;
    for status in [400, 401, 403, 404, 409, 410, 429, 500, 502, 503] {
        let rule = Rule { status: Some(status), ..Rule::default() };
        stage.simulator.set_faults(vec![rule]);
        stage.advance(1000);
        let answered = stage.get("/klaviyo/api/profiles").await;
        assert_eq!(answered.status, status);
        assert_eq!(answered.json()["errors"][0]["status"], status);
    }
    // An unknown path can be spoiled as well: what is not an operation may be called all the same.
    assert_eq!(stage.get("/klaviyo/api/unheard-of").await.status, 503);
}

#[tokio::test]
async fn a_delay_lies_before_or_after_the_effect() {
    for (when, applied) in [(When::Before, false), (When::After, true)] {
        let stage = Stage::of(|_| {}).await;
        let rule = Rule { when, delay_ms: 5000, times: Some(1), ..Rule::default() };
        stage.simulator.set_faults(vec![rule]);
        let mut stream = TcpStream::connect(stage.simulator.address()).await.unwrap();
        stream.write_all(&create().bytes(false)).await.unwrap();
        while stage.clock.next_wake().is_none() {
            tokio::task::yield_now().await;
        }
        assert_eq!(stage.clock.next_wake(), Some(Duration::from_secs(5)));
        assert_eq!(outcome(&stage), (None, applied));
        // A client that hangs up during the wait finds what the log says: the end of the delay changes nothing any more.
        stream.shutdown().await.unwrap();
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
        stage.advance(5000);
        assert_eq!(connections(&stage).await, if applied { 2 } else { 1 });
        assert_eq!(stage.simulator.requests()[0].status, None);
    }
}

#[tokio::test]
async fn a_mere_delay_or_header_leaves_the_answer_alone() {
    let stage = Stage::of(|_| {}).await;
    let headers = [("x-fault".to_owned(), "yes".to_owned())].into();
    stage.simulator.set_faults(vec![Rule { delay_ms: 700, headers, ..Rule::default() }]);
    let answered = stage.send_in_time(create()).await.unwrap();
    assert_eq!((answered.status, answered.header("x-fault")), (200, Some("yes")));
    assert_eq!(outcome(&stage), (Some(200), true));
    assert_eq!(stage.clock.monotonic(), Duration::from_millis(700));
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused_and_change_nothing() {
    let stage = Stage::of(|_| {}).await;
    let kept = json!([{ "when": "after", "delay_ms": 0, "drop": false, "html": false, "skip": 3, "status": 503 }]);
    assert_eq!(set(&stage, kept.clone()).await.json()["rules"], kept);
    let wrong = set(&stage, json!([{ "delay": 1 }])).await;
    assert_eq!(wrong.status, 400);
    assert!(
        wrong.told().contains("the rules cannot be read: unknown field `delay`"),
        "{}",
        wrong.told()
    );
    let wrong = set(&stage, json!([{}, { "status": 1000 }])).await;
    expect![[r#"400 {"message":"rules[1]: `status` must be from 200 to 599, not 1000"}"#]]
        .assert_eq(&wrong.told());
    let wrong = stage.post("/_simulator/faults", "[]").await;
    assert_eq!(wrong.status, 400);
    assert_eq!(stage.get("/_simulator/faults").await.json()["rules"], kept);
}

#[tokio::test]
async fn the_log_has_every_request_and_a_reset_forgets_all() {
    let stage = Stage::of(|_| {}).await;
    stage.send(create().with("maton-connection", "x")).await.unwrap();
    stage.get("/klaviyo/api/profiles?page%5Bsize%5D=1").await;
    stage.send(Asked::new("GET", "/hubspot").without("authorization")).await.unwrap();
    stage.simulator.set_faults(vec![Rule { drop: true, ..Rule::default() }]);
    stage.send(Asked::new("DELETE", "/klaviyo/api/profiles")).await;
    // The simulator's own paths need no key and are not in the log.
    let asked = Asked::new("GET", "/_simulator/requests").without("authorization");
    let log = stage.send(asked).await.unwrap().json();
    let lines: Vec<_> = log["requests"].as_array().unwrap().iter().map(Value::to_string).collect();
    expect![[r#"
        {"applied":true,"body":{"app":"klaviyo"},"effect":"write","headers":{"connection":"close","content-length":"17","content-type":"application/json","host":"simulator","maton-connection":"x","revision":"2024-10-15"},"method":"POST","number":1,"operation":"connections.create","path":"/connections","status":200,"time":"2024-11-21T12:00:00Z"}
        {"applied":true,"body":null,"effect":"read","headers":{"connection":"close","host":"simulator","revision":"2024-10-15"},"method":"GET","number":2,"operation":"profiles.list","path":"/klaviyo/api/profiles?page%5Bsize%5D=1","status":200,"time":"2024-11-21T12:00:00Z"}
        {"applied":false,"body":null,"effect":null,"headers":{"connection":"close","host":"simulator","revision":"2024-10-15"},"method":"GET","number":3,"operation":null,"path":"/hubspot","status":401,"time":"2024-11-21T12:00:00Z"}
        {"applied":false,"body":null,"effect":null,"headers":{"connection":"close","host":"simulator","revision":"2024-10-15"},"method":"DELETE","number":4,"operation":null,"path":"/klaviyo/api/profiles","status":null,"time":"2024-11-21T12:00:00Z"}"#]].assert_eq(&lines.join("\n"));
    assert_eq!(
        stage
            .send(Asked::new("POST", "/_simulator/reset").without("authorization"))
            .await
            .unwrap()
            .status,
        200
    );
    assert_eq!(stage.get("/_simulator/requests").await.json(), json!({ "requests": [] }));
    assert_eq!(connections(&stage).await, 1);
    assert_eq!(stage.simulator.requests()[0].number, 1);
}

#[tokio::test]
async fn a_reset_opens_the_windows() {
    let stage = Stage::of(|_| {}).await;
    assert_eq!(stage.get("/klaviyo/api/webhooks").await.status, 200);
    assert_eq!(stage.get("/klaviyo/api/webhooks").await.status, 429);
    stage.simulator.reset();
    assert_eq!(stage.get("/klaviyo/api/webhooks").await.status, 200);
}

#[tokio::test]
async fn paths_that_the_simulator_does_not_have_say_what_there_is() {
    let stage = Stage::of(|_| {}).await;
    expect![[r#"404 {"message":"/_simulator/log does not exist; there are POST /_simulator/reset, POST /_simulator/given, POST or GET /_simulator/faults, GET /_simulator/requests"}"#]]
        .assert_eq(&stage.get("/_simulator/log").await.told());
    expect![[r#"405 {"message":"/_simulator/reset does not take GET"}"#]]
        .assert_eq(&stage.get("/_simulator/reset").await.told());
}
