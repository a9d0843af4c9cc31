//! The committed contracts: written, or compared with what is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::checked::Spec;
use crate::emit;

/// Why contracts could not be written or are not what they should be.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// A file that cannot be read or written.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Files that differ from what the spec says now.
    #[error("not what spec/ says: {}; refresh them with `cargo xtask generate`", files.join(", "))]
    Stale {
        /// Their paths from the root, sorted.
        files: Vec<String>,
    },
}

/// Writes the contracts below the root, and removes definitions of modules that are gone. Answers the files that changed.
///
/// # Errors
/// A file that cannot be written.
pub fn write(spec: &Spec, root: &Path) -> Result<Vec<String>, ContractError> {
    let mut changed = Vec::new();
    for (name, text) in emit::contracts(spec) {
        let path = root.join(&name);
        if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        let folder = path.parent().unwrap_or(root);
        std::fs::create_dir_all(folder).map_err(at(folder))?;
        std::fs::write(&path, text).map_err(at(&path))?;
        changed.push(name);
    }
    for name in left_over(spec, root)? {
        let path = root.join(&name);
        std::fs::remove_file(&path).map_err(at(&path))?;
        changed.push(name);
    }
    Ok(changed)
}

/// Compares the contracts below the root with the spec.
///
/// # Errors
/// The files that differ, are missing or are left over, all of them.
pub fn compare(spec: &Spec, root: &Path) -> Result<(), ContractError> {
    let differs = |(name, text): &(String, String)| {
        std::fs::read_to_string(root.join(name)).map_or(true, |there| there != *text)
    };
    let stale = emit::contracts(spec).into_iter().filter(differs).map(|(name, _)| name);
    let mut files: Vec<String> = stale.chain(left_over(spec, root)?).collect();
    files.sort();
    if files.is_empty() { Ok(()) } else { Err(ContractError::Stale { files }) }
}

/// Files of modules that are gone.
fn left_over(spec: &Spec, root: &Path) -> Result<Vec<String>, ContractError> {
    let wanted: BTreeSet<String> =
        emit::contracts(spec).into_iter().map(|(name, _)| name).collect();
    let mut names = Vec::new();
    for of in emit::FOLDERS {
        let folder = root.join(of);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ContractError::File { path: folder, error }),
        };
        for entry in entries {
            let name = entry.map_err(at(&folder))?.file_name();
            let name = format!("{of}/{}", name.to_string_lossy());
            if !wanted.contains(&name) {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> ContractError + use<> {
    let path = path.to_owned();
    |error| ContractError::File { path, error }
}
