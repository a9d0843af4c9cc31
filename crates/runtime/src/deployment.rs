//! The checked snapshot of a project that `serve` runs: what `deploy` has found to be right stays so, whatever becomes of the files.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use pianoroll_journal::Deployment;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::durable::RunSettings;
use crate::project::{Project, ProjectError};
use crate::scheduler::{Definition, Wanted, schedule_name};

/// The form of [`Snapshot`] that this version writes and reads.
const FORM: u32 = 1;

/// A project as it was deployed. It holds where keys are, and never a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Which form this is: 1.
    pub form: u32,
    /// The project file.
    pub file: PathBuf,
    /// What it said.
    pub text: String,
    /// Its automations that a schedule or an event starts, and the others too: a person may start them.
    pub automations: BTreeMap<String, Deployed>,
}

/// An automation as it was deployed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployed {
    /// The digest of its program, which is in the journal.
    pub program: String,
    /// The program as the project file names it.
    pub shown: String,
    /// The parameters, typed by the program's header.
    pub params: Map<String, Value>,
    /// One a connection, by its name.
    pub runs: BTreeMap<String, DeployedRun>,
}

/// An automation on one connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeployedRun {
    /// What every attempt needs.
    pub settings: RunSettings,
    /// When it is due; none where no schedule starts it.
    pub schedule: Option<Definition>,
}

/// A snapshot that this version does not run.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Another version has written it, or it is damaged.
    #[error("what was deployed cannot be read by this version of pianoroll")]
    Form(#[source] serde_json::Error),
    /// Its project file is not right for this version.
    #[error("what was deployed is not right for this version of pianoroll")]
    Project(#[source] ProjectError),
}

impl Snapshot {
    /// A snapshot without automations.
    #[must_use]
    pub fn new(file: PathBuf, text: String) -> Self {
        Self { form: FORM, file, text, automations: BTreeMap::new() }
    }

    /// From the journal, with the project that it holds.
    ///
    /// # Errors
    /// It is of another version.
    pub fn of(deployment: &Deployment) -> Result<(Self, Project), SnapshotError> {
        let snapshot = Self::deserialize(&deployment.content).map_err(SnapshotError::Form)?;
        if snapshot.form != FORM {
            let error = serde::de::Error::custom(format!("it has the form {}", snapshot.form));
            return Err(SnapshotError::Form(error));
        }
        let project =
            Project::parse(&snapshot.text, &snapshot.file).map_err(SnapshotError::Project)?;
        Ok((snapshot, project))
    }

    /// For the journal, in place of an earlier one.
    #[must_use]
    pub fn to_deployment(&self, before: Option<&Deployment>, at: Timestamp) -> Deployment {
        let mut programs: Vec<String> =
            self.automations.values().map(|automation| automation.program.clone()).collect();
        programs.sort_unstable();
        programs.dedup();
        Deployment {
            serial: before.map_or(1, |before| before.serial + 1),
            at,
            programs,
            content: self.to_value(),
        }
    }

    /// What the journal keeps of it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // Texts, numbers and durations always serialise.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// An automation on one of its connections; none where it is not deployed there.
    #[must_use]
    pub fn run(&self, automation: &str, connection: &str) -> Option<(&Deployed, &DeployedRun)> {
        let deployed = self.automations.get(automation)?;
        Some((deployed, deployed.runs.get(connection)?))
    }

    /// The schedules that it wants, by name.
    #[must_use]
    pub fn schedules(&self) -> BTreeMap<String, Wanted> {
        let mut wanted = BTreeMap::new();
        for (automation, deployed) in &self.automations {
            for (connection, run) in &deployed.runs {
                if let Some(definition) = run.schedule.clone() {
                    let (automation, connection) = (automation.clone(), connection.clone());
                    let name = schedule_name(&automation, &connection);
                    wanted.insert(name, Wanted { automation, connection, definition });
                }
            }
        }
        wanted
    }
}
