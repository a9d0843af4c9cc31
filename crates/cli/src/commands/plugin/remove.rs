//! `pianoroll plugin remove`

use pianoroll_plugin::{InstallError, Installed};
use pianoroll_runtime::project::{FILE_NAME, PluginRef, Project};
use serde_json::json;

use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::plugins;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its name, for all its versions, or NAME@VERSION for one
    #[arg(value_name = "NAME")]
    plugin: String,

    /// Print one JSON object: removed, with plugin and version of each
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let plugin: PluginRef = args.plugin.parse().or_exit(Exit::Input)?;
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let root = plugins::folder(&project, &environment);
    let removed = pianoroll_plugin::remove(root, &plugin.name, plugin.version.as_ref());
    let removed = removed.map_err(|error| match error {
        InstallError::File { .. } => Failure::new(Exit::Failed, error),
        error => Failure::new(Exit::Input, error),
    })?;
    let mut output = Output::new();
    if args.json {
        let object = |plugin: &Installed| json!({ "plugin": plugin.name, "version": plugin.version.to_string() });
        output.json(&json!({ "removed": removed.iter().map(object).collect::<Vec<_>>() }))?;
    } else {
        for plugin in &removed {
            output.line(format_args!("removed {} {}", plugin.name, plugin.version))?;
        }
    }
    output.finish()?;
    warn_of_automations(&project, root, &plugin);
    Ok(Exit::Completed)
}

/// An automation that cannot run any more is told now, and not at night.
fn warn_of_automations(project: &Project, root: &std::path::Path, removed: &PluginRef) {
    for (name, settings) in &project.automations {
        let Some(plugin) = settings.program.value.plugin() else { continue };
        if plugin.name == removed.name && plugins::find(root, plugin).is_err() {
            let line = settings.program.line;
            output::warn(format_args!(
                "the automation `{name}` at {FILE_NAME}:{line} runs `plugin:{plugin}`, which is not there any more"
            ));
        }
    }
}
