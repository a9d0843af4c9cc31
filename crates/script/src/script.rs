//! A compiled script.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use pianoroll_host::{ConnectionSpec, ParamError, ParamSpec};
use rhai::{AST, Dynamic};
use serde_json::{Map, Value};

use crate::check::{self, Around, Need};
use crate::diagnostic::{Diagnostic, ScriptError, Severity, told};
use crate::engine::{self, STACK_BYTES};
use crate::header::{self, Header};
use crate::library::{self, BrokenLibrary, Library, LibrarySource, Linked, Linker, NoLibrary};
use crate::run::ScriptGuest;

/// A script that was read, checked and compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Script {
    program: Arc<Program>,
}

/// What is known of a script that was not necessarily one.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Mistakes and warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// What its calls need to be granted, as far as it could be read.
    pub needs: Vec<Need>,
    /// The script, where it can run.
    pub script: Option<Script>,
    /// The library whose mistakes keep it from running. They are told of the library, and not here.
    pub library: Option<BrokenLibrary>,
}

/// What a run needs of a script.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) path: String,
    pub(crate) source: String,
    pub(crate) ast: AST,
    pub(crate) header: Header,
    /// Closures that change what they captured, by the names that Rhai gives them: the variable, and the line.
    pub(crate) writers: BTreeMap<String, (String, usize)>,
    /// The libraries, each behind those that it imports.
    libraries: Vec<Linked>,
    pub(crate) dialect: Dialect,
    pub(crate) warnings: Vec<Diagnostic>,
    needs: Vec<Need>,
}

impl Program {
    /// The variable that a closure captured and changes, and the line where it does.
    pub(crate) fn writes_capture(&self, closure: &str) -> Option<(&str, usize)> {
        self.writers.get(closure).map(|(name, line)| (name.as_str(), *line))
    }

    /// The library of a name.
    pub(crate) fn library(&self, name: &str) -> Option<&Linked> {
        self.libraries.iter().find(|library| library.name == name)
    }

    /// Path and text of the file that Rhai calls so; the script where it does not say.
    pub(crate) fn file(&self, path: &str) -> (&str, &str) {
        let library = self.libraries.iter().find(|library| library.source.path == path);
        library.map_or((&self.path, &self.source), |library| {
            (&library.source.path, &library.source.text)
        })
    }
}

impl Script {
    /// Compiles a script that stands for itself. `path` is only shown: nothing is read from it.
    ///
    /// # Errors
    /// Every mistake that can be found without running: in the header, in the syntax, and by the check of names, argument
    /// counts, options and captured variables.
    pub fn compile(source: &str, path: &str) -> Result<Script, ScriptError> {
        Self::compile_with(source, path, &NoLibrary)
    }

    /// Compiles a script and the libraries that it imports.
    ///
    /// # Errors
    /// As [`Script::compile`], for the libraries too.
    pub fn compile_with(
        source: &str,
        path: &str,
        library: &dyn Library,
    ) -> Result<Script, ScriptError> {
        match compile_aside(Dialect::Script, source, path, library) {
            Ok(program) => Ok(Script { program: Arc::new(program) }),
            Err(failed) => Err(failed.into_error(path, source)),
        }
    }

    /// Finds all that can be found without running: mistakes, warnings, and what the script needs to be granted. A library with
    /// mistakes is one mistake of the script.
    #[must_use]
    pub fn check(source: &str, path: &str, library: &dyn Library) -> Checked {
        match compile_aside(Dialect::Script, source, path, library) {
            Ok(program) => Checked {
                diagnostics: program.warnings.clone(),
                needs: program.needs.clone(),
                script: Some(Script { program: Arc::new(program) }),
                library: None,
            },
            Err(failed) => failed.into_checked(),
        }
    }

    /// Finds all that can be found in a library, by the name that stands behind `import`. `library` has those that it imports.
    #[must_use]
    pub fn check_library(name: &str, source: LibrarySource, library: &dyn Library) -> Checked {
        aside(|| library::check_library(name, source, library)).unwrap_or_else(defect)
    }

    /// The path as given.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.program.path
    }

    /// What the header says about the script, without the parameters.
    #[must_use]
    pub fn doc(&self) -> &str {
        &self.program.header.doc
    }

    /// The declared parameters, in their order.
    #[must_use]
    pub fn params(&self) -> &[ParamSpec] {
        &self.program.header.params
    }

    /// What does not keep it from running and is hardly meant, in the order of its places.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.program.warnings
    }

    /// What its calls need to be granted, in the order of their places.
    #[must_use]
    pub fn needs(&self) -> &[Need] {
        &self.program.needs
    }

    /// The accounts that the script works on beside its own, in their order. A run without one of them does not start.
    #[must_use]
    pub fn connections(&self) -> &[ConnectionSpec] {
        &self.program.header.connections
    }

    /// All that the program is made of, by what stands behind `import`: first the script, without a name, then its libraries, each
    /// behind those that it imports. The same sources make the same program.
    pub fn sources(&self) -> impl Iterator<Item = (Option<&str>, LibrarySource)> {
        let (path, text) = (self.program.path.clone(), self.program.source.clone());
        let libraries = self.program.libraries.iter();
        let libraries =
            libraries.map(|library| (Some(library.name.as_str()), library.source.clone()));
        std::iter::once((None, LibrarySource { path, text })).chain(libraries)
    }

    /// Types given parameters and adds defaults: what `HostSettings::params` of a run takes.
    ///
    /// # Errors
    /// Every mistake: unknown names, values of another type, required ones that are missing.
    pub fn bind(&self, given: &BTreeMap<String, String>) -> Result<Map<String, Value>, ParamError> {
        pianoroll_host::bind(self.path(), self.params(), given)
    }

    /// The program, ready to run.
    #[must_use]
    pub fn guest(&self) -> ScriptGuest {
        ScriptGuest::new(Arc::clone(&self.program))
    }
}

/// Why a program cannot run: mistakes of the script, or of a library.
pub(crate) enum Failed {
    Script(Box<Checked>),
    Library(BrokenLibrary),
}

impl Failed {
    /// The mistakes of the file that has them: the script, or a library of it.
    pub(crate) fn into_error(self, path: &str, source: &str) -> ScriptError {
        match self {
            Failed::Script(checked) => ScriptError::new(path, source, checked.diagnostics),
            Failed::Library(broken) => broken.into_error(),
        }
    }

    pub(crate) fn into_checked(self) -> Checked {
        match self {
            Failed::Script(checked) => *checked,
            Failed::Library(broken) => broken.into_checked(),
        }
    }
}

/// What a program may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A script.
    Script,
    /// Tests of a script: they have `test`, `run`, `given` and `expect` too.
    Test,
}

/// Compiles aside.
pub(crate) fn compile_aside(
    dialect: Dialect,
    source: &str,
    path: &str,
    library: &dyn Library,
) -> Result<Program, Failed> {
    aside(|| compile(dialect, source, path, library))
        .unwrap_or_else(|| Err(Failed::Script(Box::new(defect()))))
}

/// Works on a thread whose stack is known to suffice: the parser recurses as deep as expressions nest.
fn aside<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("script compiler".to_owned());
        let thread = builder.stack_size(STACK_BYTES).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    })
}

fn defect() -> Checked {
    let message = "the compiler ended unexpectedly: this is a defect of pianoroll";
    let diagnostics = vec![Diagnostic::error("defect", message, None)];
    Checked { diagnostics, ..Checked::default() }
}

fn compile(
    dialect: Dialect,
    source: &str,
    path: &str,
    library: &dyn Library,
) -> Result<Program, Failed> {
    let unparsed = |diagnostics| {
        let diagnostics = told(diagnostics, source);
        Failed::Script(Box::new(Checked { diagnostics, ..Checked::default() }))
    };
    // A header with mistakes still declares something, but what is unknown: its own mistakes come first.
    let header = header::parse(source).map_err(unparsed)?;
    let names = header.params.iter().map(|param| (param.name.clone(), Dynamic::UNIT));
    let params = engine::params_module(names);
    let engine = match dialect {
        Dialect::Script => engine::for_compiling(params),
        Dialect::Test => engine::for_compiling_tests(params),
    };
    let (mut ast, mut diagnostics) =
        check::parse(&engine, source, &header.params).map_err(unparsed)?;
    let mut linker = Linker::new(library);
    let imports = linker.imports(&ast, &mut diagnostics).map_err(Failed::Library)?;
    let around = Around { imports, is_library: false };
    let found = check::check(&ast, &header, source, path, dialect, &around);
    diagnostics.extend(found.diagnostics);
    let diagnostics = told(diagnostics, source);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        let needs = found.needs;
        return Err(Failed::Script(Box::new(Checked { diagnostics, needs, ..Checked::default() })));
    }
    ast.set_source(path);
    let mut writers = linker.writers;
    writers.extend(found.writers);
    let mut needs = found.needs;
    needs.extend(linker.needs);
    Ok(Program {
        path: path.to_owned(),
        source: source.to_owned(),
        ast,
        header,
        writers,
        libraries: linker.linked,
        dialect,
        warnings: diagnostics,
        needs,
    })
}
