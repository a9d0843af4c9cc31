//! Every operation, in every simulator mode that has it, from a script, on a fresh account each time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;

use pianoroll_api::OPERATIONS;
use pianoroll_api::operation::{Example, Mode, Operation};
use pianoroll_simulator::Settings;
use pianoroll_tests::{at, pianoroll, simulator, unlimited};
use serde_json::Value;

/// A JSON value as a Rhai expression.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "()".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), literal(value)));
            format!("#{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

fn statement(operation: &Operation, example: &Example) -> String {
    let mut arguments: Vec<String> =
        example.args.iter().map(|&id| literal(&Value::from(id))).collect();
    arguments.extend(example.body.map(|body| literal(&serde_json::from_str(body).unwrap())));
    let options: Value = serde_json::from_str(example.options).unwrap();
    if options.as_object().is_some_and(|options| !options.is_empty()) {
        arguments.push(literal(&options));
    }
    format!("{}::{}({});", operation.module, operation.name, arguments.join(", "))
}

async fn run_all(mode: Mode) {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator(Settings { mode, ..unlimited() }).await;
    let mut failures = String::new();
    let mut count = 0;
    for operation in OPERATIONS.iter().filter(|operation| mode.has(operation)) {
        for example in operation.examples.iter().filter(|example| example.modes.contains(&mode)) {
            count += 1;
            simulator.reset();
            let file = folder.path().join(format!("{}.rhai", operation.id));
            let program = statement(operation, example);
            std::fs::write(&file, &program).unwrap();
            let mut command = pianoroll(["run"]);
            command.arg(&file).args(at(&simulator)).args([
                "--allow",
                "read,write,delete,send,connections:write,connections:delete",
                "--json",
            ]);
            command.args(["--mode", mode.as_str()]);
            let output = command.output().unwrap();
            if !output.status.success() {
                let (out, err) = (
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr),
                );
                write!(failures, "{program}\n{out}{err}\n\n").unwrap();
            }
        }
    }
    assert!(count > 77, "only {count} examples for {mode}");
    assert!(failures.is_empty(), "{failures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_documented_mode() {
    run_all(Mode::Documented).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_strict_mode() {
    run_all(Mode::Strict).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_todays_mode() {
    run_all(Mode::Today).await;
}
