//! Stop 2: denied unless granted.

use std::fmt;

use pianoroll_model::{Permission, PermissionSet};

/// A call that was not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionError {
    /// The operation, or method and path of a request that is none.
    pub operation: String,
    /// What it needs.
    pub permission: Permission,
}

impl fmt::Display for PermissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, permission } = self;
        write!(
            f,
            "{operation}: needs the permission `{permission}`, which is not granted; grant it with `--allow {permission}`"
        )
    }
}

impl std::error::Error for PermissionError {}

/// Whether the grants cover what a call needs.
pub(crate) fn check(
    grants: &PermissionSet,
    permission: Permission,
    operation: &str,
) -> Result<(), PermissionError> {
    if grants.allows(&permission) {
        return Ok(());
    }
    Err(PermissionError { operation: operation.to_owned(), permission })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use pianoroll_model::Effect;

    use super::*;

    fn grants(words: &str) -> PermissionSet {
        let words = words.split_whitespace();
        words.fold(PermissionSet::none(), |grants, word| grants.allow_word(word).unwrap())
    }

    fn check_text(granted: &str, permission: &str, expected: Expect) {
        let permission = permission.parse().unwrap();
        expected.assert_eq(&match check(&grants(granted), permission, "profiles.merge") {
            Ok(()) => "allowed".to_owned(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn a_denial_names_what_would_grant_it() {
        check_text("read write", "profiles:read", expect!["allowed"]);
        check_text("profiles:delete", "profiles:delete", expect!["allowed"]);
        check_text(
            "read write",
            "profiles:delete",
            expect![
                "profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it with `--allow profiles:delete`"
            ],
        );
        check_text(
            "lists:delete",
            "profiles:delete",
            expect![
                "profiles.merge: needs the permission `profiles:delete`, which is not granted; grant it with `--allow profiles:delete`"
            ],
        );
    }

    #[test]
    fn no_effect_covers_an_unknown_request() {
        let all = grants("read write delete send");
        let error = check(&all, Permission::Request, "POST /api/x").unwrap_err();
        expect!["POST /api/x: needs the permission `request`, which is not granted; grant it with `--allow request`"]
            .assert_eq(&error.to_string());
        assert_eq!(check(&grants("request"), Permission::Request, "POST /api/x"), Ok(()));
        let read = Permission::operation("profiles", Effect::Read);
        assert!(check(&grants("request"), read, "profiles.get").is_err());
    }
}
