//! What is to be run: a script's file, a plugin, or an automation of the project.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use pianoroll_runtime::project::{AutomationSettings, FILE_NAME, PluginRef, ProgramRef, Project};

use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::suggest;

/// What is to be run, and the project that it belongs to.
pub(super) struct Program {
    pub(super) what: What,
    /// The file as the user knows it, or `plugin:NAME`.
    pub(super) shown: String,
    pub(super) project: Project,
    pub(super) automation: Option<Automation>,
}

/// A program, before it is read.
pub(super) enum What {
    Script(PathBuf),
    Plugin(PluginRef),
}

pub(super) struct Automation {
    pub(super) name: String,
    pub(super) settings: AutomationSettings,
}

impl Program {
    /// What a person called it: the automation's name, or the file.
    pub(super) fn name(&self) -> &str {
        self.automation.as_ref().map_or(&self.shown, |automation| &automation.name)
    }

    /// The folder whose files it may use: its project's, or the current one where there is none.
    pub(super) fn root<'p>(&'p self, environment: &'p Environment) -> &'p Path {
        self.project.root().unwrap_or(&environment.folder)
    }

    /// What its state values belong to: the automation's name, or the script's path within the project, wherever one stands, or
    /// the plugin's name, whatever its version.
    pub(super) fn scope(&self, environment: &Environment) -> String {
        let file = match (&self.automation, &self.what) {
            (Some(automation), _) => return automation.name.clone(),
            (None, What::Plugin(plugin)) => {
                let whole = PluginRef { name: plugin.name.clone(), version: None };
                return ProgramRef::Plugin(whole).to_string();
            }
            (None, What::Script(file)) => environment.folder.join(file),
        };
        // What `..` and links lead to is one script, by whatever way it was reached.
        let file = file.canonicalize().unwrap_or(file);
        let root = self.root(environment);
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned()
    }
}

/// What a word names. A file wins, so that a script is never shadowed by a name in the project.
pub(super) fn find(word: &Path, environment: &Environment) -> Result<Program, Failure> {
    if let Some(plugin) = word.to_str().and_then(PluginRef::of_program) {
        let plugin = plugin.or_exit(Exit::Input)?;
        let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
        let shown = ProgramRef::Plugin(plugin.clone()).to_string();
        return Ok(Program { what: What::Plugin(plugin), shown, project, automation: None });
    }
    if word.exists() && !word.is_dir() {
        if is_component(word) {
            return Err(component(word));
        }
        let folder = word.parent().unwrap_or(Path::new("."));
        let project = Project::find(&environment.folder.join(folder)).or_exit(Exit::Input)?;
        let shown = word.to_string_lossy().into_owned();
        let what = What::Script(word.to_owned());
        return Ok(Program { what, shown, project, automation: None });
    }
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let name = word.to_string_lossy().into_owned();
    let root = project.root().unwrap_or(&environment.folder).to_owned();
    match project.automations.contains_key(&name) {
        true => automation(name, project, environment),
        false => Err(unknown(word, &name, &project, &root, environment)),
    }
}

/// An automation of a project, by its name.
pub(super) fn automation(
    name: String,
    project: Project,
    environment: &Environment,
) -> Result<Program, Failure> {
    let root = project.root().unwrap_or(&environment.folder).to_owned();
    let Some(settings) = project.automations.get(&name).cloned() else {
        return Err(Failure::input(format!("there is no automation `{name}`")));
    };
    let shown = settings.program.value.to_string();
    let what = match &settings.program.value {
        ProgramRef::Plugin(plugin) => What::Plugin(plugin.clone()),
        ProgramRef::Script(script) => {
            let file = root.join(script);
            if !file.exists() {
                let (line, column) = (settings.program.line, settings.program.column);
                return Err(Failure::input(format!(
                    "the program `{shown}` of the automation `{name}` does not exist"
                ))
                .hint(format!("it is named at {FILE_NAME}:{line}:{column}")));
            }
            What::Script(file)
        }
    };
    Ok(Program { what, shown, project, automation: Some(Automation { name, settings }) })
}

/// Whether a file is a component, by its name or its first bytes.
fn is_component(file: &Path) -> bool {
    if file.extension().is_some_and(|extension| extension == "wasm") {
        return true;
    }
    let mut first = [0; 4];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == *b"\0asm"
}

/// A stranger's file is not run by its mere name: what it may do was never asked.
fn component(file: &Path) -> Failure {
    let shown = crate::words::quoted(&file.to_string_lossy());
    Failure::input(format!("`{}` is a component, and components run as plugins only", file.display()))
        .hint(format!(
            "`pianoroll plugin install {shown}` shows what it asks for, and then `pianoroll run plugin:NAME` runs it"
        ))
        .hint(format!("`pianoroll plugin test {shown}` tries it against the simulator, without an installation"))
}

fn unknown(
    word: &Path,
    name: &str,
    project: &Project,
    root: &Path,
    environment: &Environment,
) -> Failure {
    let scripts = scripts(word, root, environment);
    let automations = project.automations.keys().map(String::as_str);
    let is_path = word.components().count() > 1 || word.extension().is_some();
    let near = match is_path {
        true => suggest::near(name, scripts.iter().map(String::as_str)),
        // `retag` may also be meant for `scripts/retag.rhai`.
        false => suggest::near(name, automations.clone()).or_else(|| {
            let stem = |script: &&String| {
                let stem = Path::new(script).file_stem().unwrap_or_default();
                suggest::near(name, [&*stem.to_string_lossy()]).is_some()
            };
            scripts.iter().find(stem).map(String::as_str)
        }),
    };
    let failure = match (word.is_dir(), is_path) {
        (true, _) => Failure::input(format!("`{name}` is a folder, and no script")),
        (false, true) => Failure::input(format!("there is no file `{name}`")),
        (false, false) => Failure::input(format!("there is no file and no automation `{name}`")),
    };
    let all: Vec<&str> = automations.collect();
    match (near, all.as_slice()) {
        (Some(near), _) => failure.hint(format!("did you mean `{near}`?")),
        (None, []) => failure,
        (None, all) => failure.hint(format!("automations here: {}", all.join(", "))),
    }
}

/// The scripts that may have been meant: those beside the given path, and those of the project, as a user would name them.
fn scripts(word: &Path, root: &Path, environment: &Environment) -> Vec<String> {
    let beside = environment.folder.join(word.parent().unwrap_or(Path::new("")));
    let mut found: Vec<String> = [beside, root.join("scripts")]
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rhai"))
        .map(|path| {
            let shown = path.strip_prefix(&environment.folder).unwrap_or(&path);
            shown.to_string_lossy().into_owned()
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
