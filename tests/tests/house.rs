//! The floor table of ARCHITECTURE.md against what the packages really use.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Floor and folder of every row of the table.
fn rows() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        Some((cells.next()?.to_owned(), cells.next()?.trim_matches('`').to_owned()))
    };
    text.lines().filter_map(row).collect()
}

/// Folder and floor of every row of the table that has a floor.
fn floors() -> BTreeMap<String, u32> {
    rows().into_iter().filter_map(|(floor, folder)| Some((folder, floor.parse().ok()?))).collect()
}

/// Folders that stand beside the floors: they use nothing of the house, and nothing uses them.
fn beside() -> Vec<String> {
    rows().into_iter().filter(|(floor, _)| floor == "-").map(|(_, folder)| folder).collect()
}

/// Folder and dependencies (folder, kind) of every package of the workspace. Kind is `normal`, `dev` or `build`.
fn packages() -> BTreeMap<String, Vec<(String, String)>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).current_dir(root()).args(words).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let root = root();
    let folder =
        |path: &str| Path::new(path).strip_prefix(&root).unwrap().to_string_lossy().into_owned();
    let of_package = |package: &Value| {
        let manifest = folder(package["manifest_path"].as_str().unwrap());
        let inside = |dependency: &Value| {
            let path = dependency["path"].as_str()?;
            Some((folder(path), dependency["kind"].as_str().unwrap_or("normal").to_owned()))
        };
        let dependencies =
            package["dependencies"].as_array().unwrap().iter().filter_map(inside).collect();
        (manifest.trim_end_matches("/Cargo.toml").to_owned(), dependencies)
    };
    metadata["packages"].as_array().unwrap().iter().map(of_package).collect()
}

/// Why a dependency is against the plan of the house; nothing where it is fine.
fn objection(floors: &BTreeMap<String, u32>, from: &str, to: &str, kind: &str) -> Option<String> {
    let free = ["tests", "xtask"];
    if free.contains(&to) {
        return Some(format!("nothing may use {to}"));
    }
    if free.contains(&from) || (kind == "dev" && to == "crates/simulator") {
        return None;
    }
    if to == "codegen" {
        let fine = from == "crates/api" && kind == "build";
        return (!fine).then(|| "only api's build script may use codegen".to_owned());
    }
    if from == "codegen" {
        return (to != "crates/model").then(|| "codegen may use model only".to_owned());
    }
    match (floors.get(from), floors.get(to)) {
        (Some(upper), Some(lower)) if upper > lower => None,
        (Some(upper), Some(lower)) => Some(format!("floor {upper} may not use floor {lower}")),
        _ => Some("it stands on no floor of the table".to_owned()),
    }
}

#[test]
fn every_crate_stands_on_a_floor_and_uses_only_lower_ones() {
    let (floors, beside, packages) = (floors(), beside(), packages());
    assert!(floors.len() >= 8, "the table of ARCHITECTURE.md was not found: {floors:?}");
    let mut wrong = Vec::new();
    for (from, dependencies) in &packages {
        let known = floors.contains_key(from) || beside.contains(from);
        if from.starts_with("crates/") && !known {
            wrong.push(format!("{from} has no row in the floor table"));
        }
        for (to, kind) in dependencies {
            if let Some(objection) = objection(&floors, from, to, kind) {
                wrong.push(format!("{from} uses {to} ({kind}): {objection}"));
            }
        }
    }
    for folder in floors.keys().chain(&beside).filter(|folder| !packages.contains_key(*folder)) {
        wrong.push(format!("{folder} is in the floor table, but is no package"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_plan_objects_to_what_it_forbids() {
    let floors = floors();
    let objects = |from: &str, to: &str, kind: &str| objection(&floors, from, to, kind).is_some();
    assert!(objects("crates/gateway", "crates/host", "normal"));
    assert!(objects("crates/gateway", "crates/simulator", "normal"));
    assert!(!objects("crates/gateway", "crates/simulator", "dev"));
    assert!(objects("crates/script", "crates/runtime", "normal"));
    assert!(objects("crates/cli", "codegen", "normal"));
    assert!(objects("codegen", "crates/api", "normal"));
    assert!(!objects("crates/host", "crates/gateway", "normal"));
    assert!(objects("crates/plugin-sdk", "crates/model", "dev"));
    assert!(objects("crates/cli", "crates/plugin-sdk", "normal"));
}

#[test]
fn heavy_dependencies_have_one_owner() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let words = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let output = Command::new(cargo).current_dir(root()).args(words).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let owners = [
        ("reqwest", "pianoroll-gateway"),
        ("rhai", "pianoroll-script"),
        ("clap", "pianoroll"),
        ("sqlx", "pianoroll-journal"),
        ("axum", "pianoroll-server"),
        ("quote", "pianoroll-codegen"),
    ];
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in
            package["dependencies"].as_array().unwrap().iter().filter(|one| one["kind"].is_null())
        {
            for (name, owner) in owners {
                if dependency["name"] == name {
                    assert_eq!(package["name"], owner, "only {owner} has {name}");
                }
            }
        }
    }
}
