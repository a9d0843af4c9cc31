//! A file of tests, and the playing of one of them.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use pianoroll_host::{Branch, Guest as _, Place};
use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::diff::DiffLine;
use super::play::Playing;
use super::{ENDING, Stage};
use crate::diagnostic::{Diagnostic, ScriptError};
use crate::library::NoLibrary;
use crate::run::{MemoryLimit, ScriptGuest};
use crate::script::{self, Checked, Dialect, Failed, Program};

/// A file of tests that was read, checked and compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Suite {
    program: Arc<Program>,
    tests: Arc<[Test]>,
    script: Arc<str>,
}

/// One test of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its name: what it shows, in a few words.
    pub name: String,
    /// The line it begins at.
    pub line: usize,
}

/// Why a test has failed.
#[derive(Clone, Debug)]
pub struct TestFailure {
    /// One line.
    pub message: String,
    /// Where in the test.
    pub place: Option<Place>,
    /// The message with the place, the line and a caret.
    pub rendered: String,
    /// What was expected and what was found, where they are long enough to be compared line by line.
    pub diff: Vec<DiffLine>,
}

impl fmt::Display for TestFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rendered)?;
        for line in &self.diff {
            write!(f, "\n  {line}")?;
        }
        Ok(())
    }
}

impl Suite {
    /// Compiles a file of tests. `path` is only shown.
    ///
    /// # Errors
    /// As [`Script::compile`](crate::Script::compile); and tests whose names are not written out, or stand twice.
    pub fn compile(source: &str, path: &str) -> Result<Suite, ScriptError> {
        let (program, tests) =
            read(source, path).map_err(|failed| failed.into_error(path, source))?;
        let script = script_of(source).unwrap_or_else(|| beside(path)).into();
        Ok(Suite { program: Arc::new(program), tests: tests.into(), script })
    }

    /// Finds all that can be found without playing: mistakes and warnings. Tests need no permissions.
    #[must_use]
    pub fn check(source: &str, path: &str) -> Checked {
        let diagnostics = match read(source, path) {
            Ok((program, _)) => program.warnings,
            Err(failed) => failed.into_checked().diagnostics,
        };
        Checked { diagnostics, ..Checked::default() }
    }

    /// The path as given.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.program.path
    }

    /// The script under test, relative to the folder of this file: what the header says (`//! script other.rhai`), or the
    /// file's own name without `.test`.
    #[must_use]
    pub fn script(&self) -> &str {
        &self.script
    }

    /// The tests, in the order written.
    #[must_use]
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// Plays one test. The trunk is that of a run on the stage's account, which the test's own calls go to. It must be called
    /// inside a tokio runtime.
    ///
    /// # Errors
    /// What was not as expected; a mistake of the test; and a test that expects nothing, which would prove nothing.
    pub async fn play(
        &self,
        test: &Test,
        stage: Arc<dyn Stage>,
        trunk: Branch,
        memory: Option<MemoryLimit>,
    ) -> Result<(), TestFailure> {
        let playing = Arc::new(Playing::new(stage, &test.name, &self.script));
        let guest = ScriptGuest::of_test(Arc::clone(&self.program), memory, Arc::clone(&playing));
        let ended = guest.run(trunk).await;
        let place = Place { file: self.path().to_owned(), line: test.line, column: 1 };
        match ended {
            Err(error) => Err(TestFailure {
                message: error.message,
                place: error.place.or(Some(place)),
                rendered: error.rendered,
                diff: playing.take_diff(),
            }),
            Ok(_) if playing.proves_nothing() => {
                let message = "this test expects nothing, so it proves nothing".to_owned();
                let hint =
                    "say what must have come of it: `expect::effects(…)`, `expect::equal(…)`";
                let at = Some((test.line, 1));
                let shown = Diagnostic::error("no-expectation", message.clone(), at)
                    .with_width("test".len())
                    .with_hint(Some(hint.to_owned()));
                let rendered = shown.render(self.path(), &self.program.source);
                Err(TestFailure { message, place: Some(place), rendered, diff: Vec::new() })
            }
            Ok(_) => Ok(()),
        }
    }
}

/// Compiles a file of tests, and finds them.
fn read(source: &str, path: &str) -> Result<(Program, Vec<Test>), Failed> {
    let program = script::compile_aside(Dialect::Test, source, path, &NoLibrary)?;
    let (tests, diagnostics) = tests(&program);
    if diagnostics.is_empty() {
        return Ok((program, tests));
    }
    Err(Failed::Script(Box::new(Checked { diagnostics, ..Checked::default() })))
}

/// The tests that stand in a file, by their calls: each has a name that is written out, and no two have the same one.
fn tests(program: &Program) -> (Vec<Test>, Vec<Diagnostic>) {
    let (mut tests, mut mistakes) = (Vec::<Test>::new(), Vec::new());
    let mut outside = BTreeSet::new();
    for (call, position) in program.ast.statements().iter().filter_map(call_of) {
        outside.insert(position);
        let at = position.line().map(|line| (line, position.position().unwrap_or(1)));
        let mut mistake = |message: String| {
            mistakes.push(Diagnostic::error("test-name", message, at).with_width("test".len()));
        };
        let Some(Expr::StringConstant(name, _)) = call.args.first() else {
            mistake("the name of a test is a text that is written out".to_owned());
            continue;
        };
        if let Some(Test { line, .. }) = tests.iter().find(|test| test.name == name.as_str()) {
            mistake(format!("there is a test with this name already, in line {line}"));
        }
        tests.push(Test { name: name.to_string(), line: position.line().unwrap_or(1) });
    }
    program.ast.walk(&mut |path: &[ASTNode]| {
        let inner = match path.last() {
            Some(ASTNode::Stmt(statement)) => call_of(statement),
            Some(ASTNode::Expr(expression)) => test_call(expression),
            _ => None,
        };
        if let Some((_, position)) = inner.filter(|(_, position)| !outside.contains(position)) {
            let at = position.line().map(|line| (line, position.position().unwrap_or(1)));
            let message = "a test stands by itself, in no other block";
            mistakes.push(Diagnostic::error("test-place", message, at).with_width("test".len()));
        }
        true
    });
    (tests, mistakes)
}

/// The call of `test` that a statement is.
fn call_of(statement: &Stmt) -> Option<(&FnCallExpr, Position)> {
    match statement {
        Stmt::FnCall(call, position) => is_test(call).then_some((call, *position)),
        Stmt::Expr(expression) => test_call(expression),
        _ => None,
    }
}

fn test_call(expression: &Expr) -> Option<(&FnCallExpr, Position)> {
    match expression {
        Expr::FnCall(call, position) => is_test(call).then_some((call, *position)),
        _ => None,
    }
}

fn is_test(call: &FnCallExpr) -> bool {
    call.name == "test" && !call.is_qualified()
}

/// `//! script other.rhai`
fn script_of(source: &str) -> Option<String> {
    let header = source.lines().take_while(|line| line.starts_with("//") || line.trim().is_empty());
    let mut named =
        header.filter_map(|line| line.strip_prefix("//!")?.trim().strip_prefix("script "));
    named.next().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The script of the same name.
fn beside(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    format!("{}.rhai", name.strip_suffix(ENDING).unwrap_or(name))
}
