//! A file that a run writes.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Serialize, Serializer};

use super::NewFile;
use super::path::FilePath;
use crate::host::lock;

/// A file that a run wrote, or would write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutputRecord {
    /// The path.
    pub path: String,
    /// How many bytes.
    pub bytes: u64,
    /// What became of it.
    pub end: OutputEnd,
}

/// What became of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputEnd {
    /// The run still writes it.
    Open,
    /// It is in its place.
    Written,
    /// A dry run would have written it.
    Planned,
    /// The run did not complete, so it was given up; what stood in its place still does.
    Discarded,
    /// It could not be written, and why.
    Failed(String),
}

impl OutputEnd {
    /// The word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            OutputEnd::Open => "open",
            OutputEnd::Written => "written",
            OutputEnd::Planned => "planned",
            OutputEnd::Discarded => "discarded",
            OutputEnd::Failed(_) => "failed",
        }
    }
}

impl Serialize for OutputEnd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An output of a run while the run goes on.
pub(super) struct Slot {
    path: String,
    // Writers of one output take turns; it is never held while anything but the disk is waited for.
    state: Mutex<State>,
}

struct State {
    bytes: u64,
    stage: Stage,
}

enum Stage {
    /// Written to.
    Open(Box<dyn NewFile>),
    /// Nothing is written any more.
    Settled(Box<dyn NewFile>),
    /// Only counted.
    Planned,
    Over(OutputEnd),
}

impl Slot {
    pub(super) fn open(path: &FilePath, file: Box<dyn NewFile>) -> Self {
        Self::new(path, Stage::Open(file))
    }

    pub(super) fn planned(path: &FilePath) -> Self {
        Self::new(path, Stage::Planned)
    }

    fn new(path: &FilePath, stage: Stage) -> Self {
        Self { path: path.to_string(), state: Mutex::new(State { bytes: 0, stage }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        match &mut state.stage {
            Stage::Open(file) => {
                let written = file.write_all(bytes);
                // Half of a row may stand there now, so the file is never put in its place.
                if let Err(error) = written {
                    state.stage = Stage::Over(OutputEnd::Failed(error.to_string()));
                    return Err(error);
                }
            }
            Stage::Planned => {}
            Stage::Over(OutputEnd::Failed(why)) => return Err(io::Error::other(why.clone())),
            Stage::Settled(_) | Stage::Over(_) => {
                return Err(io::Error::other("nothing can be written to it any more"));
            }
        }
        state.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Makes it durable; `false` where that failed, now or before.
    pub(super) fn settle(&self) -> bool {
        let mut state = self.state();
        let stage = std::mem::replace(&mut state.stage, Stage::Planned);
        state.stage = match stage {
            Stage::Open(mut file) => match file.settle() {
                Ok(()) => Stage::Settled(file),
                Err(error) => Stage::Over(OutputEnd::Failed(error.to_string())),
            },
            stage => stage,
        };
        !matches!(state.stage, Stage::Over(OutputEnd::Failed(_)))
    }

    /// Puts it in its place, where it was made durable.
    pub(super) fn put(&self) {
        let mut state = self.state();
        if let Stage::Settled(file) = &mut state.stage {
            let put = file.put();
            state.stage = Stage::Over(match put {
                Ok(()) => OutputEnd::Written,
                Err(error) => OutputEnd::Failed(error.to_string()),
            });
        }
    }

    /// Gives it up.
    pub(super) fn discard(&self) {
        let mut state = self.state();
        if !matches!(state.stage, Stage::Over(_)) {
            state.stage = Stage::Over(OutputEnd::Discarded);
        }
    }

    pub(super) fn record(&self) -> OutputRecord {
        let state = self.state();
        let end = match &state.stage {
            Stage::Open(_) | Stage::Settled(_) => OutputEnd::Open,
            Stage::Planned => OutputEnd::Planned,
            Stage::Over(end) => end.clone(),
        };
        OutputRecord { path: self.path.clone(), bytes: state.bytes, end }
    }
}

/// An output that is being written. Clones write to the same one.
#[derive(Clone)]
pub struct Output {
    slot: Arc<Slot>,
}

impl Output {
    pub(super) fn new(slot: Arc<Slot>) -> Self {
        Self { slot }
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.slot.path
    }

    /// Ends the writing, which gives the file's handle back before the end of the run.
    ///
    /// # Errors
    /// What was written cannot be made durable.
    pub fn close(&self) -> io::Result<()> {
        if self.slot.settle() {
            return Ok(());
        }
        let why = match self.slot.record().end {
            OutputEnd::Failed(why) => why,
            _ => String::new(),
        };
        Err(io::Error::other(why))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.slot.write(bytes)?;
        Ok(bytes.len())
    }

    /// Nothing to do: what was written is made durable at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
