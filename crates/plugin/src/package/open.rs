//! Reading a package from a file.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::{Package, PackageError};
use crate::regular;

/// Why a file cannot be read as a package.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It cannot be read.
    #[error("cannot read {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no package.
    #[error("{}: {error}", file.display())]
    Package {
        /// The file.
        file: PathBuf,
        /// Why.
        error: PackageError,
    },
}

impl Package {
    /// Reads a package from its file.
    ///
    /// # Errors
    /// The file cannot be read, or is no package.
    pub fn open(file: &Path) -> Result<Self, OpenError> {
        let bytes = read_bounded(file)
            .map_err(|source| OpenError::File { file: file.to_owned(), source })?;
        Self::read(bytes).map_err(|error| OpenError::Package { file: file.to_owned(), error })
    }
}

/// The bytes of a file, up to one more than a package may have.
fn read_bounded(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    regular::open(file)?.take(Package::MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
