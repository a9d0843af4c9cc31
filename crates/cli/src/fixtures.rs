//! `fixtures/NAME.json`: records of an account, masked, for simulators to be filled with.

mod mask;
mod pull;

use std::path::Path;

use anyhow::Context as _;
use pianoroll_model::ConnectionId;
use pianoroll_simulator::{GivenRecord, Simulator};
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

pub(crate) use mask::Mask;
pub(crate) use pull::pull;

/// The folder of a project that holds them.
pub(crate) const FOLDER: &str = "fixtures";

/// What was stored of an account.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fixtures {
    /// In an order in which they can be given: what others lead to comes first.
    pub(crate) records: Vec<GivenRecord>,
}

impl Fixtures {
    /// Those of a name.
    pub(crate) fn of_project(project: &Path, name: &str) -> Result<Self, Failure> {
        let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        if !plain || name.starts_with('.') || name.is_empty() {
            return Err(Failure::input(format!("`{name}` cannot be the name of fixtures")));
        }
        Self::read(&project.join(FOLDER).join(format!("{name}.json"))).map_err(|failure| {
            failure.hint(format!("`pianoroll fixtures pull --connection {name}` stores them"))
        })
    }

    /// Those of a file.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the fixtures `{}`", file.display()))
            .or_exit(Exit::Input)?;
        serde_json::from_str(&text)
            .with_context(|| format!("`{}` holds no fixtures", file.display()))
            .or_exit(Exit::Input)
    }

    /// Gives all of them to an account.
    pub(crate) fn give(
        &self,
        simulator: &Simulator,
        account: &ConnectionId,
    ) -> Result<(), Failure> {
        for (index, record) in self.records.iter().enumerate() {
            simulator
                .give(Some(account), record)
                .map_err(|error| Failure::input(format!("records[{index}]: {error}")))?;
        }
        Ok(())
    }
}
