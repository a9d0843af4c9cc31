//! The script functions that the generator documents are those that the engine has: every number of arguments compiles, no
//! other one does, and so do the examples of the reference.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pianoroll_codegen::surface::{Function, ParameterKind, surface};
use pianoroll_script::{NoLibrary, Script};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn compiles(source: &str) -> Result<(), String> {
    Script::compile(source, "surface.rhai").map(|_| ()).map_err(|error| error.to_string())
}

/// Whether there is such a function of so many arguments; what they hold is not asked.
fn exists(source: &str) -> Result<(), String> {
    let checked = Script::check(source, "surface.rhai", &NoLibrary);
    let missing = ["unknown-function", "unknown-module", "argument-count"];
    let mut found = checked.diagnostics.iter().filter(|found| missing.contains(&found.code));
    found.next().map_or(Ok(()), |found| Err(found.render("surface.rhai", source)))
}

fn call(module: &str, function: &Function) -> String {
    let argument = |kind: &ParameterKind| match kind {
        ParameterKind::String | ParameterKind::StringOrMap => r#""x""#,
        ParameterKind::Map => "#{}",
        ParameterKind::Array | ParameterKind::MapOrArray => "[]",
    };
    let arguments: Vec<&str> = function.parameters.iter().map(|it| argument(&it.kind)).collect();
    format!("{module}::{}({});", function.name, arguments.join(", "))
}

#[test]
fn documented_functions_are_those_of_the_engine() {
    let spec = pianoroll_codegen::read(&root().join("spec")).unwrap();
    let mut wrong = Vec::new();
    let mut calls = 0;
    for module in surface(&spec) {
        let mut arities: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for function in &module.functions {
            arities.entry(&function.name).or_default().insert(function.parameters.len());
            calls += 1;
            if let Err(error) = exists(&call(&module.name, function)) {
                wrong.push(error);
            }
        }
        for (name, arities) in arities {
            for count in (0..=4).filter(|count| !arities.contains(count)) {
                let arguments = vec!["[]"; count].join(", ");
                let source = format!("{}::{name}({arguments});", module.name);
                if exists(&source).is_ok() {
                    wrong.push(format!("not documented, but there: {source}"));
                }
            }
        }
    }
    assert!(calls > 100);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_examples_of_the_reference_compile() {
    let page = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let examples: Vec<&str> =
        page.split("```rhai\n").skip(1).map(|rest| rest.split_once("\n```").unwrap().0).collect();
    assert!(examples.len() > 100);
    let failing = examples.iter().filter_map(|example| compiles(&format!("{example};")).err());
    let failing: Vec<String> = failing.collect();
    assert!(failing.is_empty(), "{}", failing.join("\n"));
}
