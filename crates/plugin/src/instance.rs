//! What stands behind a live plugin: its run, its limits, and the errors that it was given.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use pianoroll_host::{Branch, GrantBy, HostError, Input, OpenCheckpoint, Output};

use crate::ended::Ended;
use crate::limits::{Grower, Limited, Meter};
use crate::manifest::{Manifest, PluginPermission};
use crate::values::{ErrorKind, ErrorRecord};

/// How many errors are remembered. A plugin that returns one which was given to it before all of these is taken at its word.
const REMEMBERED: usize = 256;

/// How many files a plugin may hold open at once.
pub(crate) const MOST_FILES: usize = 64;

/// The data of a store: one run of a plugin.
pub(crate) struct Instance {
    pub(crate) branch: Branch,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) granted: HostGrants,
    pub(crate) meter: Arc<Meter>,
    pub(crate) grower: Grower,
    /// The checkpoint whose block the plugin is in.
    pub(crate) checkpoint: Option<OpenCheckpoint>,
    /// Whether it is in one: also where nothing is recorded.
    pub(crate) in_checkpoint: bool,
    checkpoints: BTreeSet<String>,
    pub(crate) files: BTreeMap<u32, OpenFile>,
    last_file: u32,
    errors: VecDeque<HostError>,
}

/// What a plugin may do beside calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostGrants {
    /// With the project's files.
    pub files: FileGrants,
    /// `notify`
    pub notify: bool,
}

/// What a plugin may do with the project's files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileGrants {
    /// `files:read`
    pub read: bool,
    /// `files:write`
    pub write: bool,
}

/// A file that a plugin holds.
pub(crate) enum OpenFile {
    Input(Input),
    Output(Output),
}

impl Instance {
    pub(crate) fn new(
        branch: Branch,
        manifest: Arc<Manifest>,
        granted: HostGrants,
        meter: Arc<Meter>,
    ) -> Self {
        Self {
            branch,
            manifest,
            granted,
            grower: Grower { meter: Arc::clone(&meter) },
            meter,
            checkpoint: None,
            in_checkpoint: false,
            checkpoints: BTreeSet::new(),
            files: BTreeMap::new(),
            last_file: 0,
            errors: VecDeque::new(),
        }
    }

    /// A host call begins, with this many bytes of arguments. Every host function begins here.
    pub(crate) fn enter(&self, given: usize) -> Result<(), Ended> {
        self.meter.host_call(given)?;
        if self.branch.host().is_stopped() && self.branch.host().stop_reason().is_none() {
            return Err(Ended::Stopped);
        }
        Ok(())
    }

    /// A host call ends, with this many bytes of answer.
    pub(crate) fn leave(&self, bytes: usize) -> Result<(), Ended> {
        Ok(self.meter.answered(bytes)?)
    }

    /// The host's error as the plugin sees it, or as what ends it.
    pub(crate) fn refuse(&mut self, error: HostError) -> Result<ErrorRecord, Ended> {
        if !error.is_catchable() {
            return Err(Ended::Host(error));
        }
        let record = ErrorRecord::from(&error);
        if self.errors.len() == REMEMBERED {
            self.errors.pop_front();
        }
        self.errors.push_back(error);
        self.leave(record.size())?;
        Ok(record)
    }

    /// The host's error that a plugin was given, where it returns that as it came.
    pub(crate) fn remembered(&self, record: &ErrorRecord) -> Option<HostError> {
        let is_it = |error: &&HostError| {
            error.position().to_string() == record.position && error.to_string() == record.message
        };
        self.errors.iter().rev().find(is_it).cloned()
    }

    /// Effects have no place in a checkpoint: a replay would answer its value and not make them.
    pub(crate) fn refuse_in_checkpoint(&self, what: &str) -> Result<(), Ended> {
        if !self.in_checkpoint {
            return Ok(());
        }
        let message = format!(
            "{what} has no place in a checkpoint, which may only read: move it behind `end`"
        );
        Err(Ended::Misuse(message))
    }

    /// The error of an interface that needs a permission beside those of calls, and was not granted it.
    pub(crate) fn denied(&self, interface: &str, permission: &PluginPermission) -> ErrorRecord {
        let remedy = match self.branch.host().grant_by() {
            GrantBy::Plugin(plugin) => format!("; {}", plugin.remedy(&permission.to_string())),
            GrantBy::Flag | GrantBy::Automation { .. } => String::new(),
        };
        let message = format!(
            "{interface}: needs the permission `{permission}`, which is not granted{remedy}"
        );
        ErrorRecord::new(ErrorKind::Permission, "permission", message)
    }

    /// Takes the name of a checkpoint; `false` where it is taken.
    pub(crate) fn take_checkpoint(&mut self, name: &str) -> bool {
        self.checkpoints.insert(name.to_owned())
    }

    /// Keeps an open file, and answers the number that the plugin knows it by.
    pub(crate) fn keep(&mut self, file: OpenFile) -> Result<u32, Ended> {
        self.last_file = self
            .last_file
            .checked_add(1)
            .ok_or_else(|| Ended::Limit(self.meter.reach(Limited::HostCalls)))?;
        self.files.insert(self.last_file, file);
        Ok(self.last_file)
    }
}
