//! What a plugin asks for, and what an operator grants.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use pianoroll_api::{OPERATIONS, RESOURCES};
use pianoroll_host::WordError;
use pianoroll_model::{Effect, Permission, PermissionSet, suggest};

use crate::instance::{FileGrants, HostGrants};

use super::plain::shown;

/// What a plugin can ask for. Whole effects are no such thing: who installs a stranger's plugin reads what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PluginPermission {
    /// Calls: `profiles:read`, or `request` for native paths that no operation has.
    Api(Permission),
    /// Files of the project's folder: `files:read`, `files:write`.
    Files(FileAccess),
    /// Telling the operator something, wherever they are: `notify`.
    Notify,
}

/// What is done with files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileAccess {
    /// Reads them.
    Read,
    /// Makes them.
    Write,
}

/// A permission that a manifest asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The permission.
    pub permission: PluginPermission,
    /// Why, in the vendor's words: one line that shows as it is written.
    pub reason: String,
}

impl fmt::Display for PluginPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PluginPermission::Api(permission) => permission.fmt(f),
            PluginPermission::Files(FileAccess::Read) => f.write_str("files:read"),
            PluginPermission::Files(FileAccess::Write) => f.write_str("files:write"),
            PluginPermission::Notify => f.write_str("notify"),
        }
    }
}

impl FromStr for PluginPermission {
    type Err = WordError;

    fn from_str(word: &str) -> Result<Self, WordError> {
        let wrong = |message: String, hint: Option<String>| WordError { message, hint };
        match word {
            "request" => return Ok(Self::Api(Permission::Request)),
            "notify" => return Ok(Self::Notify),
            _ => {}
        }
        let Some((resource, effect)) = word.split_once(':') else {
            let hint = match word.parse::<Effect>() {
                Ok(effect) => format!(
                    "a plugin names each resource, such as `profiles:{effect}`: `{effect}` would be all of them"
                ),
                Err(_) => "write `resource:effect`, such as `profiles:read`, `files:read`, `files:write`, `notify` or `request`".to_owned(),
            };
            let message = format!("`{}` is not a permission of plugins", shown(word));
            return Err(wrong(message, Some(hint)));
        };
        if resource == "files" {
            return match effect {
                "read" => Ok(Self::Files(FileAccess::Read)),
                "write" => Ok(Self::Files(FileAccess::Write)),
                _ => {
                    let message = format!("there is no permission `{}`", shown(word));
                    Err(wrong(message, Some("of files: `files:read` and `files:write`".into())))
                }
            };
        }
        let modules = || RESOURCES.iter().map(|row| row.module);
        if !modules().any(|module| module == resource) {
            let near = suggest(resource, modules().chain(["files"]));
            let hint = near.map(|near| format!("did you mean `{near}:{}`?", shown(effect)));
            return Err(wrong(format!("there is no resource `{}`", shown(resource)), hint));
        }
        let known = effects_of(resource);
        let found = known.iter().find(|known| known.as_str() == effect);
        let found = found.ok_or_else(|| {
            let words: Vec<String> =
                known.iter().map(|effect| format!("`{resource}:{effect}`")).collect();
            let hint = match suggest(effect, known.iter().map(|effect| effect.as_str())) {
                Some(near) => format!("did you mean `{resource}:{near}`?"),
                None => format!("of {resource}: {}", words.join(", ")),
            };
            wrong(format!("there is no permission `{}`", shown(word)), Some(hint))
        })?;
        Ok(Self::Api(Permission::operation(resource, *found)))
    }
}

/// The effects that operations of a resource have, or can have.
fn effects_of(resource: &str) -> BTreeSet<Effect> {
    let operations = OPERATIONS.iter().filter(|operation| operation.module == resource);
    operations
        .flat_map(|operation| {
            let more = operation.effect_when.iter().map(|when| when.effect);
            more.chain([operation.effect])
        })
        .collect()
}

/// What an operator granted to a plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeSet<PluginPermission>);

impl Grants {
    /// Grants nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// The permissions, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &PluginPermission> {
        self.0.iter()
    }

    /// Whether a permission is granted.
    #[must_use]
    pub fn contains(&self, permission: &PluginPermission) -> bool {
        self.0.contains(permission)
    }

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The grants for calls: what `HostSettings::grants` of a run takes.
    #[must_use]
    pub fn api(&self) -> PermissionSet {
        self.0.iter().fold(PermissionSet::none(), |set, permission| match permission {
            PluginPermission::Api(permission) => set.with(permission.clone()),
            PluginPermission::Files(_) | PluginPermission::Notify => set,
        })
    }

    /// The grants beside those for calls: what [`Plugin::guest`](crate::Plugin::guest) takes.
    #[must_use]
    pub fn host(&self) -> HostGrants {
        let has = |access| self.contains(&PluginPermission::Files(access));
        let files = FileGrants { read: has(FileAccess::Read), write: has(FileAccess::Write) };
        HostGrants { files, notify: self.contains(&PluginPermission::Notify) }
    }
}

impl FromIterator<PluginPermission> for Grants {
    fn from_iter<I: IntoIterator<Item = PluginPermission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

impl fmt::Display for Grants {
    /// `lists:read, profiles:read`; `nothing` where that is so.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        let words: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn what_is_no_permission_of_plugins_is_refused() {
        let check = |word: &str, expected: Expect| {
            expected.assert_eq(&word.parse::<PluginPermission>().unwrap_err().to_string());
        };
        check(
            "write",
            expect![
                "`write` is not a permission of plugins; a plugin names each resource, such as `profiles:write`: `write` would be all of them"
            ],
        );
        check(
            "reqest",
            expect![
                "`reqest` is not a permission of plugins; write `resource:effect`, such as `profiles:read`, `files:read`, `files:write`, `notify` or `request`"
            ],
        );
        check("notify:write", expect!["there is no resource `notify`"]);
        check(
            "profile:read",
            expect!["there is no resource `profile`; did you mean `profiles:read`?"],
        );
        check(
            "profiles:reed",
            expect!["there is no permission `profiles:reed`; did you mean `profiles:read`?"],
        );
        check(
            "accounts:send",
            expect!["there is no permission `accounts:send`; of accounts: `accounts:read`"],
        );
        check(
            "files:delete",
            expect![
                "there is no permission `files:delete`; of files: `files:read` and `files:write`"
            ],
        );
        check("file:read", expect!["there is no resource `file`; did you mean `files:read`?"]);
        check(
            "profiles:read\x1b[2J",
            expect![
                "there is no permission `profiles:read�[2J`; of profiles: `profiles:read`, `profiles:write`, `profiles:delete`"
            ],
        );
        check(
            "",
            expect![
                "`` is not a permission of plugins; write `resource:effect`, such as `profiles:read`, `files:read`, `files:write`, `notify` or `request`"
            ],
        );
    }

    #[test]
    fn permissions_are_read_as_they_are_written() {
        for row in RESOURCES {
            let own = ["files", "notify"];
            assert!(!own.contains(&row.module), "{} would be the word of a resource", row.module);
            for effect in effects_of(row.module) {
                let word = format!("{}:{effect}", row.module);
                assert_eq!(word.parse::<PluginPermission>().unwrap().to_string(), word);
            }
        }
        for word in ["request", "files:read", "files:write", "notify"] {
            assert_eq!(word.parse::<PluginPermission>().unwrap().to_string(), word);
        }
    }

    #[test]
    fn grants_beside_calls_are_none_of_calls() {
        let words = ["notify", "files:write", "profiles:read"];
        let grants: Grants = words.iter().map(|word| word.parse().unwrap()).collect();
        assert_eq!(grants.to_string(), "profiles:read, files:write, notify");
        let files = FileGrants { read: false, write: true };
        assert_eq!(grants.host(), HostGrants { files, notify: true });
        assert!(grants.api().allows(&"profiles:read".parse().unwrap()));
        assert!(!grants.api().allows(&Permission::operation("files", Effect::Write)));
    }
}
