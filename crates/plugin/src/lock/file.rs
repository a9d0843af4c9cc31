//! The lock as a file: read within bounds, written whole, and by one process at a time.

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::LockError;
use super::read::MOST_BYTES;
use super::{LOCK_FILE, Lock, PACKAGES};
use crate::regular;

pub(super) fn read(folder: &Path) -> Result<Lock, LockError> {
    let file = folder.join(LOCK_FILE);
    let failed = |source| LockError::File { file: file.clone(), source };
    let opened = match regular::open(&file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Lock::default()),
        Err(error) => return Err(failed(error)),
    };
    let mut text = String::new();
    opened.take(MOST_BYTES as u64 + 1).read_to_string(&mut text).map_err(failed)?;
    Lock::parse(&text, Path::new(LOCK_FILE))
}

/// The right to change a project's plugins: one process at a time has it, for as long as the value lives.
#[derive(Debug)]
pub(crate) struct Guard {
    folder: PathBuf,
    /// The folder of packages. Its lock leaves no file behind and dies with the process; the lock file itself is replaced by each
    /// write, so that a lock of it would be one of a file that is gone.
    _locked: File,
}

impl Guard {
    /// Waits until no other process changes them.
    ///
    /// # Errors
    /// The folder of packages can neither be opened nor made.
    pub(crate) fn wait(folder: &Path) -> Result<Self, LockError> {
        let packages = folder.join(PACKAGES);
        let failed = |source| LockError::File { file: packages.clone(), source };
        match fs::create_dir(&packages) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
        let locked = File::open(&packages).map_err(failed)?;
        locked.lock().map_err(failed)?;
        Ok(Self { folder: folder.to_owned(), _locked: locked })
    }

    /// Writes the lock.
    ///
    /// # Errors
    /// It cannot be written; the old one stands then.
    pub(crate) fn write(&self, lock: &Lock) -> Result<(), LockError> {
        let file = self.folder.join(LOCK_FILE);
        // A link that leads to it keeps being one.
        let file = fs::canonicalize(&file).unwrap_or(file);
        write_file(&file, lock.to_text().as_bytes())
            .map_err(|source| LockError::File { file, source })
    }
}

/// Writes a file whole or not at all, with the permissions of the one that it replaces. A link is replaced itself: where it leads
/// was chosen by whoever made the folder, who may be a stranger.
pub(crate) fn write_file(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let permissions = match fs::symlink_metadata(file) {
        Ok(metadata) if metadata.is_file() => metadata.permissions(),
        _ => Permissions::from_mode(0o644),
    };
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(bytes)?;
    written.as_file().set_permissions(permissions)?;
    written.as_file().sync_all()?;
    written.persist(file)?;
    // The new name is durable when the folder is.
    File::open(folder)?.sync_all()
}
