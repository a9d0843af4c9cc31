//! `pianoroll check`

mod automations;
mod due;
mod files;
mod project;
mod show;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use pianoroll_gateway::SystemClock;
use pianoroll_model::Clock as _;
use pianoroll_runtime::project::Project;
use pianoroll_script::testing::Suite;
use pianoroll_script::{BrokenLibrary, Diagnostic, LibrarySource, Need, Script, Severity};

use self::project::ProjectFile;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::library::ProjectLibraries;
use crate::output::{self, Output};
use crate::source;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll check\n  \
    pianoroll check scripts/retag_inactive_profiles.rhai --json\n  \
    pianoroll check - --stdin-name scripts/new.rhai < draft.rhai";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// Scripts, libraries and tests, or folders of them; the whole project without any; `-` is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The name that `-` is shown with
    #[arg(long, value_name = "PATH", default_value = "<stdin>", hide_default_value = true)]
    stdin_name: String,

    /// Print one JSON object: diagnostics, files with the permissions that they need, next due times, errors, warnings
    #[arg(long)]
    json: bool,

    /// Exit with 2 where there are warnings, too
    #[arg(long)]
    deny_warnings: bool,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Script,
    Library,
    Test,
    Project,
}

/// What was found in one file.
struct Checked {
    kind: Kind,
    /// As it is shown.
    name: String,
    /// Where it is.
    path: PathBuf,
    /// Empty where it could not be read.
    source: String,
    diagnostics: Vec<Diagnostic>,
    needs: Vec<Need>,
    /// Of a script that can run.
    script: Option<Script>,
    /// The library whose mistakes keep it from running.
    library: Option<BrokenLibrary>,
}

impl Checked {
    fn new(kind: Kind, file: File, source: String, diagnostics: Vec<Diagnostic>) -> Self {
        let File { name, path } = file;
        let (needs, script, library) = (Vec::new(), None, None);
        Self { kind, name, path, source, diagnostics, needs, script, library }
    }

    /// What cannot be read has one mistake.
    fn unreadable(file: File, failure: &Failure) -> Self {
        let diagnostic = Diagnostic::unreadable(format!("{:#}", failure.error));
        Self::new(Kind::Script, file, String::new(), vec![diagnostic])
    }

    /// A script, a library or tests: the path says which.
    fn program(file: File, source: String, libraries: &ProjectLibraries) -> Self {
        let library = libraries.beside(&file.path);
        let (kind, found) = if file.name.ends_with(".test.rhai") {
            (Kind::Test, Suite::check(&source, &file.name))
        } else if let Some(name) = library.name_of(&file.path) {
            let text = LibrarySource { path: file.name.clone(), text: source.clone() };
            (Kind::Library, Script::check_library(&name, text, &*library))
        } else {
            (Kind::Script, Script::check(&source, &file.name, &*library))
        };
        let pianoroll_script::Checked { diagnostics, needs, script, library } = found;
        Self { needs, script, library, ..Self::new(kind, file, source, diagnostics) }
    }

    /// Its errors, as people read them.
    fn errors(&self) -> Vec<String> {
        let errors = self.diagnostics.iter().filter(|it| it.severity == Severity::Error);
        errors.map(|error| error.render(&self.name, &self.source)).collect()
    }

    fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

/// A file that is to be checked.
#[derive(Clone)]
struct File {
    /// As it is shown: relative to the current folder where it is below it.
    name: String,
    path: PathBuf,
}

impl File {
    fn new(path: &Path, folder: &Path) -> Self {
        let shown = path.strip_prefix(folder).unwrap_or(path);
        let shown = shown.strip_prefix(".").unwrap_or(shown);
        Self { name: shown.to_string_lossy().into_owned(), path: folder.join(path) }
    }
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let environment = Environment::read();
    let folder = environment.folder.as_path();
    let libraries = ProjectLibraries::new(environment.clone());
    let mut checked = Vec::new();
    let mut programs = Vec::new();
    let mut project = None;
    if args.paths.is_empty() {
        let file = Project::find_file(folder);
        programs.extend(files::below(file.as_deref().and_then(Path::parent).unwrap_or(folder)));
        project = file.map(|file| ProjectFile::read(File::new(&file, folder)));
        let named = project.as_ref().map(ProjectFile::programs).unwrap_or_default();
        programs.extend(
            named
                .into_iter()
                .filter(|named| !files::contains(&programs, named))
                .collect::<Vec<_>>(),
        );
    }
    for path in &args.paths {
        if path == Path::new("-") {
            checked.push(standard_input(&args.stdin_name, folder, &libraries));
        } else if path.is_dir() {
            let found = files::below(path);
            if found.is_empty() {
                let message = format!("there is no script in `{}`", path.display());
                return Err(Failure::input(message).hint("scripts are files that end in `.rhai`"));
            }
            programs.extend(found);
        } else {
            programs.push(path.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    programs.retain(|program| seen.insert(folder.join(program)));
    checked.extend(all(&programs, folder, &libraries));
    broken_libraries(&mut checked, folder);
    let now = SystemClock::new().now();
    let due = project.as_ref().map(|project| project.due(now)).unwrap_or_default();
    if let Some(project) = project {
        let project = project.check(&checked);
        checked.insert(0, project);
    }

    let mut output = Output::new();
    if args.json {
        output.json(&show::json(&checked, &due))?;
    } else {
        show::text(&checked, &due, &mut output)?;
    }
    output.finish()?;
    let has = |severity| checked.iter().any(|checked| checked.count(severity) > 0);
    let refused = has(Severity::Error) || (args.deny_warnings && has(Severity::Warning));
    Ok(if refused { Exit::Input } else { Exit::Completed })
}

/// Refuses a project whose file, or the programs that it names, have mistakes.
pub(crate) fn refuse_mistakes(environment: &Environment) -> Result<(), Failure> {
    let folder = environment.folder.as_path();
    let Some(file) = Project::find_file(folder) else { return Ok(()) };
    let libraries = ProjectLibraries::new(environment.clone());
    let project = ProjectFile::read(File::new(&file, folder));
    let mut checked = all(&project.programs(), folder, &libraries);
    broken_libraries(&mut checked, folder);
    let project = project.check(&checked);
    checked.insert(0, project);
    let errors: Vec<String> = checked.iter().flat_map(Checked::errors).collect();
    if errors.is_empty() {
        return Ok(());
    }
    let count = crate::numbers::counted(errors.len() as u64, "mistake", "mistakes");
    let text =
        format!("the project has {count}, and nothing was deployed\n\n{}", errors.join("\n\n"));
    Err(Failure::input(text).hint("`pianoroll check` shows warnings, too"))
}

fn standard_input(name: &str, folder: &Path, libraries: &ProjectLibraries) -> Checked {
    let file = File { name: name.to_owned(), path: folder.join(name) };
    match source::read_from(std::io::stdin(), Path::new(name)) {
        Ok(source) => Checked::program(file, source, libraries),
        Err(failure) => Checked::unreadable(file, &failure),
    }
}

/// Adds the libraries whose mistakes keep scripts from running and that are not told yet, each once.
fn broken_libraries(checked: &mut Vec<Checked>, folder: &Path) {
    let broken: Vec<BrokenLibrary> =
        checked.iter().filter_map(|checked| checked.library.clone()).collect();
    for BrokenLibrary { source, diagnostics, .. } in broken {
        let file = File::new(Path::new(&source.path), folder);
        if !checked.iter().any(|checked| files::is_same(&checked.path, &file.path)) {
            checked.push(Checked::new(Kind::Library, file, source.text, diagnostics));
        }
    }
}

/// Checks files side by side; the answers are in their order.
fn all(programs: &[PathBuf], folder: &Path, libraries: &ProjectLibraries) -> Vec<Checked> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(programs.len());
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(program) = programs.get(index) else { return done };
            done.push((index, one(File::new(program, folder), libraries)));
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

fn one(file: File, libraries: &ProjectLibraries) -> Checked {
    match source::read(&file.path) {
        Ok(source) => Checked::program(file, source, libraries),
        Err(failure) => Checked::unreadable(file, &failure),
    }
}
