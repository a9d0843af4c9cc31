//! Doing what was decided.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semver::Version;

use crate::lock::{Guard, Installed, Lock, LockError, NotInstalled, write_file};
use crate::manifest::Manifest;
use crate::package::Package;

use super::decide::{Decision, decide};
use super::refusal::Refused;
use super::request::{Action, InstallRequest};

/// Why a plugin was not installed or removed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// It is not allowed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is none.
    #[error(transparent)]
    NotInstalled(#[from] NotInstalled),
    /// The lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The file of a package cannot be written or removed.
    #[error("cannot write {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What [`install`] would do now. Nothing is written.
///
/// # Errors
/// Every reason not to.
pub fn preview(
    folder: &Path,
    package: &Package,
    request: &InstallRequest,
) -> Result<Decision, InstallError> {
    let lock = Lock::read(folder)?;
    decide_in(folder, package, request, &lock)
}

/// Installs a package in a project's folder, or upgrades to it. Where another process does the same, one waits for the other, and
/// decides by what it has done.
///
/// # Errors
/// Every reason not to; nothing has changed then.
pub fn install(
    folder: &Path,
    package: &Package,
    request: &InstallRequest,
) -> Result<Decision, InstallError> {
    let guard = Guard::wait(folder)?;
    let lock = Lock::read(folder)?;
    let decision = decide_in(folder, package, request, &lock)?;
    // The package first: an entry without its file would be in the way of runs, a file without its entry is in nobody's.
    let file = folder.join(decision.entry.file());
    write_file(&file, package.file()).map_err(|source| InstallError::File { file, source })?;
    guard.write(&decision.lock)?;
    if let Some(replaced) = &decision.replaced {
        remove_file(folder, replaced)?;
    }
    Ok(decision)
}

/// Removes a version of a plugin, or all of them, and answers what was there. Its key and its newest version stay known.
///
/// # Errors
/// There is none, or a file cannot be changed.
pub fn remove(
    folder: &Path,
    name: &str,
    version: Option<&Version>,
) -> Result<Vec<Installed>, InstallError> {
    // Where there is none, no folder is made.
    Lock::read(folder)?.find(name, version)?;
    let guard = Guard::wait(folder)?;
    let mut lock = Lock::read(folder)?;
    lock.find(name, version)?;
    let is_meant = |plugin: &&Installed| version.is_none_or(|version| plugin.version == *version);
    let removed: Vec<Installed> = lock.versions(name).filter(is_meant).cloned().collect();
    for plugin in &removed {
        lock.take(name, &plugin.version);
    }
    guard.write(&lock)?;
    for plugin in &removed {
        remove_file(folder, plugin)?;
    }
    Ok(removed)
}

fn decide_in(
    folder: &Path,
    package: &Package,
    request: &InstallRequest,
    lock: &Lock,
) -> Result<Decision, InstallError> {
    let previous = match request.action {
        Action::Install => None,
        Action::Upgrade => previous(folder, &package.manifest().name, lock),
    };
    Ok(decide(request, package, lock, previous.as_ref())?)
}

/// The manifest of the newest version that is installed, where its package is as it was.
fn previous(folder: &Path, name: &str, lock: &Lock) -> Option<Manifest> {
    let entry = lock.find(name, None).ok()?;
    let package = Package::open(&folder.join(entry.file())).ok()?;
    (*package.digest() == entry.digest).then(|| package.manifest().clone())
}

fn remove_file(folder: &Path, plugin: &Installed) -> Result<(), InstallError> {
    let file = folder.join(plugin.file());
    match fs::remove_file(&file) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(InstallError::File { file, source })
        }
        _ => Ok(()),
    }
}
