//! Every operation, in every simulator mode that has it, by the typed client, on a fresh account each time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use pianoroll_api::arguments::Options;
use pianoroll_api::operation::Mode;
use pianoroll_api::{TypedRequest, find, requests};
use pianoroll_gateway::{
    CallError, Config, Connection, Credential, Endpoints, Gateway, Quota, SystemClock,
};
use pianoroll_simulator::Settings;
use pianoroll_tests::{KEY, simulator, unlimited};
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// A gateway and a connection.
pub struct Client<'c> {
    gateway: &'c Gateway,
    connection: &'c Connection,
}

impl Client<'_> {
    async fn send<R: TypedRequest>(&self, request: R) -> Result<(), CallError> {
        self.gateway.send(self.connection, request).await.map(|_| ())
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn options(text: &str) -> Options {
    serde_json::from_str(text).unwrap()
}

async fn send_all(mode: Mode) {
    let simulator = simulator(Settings { mode, ..unlimited() }).await;
    let endpoints =
        Endpoints { gateway: simulator.gateway_url(), control: simulator.control_url() };
    let config = Config { endpoints, quota: Quota::Off, ..Config::default() };
    let credential = Credential::new(KEY.to_owned()).unwrap();
    let gateway = Gateway::new(config, credential, Arc::new(SystemClock::new())).unwrap();
    let app = pianoroll_api::app("klaviyo").unwrap();
    let revision = mode.revision(app).unwrap();
    let connection =
        Connection::new("21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().ok(), app.revisions[0])
            .served_as(revision);
    let client = Client { gateway: &gateway, connection: &connection };
    let mut failures = String::new();
    let mut count = 0;
    for (number, (id, place)) in EXAMPLES.iter().enumerate() {
        let operation = find(id).unwrap();
        if !mode.has(operation) || !operation.examples[*place].modes.contains(&mode) {
            continue;
        }
        count += 1;
        simulator.reset();
        if let Err(error) = send(&client, number).await.unwrap() {
            failures.push_str(&format!("{id}, example {place}: {error}\n"));
        }
    }
    assert!(count > 77, "only {count} examples for {mode}");
    assert!(failures.is_empty(), "{failures}");
}

#[tokio::test]
async fn every_example_in_documented_mode() {
    send_all(Mode::Documented).await;
}

#[tokio::test]
async fn every_example_in_strict_mode() {
    send_all(Mode::Strict).await;
}

#[tokio::test]
async fn every_example_in_todays_mode() {
    send_all(Mode::Today).await;
}
