//! Every operation, called from a script with its examples, in every mode that has it.

use pianoroll_api::OPERATIONS;
use pianoroll_api::operation::{Example, Operation};
use pianoroll_model::{Effect, Permission, PermissionSet};
use pianoroll_simulator::{Mode, Settings};
use serde_json::Value;

use super::support::{World, runtime, settings};

/// JSON as a script writes it.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "()".to_owned(),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(name, value)| format!("{name:?}: {}", literal(value)));
            format!("#{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{}\"", text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t"))
        }
        other => other.to_string(),
    }
}

fn call(operation: &Operation, example: &Example) -> String {
    let mut arguments: Vec<String> =
        example.args.iter().map(|id| literal(&Value::from(*id))).collect();
    if operation.body.is_some() {
        let body = example.body.map_or(Value::Null, |body| serde_json::from_str(body).unwrap());
        arguments.push(literal(&body));
    }
    let options: Value = serde_json::from_str(example.options).unwrap();
    if options.as_object().is_some_and(|options| !options.is_empty()) {
        arguments.push(literal(&options));
    }
    format!("{}::{}({})", operation.module, operation.name, arguments.join(", "))
}

fn check(mode: Mode) {
    let mut failures = Vec::new();
    let mut ran = 0;
    runtime().block_on(async {
        let mut world = World::simulated(Settings { mode, profiles: 50, ..settings() }).await;
        // No effect's word covers the control plane.
        let control = [Effect::Write, Effect::Delete];
        let control = control.map(|effect| Permission::operation("connections", effect));
        let effects = Effect::ALL.into_iter();
        world.grants = control.into_iter().fold(
            effects.fold(PermissionSet::none(), PermissionSet::with_effect),
            PermissionSet::with,
        );
        for operation in OPERATIONS {
            let mut examples =
                operation.examples.iter().filter(|one| one.modes.contains(&mode)).peekable();
            if mode.has(operation) && examples.peek().is_none() {
                failures.push(format!("{}: no example", operation.id));
            }
            for example in examples {
                // Each example has the data for itself.
                world.simulator().reset();
                ran += 1;
                if let Err(error) = world.run(&call(operation, example)).await.result {
                    failures.push(error.rendered);
                }
            }
        }
    });
    assert!(failures.is_empty(), "{} of {ran}:\n{}", failures.len(), failures.join("\n\n"));
    assert!(ran > 80, "{ran}");
}

#[test]
fn every_example_runs_from_a_script_as_documented() {
    check(Mode::Documented);
}

#[test]
fn every_example_runs_from_a_script_by_the_official_api() {
    check(Mode::Strict);
}

#[test]
fn every_example_runs_from_a_script_as_the_api_is_today() {
    check(Mode::Today);
}
