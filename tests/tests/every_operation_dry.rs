//! Every operation, in every simulator mode that has it, in a dry run: nothing but reads reaches the gateway.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use pianoroll_api::operation::{Example, Mode, Operation};
use pianoroll_api::{OPERATIONS, Options};
use pianoroll_gateway::build;
use pianoroll_host::{Host, HostSettings};
use pianoroll_model::Effect;
use pianoroll_tests::direct::{Direct, arguments};
use serde_json::Value;

struct Stage(Direct);

impl Stage {
    fn dry_run(&self) -> Arc<Host> {
        Host::new(HostSettings { dry_run: true, ..self.0.settings("dry") })
    }

    /// What is wrong with what has reached the simulator since the last reset.
    fn fault(&self, host: &Host, effect: Effect) -> Option<String> {
        let sent = self.0.simulator.requests();
        if let Some(request) = sent.iter().find(|request| request.effect != Some(Effect::Read)) {
            return Some(format!("sent {} {}", request.method, request.path));
        }
        let planned = host.plan().unwrap().total();
        match effect {
            Effect::Read if planned > 0 || sent.is_empty() => Some("a read was planned".to_owned()),
            Effect::Read => None,
            _ if planned == 0 || !sent.is_empty() => Some("an effect was not planned".to_owned()),
            _ => None,
        }
    }
}

async fn call_all(mode: Mode) {
    let stage = Stage(Direct::new(mode).await);
    let wanted: Vec<(&'static Operation, &Example)> = OPERATIONS
        .iter()
        .filter(|operation| mode.has(operation))
        .flat_map(|operation| operation.examples.iter().map(move |example| (operation, example)))
        .filter(|(_, example)| example.modes.contains(&mode))
        .collect();
    assert!(wanted.len() > 77, "only {} examples for {mode}", wanted.len());
    let mut failures = String::new();
    for (operation, example) in wanted {
        let arguments = arguments(example);
        let effect = operation.effect_of(arguments.body.as_ref());
        // By its id.
        stage.0.simulator.reset();
        let host = stage.dry_run();
        let called = host.trunk().call(operation.id, arguments.clone()).await;
        let fault = match called {
            Err(error) => Some(error.to_string()),
            Ok(reply) => wrong_shape(operation, &reply.json()).or(stage.fault(&host, effect)),
        };
        failures.extend(fault.map(|fault| format!("{}: {fault}\n", operation.id)));
        // And by its native path, as it would be sent.
        if operation.app.id != "klaviyo" {
            continue;
        }
        stage.0.simulator.reset();
        let host = stage.dry_run();
        let request = build(operation, &stage.0.connection, &arguments, None).unwrap();
        let path = request.target.strip_prefix(operation.app.prefix).unwrap();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query: Options = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decoded(name), decoded(value).into()))
            .collect();
        let body = request.body.map(|body| serde_json::from_slice(&body).unwrap());
        let trunk = host.trunk();
        let called = trunk.request(request.method.as_str(), path, &query, body).await;
        let fault = called.err().map(|error| error.to_string()).or(stage.fault(&host, effect));
        failures
            .extend(fault.map(|fault| format!("{} {path} {query:?}: {fault}\n", request.method)));
    }
    assert!(failures.is_empty(), "{failures}");
}

/// An answer has the shape that the table promises, whether a server or a stand-in gave it.
fn wrong_shape(operation: &Operation, answer: &Value) -> Option<String> {
    use pianoroll_api::operation::Answer;
    let right = match operation.answer {
        Answer::None => answer.is_null(),
        Answer::One(kind) => answer["data"]["type"] == kind && answer["data"]["id"].is_string(),
        Answer::Many(_) => answer["data"].is_array(),
        Answer::Map => answer.is_object(),
    };
    (!right).then(|| format!("answered {answer}"))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = (first == b'%').then(|| std::str::from_utf8(&after[..2]).unwrap());
        bytes.push(digits.map_or(first, |digits| u8::from_str_radix(digits, 16).unwrap()));
        rest = if digits.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn every_example_in_documented_mode() {
    call_all(Mode::Documented).await;
}

#[tokio::test]
async fn every_example_in_strict_mode() {
    call_all(Mode::Strict).await;
}

#[tokio::test]
async fn every_example_in_todays_mode() {
    call_all(Mode::Today).await;
}

#[tokio::test]
async fn a_path_that_no_operation_has_is_only_planned() {
    let stage = Stage(Direct::new(Mode::Documented).await);
    for method in ["POST", "PATCH", "PUT", "DELETE"] {
        let host = stage.dry_run();
        let body = (method != "DELETE").then(|| serde_json::json!({ "data": {} }));
        host.trunk().request(method, "/api/forms/abc", &Options::new(), body).await.unwrap();
        let plan = host.plan().unwrap();
        assert_eq!((plan.total(), plan.effects[0].effect), (1, Effect::Send), "{method}");
    }
    assert!(stage.0.simulator.requests().is_empty());
}
