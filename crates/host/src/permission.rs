//! Stop 2: denied unless granted.

mod words;

use std::fmt;

use pianoroll_model::Permission;
use serde::{Deserialize, Serialize};

use crate::host::HostSettings;

pub use words::grant_word;

/// Where the operator grants permissions to this run: what a denial tells to change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantBy {
    /// On the command line: `--allow`.
    #[default]
    Flag,
    /// In an automation's table of the project file.
    Automation {
        /// Where its permissions stand, or its table: `pianoroll.toml:12`.
        place: String,
        /// Its name.
        name: String,
        /// What it has so far, as written.
        permissions: Vec<String>,
    },
    /// By whoever installed a plugin, and never more than its manifest asks for.
    Plugin(Box<GrantedPlugin>),
}

/// A plugin, as a denial tells of it. Words are permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedPlugin {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What its manifest asks for.
    pub asked: Vec<String>,
    /// What it was granted when it was installed.
    pub granted: Vec<String>,
    /// The automation whose `permissions` take something away; nothing where none does, or where nobody can give it back.
    pub narrowed: Option<NarrowedBy>,
}

/// An automation whose `permissions` stand between a plugin and what it was granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NarrowedBy {
    /// Where its permissions stand: `pianoroll.toml:12`.
    pub place: String,
    /// Its name.
    pub name: String,
    /// As they are written.
    pub permissions: Vec<String>,
}

impl GrantedPlugin {
    /// The most characters of a name.
    pub const MOST_NAME: usize = 64;

    /// Whether a plugin may have this name: small letters, digits and `-`, a letter first, and not too long. It is a part of files'
    /// names.
    #[must_use]
    pub fn may_be_named(name: &str) -> bool {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
        begins && name.len() <= Self::MOST_NAME && name.chars().all(plain)
    }

    /// What a denial of a permission tells to do: of one that a call needs, or of `files:read` and `files:write`.
    #[must_use]
    pub fn remedy(&self, permission: &str) -> String {
        let Self { name, version, .. } = self;
        let has = |words: &[String]| words.iter().any(|word| word == permission);
        if !has(&self.asked) {
            return format!(
                "the manifest of the plugin `{name}` {version} does not ask for it, so only another version of the plugin can have it"
            );
        }
        match &self.narrowed {
            Some(NarrowedBy { place, name, permissions }) if has(&self.granted) => format!(
                "it was granted when the plugin was installed; give it back in `[automations.{name}]` at {place} with `{}`",
                line(permissions, permission)
            ),
            _ => format!("grant it with `{}`", self.command(permission)),
        }
    }

    /// The line that would grant it, if any can.
    fn grant(&self, permission: &str) -> String {
        let has = |words: &[String]| words.iter().any(|word| word == permission);
        match &self.narrowed {
            _ if !has(&self.asked) => String::new(),
            Some(narrowed) if has(&self.granted) => line(&narrowed.permissions, permission),
            _ => self.command(permission),
        }
    }

    /// The command that grants it in addition to what is granted.
    fn command(&self, permission: &str) -> String {
        let words: Vec<&str> =
            self.granted.iter().map(String::as_str).chain([permission]).collect();
        format!(
            "pianoroll plugin install {}@{} --grant {}",
            self.name,
            self.version,
            words.join(",")
        )
    }
}

/// The line of an automation's table that grants one permission more.
fn line(permissions: &[String], permission: &str) -> String {
    let words = permissions.iter().map(String::as_str).chain([permission]);
    let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    format!("permissions = [{}]", words.join(", "))
}

/// A call that was not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionError {
    /// The operation, or method and path of a request that is none.
    pub operation: String,
    /// What it needs.
    pub permission: Permission,
    /// Where it would be granted.
    pub grant_by: Box<GrantBy>,
}

impl PermissionError {
    /// The line that would grant it: words for the command line, or for the project file. Of a plugin that does not ask for it:
    /// none, and an empty text.
    #[must_use]
    pub fn grant(&self) -> String {
        let permission = self.permission.to_string();
        match &*self.grant_by {
            GrantBy::Flag => format!("--allow {permission}"),
            GrantBy::Automation { permissions, .. } => line(permissions, &permission),
            GrantBy::Plugin(plugin) => plugin.grant(&permission),
        }
    }
}

impl fmt::Display for PermissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, permission, grant_by } = self;
        write!(f, "{operation}: needs the permission `{permission}`, which is not granted; ")?;
        let grant = self.grant();
        match &**grant_by {
            GrantBy::Flag => write!(f, "grant it with `{grant}`"),
            GrantBy::Automation { place, name, .. } => write!(
                f,
                "grant it in `[automations.{name}]` at {place} with `{grant}`, or for one run with `--allow {permission}`"
            ),
            GrantBy::Plugin(plugin) => f.write_str(&plugin.remedy(&permission.to_string())),
        }
    }
}

impl std::error::Error for PermissionError {}

/// Whether the grants cover what a call needs.
pub(crate) fn check(
    settings: &HostSettings,
    permission: Permission,
    operation: &str,
) -> Result<(), PermissionError> {
    if pianoroll_api::allows(&settings.grants, &permission) {
        return Ok(());
    }
    let (operation, grant_by) = (operation.to_owned(), Box::new(settings.grant_by.clone()));
    Err(PermissionError { operation, permission, grant_by })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(grant_by: GrantBy, expected: Expect) {
        let permission = "profiles:delete".parse().unwrap();
        let operation = "profiles.merge".to_owned();
        let grant_by = Box::new(grant_by);
        let error = PermissionError { operation, permission, grant_by };
        expected.assert_eq(&error.to_string());
    }

    #[test]
    fn a_denial_names_what_would_grant_it() {
        check(
            GrantBy::Flag,
            expect![
                "profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it with `--allow profiles:delete`"
            ],
        );
        let automation = |permissions: &[&str]| GrantBy::Automation {
            place: "pianoroll.toml:12".to_owned(),
            name: "dedupe".to_owned(),
            permissions: permissions.iter().map(|word| (*word).to_owned()).collect(),
        };
        check(
            automation(&["profiles:read", "profiles:write"]),
            expect![[
                r#"profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it in `[automations.dedupe]` at pianoroll.toml:12 with `permissions = ["profiles:read", "profiles:write", "profiles:delete"]`, or for one run with `--allow profiles:delete`"#
            ]],
        );
        let plugin = |asked: &[&str], granted: &[&str], narrowed: Option<NarrowedBy>| {
            let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
            let (name, version) = ("win-back".to_owned(), "1.0.0".to_owned());
            let (asked, granted) = (words(asked), words(granted));
            GrantBy::Plugin(Box::new(GrantedPlugin { name, version, asked, granted, narrowed }))
        };
        check(
            plugin(&["lists:read"], &["lists:read"], None),
            expect![
                "profiles.merge: needs the permission `profiles:delete`, which is not granted; the manifest of the plugin `win-back` 1.0.0 does not ask for it, so only another version of the plugin can have it"
            ],
        );
        let asked = ["lists:read", "profiles:delete"];
        check(
            plugin(&asked, &["lists:read"], None),
            expect![
                "profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it with `pianoroll plugin install win-back@1.0.0 --grant lists:read,profiles:delete`"
            ],
        );
        let narrowed = NarrowedBy {
            place: "pianoroll.toml:12".to_owned(),
            name: "dedupe".to_owned(),
            permissions: vec!["read".to_owned()],
        };
        check(
            plugin(&asked, &["lists:read"], Some(narrowed.clone())),
            expect![
                "profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it with `pianoroll plugin install win-back@1.0.0 --grant lists:read,profiles:delete`"
            ],
        );
        check(
            plugin(&asked, &asked, Some(narrowed)),
            expect![[
                r#"profiles.merge: needs the permission `profiles:delete`, which is not granted; it was granted when the plugin was installed; give it back in `[automations.dedupe]` at pianoroll.toml:12 with `permissions = ["read", "profiles:delete"]`"#
            ]],
        );
        check(
            automation(&[]),
            expect![[
                r#"profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it in `[automations.dedupe]` at pianoroll.toml:12 with `permissions = ["profiles:delete"]`, or for one run with `--allow profiles:delete`"#
            ]],
        );
    }
}
