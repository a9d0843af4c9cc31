//! The new content of a file: beside its place, under a hidden name, until it is put there.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, File, Metadata, OpenOptions};
use pianoroll_host::NewFile;

/// Bytes that are gathered before the disk is asked.
const BUFFER: usize = 64 * 1024;

/// A file that is written beside its place.
pub(super) struct Beside {
    dir: Dir,
    temporary: PathBuf,
    target: PathBuf,
    // Given back when the writing has ended, so that a run may have more outputs than the system has handles.
    file: Option<BufWriter<File>>,
    /// Whether the temporary file is still there.
    left: bool,
}

impl Beside {
    pub(super) fn create(
        dir: Dir,
        temporary: PathBuf,
        target: PathBuf,
        before: Option<&Metadata>,
    ) -> io::Result<Self> {
        let file = match new_file(&dir, &temporary) {
            // An attempt of the same run was killed while it wrote: only the newest attempt writes.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                dir.remove_file(&temporary)?;
                new_file(&dir, &temporary)?
            }
            opened => opened?,
        };
        let file = BufWriter::with_capacity(BUFFER, file);
        let new = Self { dir, temporary, target, file: Some(file), left: true };
        if let Some(before) = before {
            // Who may read a file does not change by its being written anew.
            new.dir.set_permissions(&new.temporary, before.permissions())?;
        }
        Ok(new)
    }
}

fn new_file(dir: &Dir, path: &Path) -> io::Result<File> {
    dir.open_with(path, OpenOptions::new().write(true).create_new(true))
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::Error::other("the writing has ended")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl NewFile for Beside {
    fn settle(&mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else { return Ok(()) };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()
    }

    fn put(&mut self) -> io::Result<()> {
        let folder = self.target.parent().unwrap_or(Path::new(""));
        if !folder.as_os_str().is_empty() {
            self.dir.create_dir_all(folder)?;
        }
        self.dir.rename(&self.temporary, &self.dir, &self.target)?;
        self.left = false;
        sync(&self.dir, folder);
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.file = None;
        if self.left {
            // What cannot be removed has a name that says what it is.
            let _ = self.dir.remove_file(&self.temporary);
        }
    }
}

/// Makes the new name durable, where the system can: the file is in its place already, so that it cannot is no failure.
#[cfg(unix)]
fn sync(dir: &Dir, folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let _ = dir.open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync(_: &Dir, _: &Path) {}
