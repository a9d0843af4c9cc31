//! Whether what was granted covers what a call needs.

use pianoroll_model::{Permission, PermissionSet};

use crate::RESOURCES;
use crate::operation::Host;

/// Whether grants cover a permission. The word of an effect (`write`) covers that effect on every resource of the apps
/// behind the gateway. The gateway's own control plane is another matter: who may change an account's data may not
/// therefore delete the connection to it, so its effects have to be granted by name (`connections:delete`); reading it is
/// reading.
#[must_use]
pub fn allows(grants: &PermissionSet, permission: &Permission) -> bool {
    match needs_name(permission) {
        true => grants.allows_by_name(permission),
        false => grants.allows(permission),
    }
}

/// Whether no effect's word covers a permission, so that it has to be granted by its own name.
#[must_use]
pub fn needs_name(permission: &Permission) -> bool {
    match permission {
        Permission::Request => true,
        Permission::Operation { effect, .. } if effect.is_read() => false,
        Permission::Operation { resource, .. } => {
            RESOURCES.iter().any(|row| row.module == resource && row.app.host == Host::Control)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_granted_is_allowed() {
        let check = |granted: &str, permission: &str, expected: bool| {
            let words = granted.split_whitespace();
            let grants =
                words.fold(PermissionSet::none(), |set, word| set.allow_word(word).unwrap());
            let permission = permission.parse().unwrap();
            assert_eq!(allows(&grants, &permission), expected, "{granted}: {permission}");
        };
        check("read write", "profiles:read", true);
        check("profiles:delete", "profiles:delete", true);
        check("read write", "profiles:delete", false);
        check("lists:delete", "profiles:delete", false);
        check("read write delete send", "request", false);
        check("request", "request", true);
        check("request", "profiles:read", false);
        // The control plane is not part of an account.
        check("read write delete send", "connections:read", true);
        check("read write delete send", "connections:write", false);
        check("read write delete send", "connections:delete", false);
        check("connections:delete", "connections:delete", true);
        check("connections:write", "connections:delete", false);
    }
}
