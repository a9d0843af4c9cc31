//! `pianoroll check`

mod files;
mod show;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pianoroll_runtime::project::Project;
use pianoroll_script::{Diagnostic, Need, Script, Severity};

use crate::library::ProjectLibrary;

use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::source;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll check\n  \
    pianoroll check scripts/retag_inactive_profiles.rhai --json\n  \
    pianoroll check - --stdin-name scripts/new.rhai < draft.rhai";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// Scripts, or folders of scripts; the whole project without any; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The name that `-` is shown with
    #[arg(long, value_name = "PATH", default_value = "<stdin>", hide_default_value = true)]
    stdin_name: String,

    /// Print one JSON object: diagnostics, files with the permissions that they need, errors, warnings
    #[arg(long)]
    json: bool,

    /// Exit with 2 where there are warnings, too
    #[arg(long)]
    deny_warnings: bool,
}

/// What was found in one file.
struct Checked {
    /// As it is shown.
    name: String,
    /// Empty where it could not be read.
    source: String,
    diagnostics: Vec<Diagnostic>,
    needs: Vec<Need>,
}

impl Checked {
    /// What cannot be read has one mistake.
    fn unreadable(name: String, failure: &Failure) -> Self {
        let diagnostic = Diagnostic::unreadable(format!("{:#}", failure.error));
        Self { name, source: String::new(), diagnostics: vec![diagnostic], needs: Vec::new() }
    }

    fn script(name: String, source: String) -> Self {
        let checked = Script::check(&source, &name, &ProjectLibrary::beside(Path::new(&name)));
        Self { name, source, diagnostics: checked.diagnostics, needs: checked.needs }
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let environment = Environment::read();
    let mut checked = Vec::new();
    let mut scripts = Vec::new();
    if args.paths.is_empty() {
        let project = Project::find_file(&environment.folder);
        if let Some(file) = &project {
            checked.extend(project_file(file, &environment.folder)?);
        }
        let root = project.as_deref().and_then(Path::parent).unwrap_or(&environment.folder);
        scripts.extend(files::below(root));
    }
    for path in &args.paths {
        if path == Path::new("-") {
            checked.push(standard_input(&args.stdin_name)?);
        } else if path.is_dir() {
            let found = files::below(path);
            if found.is_empty() {
                let message = format!("there is no script in `{}`", path.display());
                return Err(Failure::input(message).hint("scripts are files that end in `.rhai`"));
            }
            scripts.extend(found);
        } else {
            scripts.push(path.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    scripts.retain(|script| seen.insert(script.clone()));
    checked.extend(all(&scripts, &environment.folder));

    let mut output = Output::new();
    if args.json {
        output.json(&show::json(&checked))?;
    } else {
        show::text(&checked, &mut output)?;
    }
    output.finish()?;
    let has = |severity| checked.iter().any(|checked| checked.count(severity) > 0);
    let refused = has(Severity::Error) || (args.deny_warnings && has(Severity::Warning));
    Ok(if refused { Exit::Input } else { Exit::Completed })
}

/// The project file, where it holds mistakes or could not be read.
fn project_file(file: &Path, folder: &Path) -> Result<Option<Checked>, Failure> {
    let name = shown(file, folder);
    match Project::load(file) {
        Ok(_) => Ok(None),
        Err(error) => Ok(Some(show::project(name, error))),
    }
}

fn standard_input(name: &str) -> Result<Checked, Failure> {
    Ok(match source::read_from(std::io::stdin(), Path::new(name)) {
        Ok(source) => Checked::script(name.to_owned(), source),
        Err(failure) => Checked::unreadable(name.to_owned(), &failure),
    })
}

/// Checks scripts side by side; the answers are in their order.
fn all(scripts: &[PathBuf], folder: &Path) -> Vec<Checked> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(scripts.len());
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(script) = scripts.get(index) else { return done };
            done.push((index, one(script, folder)));
        }
    };
    let mut checked = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        // A thread that panicked is told by the panic itself; what it did is lost and counted as such.
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect::<Vec<_>>()
    });
    checked.sort_by_key(|(index, _)| *index);
    checked.into_iter().map(|(_, checked)| checked).collect()
}

fn one(script: &Path, folder: &Path) -> Checked {
    let name = shown(script, folder);
    match source::read(script) {
        Ok(source) => Checked::script(name, source),
        Err(failure) => Checked::unreadable(name, &failure),
    }
}

/// A path as it is shown: relative to the current folder where it is below it.
fn shown(path: &Path, folder: &Path) -> String {
    let shown = path.strip_prefix(folder).unwrap_or(path);
    shown.strip_prefix(".").unwrap_or(shown).to_string_lossy().into_owned()
}
