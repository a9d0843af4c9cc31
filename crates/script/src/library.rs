//! What scripts share: files of functions and constants that `import` asks for.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTFlags, Engine, Expr, FnAccess, Ident, Position, Scope, Stmt};

use crate::check::{self, Around, Need, Table};
use crate::diagnostic::{Diagnostic, ScriptError, Severity, told};
use crate::engine;
use crate::header::Header;
use crate::script::{Checked, Dialect};

/// Where libraries come from. A name is what stands behind `import`: segments of letters, digits, `_` and `-`, with `/`
/// between; nothing else is ever asked for.
pub trait Library: Sync {
    /// The library of this name.
    ///
    /// # Errors
    /// Why it cannot be read, for people: one line, without the name.
    fn read(&self, name: &str) -> Result<LibrarySource, String>;
}

/// The text of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibrarySource {
    /// As messages show it: `lib/names.rhai`.
    pub path: String,
    /// The program.
    pub text: String,
}

/// No libraries: what a script has that stands for itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLibrary;

impl Library for NoLibrary {
    fn read(&self, _: &str) -> Result<LibrarySource, String> {
        Err("there is no folder `lib` here".to_owned())
    }
}

/// A library of a program, checked and compiled.
#[derive(Debug)]
pub(crate) struct Linked {
    /// What stands behind `import`.
    pub(crate) name: String,
    pub(crate) source: LibrarySource,
    pub(crate) ast: AST,
    exports: Exports,
    warnings: Vec<Diagnostic>,
}

/// What a library has for those who import it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exports {
    /// Functions, with their numbers of arguments.
    pub(crate) functions: BTreeMap<String, BTreeSet<usize>>,
    pub(crate) constants: BTreeSet<String>,
}

/// A library with mistakes, as a file that imports it sees it.
#[derive(Clone, Debug)]
pub struct BrokenLibrary {
    /// The library.
    pub source: LibrarySource,
    /// Its mistakes and warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// What stands behind `import` in the file that was checked, and where; nothing where the library is that file.
    import: Option<(String, Position)>,
}

impl BrokenLibrary {
    fn new(source: LibrarySource, diagnostics: Vec<Diagnostic>) -> Self {
        let diagnostics = told(diagnostics, &source.text);
        Self { source, diagnostics, import: None }
    }

    /// Seen from one import further out.
    fn imported(self, library: &Expr) -> Self {
        match library {
            Expr::StringConstant(name, at) => {
                Self { import: Some((name.to_string(), *at)), ..self }
            }
            _ => self,
        }
    }

    /// What it is to the file that imports it: one mistake, which says where to look.
    pub(crate) fn into_checked(self) -> Checked {
        let Some((name, position)) = &self.import else {
            return Checked { diagnostics: self.diagnostics, ..Checked::default() };
        };
        let mut errors = self.diagnostics.iter().filter(|it| it.severity == Severity::Error);
        let place = errors.find_map(|mistake| mistake.at);
        let place = place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
        let message = format!("the library `{name}` has mistakes");
        let mistake = Diagnostic::error("import", message, check::at(*position))
            .with_width(name.chars().count() + 2)
            .with_hint(Some(format!("the first is at {}{place}", self.source.path)));
        Checked { diagnostics: vec![mistake], library: Some(self), ..Checked::default() }
    }

    pub(crate) fn into_error(self) -> ScriptError {
        ScriptError::new(&self.source.path, &self.source.text, self.diagnostics)
    }
}

/// Checks the text of a library as those who import it do, and tells its warnings too.
pub(crate) fn check_library(name: &str, source: LibrarySource, library: &dyn Library) -> Checked {
    let text = source.text.clone();
    let mut linker = Linker::new(library);
    match linker.link(name, source) {
        Ok(_) => {
            let warnings = linker.linked.pop().map(|linked| linked.warnings).unwrap_or_default();
            let diagnostics = told(warnings, &text);
            Checked { diagnostics, needs: linker.needs, ..Checked::default() }
        }
        Err(broken) => broken.into_checked(),
    }
}

/// How deep libraries may import each other.
const MAX_CHAIN: usize = 32;

/// Reads the libraries of a program, each once and after those that it imports.
pub(crate) struct Linker<'l> {
    library: &'l dyn Library,
    pub(crate) linked: Vec<Linked>,
    /// See [`crate::script::Program::writers`].
    pub(crate) writers: BTreeMap<String, (String, usize)>,
    pub(crate) needs: Vec<Need>,
    /// The libraries that are being read, outermost first.
    chain: Vec<String>,
}

impl<'l> Linker<'l> {
    pub(crate) fn new(library: &'l dyn Library) -> Self {
        let (linked, chain, needs) = (Vec::new(), Vec::new(), Vec::new());
        Self { library, linked, writers: BTreeMap::new(), needs, chain }
    }

    /// What a file imports, by the names that it gives it.
    ///
    /// # Errors
    /// A library with mistakes of its own.
    pub(crate) fn imports(
        &mut self,
        ast: &AST,
        mistakes: &mut Vec<Diagnostic>,
    ) -> Result<BTreeMap<String, Exports>, BrokenLibrary> {
        let mut imports = BTreeMap::new();
        let mut at_top = BTreeSet::new();
        for statement in ast.statements() {
            let Stmt::Import(parts, position) = statement else { continue };
            at_top.insert((position.line(), position.position()));
            let (library, alias) = &**parts;
            let imported = self.import(library, alias, *position, &imports);
            match imported.map_err(|broken| broken.imported(library))? {
                Ok(exports) => drop(imports.insert(alias.name.to_string(), exports)),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        check::imports_inside(ast, &at_top, mistakes);
        Ok(imports)
    }

    fn import(
        &mut self,
        library: &Expr,
        alias: &Ident,
        position: Position,
        known: &BTreeMap<String, Exports>,
    ) -> Result<Result<Exports, Diagnostic>, BrokenLibrary> {
        let wrong = |message: String, place: Position, hint: &str| {
            // The keyword, the name in its quotes, or the name behind `as`.
            let width = match library {
                _ if place == position => "import".len(),
                Expr::StringConstant(name, at) if place == *at => name.chars().count() + 2,
                _ => alias.name.chars().count(),
            };
            let mistake = Diagnostic::error("import", message, check::at(place)).with_width(width);
            Ok(Err(mistake.with_hint((!hint.is_empty()).then(|| hint.to_owned()))))
        };
        let Expr::StringConstant(name, place) = library else {
            let message =
                "the name of a library is written out: a check reads it before anything runs";
            return wrong(message.to_owned(), position, "");
        };
        if !is_name(name) {
            let message = format!("`{name}` cannot be the name of a library");
            let hint = "libraries are files of the folder `lib`: letters, digits, `_` and `-`, with `/` between, without `.rhai`";
            return wrong(message, *place, hint);
        }
        let short = name.rsplit('/').next().unwrap_or(name).replace('-', "_");
        if alias.name.is_empty() {
            let message = "a library that is imported needs a name here".to_owned();
            return wrong(message, position, &format!("write `import \"{name}\" as {short};`"));
        }
        if known.contains_key(alias.name.as_str()) || is_taken(&alias.name) {
            let message = format!("`{}` is the name of a module already", alias.name);
            return wrong(message, alias.pos, "choose another one behind `as`");
        }
        if self.chain.iter().any(|other| other == name.as_str()) {
            let from = self.chain.iter().skip_while(|other| *other != name.as_str());
            let chain: Vec<&str> = from.map(String::as_str).chain([name.as_str()]).collect();
            let message = format!("libraries import each other in a circle: {}", chain.join(" → "));
            return wrong(message, *place, "put what both need into a third one");
        }
        if self.chain.len() >= MAX_CHAIN {
            let message = format!("libraries import each other deeper than {MAX_CHAIN} levels");
            return wrong(message, *place, "");
        }
        if let Some(linked) = self.linked.iter().find(|linked| linked.name == name.as_str()) {
            return Ok(Ok(linked.exports.clone()));
        }
        match self.library.read(name) {
            Ok(source) => Ok(Ok(self.link(name, source)?)),
            Err(why) => wrong(format!("the library `{name}` cannot be read: {why}"), *place, ""),
        }
    }

    /// Checks and compiles a library.
    fn link(&mut self, name: &str, source: LibrarySource) -> Result<Exports, BrokenLibrary> {
        let engine = engine::for_compiling(engine::params_module([]));
        let (ast, mut diagnostics) = match check::parse(&engine, &source.text, &[]) {
            Ok(parsed) => parsed,
            Err(diagnostics) => return Err(BrokenLibrary::new(source, diagnostics)),
        };
        self.chain.push(name.to_owned());
        let imports = self.imports(&ast, &mut diagnostics);
        self.chain.pop();
        diagnostics.extend(statements(&ast));
        let around = Around { imports: imports?, is_library: true };
        let found = check::check(
            &ast,
            &Header::default(),
            &source.text,
            &source.path,
            Dialect::Script,
            &around,
        );
        diagnostics.extend(found.diagnostics);
        if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(BrokenLibrary::new(source, diagnostics));
        }
        self.writers.extend(found.writers);
        self.needs.extend(found.needs);
        let exports = exports(&ast);
        let mut ast = exporting(&engine, ast, &exports.constants);
        ast.set_source(&source.path);
        let (name, answer) = (name.to_owned(), exports.clone());
        self.linked.push(Linked { name, source, ast, exports, warnings: diagnostics });
        Ok(answer)
    }
}

/// Segments of letters, digits, `_` and `-`, with `/` between.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    name.len() <= 200 && name.split('/').all(|part| !part.is_empty() && part.chars().all(plain))
}

/// Whether the language has a module of this name.
fn is_taken(name: &str) -> bool {
    Table::get().modules.contains_key(name) || name == engine::PARAMS || name == "global"
}

/// Statements that a library may not have.
fn statements(ast: &AST) -> Vec<Diagnostic> {
    let wrong = |statement: &Stmt| {
        let is_constant = |flags: &ASTFlags| flags.contains(ASTFlags::CONSTANT);
        let hint = match statement {
            Stmt::Import(..) | Stmt::Export(..) | Stmt::Noop(..) => return None,
            Stmt::Var(_, flags, _) if is_constant(flags) => return None,
            Stmt::Var(..) => "write `const` instead of `let`",
            _ => "put it into a function, and call that from the script",
        };
        let message = "a library holds functions and constants, and nothing that runs by itself";
        let mistake = Diagnostic::error("library", message, check::at(statement.position()));
        Some(mistake.with_hint(Some(hint.to_owned())))
    };
    ast.statements().iter().filter_map(wrong).collect()
}

fn exports(ast: &AST) -> Exports {
    let mut exports = Exports::default();
    for function in ast.iter_functions() {
        if function.access == FnAccess::Public && !function.name.starts_with("anon$") {
            let counts = exports.functions.entry(function.name.to_owned()).or_default();
            counts.insert(function.params.len());
        }
    }
    exports.constants = check::constants(ast);
    exports
}

/// The library with its constants exported, so that nobody has to write `export`.
fn exporting(engine: &Engine, ast: AST, constants: &BTreeSet<String>) -> AST {
    let mut scope = Scope::new();
    let mut text = String::new();
    for name in constants {
        scope.push_constant(name.clone(), ());
        text += &format!("export {name};");
    }
    match engine.compile_with_scope(&scope, text) {
        Ok(exports) => ast.merge(&exports),
        // Names that were parsed once are parsed again.
        Err(_) => ast,
    }
}
