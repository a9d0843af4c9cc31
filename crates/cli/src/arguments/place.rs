//! The words that say where the journal of runs is.

use std::path::{Path, PathBuf};

use clap::Args;
use pianoroll_runtime::project::Project;
use pianoroll_runtime::state_folder::StateFolder;

use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// Where the journal of runs is.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StateArguments {
    /// The state folder, which holds the journal of runs [default: `.pianoroll` beside pianoroll.toml, else
    /// ~/.local/state/pianoroll] [env: PIANOROLL_STATE]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
}

impl StateArguments {
    /// The folder that is meant; it may not be there yet. Nothing else of the project is looked at: its file may be faulty.
    pub(crate) fn found(&self, environment: &Environment) -> Result<StateFolder, Failure> {
        let file = Project::find_file(&environment.folder);
        self.beside(environment, file.as_deref().and_then(Path::parent))
    }

    /// The same, for a project that is known.
    pub(crate) fn beside(
        &self,
        environment: &Environment,
        root: Option<&Path>,
    ) -> Result<StateFolder, Failure> {
        StateFolder::locate(self.state.as_deref(), root, &environment.state)
            .or_exit(Exit::Input)
            .map_err(|failure| failure.hint("--state DIR says where it is"))
    }
}
