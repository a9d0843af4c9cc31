//! What is asked for, and what was granted.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::effect::{Effect, ParseEffectError};

/// Something that a program asks for: `profiles:read`, or `request` for native paths that no operation covers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Permission {
    /// Operations of one resource with one effect.
    Operation {
        /// The module of the resource, such as `profiles`.
        resource: String,
        /// What they do.
        effect: Effect,
    },
    /// Native paths that resolve to no operation.
    Request,
}

impl Permission {
    /// `resource:effect`.
    #[must_use]
    pub fn operation(resource: &str, effect: Effect) -> Self {
        Self::Operation { resource: resource.to_owned(), effect }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Permission::Operation { resource, effect } => write!(f, "{resource}:{effect}"),
            Permission::Request => f.write_str("request"),
        }
    }
}

/// A text that is no permission.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePermissionError {
    /// Neither `resource:effect` nor `request`.
    #[error(
        "`{0}` is not a permission; write `resource:effect`, such as `profiles:read`, or `request`"
    )]
    Form(String),
    /// The word behind the colon.
    #[error(transparent)]
    Effect(#[from] ParseEffectError),
}

impl FromStr for Permission {
    type Err = ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "request" {
            return Ok(Self::Request);
        }
        match text.split_once(':') {
            Some((resource, effect)) if !resource.is_empty() => {
                Ok(Self::operation(resource, effect.parse()?))
            }
            _ => Err(ParsePermissionError::Form(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Permission {
    type Error = ParsePermissionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.to_string()
    }
}

/// What was granted: whole effects, single permissions, or both. Empty grants nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet {
    effects: BTreeSet<Effect>,
    permissions: BTreeSet<Permission>,
}

impl PermissionSet {
    /// Grants nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Grants an effect on every resource.
    #[must_use]
    pub fn with_effect(mut self, effect: Effect) -> Self {
        self.effects.insert(effect);
        self
    }

    /// Grants one permission.
    #[must_use]
    pub fn with(mut self, permission: Permission) -> Self {
        self.permissions.insert(permission);
        self
    }

    /// Whether a permission is granted, by its name or by its effect. `request` is never covered by an effect: nobody knows
    /// what such a path does. Here and in [`PermissionSet::allows_by_name`] is the only place that says yes.
    #[must_use]
    pub fn allows(&self, permission: &Permission) -> bool {
        let by_effect = match permission {
            Permission::Operation { effect, .. } => self.effects.contains(effect),
            Permission::Request => false,
        };
        by_effect || self.allows_by_name(permission)
    }

    /// Whether a permission is granted by its own name, whatever effects are.
    #[must_use]
    pub fn allows_by_name(&self, permission: &Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Adds the words of a `--allow` list: effects, `resource:effect` or `request`.
    ///
    /// # Errors
    /// The first word that is none of these.
    pub fn allow_word(mut self, word: &str) -> Result<Self, ParsePermissionError> {
        match word.parse::<Effect>() {
            Ok(effect) => self.effects.insert(effect),
            Err(_) => self.permissions.insert(word.parse()?),
        };
        Ok(self)
    }
}
