//! The definitions by hand (`definitions/`) and the generated ones (`docs/definitions/`) against what is registered.

use std::collections::BTreeSet;
use std::path::Path;

use rhai::{Engine, Shared};

use crate::check::Table;
use crate::modules;

/// Module (empty for none), name and number of arguments.
type Function = (String, String, usize);

/// The modules that belong to no resource.
const LANGUAGE: [&str; 4] = ["files", "filter", "log", "state"];

/// What this crate registers beside the operations.
fn registered() -> BTreeSet<Function> {
    let mut engine = Engine::new_raw();
    engine.register_global_module(Shared::new(modules::globals()));
    let functions = engine.collect_fn_metadata(
        None,
        |function| {
            let metadata = function.metadata;
            Some((String::new(), metadata.name.to_string(), metadata.num_params))
        },
        true,
    );
    let mut all: BTreeSet<Function> = functions.into_iter().collect();
    for module in LANGUAGE {
        for (name, counts) in &Table::get().modules[module] {
            all.extend(counts.iter().map(|count| (module.to_owned(), name.clone(), *count)));
        }
    }
    all.into_iter()
        // Indexers have no name to define; `sleep` is there to say that it is gone.
        .filter(|(_, name, _)| !name.starts_with("index$") && name != "sleep")
        .map(|(module, name, count)| (module, name.replace("get$", "get "), count))
        .collect()
}

/// What the definitions of a folder define.
fn defined(folder: &str) -> BTreeSet<Function> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut all = BTreeSet::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut module = String::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("module ") {
                module = name.trim_end_matches(';').to_owned();
            }
            let Some(signature) = line.strip_prefix("fn ").or_else(|| line.strip_prefix("op "))
            else {
                continue;
            };
            let (name, rest) = signature.split_once('(').unwrap();
            let parameters = rest.split_once(')').unwrap().0;
            let count = parameters.split(',').filter(|one| !one.trim().is_empty()).count();
            all.insert((module.clone(), name.to_owned(), count));
        }
    }
    all
}

fn difference(left: &BTreeSet<Function>, right: &BTreeSet<Function>) -> Vec<String> {
    let missing = left.difference(right);
    missing.map(|(module, name, count)| format!("{module}::{name}/{count}")).collect()
}

#[test]
fn what_is_registered_is_defined_and_the_other_way_round() {
    let (registered, defined) = (registered(), defined("definitions"));
    assert_eq!(difference(&registered, &defined), [""; 0], "registered, but not defined");
    assert_eq!(difference(&defined, &registered), [""; 0], "defined, but not registered");
}

#[test]
fn every_definition_has_its_documentation() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("definitions");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            if line.starts_with("fn ") || line.starts_with("op ") {
                // Forms of one function stand under one comment.
                let before = lines[..index]
                    .iter()
                    .rev()
                    .find(|line| !line.starts_with("fn ") && !line.starts_with("op "));
                assert!(
                    before.is_some_and(|line| line.starts_with("///")),
                    "{}: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_generated_definitions_are_the_modules_of_the_resources() {
    let modules =
        Table::get().modules.iter().filter(|(name, _)| !LANGUAGE.contains(&name.as_str()));
    let mut registered = BTreeSet::new();
    for (module, functions) in modules {
        for (name, counts) in functions {
            registered.extend(counts.iter().map(|count| (module.clone(), name.clone(), *count)));
        }
    }
    let mut defined = defined("../../docs/definitions");
    // A list that cannot be read without a filter is given one.
    defined.insert(("campaigns".to_owned(), "find".to_owned(), 2));
    assert_eq!(difference(&registered, &defined), [""; 0], "registered, but not defined");
    assert_eq!(difference(&defined, &registered), [""; 0], "defined, but not registered");
}
