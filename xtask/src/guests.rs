//! `cargo xtask guests`: builds the example and hostile plugins as components, each with the toolchain of its language.
//!
//! Toolchains are pinned (`plugins/toolchains`, `plugins/Cargo.lock`) and set up below `target/guests`, where the components are
//! put, too: `target/guests/NAME.wasm`, without a manifest, which `pianoroll plugin pack` adds. A component is built again only
//! when its sources or its toolchain's pins have changed. What cannot be built on a machine is told, here and in
//! `target/guests/report.json`, and is an error: a test that finds no guest must not pass by looking away.

mod build;
mod key;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use build::Workshop;

/// A plugin of this repository.
struct Guest {
    name: &'static str,
    language: Language,
}

#[derive(Clone, Copy)]
enum Language {
    Rust,
    JavaScript,
    Python,
}

const GUESTS: [Guest; 6] = [
    Guest { name: "hostile", language: Language::Rust },
    Guest { name: "measure", language: Language::Rust },
    Guest { name: "sweep", language: Language::Rust },
    Guest { name: "win-back-rust", language: Language::Rust },
    Guest { name: "win-back-js", language: Language::JavaScript },
    Guest { name: "win-back-python", language: Language::Python },
];

/// What became of a guest.
enum Outcome {
    Built,
    /// Neither its sources nor its toolchain have changed.
    Kept,
    Missing(String),
}

/// Where the components are put; tests get it as `PIANOROLL_GUESTS`.
pub(crate) fn folder(root: &Path) -> Result<PathBuf> {
    Ok(crate::target_folder(root)?.join("guests"))
}

/// Builds every guest that is not up to date, and tells of each.
pub(crate) fn run(root: &Path) -> Result<()> {
    println!("== guests");
    let folder = folder(root)?;
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let workshop = Workshop { root, folder: &folder };
    let outcomes: Vec<(&Guest, Outcome)> =
        GUESTS.iter().map(|guest| (guest, build(&workshop, guest))).collect();
    let mut missing = Vec::new();
    for (guest, outcome) in &outcomes {
        match outcome {
            Outcome::Built => println!("{}: built, {} bytes", guest.name, size(&workshop, guest)),
            Outcome::Kept => println!("{}: up to date", guest.name),
            Outcome::Missing(why) => {
                eprintln!("{}: NOT BUILT: {why}", guest.name);
                missing.push(guest.name);
            }
        }
    }
    write_report(&workshop, &outcomes)?;
    if !missing.is_empty() {
        bail!(
            "no component of {}: what is said above keeps it from being built",
            missing.join(", ")
        );
    }
    Ok(())
}

fn build(workshop: &Workshop<'_>, guest: &Guest) -> Outcome {
    let component = workshop.component(guest.name);
    let key_file = component.with_extension("key");
    match key::of(workshop.root, guest) {
        Ok(key) => {
            if component.is_file() && fs::read_to_string(&key_file).is_ok_and(|last| last == key) {
                return Outcome::Kept;
            }
            // What is there was made of something else: a test must not find it.
            let _ = fs::remove_file(&component);
            let built = match guest.language {
                Language::Rust => workshop.rust(guest.name),
                Language::JavaScript => workshop.javascript(guest.name),
                Language::Python => workshop.python(guest.name),
            };
            let kept = built.and_then(|()| {
                fs::write(&key_file, key)
                    .with_context(|| format!("could not write {}", key_file.display()))
            });
            kept.map_or_else(|error| Outcome::Missing(format!("{error:#}")), |()| Outcome::Built)
        }
        Err(error) => Outcome::Missing(format!("{error:#}")),
    }
}

fn size(workshop: &Workshop<'_>, guest: &Guest) -> u64 {
    fs::metadata(workshop.component(guest.name)).map_or(0, |metadata| metadata.len())
}

/// What a test that finds no component says.
fn write_report(workshop: &Workshop<'_>, outcomes: &[(&Guest, Outcome)]) -> Result<()> {
    let row = |(guest, outcome): &(&Guest, Outcome)| match outcome {
        Outcome::Built | Outcome::Kept => {
            json!({ "name": guest.name, "bytes": size(workshop, guest) })
        }
        Outcome::Missing(why) => json!({ "name": guest.name, "missing": why }),
    };
    let report = json!({ "guests": outcomes.iter().map(row).collect::<Vec<_>>() });
    let path = workshop.folder.join("report.json");
    fs::write(&path, format!("{report:#}\n"))
        .with_context(|| format!("could not write {}", path.display()))
}
