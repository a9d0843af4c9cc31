//! What the process finds around itself, read once at the start of a command.

use std::path::PathBuf;

use pianoroll_runtime::state_folder::StateEnvironment;

/// Variables and folders. Keys are not among them: those are read where they are used, by the runtime.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `PIANOROLL_GATEWAY_URL`
    pub(crate) gateway: Option<String>,
    /// `PIANOROLL_CONTROL_URL`
    pub(crate) control: Option<String>,
    /// `PIANOROLL_QUOTA`
    pub(crate) quota: Option<String>,
    /// What says where the state folder is: `PIANOROLL_STATE`, `XDG_STATE_HOME`, `HOME`.
    pub(crate) state: StateEnvironment,
    /// The folder that this process was started in.
    pub(crate) folder: PathBuf,
}

impl Environment {
    pub(crate) fn read() -> Self {
        // An empty variable is what shells leave behind; it says nothing.
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        // Folders may have names that are no text.
        let folder = |name: &str| {
            std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
        };
        let state = StateEnvironment {
            state: folder("PIANOROLL_STATE"),
            xdg_state_home: folder("XDG_STATE_HOME"),
            home: folder("HOME"),
        };
        Self {
            state,
            gateway: variable("PIANOROLL_GATEWAY_URL"),
            control: variable("PIANOROLL_CONTROL_URL"),
            quota: variable("PIANOROLL_QUOTA"),
            folder: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// What is around a run whose words have everything that its own surroundings said.
    pub(crate) fn of_stored(folder: PathBuf) -> Self {
        Self { folder, ..Self::default() }
    }
}
