//! A key that changes while the process runs.

use std::sync::Arc;

use pianoroll_api::Arguments;
use pianoroll_gateway::{Config, Credential, Gateway, Quota};
use serde_json::json;

use crate::support::{
    Act, KEY, QuickClock, Server, body, call, client, config, gateway, profile, refusal, reply,
};

const NEW_KEY: &str = "mtn_other_fedcba9876543210";

fn key(key: &str) -> Credential {
    Credential::new(key.to_owned()).unwrap()
}

fn ok() -> Act {
    reply(200, &[], &profile("01", "a@b.c"))
}

/// The keys that the server was sent, in order.
fn keys(server: &Server) -> Vec<String> {
    let key = |seen: &crate::support::Seen| seen.header("authorization").unwrap().to_owned();
    server.seen().iter().map(key).map(|key| key.replace("Bearer ", "")).collect()
}

async fn get(gateway: &Gateway) -> Result<(), String> {
    let result = call(gateway, "profiles.get", Arguments::ids(["01"])).await;
    result.map(|_| ()).map_err(|error| format!("{error} {error:?}"))
}

#[tokio::test]
async fn all_clones_send_the_new_key_from_then_on() {
    let server = Server::start([ok()]).await;
    let gateway = gateway(&server, &QuickClock::default());
    let clones = [gateway.clone(), gateway.by_hand()];
    get(&gateway).await.unwrap();
    assert!(!gateway.replace_credential(key(KEY)));
    assert_eq!(gateway.fingerprint(), key(KEY).fingerprint());
    assert!(gateway.replace_credential(key(NEW_KEY)));
    for clone in &clones {
        get(clone).await.unwrap();
        assert_eq!(clone.fingerprint(), key(NEW_KEY).fingerprint());
    }
    assert_eq!(keys(&server), [KEY, NEW_KEY, NEW_KEY]);
    assert!(!format!("{gateway:?}").contains(NEW_KEY));
}

#[tokio::test]
async fn the_quota_goes_on_where_it_was() {
    let server = Server::start([ok()]).await;
    let clock = QuickClock::default();
    let quota = Quota::PerSecond(2);
    let gateway = client(Config { quota, ..config(server.endpoints()) }, &clock);
    for _ in 0..2 {
        get(&gateway).await.unwrap();
    }
    assert!(clock.slept().is_empty());
    gateway.replace_credential(key(NEW_KEY));
    get(&gateway).await.unwrap();
    assert!(!clock.slept().is_empty(), "the two of the old key count");
    assert_eq!(gateway.statistics().requests, 3);
}

#[tokio::test]
async fn no_error_shows_the_key_that_its_request_was_sent_with() {
    let escaped = KEY.replace('_', "\\u005f");
    for text in [
        refusal(400, KEY, &format!("bad {KEY}"), json!({"key": KEY})),
        refusal(400, "x", "y", json!({"key": "escaped"})).replace("escaped", &escaped),
        format!(r#"{{"message":"Invalid key {escaped}"}}"#),
        format!("no shape at all {KEY}"),
    ] {
        for status in [200, 400, 403, 503] {
            let act = reply(status, &[("x-request-id", KEY)], &text);
            let server = Server::start([Act::Hold(Box::new(act))]).await;
            let clock = QuickClock::default();
            let gateway = gateway(&server, &clock);
            let replaced = async {
                server.arrival().await;
                gateway.replace_credential(key(NEW_KEY));
                // Repetitions are held too.
                loop {
                    server.go_on();
                    tokio::task::yield_now().await;
                }
            };
            let result = tokio::select! {
                result = call(&gateway, "profiles.get", Arguments::ids(["01"])) => result,
                () = replaced => unreachable!("it never ends"),
            };
            let shown = match result {
                Ok(answer) => format!("{answer:?} {:?}", answer.body),
                Err(error) => format!("{error} {error:?} {:?}", error.clone().into_failure()),
            };
            assert!(!shown.contains(KEY), "{status} {text}: {shown}");
        }
    }
}

#[tokio::test]
async fn what_is_refused_for_the_old_key_is_sent_again_with_the_new_one() {
    let refused = || reply(401, &[], r#"{"message":"Invalid API key"}"#);
    let server = Server::start([Act::Hold(Box::new(refused())), ok()]).await;
    let gateway = gateway(&server, &QuickClock::default());
    let (result, ()) = tokio::join!(
        // An effect that nobody may send twice by guess: a refused key is no guess.
        call(&gateway, "lists.create", body(json!({"name": "x"}))),
        async {
            server.arrival().await;
            gateway.replace_credential(key(NEW_KEY));
            server.go_on();
        }
    );
    assert_eq!(result.unwrap().attempts.requests, 2);
    assert_eq!(keys(&server), [KEY, NEW_KEY]);

    // Where the key is still the same, it is asked once.
    let server = Server::start([refused()]).await;
    let gateway = crate::support::gateway(&server, &QuickClock::default());
    get(&gateway).await.unwrap_err();
    assert_eq!(keys(&server), [KEY]);
}

#[test]
fn the_key_can_be_replaced_from_any_thread() {
    let endpoints = pianoroll_gateway::Endpoints::default();
    let config = Config { endpoints, ..Config::default() };
    let gateway = Gateway::new(config, key(KEY), Arc::new(QuickClock::default())).unwrap();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let gateway = gateway.clone();
            scope.spawn(move || gateway.replace_credential(key(&format!("key-number-{number}"))));
        }
    });
    let known = |number: i32| key(&format!("key-number-{number}")).fingerprint();
    assert!((0..4).any(|number| gateway.fingerprint() == known(number)));
}
