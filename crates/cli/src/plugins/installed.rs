//! The plugins that are installed in a project.

use std::path::Path;

use pianoroll_plugin::{Grants, InstalledError, Lock, Manifest, Package};
use pianoroll_runtime::project::{PluginRef, Project};
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// An installed plugin, with its component.
pub(crate) struct Installed {
    pub(crate) package: Package,
    /// What it was granted, in words.
    pub(crate) granted: Vec<String>,
}

/// The folder whose plugins are meant: the project's, or the current one where there is none.
pub(crate) fn folder<'e>(project: &'e Project, environment: &'e Environment) -> &'e Path {
    project.root().unwrap_or(&environment.folder)
}

/// The plugin that is meant, from the lock in a project's folder.
pub(crate) fn find(root: &Path, plugin: &PluginRef) -> Result<Installed, Failure> {
    let lock = Lock::read(root).or_exit(Exit::Input)?;
    let loaded = pianoroll_plugin::load(root, &lock, &plugin.name, plugin.version.as_ref());
    let loaded = loaded.map_err(|error| not_loaded(error, root, &lock))?;
    Ok(Installed { package: loaded.package, granted: words(&loaded.entry.grants) })
}

/// Where plugins are looked for is what a person has to know who has installed it somewhere else.
fn not_loaded(error: InstalledError, root: &Path, lock: &Lock) -> Failure {
    let nothing = matches!(error, InstalledError::NotInstalled(_)) && lock.plugins().is_empty();
    let hint = nothing.then(|| format!("no plugin is installed in `{}`", root.display()));
    Failure::new(Exit::Input, error).hint_if(hint)
}

/// Grants, in words.
pub(crate) fn words(grants: &Grants) -> Vec<String> {
    grants.iter().map(ToString::to_string).collect()
}

/// What a manifest asks for, in words.
pub(crate) fn asked(manifest: &Manifest) -> Vec<String> {
    manifest.asks.iter().map(|ask| ask.permission.to_string()).collect()
}

/// A manifest for programs.
pub(crate) fn manifest_json(manifest: &Manifest) -> Value {
    let ask = |ask: &pianoroll_plugin::Ask| json!({ "permission": ask.permission.to_string(), "reason": ask.reason });
    let param = |param: &pianoroll_host::ParamSpec| {
        json!({
            "name": param.name,
            "type": param.kind.as_str(),
            "required": param.is_required(),
            "default": param.default,
            "doc": param.doc,
        })
    };
    let connection = |connection: &pianoroll_host::ConnectionSpec| json!({ "name": connection.name, "doc": connection.doc });
    json!({
        "name": manifest.name,
        "version": manifest.version.to_string(),
        "description": manifest.description,
        "permissions": manifest.asks.iter().map(ask).collect::<Vec<_>>(),
        "params": manifest.params.iter().map(param).collect::<Vec<_>>(),
        "connections": manifest.connections.iter().map(connection).collect::<Vec<_>>(),
    })
}

/// Words, for a sentence.
pub(crate) fn listed(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        words => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
    }
}
