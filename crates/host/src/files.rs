//! Files for programs: what a run may read and write, streamed, with no file system in here.
//!
//! A program names a file by a path inside one folder ([`FilePath`] has the rules), and a [`Files`] is that folder. What is
//! read is remembered by its digest. What is written appears whole when the run has completed, and not at all when it has
//! not: outputs are begun beside their place and put there at the end ([`Host::commit_files`]).
//!
//! All of this blocks for as long as a disk does, so it is for threads that may wait.

mod error;
mod input;
mod output;
mod path;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::Arc;

use pianoroll_model::RunId;

use crate::host::{Host, lock};

pub use error::{FileCause, FileError, FilesError};
pub(crate) use input::Seal;
pub use input::{Input, InputRecord};
pub use output::{Output, OutputEnd, OutputRecord};
pub use path::FilePath;

use error::Access;
use output::Slot;

/// The folder that a run reads from and writes to.
pub trait Files: Send + Sync {
    /// Opens a file, to be read from its start.
    ///
    /// # Errors
    /// It is not there, is no regular file, or is out of a program's reach.
    fn open(&self, path: &FilePath) -> Result<OpenFile, FileCause>;

    /// Whether there is a file that could be opened.
    ///
    /// # Errors
    /// It is out of a program's reach, or nobody can tell.
    fn exists(&self, path: &FilePath) -> Result<bool, FileCause>;

    /// Whether an output could be put there, as far as that can be told without writing anything.
    ///
    /// # Errors
    /// It could not.
    fn check(&self, path: &FilePath) -> Result<(), FileCause>;

    /// Begins the new content of a file, under another name.
    ///
    /// # Errors
    /// As [`Files::check`], and those of the disk.
    fn create(&self, path: &FilePath, run: &RunId) -> Result<Box<dyn NewFile>, FileCause>;
}

/// A file that was opened to be read.
pub struct OpenFile {
    /// Its bytes.
    pub bytes: Box<dyn Read + Send>,
    /// How many there are, as far as is known when it is opened.
    pub size: u64,
}

/// The new content of a file. Dropped before it was [put](NewFile::put) in its place, it leaves nothing behind.
pub trait NewFile: Write + Send {
    /// Makes what was written durable and ends the writing: nothing is written afterwards.
    ///
    /// # Errors
    /// Those of the disk.
    fn settle(&mut self) -> std::io::Result<()>;

    /// Puts it in its place, at once and whole, where it replaces what was there. Only after [`NewFile::settle`].
    ///
    /// # Errors
    /// Those of the disk; then the place is as it was.
    fn put(&mut self) -> std::io::Result<()>;
}

/// There are no files: every access is refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl NoFiles {
    const REASON: &'static str = "this run has no folder to read from or write to";
}

impl Files for NoFiles {
    fn open(&self, _: &FilePath) -> Result<OpenFile, FileCause> {
        Err(FileCause::Refused(Self::REASON.to_owned()))
    }

    fn exists(&self, _: &FilePath) -> Result<bool, FileCause> {
        Err(FileCause::Refused(Self::REASON.to_owned()))
    }

    fn check(&self, _: &FilePath) -> Result<(), FileCause> {
        Err(FileCause::Refused(Self::REASON.to_owned()))
    }

    fn create(&self, _: &FilePath, _: &RunId) -> Result<Box<dyn NewFile>, FileCause> {
        Err(FileCause::Refused(Self::REASON.to_owned()))
    }
}

/// How many files a run may write: each has its temporary file until the end of the run.
pub const MAX_OUTPUTS: usize = 10_000;

/// What a run has read and written so far.
#[derive(Default)]
pub(crate) struct Shelf {
    inputs: Vec<InputRecord>,
    /// By path, in one case: where `A.csv` and `a.csv` are one file, the second would replace the first.
    outputs: BTreeMap<String, Arc<Slot>>,
}

impl Host {
    /// Opens a file to read.
    ///
    /// # Errors
    /// The path breaks a rule, the file cannot be opened, or this run writes it.
    pub fn open_file(self: &Arc<Self>, path: &str) -> Result<Input, FileError> {
        let fail = |cause| FileError::new(Access::Read, path, cause);
        let checked = FilePath::parse(path).map_err(fail)?;
        self.refuse_own(&checked).map_err(fail)?;
        let opened = self.settings.files.open(&checked).map_err(fail)?;
        Ok(Input::new(Arc::clone(self), checked, opened))
    }

    /// Whether there is a file that could be read. What this run writes is not there yet.
    ///
    /// # Errors
    /// The path breaks a rule, or nobody can tell.
    pub fn file_exists(&self, path: &str) -> Result<bool, FileError> {
        let fail = |cause| FileError::new(Access::Read, path, cause);
        let checked = FilePath::parse(path).map_err(fail)?;
        self.settings.files.exists(&checked).map_err(fail)
    }

    /// Begins an output. It appears when the run has completed; of a dry run it is only counted.
    ///
    /// # Errors
    /// The path breaks a rule or was written by this run before, or the file cannot be begun.
    pub fn create_file(&self, path: &str) -> Result<Output, FileError> {
        let fail = |cause| FileError::new(Access::Write, path, cause);
        let checked = FilePath::parse(path).map_err(fail)?;
        checked.check_writable().map_err(fail)?;
        let mut shelf = lock(&self.shelf);
        if shelf.outputs.contains_key(&checked.key()) {
            let message =
                "this run writes it already; keep the writer, and push to that".to_owned();
            return Err(fail(FileCause::Refused(message)));
        }
        if shelf.outputs.len() == MAX_OUTPUTS {
            let message = format!("a run writes at most {MAX_OUTPUTS} files");
            return Err(fail(FileCause::Refused(message)));
        }
        let slot = if self.settings.dry_run {
            self.settings.files.check(&checked).map_err(fail)?;
            Slot::planned(&checked)
        } else {
            let file = self.settings.files.create(&checked, &self.settings.run).map_err(fail)?;
            Slot::open(&checked, file)
        };
        let slot = Arc::new(slot);
        shelf.outputs.insert(checked.key(), Arc::clone(&slot));
        Ok(Output::new(slot))
    }

    /// Puts all outputs in their places: at the end of a run that completed. First all are made durable, then each is put.
    ///
    /// # Errors
    /// Where one cannot be made durable, none is put; where one cannot be put, the others still are. What is where, the error
    /// tells, and [`Host::outputs`] too.
    pub fn commit_files(&self) -> Result<(), FilesError> {
        let slots: Vec<_> = lock(&self.shelf).outputs.values().cloned().collect();
        // All of them, so that each that fails is told.
        let failed = slots.iter().filter(|slot| !slot.settle()).count();
        for slot in &slots {
            if failed == 0 {
                slot.put();
            } else {
                slot.discard();
            }
        }
        FilesError::of(self.outputs())
    }

    /// Leaves nothing of the outputs: at the end of a run that did not complete.
    pub fn discard_files(&self) {
        let slots: Vec<_> = lock(&self.shelf).outputs.values().cloned().collect();
        slots.iter().for_each(|slot| slot.discard());
    }

    /// What the run wrote, or would write, by path.
    #[must_use]
    pub fn outputs(&self) -> Vec<OutputRecord> {
        let slots: Vec<_> = lock(&self.shelf).outputs.values().cloned().collect();
        slots.iter().map(|slot| slot.record()).collect()
    }

    /// What the run has read and closed again, in the order in which it was closed, each content once.
    #[must_use]
    pub fn inputs(&self) -> Vec<InputRecord> {
        lock(&self.shelf).inputs.clone()
    }

    /// Remembers what was read.
    fn note_input(&self, record: InputRecord) {
        let mut shelf = lock(&self.shelf);
        if !shelf.inputs.contains(&record) {
            shelf.inputs.push(record);
        }
    }

    /// An output is not there before the end of the run, so it cannot be read in it.
    fn refuse_own(&self, path: &FilePath) -> Result<(), FileCause> {
        if lock(&self.shelf).outputs.contains_key(&path.key()) {
            let message = "this run writes it, and it appears when the run has completed; keep what you need of it in a variable";
            return Err(FileCause::Refused(message.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
