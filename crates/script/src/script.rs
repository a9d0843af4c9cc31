//! A compiled script.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use rhai::{AST, Dynamic};
use serde_json::{Map, Value};

use crate::check::{self, Need};
use crate::diagnostic::{Diagnostic, ScriptError, Severity, in_order};
use crate::engine::{self, STACK_BYTES};
use crate::header::{self, ConnectionSpec, Header, ParamError, ParamSpec};
use crate::library::{Library, NoLibrary};
use crate::run::ScriptGuest;

/// A script that was read, checked and compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Script {
    program: Arc<Program>,
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
    warnings: Vec<Diagnostic>,
    needs: Vec<Need>,
}

impl Program {
    /// The variable that a closure captured and changes, and the line where it does.
    pub(crate) fn writes_capture(&self, closure: &str) -> Option<(&str, usize)> {
        self.writers.get(closure).map(|(name, line)| (name.as_str(), *line))
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
        _library: &dyn Library,
    ) -> Result<Script, ScriptError> {
        compile_as(Dialect::Script, source, path)
            .map(|program| Script { program: Arc::new(program) })
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

    /// Types given parameters and adds defaults: what `HostSettings::params` of a run takes.
    ///
    /// # Errors
    /// Every mistake: unknown names, values of another type, required ones that are missing.
    pub fn bind(&self, given: &BTreeMap<String, String>) -> Result<Map<String, Value>, ParamError> {
        header::bind(self.path(), self.params(), given)
    }

    /// The program, ready to run.
    #[must_use]
    pub fn guest(&self) -> ScriptGuest {
        ScriptGuest::new(Arc::clone(&self.program))
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

/// Compiles a program on a thread whose stack is known to suffice: the parser recurses as deep as expressions nest.
pub(crate) fn compile_as(
    dialect: Dialect,
    source: &str,
    path: &str,
) -> Result<Program, ScriptError> {
    let compiled = thread::scope(|scope| {
        let builder = thread::Builder::new().name("script compiler".to_owned());
        let thread =
            builder.stack_size(STACK_BYTES).spawn_scoped(scope, || compile(dialect, source, path));
        thread.ok().and_then(|thread| thread.join().ok())
    });
    let fail = |mistakes| ScriptError::new(path, source, mistakes);
    match compiled {
        Some(program) => program.map_err(fail),
        None => {
            let message = "the compiler ended unexpectedly: this is a defect of pianoroll";
            Err(fail(vec![Diagnostic::error("defect", message, None)]))
        }
    }
}

fn compile(dialect: Dialect, source: &str, path: &str) -> Result<Program, Vec<Diagnostic>> {
    // A header with mistakes still declares something, but what is unknown: its own mistakes come first.
    let header = header::parse(source)?;
    let names = header.params.iter().map(|param| (param.name.clone(), Dynamic::UNIT));
    let params = engine::params_module(names);
    let engine = match dialect {
        Dialect::Script => engine::for_compiling(params),
        Dialect::Test => engine::for_compiling_tests(params),
    };
    let (mut ast, mut diagnostics) = check::parse(&engine, source)?;
    let found = check::check(&ast, &header, path, dialect);
    diagnostics.extend(found.diagnostics);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(diagnostics);
    }
    ast.set_source(path);
    Ok(Program {
        path: path.to_owned(),
        source: source.to_owned(),
        ast,
        header,
        writers: found.writers,
        warnings: in_order(diagnostics),
        needs: found.needs,
    })
}
