//! What an operator wants.

use std::str::FromStr;

use pianoroll_host::WordError;

use crate::manifest::PluginPermission;
use crate::signature::{KeyError, PublicKey};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Adds a version beside those that are there.
    Install,
    /// Puts a version in place of the newest one.
    Upgrade,
}

impl Action {
    /// The command.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Action::Install => "install",
            Action::Upgrade => "upgrade",
        }
    }
}

/// What an operator wants of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallRequest {
    /// What is to be done.
    pub action: Action,
    /// The file as it was typed, for the lines that messages propose.
    pub file: String,
    /// What is granted.
    pub grant: GrantChoice,
    /// Whose package it may be, whoever made the one before.
    pub trust: Option<Trust>,
    /// Whether it may be older than what was installed before.
    pub allow_downgrade: bool,
}

/// What is granted: `--grant`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum GrantChoice {
    /// Nothing was said about it.
    #[default]
    Unsaid,
    /// `all`: what the package asks for.
    All,
    /// `none`
    None,
    /// These; with an upgrade besides those that are kept.
    Words(Vec<PluginPermission>),
}

impl GrantChoice {
    /// The words as they were typed.
    ///
    /// # Errors
    /// The first that is no permission of plugins, or stands beside `all` or `none`.
    pub fn parse<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<Self, WordError> {
        let words: Vec<&str> = words.into_iter().collect();
        match words.as_slice() {
            [] => return Ok(Self::Unsaid),
            ["all"] => return Ok(Self::All),
            ["none"] => return Ok(Self::None),
            _ => {}
        }
        if let Some(alone) = words.iter().find(|word| matches!(**word, "all" | "none")) {
            let message = format!("`{alone}` stands beside other grants");
            let hint = Some(format!("write `--grant {alone}` alone, or name each"));
            return Err(WordError { message, hint });
        }
        let permissions: Result<Vec<_>, _> = words.into_iter().map(str::parse).collect();
        permissions.map(Self::Words)
    }
}

/// Whose package it may be: `--trust-key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// That of the one who has the private key to this one, and of nobody else.
    Key(PublicKey),
    /// Anybody's: `unsigned`.
    Unsigned,
}

/// A text that says whom to trust about nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; or write `unsigned` for a package that anybody may have made")]
pub struct TrustError(KeyError);

impl FromStr for Trust {
    type Err = TrustError;

    fn from_str(text: &str) -> Result<Self, TrustError> {
        match text {
            "unsigned" => Ok(Self::Unsigned),
            key => key.parse().map(Self::Key).map_err(TrustError),
        }
    }
}
