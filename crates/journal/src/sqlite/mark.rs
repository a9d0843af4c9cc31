//! The high-water mark: what this folder has seen of its journal, so that an older one in its place is noticed.

use std::cmp::Ordering;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::error::of_path;
use super::folder::private;
use super::sum::Sum;
use crate::error::{JournalError, JournalErrorKind};

const NAME: &str = "journal.mark";
const SIZE: usize = 24;
// Commits write two places by turns, so that a crash in the middle of one leaves the other.
const PLACES: usize = 2;

/// How far a journal is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reached {
    pub(super) generation: u64,
    pub(super) counter: u64,
}

/// The file with the mark. It is written after each commit and not waited for: after a crash of the machine it may lag, and never
/// leads.
#[derive(Debug)]
pub(super) struct Mark {
    path: PathBuf,
    file: File,
}

impl Mark {
    /// What the mark of a folder says; none where there is none, or a crash left one that was only begun.
    pub(super) fn read(folder: &Path) -> Result<Option<Reached>, JournalError> {
        let path = folder.join(NAME);
        let mut bytes = Vec::new();
        match File::open(&path) {
            Ok(file) => {
                file.take(256).read_to_end(&mut bytes).map_err(|error| of_path(&error, &path))?
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(of_path(&error, &path)),
        };
        let newest = bytes.chunks(SIZE).filter_map(parse).max();
        let is_begun = bytes.len() < PLACES * SIZE || bytes.iter().all(|byte| *byte == 0);
        if newest.is_some() || is_begun {
            return Ok(newest);
        }
        let message = format!(
            "has a damaged mark; if the journal is surely the newest, delete {}",
            path.display()
        );
        Err(JournalError::new(JournalErrorKind::Corrupt, message))
    }

    /// Opens the file to write it.
    pub(super) fn open(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(NAME);
        let file = private(OpenOptions::new().write(true).create(true).truncate(false)).open(&path);
        let file = file.map_err(|error| of_path(&error, &path))?;
        Ok(Self { path, file })
    }

    /// Raises it. A failure is one of the mark, not of what was written.
    pub(super) fn raise(&self, reached: Reached) -> Result<(), JournalError> {
        let mut file = &self.file;
        let place = reached.counter % PLACES as u64 * SIZE as u64;
        file.seek(SeekFrom::Start(place))
            .and_then(|_| file.write_all(&bytes_of(reached)))
            .map_err(|error| of_path(&error, &self.path))
    }

    /// Waits until it is on disk.
    pub(super) fn sync(&self) -> Result<(), JournalError> {
        self.file.sync_all().map_err(|error| of_path(&error, &self.path))
    }
}

/// Refuses a journal that is behind its mark.
pub(super) fn check(mark: Option<Reached>, reached: Reached) -> Result<(), JournalError> {
    let Some(mark) = mark else { return Ok(()) };
    if mark.cmp(&reached) != Ordering::Greater {
        return Ok(());
    }
    let message = format!(
        "is older than what this folder has seen: generation {} at {}, and {} at {} was reached; its newest part is lost, or \
         another file was put in its place; use `pianoroll restore` with a backup, which parks open runs",
        reached.generation, reached.counter, mark.generation, mark.counter
    );
    Err(JournalError::new(JournalErrorKind::Version, message))
}

fn bytes_of(reached: Reached) -> [u8; SIZE] {
    let mut bytes = [0; SIZE];
    bytes[..8].copy_from_slice(&reached.generation.to_le_bytes());
    bytes[8..16].copy_from_slice(&reached.counter.to_le_bytes());
    let sum = Sum::of("mark").bytes(&bytes[..16]).finish();
    bytes[16..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn parse(bytes: &[u8]) -> Option<Reached> {
    let number =
        |from: usize| Some(u64::from_le_bytes(bytes.get(from..from + 8)?.try_into().ok()?));
    let reached = Reached { generation: number(0)?, counter: number(8)? };
    (bytes == bytes_of(reached)).then_some(reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(counter: u64) -> Reached {
        Reached { generation: 1, counter }
    }

    #[test]
    fn half_a_mark_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let mark = Mark::open(folder.path()).unwrap();
        for counter in 1..=5 {
            let before = std::fs::read(&path).unwrap();
            mark.raise(reached(counter)).unwrap();
            let whole = std::fs::read(&path).unwrap();
            let half = (counter as usize % PLACES) * SIZE + SIZE / 2;
            let mut torn = whole.clone();
            torn.truncate(half);
            torn.extend(before.iter().skip(half));
            std::fs::write(&path, torn).unwrap();
            let expected = (counter > 1).then(|| reached(counter - 1));
            assert_eq!(Mark::read(folder.path()).unwrap(), expected, "{counter}");
            std::fs::write(&path, whole).unwrap();
            assert_eq!(Mark::read(folder.path()).unwrap(), Some(reached(counter)));
        }
    }

    #[test]
    fn a_mark_that_no_crash_leaves_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NAME), [7; PLACES * SIZE]).unwrap();
        assert_eq!(Mark::read(folder.path()).unwrap_err().kind, JournalErrorKind::Corrupt);
    }
}
