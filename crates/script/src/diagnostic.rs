//! Messages as compilers show them: file, line and column, the line, a caret, a hint.

use std::fmt;

use pianoroll_host::Place;
use pianoroll_model::{Excerpt, suggest};

/// How much a [`Diagnostic`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It runs, but hardly as meant, or at a cost that can be avoided.
    Warning,
    /// It cannot run.
    Error,
}

impl Severity {
    /// The word for it: `error`, `warning`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing to tell about a place of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// Which kind of mistake, for machines: `unknown-function`.
    pub code: &'static str,
    /// What is wrong, in one line or more.
    pub message: String,
    /// Line and column, where known.
    pub at: Option<(usize, usize)>,
    /// How many characters the caret underlines.
    pub width: usize,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// A mistake at a line and a column.
    pub(crate) fn error(
        code: &'static str,
        message: impl Into<String>,
        at: Option<(usize, usize)>,
    ) -> Self {
        let severity = Severity::Error;
        Self { severity, code, message: message.into(), at, width: 1, hint: None }
    }

    /// A warning at a line and a column.
    pub(crate) fn warning(
        code: &'static str,
        message: impl Into<String>,
        at: Option<(usize, usize)>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message, at) }
    }

    /// Underlines `width` characters.
    #[must_use]
    pub(crate) fn with_width(mut self, width: usize) -> Self {
        self.width = width.max(1);
        self
    }

    /// With a hint, where there is one.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// Underlines the whole word, number or text that stands at its place, unless it says how much.
    pub fn widen(&mut self, source: &str) {
        let Some((line, column)) = self.at.filter(|_| self.width == 1) else { return };
        let line = source.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let mut rest = line.chars().skip(column.saturating_sub(1));
        self.width = match rest.next() {
            Some(quote @ ('"' | '`' | '\'')) => {
                let mut escaped = false;
                let inside = rest.by_ref().take_while(|c| {
                    let ends = *c == quote && !escaped;
                    escaped = *c == '\\' && !escaped;
                    !ends
                });
                inside.count() + 2
            }
            Some(first) if first.is_alphanumeric() || first == '_' => {
                1 + rest.take_while(|c| c.is_alphanumeric() || *c == '_').count()
            }
            _ => 1,
        };
    }

    /// What could not be read at all.
    #[must_use]
    pub fn unreadable(message: impl Into<String>) -> Self {
        Self::error("unreadable", message, None)
    }

    /// As a compiler shows it, with the word for its severity; several lines, the last without a line break.
    #[must_use]
    pub fn render(&self, path: &str, source: &str) -> String {
        let message = format!("{}: {}", self.severity.as_str(), self.message);
        self.excerpt(path, source, &message)
    }

    fn excerpt(&self, path: &str, source: &str, message: &str) -> String {
        let Self { at, width, .. } = *self;
        let hint = self.hint.as_deref();
        Excerpt { file: path, text: source, at, width, message, hint }.to_string()
    }
}

/// Why a script cannot run. It holds everything that was found, and shows every mistake.
#[derive(Clone, Debug)]
pub struct ScriptError {
    path: String,
    source: String,
    diagnostics: Vec<Diagnostic>,
}

impl ScriptError {
    /// What was found in one script: at least one mistake.
    pub(crate) fn new(path: &str, source: &str, diagnostics: Vec<Diagnostic>) -> Self {
        let diagnostics = in_order(diagnostics);
        Self { path: path.to_owned(), source: source.to_owned(), diagnostics }
    }

    /// The mistakes and warnings, in the order of their places.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The place of the first mistake that has one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let (line, column) = self.errors().find_map(|diagnostic| diagnostic.at)?;
        Some(Place { file: self.path.clone(), line, column })
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.errors().enumerate() {
            let gap = if index > 0 { "\n\n" } else { "" };
            let excerpt = diagnostic.excerpt(&self.path, &self.source, &diagnostic.message);
            write!(f, "{gap}{excerpt}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ScriptError {}

/// How many are told of one script.
const TOLD: usize = 100;

/// As they are told of a text: in order, with the whole word underlined.
pub(crate) fn told(diagnostics: Vec<Diagnostic>, source: &str) -> Vec<Diagnostic> {
    let mut diagnostics = in_order(diagnostics);
    for diagnostic in &mut diagnostics {
        diagnostic.widen(source);
    }
    diagnostics
}

/// In the order of their places, each once, and no more than a person reads.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| diagnostic.at);
    diagnostics.dedup();
    if diagnostics.len() > TOLD {
        // A script with a mistake stays one, wherever its mistakes are.
        let (mistakes, warnings): (Vec<_>, Vec<_>) =
            diagnostics.into_iter().partition(|found| found.severity == Severity::Error);
        diagnostics = mistakes.into_iter().chain(warnings).take(TOLD).collect();
        diagnostics.sort_by_key(|diagnostic| diagnostic.at);
    }
    diagnostics
}

/// `did you mean …`, where a known word is close enough.
pub(crate) fn did_you_mean<'w>(
    word: &str,
    known: impl IntoIterator<Item = &'w str>,
) -> Option<String> {
    suggest(word, known).map(|nearest| format!("did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(diagnostic: &Diagnostic, expected: Expect) {
        let source = "let a = 1;\n\tlet b = lenght(a);\n";
        expected.assert_eq(&diagnostic.render("scripts/x.rhai", source));
    }

    #[test]
    fn a_message_shows_its_line_a_caret_and_a_hint() {
        let hint = did_you_mean("lenght", ["length", "len"]);
        check(
            &Diagnostic::error("x", "unknown function `lenght`", Some((2, 10)))
                .with_width(6)
                .with_hint(hint),
            expect![[r#"
                scripts/x.rhai:2:10: error: unknown function `lenght`
                  |
                2 |  let b = lenght(a);
                  |          ^^^^^^
                  = did you mean `length`?"#]],
        );
        check(
            &Diagnostic::error("x", "nothing to run", None),
            expect!["scripts/x.rhai: error: nothing to run"],
        );
    }

    #[test]
    fn a_place_past_the_text_is_still_shown() {
        check(
            &Diagnostic::error("x", "the script ends here", Some((9, 1))),
            expect!["scripts/x.rhai:9:1: error: the script ends here"],
        );
        check(
            &Diagnostic::error("x", "too wide", Some((1, 10))).with_width(40),
            expect![[r#"
                scripts/x.rhai:1:10: error: too wide
                  |
                1 | let a = 1;
                  |          ^"#]],
        );
    }
}
