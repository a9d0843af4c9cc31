//! What is made of names that every target keeps for itself. `UPDATE_EXPECT=1 cargo test -p pianoroll-codegen` writes the
//! files anew; `crates/api/tests/hostile.rs` and `crates/plugin-sdk/tests/hostile.rs` compile the Rust.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use expect_test::expect_file;
use pianoroll_codegen::{Tree, check, emit};

#[test]
fn hostile_names_become_rust_that_compiles() {
    expect_file!["golden/hostile.rs"].assert_eq(&emit::rust(&hostile()));
}

#[test]
fn hostile_names_become_definitions() {
    let contracts = emit::contracts(&hostile());
    let definitions = contracts.iter().filter(|(name, _)| name.ends_with(".d.rhai"));
    let all: String = definitions.map(|(name, text)| format!("// {name}\n{text}\n")).collect();
    expect_file!["golden/hostile.d.rhai"].assert_eq(&all);
}

#[test]
fn hostile_names_become_a_page() {
    let contracts = emit::contracts(&hostile());
    let (_, page) = contracts.iter().find(|(name, _)| name.ends_with("operations.md")).unwrap();
    expect_file!["golden/hostile.md"].assert_eq(page);
}

#[test]
fn hostile_names_become_a_package() {
    let contracts = emit::contracts(&hostile());
    let (_, package) = contracts.iter().find(|(name, _)| name.ends_with(".wit")).unwrap();
    expect_file!["golden/hostile.wit"].assert_eq(package);
    let mut resolve = wit_parser::Resolve::default();
    let parsed = resolve.push_source("hostile.wit", package).unwrap();
    resolve.select_world(&[parsed], Some("automation")).unwrap();
}

#[test]
fn hostile_names_become_a_layer_of_the_sdk() {
    let contracts = emit::contracts(&hostile());
    let modules = contracts.iter().filter_map(|(name, text)| {
        let module = name.strip_prefix("crates/plugin-sdk/src/generated/")?.strip_suffix(".rs")?;
        Some(format!("pub mod r#{module} {{\n{text}}}\n"))
    });
    expect_file!["golden/hostile.sdk.rs"].assert_eq(&modules.collect::<String>());
}

fn hostile() -> pianoroll_codegen::Spec {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile");
    check(&Tree::read(&folder).unwrap()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}
