//! Messages as compilers show them: file, line and column, the line, a caret, a hint.

use std::fmt;

use pianoroll_host::Place;
use pianoroll_model::suggest;

/// One thing to tell about a place of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
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
    /// A message at a line and a column.
    pub(crate) fn new(message: impl Into<String>, at: Option<(usize, usize)>) -> Self {
        Self { message: message.into(), at, width: 1, hint: None }
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

    /// As a compiler shows it; several lines, the last without a line break.
    pub(crate) fn render(&self, path: &str, source: &str) -> String {
        let Some((line, column)) = self.at else {
            let hint = self.hint.as_ref().map(|hint| format!("\n  = {hint}")).unwrap_or_default();
            return format!("{path}: {}{hint}", self.message);
        };
        let mut text = format!("{path}:{line}:{column}: {}", self.message);
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        if let Some(shown) = source.lines().nth(line - 1) {
            // A tab is one column for Rhai, so it is shown as one.
            let shown = shown.replace('\t', " ");
            let rest = shown.chars().count().saturating_sub(column - 1).max(1);
            let caret = "^".repeat(self.width.min(rest));
            let indent = " ".repeat(column - 1);
            text += &format!(
                "\n{margin} |\n{number} | {}\n{margin} | {indent}{caret}",
                shown.trim_end()
            );
        }
        if let Some(hint) = &self.hint {
            text += &format!("\n{margin} = {hint}");
        }
        text
    }
}

/// Why a script cannot run. It holds every mistake that was found, and shows them all.
#[derive(Clone, Debug)]
pub struct ScriptError {
    path: String,
    source: String,
    diagnostics: Vec<Diagnostic>,
}

impl ScriptError {
    /// Mistakes of one script, shown in the order of their places.
    pub(crate) fn new(path: &str, source: &str, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|diagnostic| diagnostic.at);
        diagnostics.dedup();
        Self { path: path.to_owned(), source: source.to_owned(), diagnostics }
    }

    /// The mistakes, in the order of their places.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The place of the first mistake that has one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let (line, column) = self.diagnostics.iter().find_map(|diagnostic| diagnostic.at)?;
        Some(Place { file: self.path.clone(), line, column })
    }
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let gap = if index > 0 { "\n\n" } else { "" };
            write!(f, "{gap}{}", diagnostic.render(&self.path, &self.source))?;
        }
        Ok(())
    }
}

impl std::error::Error for ScriptError {}

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
        expected
            .assert_eq(&diagnostic.render("scripts/x.rhai", "let a = 1;\n\tlet b = lenght(a);\n"));
    }

    #[test]
    fn a_message_shows_its_line_a_caret_and_a_hint() {
        let hint = did_you_mean("lenght", ["length", "len"]);
        check(
            &Diagnostic::new("unknown function `lenght`", Some((2, 10)))
                .with_width(6)
                .with_hint(hint),
            expect![[r#"
                scripts/x.rhai:2:10: unknown function `lenght`
                  |
                2 |  let b = lenght(a);
                  |          ^^^^^^
                  = did you mean `length`?"#]],
        );
        check(&Diagnostic::new("nothing to run", None), expect!["scripts/x.rhai: nothing to run"]);
    }

    #[test]
    fn a_place_past_the_text_is_still_shown() {
        check(
            &Diagnostic::new("the script ends here", Some((9, 1))),
            expect!["scripts/x.rhai:9:1: the script ends here"],
        );
        check(
            &Diagnostic::new("too wide", Some((1, 10))).with_width(40),
            expect![[r#"
                scripts/x.rhai:1:10: too wide
                  |
                1 | let a = 1;
                  |          ^"#]],
        );
    }
}
