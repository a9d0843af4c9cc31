//! What a plugin may do in a run: what it was granted when it was installed, and less where an automation says so.

use std::path::Path;

use pianoroll_host::GrantBy;
use pianoroll_model::Permission;
use pianoroll_runtime::durable::{RunSettings, is_of_plugins};
use pianoroll_runtime::project::{Permissions, PluginRef};

use super::installed::find;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// The grants that an automation's `permissions` leave. They never add one.
pub(crate) fn narrowed(granted: &[String], permissions: &Permissions) -> Vec<String> {
    let is_left = |word: &&String| match is_of_plugins(word) {
        true => permissions.words.iter().any(|left| left.value == **word),
        false => {
            let permission: Option<Permission> = word.parse().ok();
            permission
                .is_some_and(|permission| pianoroll_api::allows(&permissions.granted, &permission))
        }
    };
    granted.iter().filter(is_left).cloned().collect()
}

/// Leaves a new run that is like an earlier one only what its plugin is granted today: what was taken back since stays so.
///
/// # Errors
/// The plugin is not installed any more, so that nobody grants it anything.
pub(crate) fn narrow_to_today(settings: &mut RunSettings) -> Result<(), Failure> {
    let GrantBy::Plugin(plugin) = &mut settings.grant_by else { return Ok(()) };
    let root = settings.project.as_deref().and_then(Path::parent).unwrap_or(&settings.folder);
    let version = plugin.version.parse().or_exit(Exit::Input)?;
    let plugin_ref = PluginRef { name: plugin.name.clone(), version: Some(version) };
    let today = find(root, &plugin_ref)?.granted;
    settings.grants.retain(|word| today.contains(word));
    plugin.granted = today;
    Ok(())
}

/// The words of an automation's `permissions` that give a plugin nothing: it was not granted what they name.
pub(crate) fn needless<'p>(granted: &[String], permissions: &'p Permissions) -> Vec<&'p str> {
    let words = permissions.words.iter().map(|word| word.value.as_str());
    let gives = |word: &&str| match is_of_plugins(word) {
        true => granted.iter().any(|granted| granted == word),
        false => {
            let alone = pianoroll_host::grant_word(pianoroll_model::PermissionSet::none(), word);
            let alone = alone.unwrap_or_default();
            let permissions = granted.iter().filter_map(|word| word.parse::<Permission>().ok());
            permissions.into_iter().any(|granted| pianoroll_api::allows(&alone, &granted))
        }
    };
    words.filter(|word| !gives(word)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pianoroll_runtime::project::Project;

    use super::*;

    fn permissions(line: &str) -> Permissions {
        let text = format!("[automations.a]\nprogram = \"plugin:a\"\n{line}");
        let project = Project::parse(&text, Path::new("pianoroll.toml")).unwrap();
        project.automations["a"].permissions.clone()
    }

    #[test]
    fn an_automation_takes_away_and_never_gives() {
        let granted = ["files:write", "lists:write", "notify", "profiles:read", "request"];
        let granted: Vec<String> = granted.iter().map(|word| (*word).to_owned()).collect();
        let check = |line: &str, left: &[&str], idle: &[&str]| {
            let permissions = permissions(line);
            assert_eq!(narrowed(&granted, &permissions), left, "{line}");
            assert_eq!(needless(&granted, &permissions), idle, "{line}");
        };
        check("permissions = []", &[], &[]);
        check("permissions = [\"read\", \"files:read\"]", &["profiles:read"], &["files:read"]);
        check("permissions = [\"notify\"]", &["notify"], &[]);
        check(
            "permissions = [\"write\", \"files:write\", \"request\", \"profiles:delete\"]",
            &["files:write", "lists:write", "request"],
            &["profiles:delete"],
        );
    }
}
