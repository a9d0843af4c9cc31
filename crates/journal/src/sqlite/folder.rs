//! The state folder: its files, who may read them, and who owns it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::error::of_path;
use crate::error::{JournalError, JournalErrorKind};

/// The database within its folder.
pub(super) const DATABASE: &str = "journal.db";

const LOCK: &str = "owner.lock";

/// Where the database of a folder is.
pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join(DATABASE)
}

/// Whether a process ended while it made the database: from then on there is a write-ahead log, and never a rollback journal.
pub(super) fn is_in_making(folder: &Path) -> bool {
    folder.join(format!("{DATABASE}-journal")).exists()
}

/// Makes the folder, for its owner only, and keeps it out of version control.
pub(super) fn make(folder: &Path) -> Result<(), JournalError> {
    let made = match folder_builder().create(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let above = folder.parent().unwrap_or(folder);
            fs::create_dir_all(above).and_then(|()| folder_builder().create(folder))
        }
        made => made,
    };
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(of_path(&error, folder));
        }
        _ => {}
    }
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n").map_err(|error| of_path(&error, &ignore))?;
    }
    Ok(())
}

/// Makes an empty database that only its owner may read. SQLite gives its other files the same mode.
pub(super) fn make_database(path: &Path) -> Result<(), JournalError> {
    match private(OpenOptions::new().write(true).create_new(true)).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(of_path(&error, path)),
        _ => Ok(()),
    }
}

/// The right to write to a folder: as long as it lives, and no longer than the process.
#[derive(Debug)]
pub(super) struct OwnerLock {
    _file: File,
}

impl OwnerLock {
    pub(super) fn take(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(LOCK);
        let wrong = |error: io::Error| of_path(&error, &path);
        let mut options = OpenOptions::new();
        let mut file = private(options.read(true).write(true).create(true).truncate(false))
            .open(&path)
            .map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(owned(&mut file)),
            Err(TryLockError::Error(error)) => return Err(wrong(error)),
        }
        // The time of this file is when its owner began.
        file.set_len(0).map_err(wrong)?;
        writeln!(file, "{}", std::process::id()).map_err(wrong)?;
        Ok(Self { _file: file })
    }
}

/// Who owns it, as far as that can be told.
fn owned(file: &mut File) -> JournalError {
    let mut content = String::new();
    // A platform may keep others from reading it; then the number is unknown.
    let _ = file.take(32).read_to_string(&mut content);
    let process = match content.trim() {
        "" => "another process".to_owned(),
        process => format!("process {process}"),
    };
    let since = file.metadata().and_then(|metadata| metadata.modified()).ok();
    let since = since.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let since = since.map(|time| format!(" since {time:.0}")).unwrap_or_default();
    JournalError::new(JournalErrorKind::Owned, format!("is owned by {process}{since}"))
}

/// Waits until a folder's list of files is on disk.
pub(super) fn sync(folder: &Path) -> Result<(), JournalError> {
    if cfg!(unix) {
        File::open(folder).and_then(|it| it.sync_all()).map_err(|error| of_path(&error, folder))?;
    }
    Ok(())
}

#[cfg(unix)]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600)
}

#[cfg(not(unix))]
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn folder_builder() -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

#[cfg(not(unix))]
fn folder_builder() -> fs::DirBuilder {
    fs::DirBuilder::new()
}
