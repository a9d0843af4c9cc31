//! Mistakes in a project file, shown as compilers show them.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Why a project cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The file cannot be read.
    #[error("cannot read `{}`", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What it says makes no sense. The text shows every mistake with its place.
    #[error("{rendered}")]
    Mistakes {
        /// All of them, in the order of the file.
        mistakes: Vec<Mistake>,
        /// All of them as compilers show them, without a newline at the end.
        rendered: String,
    },
}

/// One mistake in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// In characters, for the carets.
    pub(super) length: usize,
}

/// The mistakes found so far, and the text to find their places in.
pub(super) struct Mistakes<'t> {
    text: &'t str,
    found: Vec<Mistake>,
}

impl<'t> Mistakes<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Notes a mistake at a place in bytes.
    pub(super) fn add(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let marked = self.text.get(span.clone()).unwrap_or_default();
        // A value over several lines is marked on its first one.
        let marked = marked.lines().next().unwrap_or_default();
        self.found.push(Mistake {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            message: message.into(),
            hint,
            length: marked.chars().count().max(1),
        });
    }

    /// The error, unless nothing was found.
    pub(super) fn into_error(mut self, file: &Path) -> Option<ProjectError> {
        if self.found.is_empty() {
            return None;
        }
        self.found.sort_by_key(|mistake| (mistake.line, mistake.column));
        let rendered = render(&self.found, self.text, file);
        Some(ProjectError::Mistakes { mistakes: self.found, rendered })
    }
}

fn render(mistakes: &[Mistake], text: &str, file: &Path) -> String {
    let mut rendered = String::new();
    for (index, mistake) in mistakes.iter().enumerate() {
        let Mistake { line, column, message, .. } = mistake;
        let gap = if index > 0 { "\n" } else { "" };
        // Writing into a string cannot fail.
        let _ = writeln!(rendered, "{gap}{}:{line}:{column}: {message}", file.display());
        let source = text.lines().nth(line - 1).unwrap_or_default().replace('\t', " ");
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(column - 1);
        let carets = "^".repeat(mistake.length);
        let _ = writeln!(rendered, "{margin} |\n{number} | {}", source.trim_end());
        let _ = writeln!(rendered, "{margin} | {indent}{carets}");
        if let Some(hint) = &mistake.hint {
            let _ = writeln!(rendered, "{margin} = {hint}");
        }
    }
    rendered.truncate(rendered.trim_end().len());
    rendered
}

/// The allowed word that was probably meant.
pub(super) fn near<'w>(given: &str, allowed: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let scored = allowed.into_iter().map(|word| (strsim::damerau_levenshtein(given, word), word));
    let (distance, word) = scored.min_by_key(|(distance, _)| *distance)?;
    (distance <= word.len().min(given.len()).div_ceil(3)).then_some(word)
}

/// A hint for an unknown word: the near one, or all that are allowed.
pub(super) fn did_you_mean(given: &str, allowed: &[&str]) -> Option<String> {
    match near(given, allowed.iter().copied()) {
        Some(word) => Some(format!("did you mean `{word}`?")),
        None if allowed.is_empty() => None,
        None => Some(format!("known here: {}", allowed.join(", "))),
    }
}
