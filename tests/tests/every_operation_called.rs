//! Every operation, in every simulator mode that has it, by the real binary's `call`, on a fresh account each time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pianoroll_api::OPERATIONS;
use pianoroll_api::operation::{Example, Mode, Operation};
use pianoroll_simulator::Settings;
use pianoroll_tests::{at, pianoroll, simulator, unlimited, with_input};
use serde_json::Value;

/// The words of `call` for an example: ids, then options as a person writes them.
fn words(operation: &Operation, example: &Example) -> Vec<String> {
    let mut words = vec!["call".to_owned(), operation.id.to_owned()];
    words.extend(example.args.iter().map(|&id| id.to_owned()));
    let options: Value = serde_json::from_str(example.options).unwrap();
    for (name, value) in options.as_object().unwrap() {
        let listed = |list: &Value| {
            let items = list.as_array().unwrap().iter().map(|item| item.as_str().unwrap());
            items.collect::<Vec<_>>().join(",")
        };
        match value {
            Value::Array(_) => words.push(format!("{name}={}", listed(value))),
            Value::Object(types) => {
                words.extend(
                    types.iter().map(|(kind, list)| format!("{name}.{kind}={}", listed(list))),
                );
            }
            Value::String(text) => words.push(format!("{name}={text}")),
            other => words.push(format!("{name}={other}")),
        }
    }
    words
}

async fn call_all(mode: Mode) {
    let wanted: Vec<(&Operation, &Example)> = OPERATIONS
        .iter()
        .filter(|operation| mode.has(operation))
        .flat_map(|operation| operation.examples.iter().map(move |example| (operation, example)))
        .filter(|(_, example)| example.modes.contains(&mode))
        .collect();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let simulators = [
        simulator(Settings { mode, ..unlimited() }).await,
        simulator(Settings { mode, ..unlimited() }).await,
    ];
    std::thread::scope(|scope| {
        for simulator in &simulators {
            let (next, failures, wanted) = (&next, &failures, &wanted);
            scope.spawn(move || {
                while let Some((operation, example)) =
                    wanted.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    simulator.reset();
                    let mut command = pianoroll(words(operation, example));
                    command.args(at(simulator)).args([
                        "--allow",
                        "read,write,delete,send,connections:write,connections:delete",
                        "--json",
                    ]);
                    command.args(served(mode));
                    let input = example.body.unwrap_or_default();
                    if example.body.is_some() {
                        command.args(["--body", "-"]);
                    }
                    let finished = with_input(command, input.as_bytes());
                    if finished.code != 0 {
                        failures
                            .lock()
                            .unwrap()
                            .push(format!("{} {:?}\n{finished:?}", operation.id, example));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(wanted.len() > 77, "only {} examples for {mode}", wanted.len());
    assert!(
        failures.is_empty(),
        "{} of {} failed\n{}",
        failures.len(),
        wanted.len(),
        failures.join("\n\n")
    );
}

/// What tells the client which revision the simulator serves.
fn served(mode: Mode) -> [&'static str; 2] {
    match mode {
        Mode::Documented => ["--mode", "documented"],
        Mode::Strict => ["--mode", "strict"],
        Mode::Today => ["--mode", "today"],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_documented_mode() {
    call_all(Mode::Documented).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_strict_mode() {
    call_all(Mode::Strict).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_in_todays_mode() {
    call_all(Mode::Today).await;
}
