//! What Maton's gateway itself checks and answers.

use expect_test::expect;
use serde_json::json;

use super::client::{Asked, Stage};
use crate::Windows;

const PROFILES: &str = "/klaviyo/api/profiles";
const CONNECTION: &str = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";

#[tokio::test]
async fn a_key_is_needed_and_must_be_right() {
    let open = Stage::of(|_| {}).await;
    let keyed = Stage::of(|settings| settings.key = Some("right".to_owned())).await;
    let given = |key: &str| Asked::new("GET", PROFILES).with("authorization", key);
    let refusal = expect![[r#"401 {"error":{"message":"Invalid or missing API key"}}"#]];
    for asked in [
        Asked::new("GET", PROFILES).without("authorization"),
        given("Bearer "),
        given("Basic a2V5"),
    ] {
        refusal.assert_eq(&open.send(asked).await.unwrap().told());
    }
    refusal.assert_eq(&keyed.send(given("Bearer wrong")).await.unwrap().told());
    refusal.assert_eq(
        &keyed
            .send(Asked::new("GET", "/connections").without("authorization"))
            .await
            .unwrap()
            .told(),
    );
    assert_eq!(keyed.send(given("bearer right")).await.unwrap().status, 200);
    assert_eq!(open.send(given("Bearer anything")).await.unwrap().status, 200);
    // The key is in no log.
    let log = serde_json::to_string(&keyed.simulator.requests()).unwrap();
    assert!(!log.contains("Bearer") && !log.contains("right"), "{log}");
}

#[tokio::test]
async fn the_first_word_of_a_path_is_an_app() {
    let stage = Stage::of(|_| {}).await;
    expect![[r#"404 {"message":"App 'hubspot' not found"}"#]]
        .assert_eq(&stage.get("/hubspot/crm").await.told());
    expect![[r#"404 {"message":"App 'klaviyos' not found"}"#]]
        .assert_eq(&stage.get("/klaviyos/api/profiles").await.told());
    expect![[r#"404 {"message":"App '' not found"}"#]].assert_eq(&stage.get("/").await.told());
    expect![[r#"404 {"detail":"Not Found"}"#]]
        .assert_eq(&stage.get("/connections/a/b").await.told());
    let put = stage.send(Asked::new("PUT", "/connections")).await.unwrap();
    expect![[r#"405 {"detail":"Method Not Allowed"}"#]].assert_eq(&put.told());
}

#[tokio::test]
async fn a_request_needs_an_active_connection() {
    let stage = Stage::of(|_| {}).await;
    let by = |id: &'static str| Asked::new("GET", PROFILES).with("maton-connection", id);
    assert_eq!(stage.send(by(CONNECTION)).await.unwrap().status, 200);
    expect![[r#"400 {"message":"Connection 'other' is not an active klaviyo connection"}"#]]
        .assert_eq(&stage.send(by("other")).await.unwrap().told());
    let created = stage.post("/connections", r#"{"app":"klaviyo"}"#).await.json();
    let pending = created["connection"]["connection_id"].as_str().unwrap();
    let pending =
        stage.send(Asked::new("GET", PROFILES).with("maton-connection", pending)).await.unwrap();
    assert_eq!(pending.status, 400);
    let gone =
        stage.send(Asked::new("DELETE", &format!("/connections/{CONNECTION}"))).await.unwrap();
    assert_eq!((gone.status, gone.body.len()), (204, 0));
    expect![[r#"400 {"message":"No active klaviyo connection found. Create one first."}"#]]
        .assert_eq(&stage.get(PROFILES).await.told());
}

#[tokio::test]
async fn connections_are_listed_created_and_deleted() {
    let stage = Stage::of(|_| {}).await;
    let documented = stage.get(&format!("/connections/{CONNECTION}")).await.json();
    let file = include_str!("../../../../spec/maton/examples/connections.get.json");
    assert_eq!(documented, serde_json::from_str::<serde_json::Value>(file).unwrap());

    let created = stage.post("/connections", r#"{"app":"hubspot","method":"OAUTH2"}"#).await.json();
    let created = &created["connection"];
    assert_eq!(created["status"], "PENDING");
    assert_eq!(created["method"], "OAUTH2");
    assert!(
        created["url"].as_str().unwrap().starts_with("https://connect.maton.ai/?session_token=")
    );
    let list = async |query: &str| {
        stage.get(&format!("/connections{query}")).await.json()["connections"].clone()
    };
    assert_eq!(list("").await.as_array().unwrap().len(), 2);
    assert_eq!(list("?app=hubspot").await, json!([created]));
    assert_eq!(list("?app=klaviyo&status=PENDING").await, json!([]));
    expect![[r#"422 {"detail":[{"loc":["query","status"],"msg":"Input should be 'ACTIVE', 'PENDING' or 'FAILED'","type":"value_error"}]}"#]]
        .assert_eq(&stage.get("/connections?status=active").await.told());
    expect![[
        r#"422 {"detail":[{"loc":["body","app"],"msg":"Field required","type":"value_error"}]}"#
    ]]
    .assert_eq(&stage.post("/connections", "{}").await.told());
    expect![[r#"422 {"detail":[{"loc":["body"],"msg":"Input should be a valid dictionary","type":"value_error"}]}"#]]
        .assert_eq(&stage.post("/connections", "{").await.told());

    stage.advance(1000);
    let path = format!("/connections/{}", created["connection_id"].as_str().unwrap());
    let delete = || stage.send(Asked::new("DELETE", &path));
    assert_eq!(delete().await.unwrap().status, 204);
    expect![[r#"404 {"message":"Connection not found"}"#]]
        .assert_eq(&delete().await.unwrap().told());
}

#[tokio::test]
async fn each_connection_has_an_account_and_windows_of_its_own() {
    let stage = Stage::of(|settings| settings.connections.push("second".parse().unwrap())).await;
    let name = async |connection: &str| {
        let path = "/klaviyo/api/lists/Y6nRLr";
        let asked = Asked::new("GET", path).with("maton-connection", connection);
        stage.send(asked).await.unwrap().json()["data"]["attributes"]["name"].clone()
    };
    let body = r#"{"data":{"type":"list","id":"Y6nRLr","attributes":{"name":"Renamed"}}}"#;
    let renamed = Asked::new("PATCH", "/klaviyo/api/lists/Y6nRLr").with_body(body);
    assert_eq!(stage.send(renamed).await.unwrap().status, 200);
    assert_eq!(name(CONNECTION).await, "Renamed");
    assert_ne!(name("second").await, "Renamed");
    // Webhooks take one request a second from each account.
    let webhooks = async |connection: &str| {
        let asked = Asked::new("GET", "/klaviyo/api/webhooks").with("maton-connection", connection);
        stage.send(asked).await.unwrap().status
    };
    assert_eq!(webhooks(CONNECTION).await, 200);
    assert_eq!(webhooks("second").await, 200);
    assert_eq!(webhooks("second").await, 429);
    assert_eq!(webhooks(CONNECTION).await, 429);
}

/// What the connections API answers to `count` requests at once.
async fn statuses(stage: &Stage, count: usize) -> String {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(stage.get("/connections").await.status.to_string());
    }
    statuses.join(" ")
}

#[tokio::test]
async fn a_key_has_ten_requests_a_second_in_fixed_windows() {
    let stage = Stage::of(|settings| settings.windows = Windows::Fixed).await;
    stage.advance(900);
    expect!["200 200 200 200 200 200 200 200 200 200 429"].assert_eq(&statuses(&stage, 11).await);
    let refused = stage.get("/connections").await;
    expect![[r#"429 {"message":"Rate limit exceeded: 10 requests per second"}"#]]
        .assert_eq(&refused.told());
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Another key has a quota of its own; a new second has new room.
    let other = Asked::new("GET", "/connections").with("authorization", "Bearer other");
    assert_eq!(stage.send(other).await.unwrap().status, 200);
    stage.advance(100);
    expect!["200 200 200 200 200 200 200 200 200 200 429"].assert_eq(&statuses(&stage, 11).await);
}

#[tokio::test]
async fn a_key_has_ten_requests_a_second_in_sliding_windows() {
    let stage = Stage::of(|settings| settings.windows = Windows::Sliding).await;
    stage.advance(900);
    expect!["200 200 200 200 200"].assert_eq(&statuses(&stage, 5).await);
    stage.advance(100);
    expect!["200 200 200 200 200 429"].assert_eq(&statuses(&stage, 6).await);
    stage.advance(899);
    expect!["429"].assert_eq(&statuses(&stage, 1).await);
    stage.advance(1);
    expect!["200 200 200 200 200 429"].assert_eq(&statuses(&stage, 6).await);
}

#[tokio::test]
async fn without_limits_nothing_is_throttled() {
    let stage = Stage::of(|settings| settings.limits = false).await;
    for _ in 0..30 {
        let answered = stage.get("/klaviyo/api/webhooks").await;
        assert_eq!((answered.status, answered.header("ratelimit-limit")), (200, None));
    }
}
