//! Rust: a core module against the SDK, which is copied into the folder so that it builds wherever it is.

mod sdk;

use super::{Own, ScaffoldFile};
use crate::needs::WIT;

/// What the author owns.
pub(super) fn own(own: &Own<'_>) -> Vec<ScaffoldFile> {
    let code = own.code(include_str!("rust/lib.rs.in"), include_str!("rust/start.rs.in"));
    vec![
        ScaffoldFile::new("README.md", own.named(include_str!("rust/README.md"))),
        ScaffoldFile::new("Cargo.toml", own.named(include_str!("rust/Cargo.toml.in"))),
        ScaffoldFile::new("src/lib.rs", code),
        ScaffoldFile::new(".gitignore", "/target\n/*.wasm\n"),
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
