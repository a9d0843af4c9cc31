//! Rust: a core module against the SDK, which is copied into the folder so that it builds wherever it is.

mod sdk;

use super::ScaffoldFile;
use super::asks::Asks;
use crate::needs::WIT;

/// What the author owns.
pub(super) fn own(asks: &Asks) -> Vec<ScaffoldFile> {
    let named = |text: &str| {
        text.replace("SNAKE", &asks.name.replace('-', "_")).replace("NAME", &asks.name)
    };
    vec![
        ScaffoldFile::new("README.md", named(include_str!("rust/README.md"))),
        ScaffoldFile::new("Cargo.toml", named(include_str!("rust/Cargo.toml.in"))),
        ScaffoldFile::new("src/lib.rs", include_str!("rust/lib.rs.in")),
        ScaffoldFile::new(".gitignore", "/target\n"),
    ]
}

/// What is pianoroll's: the SDK. A Rust component imports what it calls and no more, so it gets the whole package.
pub(super) fn generated() -> Vec<ScaffoldFile> {
    let mut files: Vec<ScaffoldFile> = sdk::FILES
        .iter()
        .map(|(path, text)| ScaffoldFile::new(format!("sdk/{path}"), *text))
        .collect();
    files.push(ScaffoldFile::new("sdk/wit/klaviyo.wit", WIT));
    files
}
