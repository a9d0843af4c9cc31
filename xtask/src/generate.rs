//! `cargo xtask generate`: the committed files that are made from the spec: contracts, the WIT package, the layer of the plugin SDK.

use std::path::Path;

use anyhow::Result;
use pianoroll_codegen::contracts;

/// Writes the contracts, or with `check` compares them and fails where they differ.
pub(crate) fn generate(root: &Path, check: bool) -> Result<()> {
    let spec = pianoroll_codegen::read(&root.join("spec"))?;
    if check {
        contracts::compare(&spec, root)?;
        println!("the contracts are what spec/ says");
        return Ok(());
    }
    let changed = contracts::write(&spec, root)?;
    for file in &changed {
        println!("{file}");
    }
    println!("{} files changed", changed.len());
    Ok(())
}
