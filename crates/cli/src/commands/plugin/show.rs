//! What is told of packages, in one way everywhere. Nothing of a stranger's file reaches a terminal as it is.

use std::path::Path;

use pianoroll_plugin::{Ask, Package, PublicKey};
use serde_json::{Value, json};

use crate::numbers::counted;
use crate::output::plain;
use crate::style::{DIM, ERROR, Styled};
use crate::table::short;

/// The longest reason that is shown on its line.
const LONGEST: usize = 200;

/// A file that was made.
pub(super) fn made(file: &Path, package: &Package) -> Value {
    let manifest = package.manifest();
    json!({
        "file": file.to_string_lossy(),
        "name": manifest.name,
        "version": manifest.version.to_string(),
        "digest": package.digest().to_string(),
        "signer": package.signer().map(ToString::to_string),
        "bytes": package.file().len(),
    })
}

/// The same on one line.
pub(super) fn line(file: &Path, package: &Package) -> String {
    let manifest = package.manifest();
    let bytes = counted(package.file().len() as u64, "byte", "bytes");
    format!(
        "{} {} as {} ({bytes})  {}",
        manifest.name,
        manifest.version,
        plain(&file.to_string_lossy()),
        Styled(DIM, package.digest())
    )
}

/// Who signed it, in words.
pub(super) fn signer(signer: Option<&PublicKey>) -> String {
    signer.map_or_else(|| "nobody: it is not signed".to_owned(), ToString::to_string)
}

/// Permissions with their reasons, a line each.
pub(super) fn asks<'a>(asks: impl IntoIterator<Item = &'a Ask> + Clone, indent: &str) -> String {
    let words = asks.clone().into_iter().map(|ask| ask.permission.to_string().len());
    let width = words.max().unwrap_or_default();
    let line = |ask: &Ask| {
        let word = ask.permission.to_string();
        format!("{indent}{word:width$}  {}\n", Styled(DIM, short(&ask.reason, LONGEST)))
    };
    asks.into_iter().map(line).collect()
}

/// What is wrong with an installed plugin.
pub(super) fn problem(title: &str, problem: &str) -> String {
    let problem = plain(problem);
    let mut lines = problem.lines();
    let first = lines.next().unwrap_or_default();
    let rest: String = lines.map(|line| format!("  {line}\n")).collect();
    format!("{}: {first}\n{rest}", Styled(ERROR, title))
}
