//! The client against the simulator: real routes, real refusals, faults on demand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use pianoroll_api::{Arguments, app, requests};
use pianoroll_gateway::{
    Cancel, Config, Connection, Credential, Endpoints, ErrorKind, Gateway, Quota, ResolveError,
    Retries, Settlement, SystemClock, Trouble, served_revision,
};
use pianoroll_simulator::{Rule, Settings, Simulator, When};
use serde_json::json;

use crate::support::{body, call};

async fn start(settings: Settings) -> (Simulator, Gateway) {
    let clock = Arc::new(SystemClock::new());
    let listen: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let simulator = Simulator::start(settings, listen, clock.clone()).await.unwrap();
    let endpoints = Endpoints::new(&simulator.gateway_url(), &simulator.control_url()).unwrap();
    let retries = Retries { first_pause: Duration::ZERO, ..Retries::default() };
    let config = Config { endpoints, quota: Quota::Off, retries, ..Config::default() };
    let credential = Credential::new("any-key-will-do".to_owned()).unwrap();
    let gateway = Gateway::new(config, credential, clock).unwrap();
    (simulator, gateway)
}

fn unlimited() -> Settings {
    Settings { limits: false, ..Settings::default() }
}

#[tokio::test]
async fn all_profiles_are_paged_through() {
    let (_simulator, gateway) = start(unlimited()).await;
    let mut ids = std::collections::BTreeSet::new();
    let mut arguments = Arguments::default().with_option("page_size", 100);
    loop {
        let answer = call(&gateway, "profiles.list", arguments.clone()).await.unwrap();
        for profile in answer.json()["data"].as_array().unwrap() {
            assert!(ids.insert(profile["id"].as_str().unwrap().to_owned()));
        }
        match answer.next_cursor() {
            Some(cursor) => arguments = arguments.with_option("cursor", cursor),
            None => break,
        }
    }
    assert_eq!(ids.len(), 500);
}

#[tokio::test]
async fn typed_requests_bring_typed_answers() {
    let (_simulator, gateway) = start(unlimited()).await;
    let connection = crate::support::connection();
    let request = requests::profiles::Get::new("01GDDKASAP8TKDDA2GRZDSVP4H");
    let profile = gateway.send(&connection, request).await.unwrap().data;
    assert_eq!(profile.id, "01GDDKASAP8TKDDA2GRZDSVP4H");
    assert_eq!(profile.attributes.email.as_deref(), Some("alice@example.com"));
}

#[tokio::test]
async fn faults_before_and_after_the_effect_end_in_one_effect() {
    for when in [When::Before, When::After] {
        for drop in [true, false] {
            let (simulator, gateway) = start(unlimited()).await;
            simulator.set_faults(vec![Rule {
                path: Some("/klaviyo/api/profiles".to_owned()),
                when,
                drop,
                status: (!drop).then_some(502),
                times: Some(1),
                ..Rule::default()
            }]);
            let wanted = body(json!({"email": "lost@example.com", "first_name": "Lost"}));
            let answer = call(&gateway, "profiles.create", wanted).await.unwrap();
            let settlement = match when {
                When::Before => Settlement::Answered,
                When::After => Settlement::AlreadyExists,
            };
            assert_eq!(answer.settlement, settlement, "{when:?} drop={drop}");
            assert_eq!(answer.json()["data"]["attributes"]["email"], "lost@example.com");
            let applied = simulator
                .requests()
                .into_iter()
                .filter(|request| request.applied && request.method == "POST");
            assert_eq!(applied.count(), 1, "{when:?} drop={drop}");
        }
    }
}

#[tokio::test]
async fn a_campaign_is_never_sent_twice() {
    for (when, unknown) in [(When::Before, true), (When::After, false)] {
        let (simulator, gateway) = start(unlimited()).await;
        simulator.set_faults(vec![Rule {
            path: Some("/klaviyo/api/campaign-send-jobs".to_owned()),
            when,
            drop: true,
            times: Some(1),
            ..Rule::default()
        }]);
        let send = body(json!({"campaign_id": "01GDDKASAP8TKDDA2GRZDSVP4I"}));
        match call(&gateway, "campaigns.send", send).await {
            Ok(answer) => assert_eq!((unknown, answer.settlement), (false, Settlement::Probed)),
            Err(error) => assert!(unknown && error.is_unknown_outcome(), "{when:?} {error}"),
        }
        let posts = simulator.requests().into_iter().filter(|request| request.method == "POST");
        assert_eq!(posts.count(), 1, "{when:?}");
    }
}

#[tokio::test]
async fn connections_are_resolved_out_loud() {
    let (simulator, gateway) = start(unlimited()).await;
    let found = gateway.resolve_connection("klaviyo", None, None).await.unwrap();
    assert_eq!(found.id.as_str(), "21fd90f9-5935-43cd-b6c8-bde9d915ca80");
    let unknown = gateway.resolve_connection("klaviyo", Some("nobody"), None).await.unwrap_err();
    assert!(matches!(unknown, ResolveError::Unknown { .. }), "{unknown}");
    drop(simulator);
    let gone = gateway.resolve_connection("klaviyo", None, None).await.unwrap_err();
    assert!(matches!(gone, ResolveError::Call(error) if error.kind == ErrorKind::Connect));
}

#[tokio::test]
async fn a_wrong_key_and_a_wrong_connection_are_refused() {
    let (_simulator, gateway) =
        start(Settings { key: Some("the-right-key".to_owned()), ..unlimited() }).await;
    let error = call(&gateway, "profiles.list", Arguments::default()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized, "{error}");
    assert_eq!(error.trouble(), Some(Trouble::Credential));
    assert!(gateway.replace_credential(Credential::new("the-right-key".to_owned()).unwrap()));
    gateway.probe(&crate::support::connection(), &Cancel::new()).await.unwrap();
    let (_simulator, gateway) = start(unlimited()).await;
    let klaviyo = app("klaviyo").unwrap();
    let revision = klaviyo.revisions[0];
    let served = served_revision(klaviyo, revision, jiff::civil::date(2026, 11, 21));
    assert_eq!(served, klaviyo.revisions[1]);
    let elsewhere = Connection::new(Some("no-such-connection".parse().unwrap()), revision);
    let operation = pianoroll_api::find("profiles.list").unwrap();
    let arguments = Arguments::default();
    let call = pianoroll_gateway::Call::new(operation, &arguments);
    let error = gateway.call(&elsewhere, call).await.unwrap_err();
    assert_eq!((error.kind, error.by_api), (ErrorKind::Invalid, false), "{error}");
    assert_eq!(error.trouble(), Some(Trouble::Connection));
    let error = gateway.probe(&elsewhere, &Cancel::new()).await.unwrap_err();
    assert_eq!(error.trouble(), Some(Trouble::Connection));
}
