//! What people and CI run: `cargo xtask ci | generate [--check] | guests | tidy | dist`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this program talks to the person who runs it"
)]

mod ci;
mod dist;
mod generate;
mod guests;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

const USAGE: &str = "\
usage: cargo xtask <command>
  ci                  everything that CI checks: format, lints, tests, documentation, generated files, tidiness
  generate [--check]  write (or compare) what is made from spec/ and committed
  guests              the plugins of plugins/ as components, in target/guests; sets up what builds them
  tidy                the rules of the repository that no other tool knows
  dist                a stripped release binary with its checksum, in dist/";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let root = root();
    let done = match words.as_slice() {
        ["ci"] => ci::run(&root),
        ["generate"] => generate::generate(&root, false),
        ["generate", "--check"] => generate::generate(&root, true),
        ["guests"] => guests::run(&root),
        ["tidy"] => tidy::run(&root),
        ["dist"] => dist::run(&root),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The repository: the folder above this crate's.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The cargo that runs this program.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Where cargo builds; a person may have moved it.
fn target_folder(root: &Path) -> Result<PathBuf> {
    let words = ["metadata", "--format-version", "1", "--no-deps"];
    let output = crate::cargo(root).args(words).output().context("could not start cargo")?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
    let folder = metadata.get("target_directory").and_then(serde_json::Value::as_str);
    Ok(folder.context("cargo metadata names no target directory")?.into())
}
