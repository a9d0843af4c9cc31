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
    /// The line that would grant it: words for the command line, or for the project file.
    #[must_use]
    pub fn grant(&self) -> String {
        let permission = self.permission.to_string();
        match &*self.grant_by {
            GrantBy::Flag => format!("--allow {permission}"),
            GrantBy::Automation { permissions, .. } => {
                let words = permissions.iter().chain([&permission]);
                let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
                format!("permissions = [{}]", words.join(", "))
            }
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
        check(
            automation(&[]),
            expect![[
                r#"profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it in `[automations.dedupe]` at pianoroll.toml:12 with `permissions = ["profiles:delete"]`, or for one run with `--allow profiles:delete`"#
            ]],
        );
    }
}
