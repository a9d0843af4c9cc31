//! A project: a folder with a `pianoroll.toml`. The file is optional; without one every setting has its default.

mod automation;
mod import;
mod keys;
mod libraries;
mod mistake;
mod notify;
mod plugin;
mod program;
mod read;
mod schedule;
mod schema;
mod serve;
mod shown;
mod source;
mod walk;
mod webhook;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pianoroll_gateway::Quota;
use pianoroll_model::{AccountId, ConnectionId, Revision};

use crate::credential::Source;
use crate::retention::Retention;

pub use automation::{AutomationSettings, Permissions, Placed};
pub use import::{ImportError, ImportedConnection, import};
pub use libraries::Libraries;
pub use mistake::{Mistake, ProjectError};
pub use notify::{Notice, NotifySettings};
pub use plugin::{PluginLimits, PluginSettings};
pub use program::{PluginRef, PluginRefError, ProgramRef};
pub use schedule::{CatchUp, Overlap, ScheduleSettings, ZoneSettings};
pub use schema::schema;
pub use serve::ServeSettings;
pub use shown::shown;
pub use webhook::WebhookSettings;

/// The name of the file.
pub const FILE_NAME: &str = "pianoroll.toml";

/// A checked project file. Only [`Project::load`] and [`Project::parse`] make one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// The file; nothing when there is none.
    pub file: Option<PathBuf>,
    /// `[project] name`.
    pub name: Option<String>,
    /// `[gateway]`
    pub gateway: GatewaySettings,
    /// `[credentials.NAME]`
    pub credentials: BTreeMap<String, CredentialSettings>,
    /// `[connections.NAME]`
    pub connections: BTreeMap<String, ConnectionSettings>,
    /// `[automations.NAME]`
    pub automations: BTreeMap<String, AutomationSettings>,
    /// `[plugins.NAME]`
    pub plugins: BTreeMap<String, PluginSettings>,
    /// `[state]`
    pub retention: Retention,
    /// `[notify.NAME]`
    pub notify: BTreeMap<String, NotifySettings>,
    /// `[serve]`
    pub serve: ServeSettings,
}

/// Where the gateway is and how to talk to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GatewaySettings {
    /// The base that stands in for `https://gateway.maton.ai`, checked, without a slash at the end.
    pub url: Option<String>,
    /// The base that stands in for `https://ctrl.maton.ai`.
    pub control: Option<String>,
    /// The revision to send.
    pub revision: Option<Revision>,
    /// The quota of credentials that set none.
    pub quota: Option<Quota>,
}

/// A gateway key and its quota.
#[derive(Clone, Debug, PartialEq)]
pub struct CredentialSettings {
    /// Where the key is.
    pub source: Source,
    /// Requests a second, or off.
    pub quota: Option<Quota>,
}

/// A named account behind a credential.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionSettings {
    /// The gateway's id of it.
    pub id: ConnectionId,
    /// The name of its credential; the only one, or `MATON_API_KEY`, when there is none.
    pub credential: Option<String>,
    /// The API's id of the account, for the check that this is the account that was meant.
    pub account: Option<AccountId>,
    /// The revision to send.
    pub revision: Option<Revision>,
    /// The revision that bodies are built for, when it is not to be found by the clock.
    pub served: Option<Revision>,
    /// Whether real customers are behind it, where the file says so. [`ConnectionSettings::is_live`] decides.
    pub live: Option<bool>,
    /// Words to choose several connections by.
    pub labels: Vec<String>,
    /// Whether to use the documented alternative paths instead of the official ones.
    pub documented_routes: bool,
}

impl ConnectionSettings {
    /// Whether real customers may be behind it. On a gateway elsewhere anything is live that does not say otherwise; on one
    /// of this machine, which is a simulator or a proxy for tests, only what says so.
    #[must_use]
    pub fn is_live(&self, on_this_machine: bool) -> bool {
        self.live.unwrap_or(!on_this_machine)
    }
}

impl Project {
    /// The project that `start` belongs to: the nearest `pianoroll.toml` in it or in a folder above it, or the default
    /// project when there is none.
    ///
    /// # Errors
    /// The file cannot be read, or holds mistakes: all of them at once.
    pub fn find(start: &Path) -> Result<Self, ProjectError> {
        match Self::find_file(start) {
            Some(file) => Self::load(&file),
            None => Ok(Self::default()),
        }
    }

    /// The nearest `pianoroll.toml` in `start` or in a folder above it.
    #[must_use]
    pub fn find_file(start: &Path) -> Option<PathBuf> {
        // A relative path has no parents to look in.
        let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|file| file.is_file())
    }

    /// Reads and checks a project file.
    ///
    /// # Errors
    /// As [`Project::find`].
    pub fn load(file: &Path) -> Result<Self, ProjectError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ProjectError::Read { file: file.to_owned(), source })?;
        Self::parse(&text, file)
    }

    /// Checks the text of a project file. Paths in it are relative to the folder of `file`.
    ///
    /// # Errors
    /// All mistakes at once, each with its place.
    pub fn parse(text: &str, file: &Path) -> Result<Self, ProjectError> {
        read::read(text, file)
    }

    /// The folder of the project; nothing when there is no file.
    #[must_use]
    pub fn root(&self) -> Option<&Path> {
        self.file.as_deref().and_then(Path::parent)
    }

    /// The files that hold keys and other secrets: programs must not see them.
    #[must_use]
    pub fn secret_files(&self) -> Vec<PathBuf> {
        let keys = self.credentials.values().map(|credential| &credential.source);
        let hooks = self.automations.values().filter_map(|automation| automation.webhook.as_ref());
        let hooks = hooks.map(|webhook| &webhook.secret);
        let told = self.notify.values().map(|notify| &notify.webhook);
        let sources = keys.chain(hooks).chain(told).chain(&self.serve.heartbeat);
        let files = sources.filter_map(|source| match source {
            Source::File(file) => Some(file.clone()),
            Source::Env(_) => None,
        });
        files.collect()
    }
}

#[cfg(test)]
mod tests;
