//! What an automation runs: a script of the project, or a plugin that is installed in it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use pianoroll_host::GrantedPlugin;
use semver::Version;

/// What stands before a plugin's name.
const PLUGIN: &str = "plugin:";

/// The program of an automation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramRef {
    /// A script's file, in the project's folder and relative to it.
    Script(PathBuf),
    /// An installed plugin.
    Plugin(PluginRef),
}

impl ProgramRef {
    /// The script's file, where it is a script.
    #[must_use]
    pub fn script(&self) -> Option<&Path> {
        match self {
            ProgramRef::Script(file) => Some(file),
            ProgramRef::Plugin(_) => None,
        }
    }

    /// The plugin, where it is one.
    #[must_use]
    pub fn plugin(&self) -> Option<&PluginRef> {
        match self {
            ProgramRef::Script(_) => None,
            ProgramRef::Plugin(plugin) => Some(plugin),
        }
    }
}

impl fmt::Display for ProgramRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProgramRef::Script(file) => write!(f, "{}", file.display()),
            ProgramRef::Plugin(plugin) => write!(f, "{PLUGIN}{plugin}"),
        }
    }
}

/// A plugin by its name: `win-back`, or one version of it, `win-back@1.0.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRef {
    /// Its name.
    pub name: String,
    /// The version; none stands for the newest that is installed.
    pub version: Option<Version>,
}

impl PluginRef {
    /// Reads `plugin:NAME` or `plugin:NAME@VERSION`; nothing where a text does not begin like that.
    #[must_use]
    pub fn of_program(text: &str) -> Option<Result<Self, PluginRefError>> {
        text.strip_prefix(PLUGIN).map(str::parse)
    }
}

/// A text that names no plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginRefError {
    /// The name.
    #[error(
        "`{0}` cannot be the name of a plugin: names have small letters, digits and `-`, begin with a letter, and are no longer \
         than 64 characters"
    )]
    Name(String),
    /// What stands behind the `@`.
    #[error("`{0}` is no version such as `1.0.0`")]
    Version(String),
}

impl FromStr for PluginRef {
    type Err = PluginRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        if !GrantedPlugin::may_be_named(name) {
            return Err(PluginRefError::Name(name.to_owned()));
        }
        let read = |text: &str| text.parse().map_err(|_| PluginRefError::Version(text.to_owned()));
        Ok(Self { name: name.to_owned(), version: version.map(read).transpose()? })
    }
}

impl fmt::Display for PluginRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn plugins_are_named_with_or_without_a_version() {
        let check = |text: &str, expected: Expect| {
            let read = PluginRef::of_program(text).unwrap();
            let read = read.map(|plugin| format!("{plugin:?}"));
            expected.assert_eq(&read.unwrap_or_else(|error| error.to_string()));
        };
        check("plugin:win-back", expect![[r#"PluginRef { name: "win-back", version: None }"#]]);
        check(
            "plugin:a1@1.0.0-rc.1",
            expect![[
                r#"PluginRef { name: "a1", version: Some(Version { major: 1, minor: 0, patch: 0, pre: Prerelease("rc.1") }) }"#
            ]],
        );
        check("plugin:a@1", expect!["`1` is no version such as `1.0.0`"]);
        check(
            "plugin:Win/../x",
            expect![
                "`Win/../x` cannot be the name of a plugin: names have small letters, digits and `-`, begin with a letter, and are no longer than 64 characters"
            ],
        );
        assert!(PluginRef::of_program("scripts/plugin.rhai").is_none());
        assert!("".parse::<PluginRef>().is_err());
        assert!("a".repeat(65).parse::<PluginRef>().is_err());
    }
}
