//! What a run's settings are in the journal: what every attempt needs, however much later it begins. Never a key.

use std::path::PathBuf;

use jiff::SignedDuration;
use pianoroll_host::{GrantBy, Guardrails, WordError, grant_word};
use pianoroll_model::{AccountId, ConnectionId, PermissionSet};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The form of [`RunSettings`] that this version writes and reads.
const FORM: u32 = 1;

/// What plugins are granted beside what calls need: reading files, and writing them.
pub const FILES: [&str; 2] = ["files:read", "files:write"];

/// What plugins are granted to tell the operator something.
pub const NOTIFY: &str = "notify";

/// Whether a word is granted to plugins alone, and none of what calls need.
#[must_use]
pub fn is_of_plugins(word: &str) -> bool {
    word == NOTIFY || FILES.contains(&word)
}

/// What every attempt of a run needs beside its program and parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSettings {
    /// Which form this is: 1.
    pub form: u32,
    /// What is granted, in words; `files:read`, `files:write` and `notify` are among those of plugins.
    pub grants: Vec<String>,
    /// Where more would be granted, for denials.
    pub grant_by: GrantBy,
    /// The limits.
    pub guardrails: Guardrails,
    /// Where calls go.
    pub target: TargetWords,
    /// The account that the run is for.
    pub own: AccountSettings,
    /// Its other accounts, each with the name that the program knows it by, in the program's order.
    pub with: Vec<(String, AccountSettings)>,
    /// The project file; none where the program belongs to no project. Credentials and connections are looked up in it anew for
    /// every attempt.
    pub project: Option<PathBuf>,
    /// The folder whose files the program may use.
    pub folder: PathBuf,
    /// How often the run is tried that fails by something that may pass, from 1.
    pub attempts: u32,
    /// Whether the question on a live connection is answered with yes.
    pub yes: bool,
    /// How long all attempts of the run may take together; what lies between them does not count. None is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<SignedDuration>,
}

/// The words that say where calls go, those of the environment among them. None stands for what the project file or a default
/// says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetWords {
    /// `--simulate`
    pub simulate: bool,
    /// `--mode`
    pub mode: Option<String>,
    /// `--profiles`
    pub profiles: Option<u64>,
    /// `--seed`
    pub seed: Option<u64>,
    /// `--quota`
    pub quota: Option<String>,
    /// `--gateway`
    pub gateway: Option<String>,
    /// `--control`
    pub control: Option<String>,
    /// `--revision`
    pub revision: Option<String>,
    /// `--request-timeout`, in milliseconds.
    pub request_timeout_ms: Option<u64>,
}

/// An account of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    /// The connection's name in the project, or its id; none where the only one of the key was meant, and for the simulator.
    pub connection: Option<String>,
    /// The gateway's id of it, once it is known.
    pub id: Option<ConnectionId>,
    /// The account that the project pinned it to.
    pub account: Option<AccountId>,
}

/// Settings that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Another version has written them.
    #[error(
        "the run was started by another version of pianoroll, whose settings this one does not read"
    )]
    Form,
    /// They are damaged, or name what this version does not know.
    #[error("the settings of the run cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl RunSettings {
    /// Settings that grant nothing, for a program of a folder.
    #[must_use]
    pub fn new(target: TargetWords, folder: PathBuf) -> Self {
        Self {
            form: FORM,
            grants: Vec::new(),
            grant_by: GrantBy::default(),
            guardrails: Guardrails::default(),
            target,
            own: AccountSettings::default(),
            with: Vec::new(),
            project: None,
            folder,
            attempts: 1,
            yes: false,
            timeout: None,
        }
    }

    /// From the journal.
    ///
    /// # Errors
    /// They are of another version, or damaged.
    pub fn from_value(value: &Value) -> Result<Self, SettingsError> {
        if value.get("form").and_then(Value::as_u64) != Some(FORM.into()) {
            return Err(SettingsError::Form);
        }
        Ok(Self::deserialize(value)?)
    }

    /// For the journal.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // Texts and numbers, and maps with texts as keys, so they always serialise.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// What is granted to calls.
    ///
    /// # Errors
    /// A word that this version does not know.
    pub fn permissions(&self) -> Result<PermissionSet, WordError> {
        self.grants
            .iter()
            .filter(|word| !is_of_plugins(word))
            .try_fold(PermissionSet::none(), |granted, word| grant_word(granted, word))
    }

    /// Whether a plugin may read files of the folder, and whether it may write some.
    #[must_use]
    pub fn files(&self) -> (bool, bool) {
        let [read, write] = FILES.map(|word| self.grants.iter().any(|granted| granted == word));
        (read, write)
    }

    /// Whether a plugin may tell the operator something.
    #[must_use]
    pub fn notifies(&self) -> bool {
        self.grants.iter().any(|granted| granted == NOTIFY)
    }
}

#[cfg(test)]
mod tests {
    use pianoroll_host::{Limit, OperationPattern, Scope};

    use super::*;

    #[test]
    fn settings_come_back_as_they_were() {
        let mut settings = RunSettings::new(TargetWords::default(), "/project".into());
        settings.grants = vec!["read".to_owned(), "lists:delete".to_owned()];
        settings.guardrails.records.insert("profiles", Limit::new(5, "--limit records.profiles=5"));
        let pattern = OperationPattern::new("lists.*").unwrap();
        settings.guardrails.only.push(Scope::new([pattern], "--only lists.*"));
        settings.own.id = Some("abc".parse().unwrap());
        assert_eq!((settings.files(), settings.notifies()), ((false, false), false));
        settings.grants.extend(["files:write".to_owned(), "notify".to_owned()]);
        let back = RunSettings::from_value(&settings.to_value()).unwrap();
        assert_eq!(back, settings);
        assert_eq!((back.files(), back.notifies()), ((false, true), true));
        assert!(back.permissions().unwrap().allows(&"lists:delete".parse().unwrap()));
    }

    #[test]
    fn settings_of_another_form_and_unknown_limits_are_refused() {
        let settings = RunSettings::new(TargetWords::default(), "/project".into());
        let mut value = settings.to_value();
        value["guardrails"]["records"] =
            serde_json::json!({ "nothing": { "most": 1, "source": "" } });
        let error = RunSettings::from_value(&value).unwrap_err().to_string();
        assert!(error.contains("there is no resource `nothing`"), "{error}");
        value["form"] = 2.into();
        assert!(matches!(RunSettings::from_value(&value), Err(SettingsError::Form)));
    }
}
