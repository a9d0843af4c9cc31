//! The entrances: from the build script of `api`, and from a folder.

use std::path::{Path, PathBuf};

use crate::checked::Spec;
use crate::mistake::Mistakes;
use crate::source::Tree;
use crate::{check, emit};

/// Reads and checks the spec in a folder.
///
/// # Errors
/// A file that cannot be read, or every mistake in every file.
pub fn read(folder: &Path) -> Result<Spec, Mistakes> {
    let tree = Tree::read(folder).map_err(|error| Mistakes::unreadable(&error))?;
    check(&tree)
}

/// Writes `generated.rs` into `OUT_DIR`. Mistakes become build errors, one line each; each is also shown with the line it is
/// in, at the end of the build.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "how a build script speaks to cargo")]
pub fn build_script(spec: &str) {
    println!("cargo::rerun-if-changed=build.rs");
    // A folder stands for all that is in it.
    println!("cargo::rerun-if-changed={spec}");
    let text = match read(Path::new(spec)) {
        Ok(spec) => emit::rust(&spec),
        Err(mistakes) => {
            for line in mistakes.lines() {
                println!("cargo::error={line}");
            }
            eprintln!("{mistakes}");
            std::process::exit(1);
        }
    };
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default()).join("generated.rs");
    if let Err(error) = std::fs::write(&out, text) {
        println!("cargo::error={}: {error}", out.display());
        std::process::exit(1);
    }
}
