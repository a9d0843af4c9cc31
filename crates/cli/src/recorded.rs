//! The journal of a state folder, for the commands that list it.

use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_gateway::SystemClock;
use pianoroll_journal::{Backend, Deployment, JournalError, JournalErrorKind};
use pianoroll_model::Clock as _;
use pianoroll_runtime::state_folder::StateFolder;

use crate::arguments::StateArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// An open journal.
pub(crate) struct Recorded {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) folder: StateFolder,
    /// Whether a process owned the folder when it was opened.
    pub(crate) owned: bool,
    /// When it was opened.
    pub(crate) now: Timestamp,
}

impl Recorded {
    /// Opens it beside an owner, to read; nothing where no run was ever recorded.
    pub(crate) async fn read(folder: &StateFolder) -> Result<Option<Self>, Failure> {
        if !folder.exists() {
            return Ok(None);
        }
        // Asked first: an owner that comes later makes nothing look interrupted that is not.
        let owned = folder.is_owned();
        match folder.read().await {
            Ok(sqlite) => Ok(Some(Self::new(Arc::new(sqlite), folder, owned))),
            Err(error) if error.kind == JournalErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    fn new(backend: Arc<dyn Backend>, folder: &StateFolder, owned: bool) -> Self {
        Self { backend, folder: folder.clone(), owned, now: now() }
    }

    /// What is deployed.
    pub(crate) async fn deployment(&self) -> Result<Option<Deployment>, Failure> {
        self.backend.deployment().await.map_err(|error| failed(&error))
    }

    /// What was asked for was found empty, in words.
    pub(crate) fn nothing(folder: &StateFolder) -> String {
        format!("no runs yet in {}", folder.path().display())
    }
}

/// The folder that the words mean.
pub(crate) fn folder(args: &StateArguments) -> Result<StateFolder, Failure> {
    args.found(&Environment::read())
}

/// This moment.
pub(crate) fn now() -> Timestamp {
    SystemClock::new().now()
}

/// A journal that cannot be used, with what to do about it.
pub(crate) fn failed(error: &JournalError) -> Failure {
    let exit = match error.kind {
        JournalErrorKind::NotFound | JournalErrorKind::State => Exit::Input,
        _ => Exit::Failed,
    };
    let failure = Failure::text(exit, error);
    match error.kind {
        JournalErrorKind::Owned => failure
            .hint("a run, or another command, has it at the moment: wait for its end, and try again"),
        JournalErrorKind::Corrupt => {
            failure.hint("`pianoroll restore FILE` puts a backup in its place, and keeps what is there beside it")
        }
        _ => failure,
    }
}

/// Says that no run was recorded yet: an empty list for programs, a line for people.
pub(crate) fn say_nothing(folder: &StateFolder, json: bool) -> Result<Exit, Failure> {
    let mut output = Output::new();
    if json {
        output.line("[]")?;
    } else {
        output.line(Recorded::nothing(folder))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}
