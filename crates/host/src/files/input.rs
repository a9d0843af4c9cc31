//! A file that a run reads.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
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

/// What a whole file was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seal {
    bytes: u64,
    /// SHA-256, in hexadecimal.
    digest: String,
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of SHA-256 {}", self.bytes, self.digest)
    }
}

/// A file that is being read. When it is dropped, the run remembers what was read.
pub struct Input {
    host: Arc<Host>,
    path: FilePath,
    file: OpenFile,
    bytes: u64,
    digest: Sha256,
    complete: bool,
    expected: Option<Seal>,
}

impl Input {
    pub(super) fn new(host: Arc<Host>, path: FilePath, file: OpenFile) -> Self {
        let digest = Sha256::new();
        Self { host, path, file, bytes: 0, digest, complete: false, expected: None }
    }

    /// That must turn out to be this.
    pub(crate) fn sealed(mut self, expected: Seal) -> Self {
        self.expected = Some(expected);
        self
    }

    /// What was read so far.
    pub(crate) fn seal(&self) -> Seal {
        Seal { bytes: self.bytes, digest: hexadecimal(self.digest.clone()) }
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
        if self.complete && self.expected.as_ref().is_some_and(|seal| *seal != self.seal()) {
            return Err(io::Error::other("it was changed while it was read"));
        }
        Ok(read)
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        let digest = hexadecimal(std::mem::take(&mut self.digest));
        self.host.note_input(InputRecord {
            path: self.path.to_string(),
            bytes: self.bytes,
            digest,
            complete: self.complete,
        });
    }
}

fn hexadecimal(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
