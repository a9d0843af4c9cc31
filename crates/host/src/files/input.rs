//! A file that a run reads.

use std::io::{self, Read};
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::OpenFile;
use super::path::FilePath;
use crate::host::Host;

/// What a run read of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputRecord {
    /// The path.
    pub path: String,
    /// How many bytes were read, from the start.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub digest: String,
    /// Whether they were all that there were.
    pub complete: bool,
}

/// A file that is being read. When it is dropped, the run remembers what was read.
pub struct Input {
    host: Arc<Host>,
    path: FilePath,
    file: OpenFile,
    bytes: u64,
    digest: Sha256,
    complete: bool,
}

impl Input {
    pub(super) fn new(host: Arc<Host>, path: FilePath, file: OpenFile) -> Self {
        Self { host, path, file, bytes: 0, digest: Sha256::new(), complete: false }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &FilePath {
        &self.path
    }

    /// How many bytes it had when it was opened.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.file.size
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.bytes.read(buffer)?;
        self.complete |= read == 0 && !buffer.is_empty();
        self.bytes += read as u64;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        let digest = std::mem::take(&mut self.digest).finalize();
        self.host.note_input(InputRecord {
            path: self.path.to_string(),
            bytes: self.bytes,
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            complete: self.complete,
        });
    }
}
