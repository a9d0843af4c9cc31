//! `cargo xtask ci`: the same on a person's machine as in CI.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Runs every check in order, cheapest first, and stops at the first that fails.
pub(crate) fn run(root: &Path) -> Result<()> {
    crate::tidy::run(root)?;
    cargo(root, "format", &["fmt", "--all", "--check"], &[])?;
    // One set of warnings for all: clippy builds what the tests need, too.
    cargo(
        root,
        "lints",
        &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
        &[],
    )?;
    // The end-to-end tests run the real binary; building it here keeps each of them from asking cargo for it.
    cargo(root, "binary", &["build", "--package", "pianoroll", "--quiet"], &[])?;
    let binary = crate::target_folder(root)?
        .join("debug/pianoroll")
        .with_extension(std::env::consts::EXE_EXTENSION);
    crate::guests::run(root)?;
    let guests = crate::guests::folder(root)?;
    let no_text = "the target folder's name is not UTF-8";
    let built = [
        ("PIANOROLL_BINARY", binary.to_str().context(no_text)?),
        ("PIANOROLL_GUESTS", guests.to_str().context(no_text)?),
    ];
    if has_nextest(root) {
        cargo(root, "tests", &["nextest", "run", "--workspace", "--no-fail-fast"], &built)?;
    } else {
        cargo(
            root,
            "tests",
            &["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"],
            &built,
        )?;
    }
    cargo(root, "documentation tests", &["test", "--workspace", "--doc", "--quiet"], &[])?;
    let strict = [("RUSTDOCFLAGS", "-D warnings")];
    cargo(root, "documentation", &["doc", "--workspace", "--no-deps", "--quiet"], &strict)?;
    println!("== generated files");
    crate::generate::generate(root, true)?;
    println!("== all checks passed");
    Ok(())
}

fn has_nextest(root: &Path) -> bool {
    let mut command = crate::cargo(root);
    command.args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[expect(
    clippy::disallowed_methods,
    reason = "tells a person how long each check took; nothing depends on it"
)]
fn cargo(root: &Path, name: &str, words: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    println!("== {name}: cargo {}", words.join(" "));
    let start = Instant::now();
    let mut command: Command = crate::cargo(root);
    let status = command
        .args(words)
        .envs(environment.iter().copied())
        .status()
        .context("could not start cargo")?;
    if !status.success() {
        bail!("{name} failed; run `cargo {}`", words.join(" "));
    }
    println!("== {name}: {} s", start.elapsed().as_secs());
    Ok(())
}
