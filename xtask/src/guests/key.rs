//! What a component was built from, as a digest.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::{Guest, Language};

/// Folders that are made by a build or by an editor, and tell nothing.
const MADE: [&str; 5] = ["node_modules", "target", "__pycache__", ".venv", "wit_world"];

/// The digest of a guest's sources, of its toolchain's pins, and of how it is built.
pub(super) fn of(root: &Path, guest: &Guest) -> Result<String> {
    let plugins = root.join("plugins");
    let mut sources = vec![
        plugins.join(guest.name),
        root.join("xtask/src/guests.rs"),
        root.join("xtask/src/guests"),
    ];
    let mut digest = Sha256::new();
    match guest.language {
        Language::Rust => {
            sources.push(plugins.join("Cargo.toml"));
            sources.push(plugins.join("Cargo.lock"));
            sources.push(root.join("crates/plugin-sdk"));
            let output = Command::new("rustc").arg("-vV").current_dir(root).output();
            digest.update(output.context("could not start rustc")?.stdout);
        }
        Language::JavaScript => sources.push(plugins.join("toolchains/javascript")),
        Language::Python => sources.push(plugins.join("toolchains/python")),
    }
    let mut files = BTreeMap::new();
    for source in sources {
        collect(&source, &mut files)?;
    }
    for (path, bytes) in files {
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        digest.update((name.len() as u64).to_le_bytes());
        digest.update(name);
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    }
    let mut text = String::new();
    for byte in digest.finalize() {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    let told = || format!("could not read {}", path.display());
    if path.is_file() {
        files.insert(path.to_path_buf(), fs::read(path).with_context(told)?);
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(told)? {
        let entry = entry.with_context(told)?;
        if !MADE.iter().any(|made| entry.file_name() == *made) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}
