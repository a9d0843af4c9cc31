//! A program as the journal keeps it: a script with all its sources and nothing else of it, or the name of a component that is
//! kept beside the journal.

use std::collections::BTreeMap;

use pianoroll_host::Guest;
use pianoroll_journal::Program;
use pianoroll_plugin::{FileGrants, HostGrants, Package, Plugin};
use pianoroll_runtime::components::{ComponentError, Components, PluginProgram};
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::project::Project;
use pianoroll_script::{Library, LibrarySource, MemoryLimit, Script};
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::plugins;

/// What the journal calls scripts.
const SCRIPT: &str = "script";

/// A program that can run.
#[derive(Clone)]
pub(crate) enum Runnable {
    Script(Script),
    Plugin(Plugin),
}

impl Runnable {
    /// A guest for one attempt. The limits of plugins are those that the project has today.
    pub(super) fn guest(&self, settings: &RunSettings, project: &Project) -> Box<dyn Guest> {
        match self {
            Runnable::Script(script) => {
                let memory = MemoryLimit { most: super::MOST_MEMORY, used: crate::allocator::held };
                Box::new(script.guest().with_memory_limit(memory))
            }
            Runnable::Plugin(plugin) => {
                let limits = plugins::limits(project, &plugin.manifest().name);
                let (read, write) = settings.files();
                let files = FileGrants { read, write };
                let granted = HostGrants { files, notify: settings.notifies() };
                Box::new(plugin.guest(limits, granted))
            }
        }
    }
}

/// A program of the journal, ready to run. Components are read from beside the journal.
pub(super) async fn runnable(
    program: &Program,
    components: Option<&Components>,
) -> Result<Runnable, Failure> {
    match (PluginProgram::of_program(program), components) {
        (Some(plugin), Some(components)) => {
            let bytes = components.read(&plugin.digest).map_err(|error| gone(&plugin, error))?;
            let package = Package::read(bytes).or_exit(Exit::Input)?;
            Ok(Runnable::Plugin(plugins::load(&package).await?))
        }
        _ => Ok(Runnable::Script(compiled(program)?)),
    }
}

/// What a run was made of is not there any more.
fn gone(plugin: &PluginProgram, error: ComponentError) -> Failure {
    let PluginProgram { name, version, .. } = plugin;
    let text = format!("the plugin {name} {version} that the run was started with cannot be had");
    let hint = match &error {
        ComponentError::Gone { .. } | ComponentError::Changed { .. } => Some(format!(
            "nothing was sent; `pianoroll run plugin:{name}` starts a new run with the plugin that is installed now"
        )),
        ComponentError::Digest(_) | ComponentError::File { .. } => None,
    };
    Failure::new(Exit::Failed, anyhow::Error::from(error).context(text)).hint_if(hint)
}

#[derive(Serialize, Deserialize)]
struct Stored {
    script: Source,
    /// By what stands behind `import`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    libraries: BTreeMap<String, Source>,
}

#[derive(Serialize, Deserialize)]
struct Source {
    path: String,
    text: String,
}

/// A script for the journal. The same sources have the same digest.
pub(crate) fn stored(script: &Script) -> Program {
    let empty = Source { path: String::new(), text: String::new() };
    let mut stored = Stored { script: empty, libraries: BTreeMap::new() };
    for (name, LibrarySource { path, text }) in script.sources() {
        let source = Source { path, text };
        match name {
            None => stored.script = source,
            Some(name) => drop(stored.libraries.insert(name.to_owned(), source)),
        }
    }
    // Texts always serialise.
    Program::new(SCRIPT, serde_json::to_string(&stored).unwrap_or_default())
}

/// The script that a program of the journal is.
fn compiled(program: &Program) -> Result<Script, Failure> {
    if program.kind != SCRIPT {
        let text = format!("this pianoroll runs no program of the kind `{}`", program.kind);
        return Err(Failure::input(text));
    }
    let stored: Stored = serde_json::from_str(&program.content).or_exit(Exit::Input)?;
    Script::compile_with(&stored.script.text, &stored.script.path, &stored)
        .or_exit(Exit::Input)
        .map_err(|failure| failure.hint("it was checked by another version when the run started"))
}

impl Library for Stored {
    fn read(&self, name: &str) -> Result<LibrarySource, String> {
        let source = self.libraries.get(name).ok_or("it is not stored with the run")?;
        Ok(LibrarySource { path: source.path.clone(), text: source.text.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_comes_back_with_its_libraries() {
        struct One;
        impl Library for One {
            fn read(&self, name: &str) -> Result<LibrarySource, String> {
                let text = "fn double(n) { n * 2 }".to_owned();
                Ok(LibrarySource { path: format!("lib/{name}.rhai"), text })
            }
        }
        let text = "import \"numbers\" as numbers; numbers::double(2)";
        let script = Script::compile_with(text, "scripts/x.rhai", &One).unwrap();
        let program = stored(&script);
        assert!(program.is_whole());
        let back = compiled(&program).unwrap();
        assert_eq!(stored(&back), program);
        assert_eq!(back.path(), "scripts/x.rhai");
        let other = Program::new("plugin", "{}");
        assert!(compiled(&other).is_err());
    }
}
