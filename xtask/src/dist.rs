//! `cargo xtask dist`: what is handed out.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

/// Builds the stripped release binary and writes it, with its SHA-256 checksum beside it, to `dist/`.
pub(crate) fn run(root: &Path) -> Result<()> {
    // Only the last link differs from an ordinary release build, so all of that is used again.
    let words = ["rustc", "--release", "--locked", "--package", "pianoroll", "--bin", "pianoroll"];
    let strip = ["--", "-C", "strip=symbols"];
    let mut cargo = crate::cargo(root);
    let status = cargo.args(words).args(strip).status().context("could not start cargo")?;
    if !status.success() {
        bail!("the release build failed");
    }
    let name = format!("pianoroll{}", std::env::consts::EXE_SUFFIX);
    let built = crate::target_folder(root)?.join("release").join(&name);
    let binary = fs::read(&built).with_context(|| format!("could not read {}", built.display()))?;
    let mut checksum = String::new();
    for byte in Sha256::digest(&binary) {
        write!(checksum, "{byte:02x}")?;
    }
    let folder = root.join("dist");
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let target = folder.join(&name);
    fs::copy(&built, &target).with_context(|| format!("could not write {}", target.display()))?;
    // The format that `sha256sum --check` reads.
    let sums = folder.join(format!("{name}.sha256"));
    fs::write(&sums, format!("{checksum}  {name}\n"))
        .with_context(|| format!("could not write {}", sums.display()))?;
    println!("{} ({} bytes)", target.display(), binary.len());
    println!("{}", sums.display());
    Ok(())
}
