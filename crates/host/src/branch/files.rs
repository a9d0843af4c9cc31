//! Files that programs read. What a recorded run has read is known by its digest: the next attempt reads the same content, or
//! ends.

use std::io::Read as _;

use bytes::Bytes;
use pianoroll_journal::{Answer, EntryKind, EntryState};
use pianoroll_model::Position;

use super::Branch;
use crate::error::{Cause, HostError};
use crate::files::{FileCause, FileError, Input, Seal};
use crate::replay::{Asked, Divergence, Recalled};

/// Why a file cannot be opened.
#[derive(Clone, Debug)]
pub enum OpenError {
    /// The file's own reasons, which a program may catch.
    File(FileError),
    /// The run's.
    Host(HostError),
}

impl From<FileError> for OpenError {
    fn from(error: FileError) -> Self {
        OpenError::File(error)
    }
}

impl From<HostError> for OpenError {
    fn from(error: HostError) -> Self {
        OpenError::Host(error)
    }
}

const READ: &str = "\"read\"";
const EXISTS: &str = "\"exists\"";

impl Branch {
    /// Opens a file to read. In a recorded run the file is read once for its digest before, and whoever changes it while it is
    /// read makes the reading fail.
    ///
    /// # Errors
    /// The path breaks a rule, the file cannot be opened, or this run writes it; the journal cannot be read or written; the file
    /// is not what an earlier attempt has read.
    pub async fn open_file(&self, path: &str) -> Result<Input, OpenError> {
        let position = self.next_position();
        if self.recording().is_none() {
            return Ok(self.host.open_file(path)?);
        }
        let asked = file(path, READ);
        let recorded = match self.recall(&asked, position).await? {
            Recalled::Answered(_, answer) if answer.state == EntryState::Failed => {
                let cause = serde_json::from_slice(&answer.body);
                let cause = cause.unwrap_or(FileCause::Refused("it could not be read".to_owned()));
                return Err(FileError::reading(path, cause).into());
            }
            Recalled::Answered(_, answer) => serde_json::from_slice::<Seal>(&answer.body).ok(),
            Recalled::Nothing | Recalled::Lost(_) => None,
        };
        let found = self.host.open_file(path).and_then(|input| {
            let failed = |error: std::io::Error| FileError::reading(path, error.into());
            seal(input).map_err(failed)
        });
        match (recorded, found) {
            (Some(recorded), Ok(found)) if recorded == found => {
                Ok(self.host.open_file(path)?.sealed(found))
            }
            (Some(recorded), found) => {
                let now = found.map_or_else(|error| error.to_string(), |found| found.to_string());
                let divergence =
                    Divergence { recorded: format!("the file `{path}` with {recorded}"), now };
                Err(self.host.stopped(Cause::Diverged(divergence), position).into())
            }
            (None, Ok(found)) => {
                let body = serde_json::to_vec(&found).unwrap_or_default();
                self.record(&asked, Answer::value(body), position).await?;
                Ok(self.host.open_file(path)?.sealed(found))
            }
            (None, Err(error)) => {
                let body = serde_json::to_vec(&error.cause).unwrap_or_default();
                let answer = Answer { state: EntryState::Failed, ..Answer::value(body) };
                self.record(&asked, answer, position).await?;
                Err(error.into())
            }
        }
    }

    /// Whether there is a file that could be read. What this run writes is not there yet.
    ///
    /// # Errors
    /// The path breaks a rule, or nobody can tell; the journal cannot be read or written.
    pub async fn file_exists(&self, path: &str) -> Result<bool, OpenError> {
        let position: Position = self.next_position();
        let asked = file(path, EXISTS);
        if let Recalled::Answered(_, answer) = self.recall(&asked, position).await? {
            return Ok(&answer.body[..] == b"true");
        }
        let exists = self.host.file_exists(path)?;
        self.record(&asked, Answer::value(exists.to_string()), position).await?;
        Ok(exists)
    }
}

fn file<'a>(path: &'a str, what: &'static str) -> Asked<'a> {
    let arguments = Bytes::from_static(what.as_bytes());
    Asked { kind: EntryKind::File, name: path, account: None, arguments }
}

/// The content of a file, read to its end.
fn seal(mut input: Input) -> std::io::Result<Seal> {
    let mut buffer = vec![0; 64 * 1024];
    while input.read(&mut buffer)? > 0 {}
    Ok(input.seal())
}
