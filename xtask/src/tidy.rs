//! The rules of this repository that no other tool knows.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The most lines of a source file; the aim is 200.
const MOST_LINES: usize = 600;

/// File names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "manager", "service", "handler", "mod"];

/// Checks every file that git knows, and tells all that is wrong.
pub(crate) fn run(root: &Path) -> Result<()> {
    println!("== tidy");
    let mut wrong = Vec::new();
    for path in tracked_files(root)? {
        let Ok(text) = fs::read_to_string(root.join(&path)) else { continue };
        check(&path, &text, &mut wrong);
    }
    if wrong.is_empty() {
        return Ok(());
    }
    for line in &wrong {
        eprintln!("{line}");
    }
    bail!("{} places are not tidy", wrong.len())
}

fn tracked_files(root: &Path) -> Result<Vec<String>> {
    let words = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let output = std::process::Command::new("git").current_dir(root).args(words).output();
    let output = output.context("tidy asks git which files there are, and git did not start")?;
    if !output.status.success() {
        bail!("git ls-files failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn check(path: &str, text: &str, wrong: &mut Vec<String>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let generated = path.starts_with("docs/")
        || path.starts_with("crates/plugin-sdk/src/generated/")
        || path.contains("/golden")
        || path == "Cargo.lock";
    let source = matches!(extension, "rs" | "rhai" | "toml" | "md" | "py" | "js");
    if !source || generated {
        return;
    }
    // The unit tests of a room that stand in files of their own.
    let of_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
    if extension == "rs" {
        if EMPTY_NAMES.contains(&stem) {
            wrong.push(format!("{path}: a file's name says what is in it; `{stem}` does not"));
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{path}: {lines} lines; a room has at most {MOST_LINES}"));
        }
        if !text.trim_start().starts_with("//!") && !of_tests {
            wrong.push(format!("{path}:1: a file begins with `//!` and what it is for"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        wrong.push(format!("{path}: the last line has no end"));
    }
    let shipped =
        extension == "rs" && path.starts_with("crates/") && path.contains("/src/") && !of_tests;
    let mut in_tests = false;
    for (index, line) in text.lines().enumerate() {
        let place = format!("{path}:{}", index + 1);
        if line.ends_with([' ', '\t']) && extension != "md" {
            wrong.push(format!("{place}: white space at the end of the line"));
        }
        in_tests |= line.starts_with("#[cfg(test)]");
        // Spelled apart, so that this file passes its own check.
        if [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")]
            .iter()
            .any(|mark| line.contains(mark))
        {
            wrong.push(format!("{place}: unfinished work; do it, or tell it in an issue"));
        }
        let comment = line.trim_start().starts_with("//");
        if shipped && !in_tests && !comment && line.contains(concat!("\"/", "api/")) {
            wrong.push(format!("{place}: only spec/ names a route"));
        }
    }
}
