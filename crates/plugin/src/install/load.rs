//! Taking an installed plugin for a run: only what was installed, as it was installed.

use std::io;
use std::path::Path;

use semver::Version;

use crate::digest::Digest;
use crate::lock::{Installed, Lock, NotInstalled};
use crate::needs::NeedsError;
use crate::package::{OpenError, Package, PackageError};

/// A plugin that can be run.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Its package, which is the one that was installed.
    pub package: Package,
    /// Its entry, with its grants.
    pub entry: Installed,
}

/// Why an installed plugin cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum InstalledError {
    /// There is none of the name and version.
    #[error(transparent)]
    NotInstalled(#[from] NotInstalled),
    /// Its entry is not as pianoroll has written it.
    #[error(
        "the entry of {title} in pianoroll.lock was edited by hand, and grants nothing so: undo that, or `pianoroll plugin remove {title}` and install it again with what you grant"
    )]
    Edited {
        /// `win-back@1.0.0`
        title: String,
    },
    /// The file of its package is gone.
    #[error("{file} is not there, and pianoroll.lock has {title}: install it again from its file")]
    Gone {
        /// `win-back@1.0.0`
        title: String,
        /// The file, from the project's folder.
        file: String,
    },
    /// The file of its package cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// The file, from the project's folder.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The file is no package any more.
    #[error("{file} is not what was installed: {error}")]
    Package {
        /// The file, from the project's folder.
        file: String,
        /// Why.
        error: PackageError,
    },
    /// The file is another package.
    #[error(
        "{file} is not what was installed:\n  installed {installed}\n  this one  {found}\nput the old file back, or `pianoroll plugin remove {title}` and install the one that you mean"
    )]
    Changed {
        /// `win-back@1.0.0`
        title: String,
        /// The file, from the project's folder.
        file: String,
        /// What was installed.
        installed: Digest,
        /// What is there.
        found: Digest,
    },
    /// Its signature is gone, or another one.
    #[error(
        "{file} does not have the signature any more that it was installed with: install it again from its file"
    )]
    Signature {
        /// The file, from the project's folder.
        file: String,
    },
    /// It needs what this pianoroll does not have.
    #[error("{title} cannot run on this pianoroll: {error}")]
    Needs {
        /// `win-back@1.0.0`
        title: String,
        /// What.
        error: NeedsError,
    },
}

/// The plugin of a name in a project's folder: in a version, or the newest one that is installed.
///
/// # Errors
/// There is none, or it is not as it was installed.
pub fn load(
    folder: &Path,
    lock: &Lock,
    name: &str,
    version: Option<&Version>,
) -> Result<Loaded, InstalledError> {
    let entry = lock.find(name, version)?;
    let (title, file) = (entry.title(), entry.file());
    if entry.edited {
        return Err(InstalledError::Edited { title });
    }
    let package = match Package::open(&folder.join(&file)) {
        Ok(package) => package,
        Err(OpenError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Err(InstalledError::Gone { title, file });
        }
        Err(OpenError::File { source, .. }) => return Err(InstalledError::Read { file, source }),
        Err(OpenError::Package { error, .. }) => {
            return Err(InstalledError::Package { file, error });
        }
    };
    // The digest holds the name and the version, too: the manifest is a part of what it is of.
    if *package.digest() != entry.digest {
        let (installed, found) = (entry.digest, *package.digest());
        return Err(InstalledError::Changed { title, file, installed, found });
    }
    if package.signer() != entry.signer.as_ref() {
        return Err(InstalledError::Signature { file });
    }
    if let Err(error) = package.needs().check(package.manifest()) {
        return Err(InstalledError::Needs { title, error });
    }
    Ok(Loaded { package, entry: entry.clone() })
}
