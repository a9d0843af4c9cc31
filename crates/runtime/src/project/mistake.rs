//! Mistakes in a project file, shown as compilers show them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use pianoroll_model::{Excerpt, suggest};

use super::shown::shown;

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
    pub length: usize,
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
        let (line, column) = self.place(&span);
        let marked = self.text.get(span).unwrap_or_default();
        // A value over several lines is marked on its first one.
        let marked = marked.lines().next().unwrap_or_default();
        self.found.push(Mistake {
            line,
            column,
            message: message.into(),
            hint,
            length: marked.chars().count().max(1),
        });
    }

    /// Line and column of a place in bytes, both from 1.
    pub(super) fn place(&self, span: &Range<usize>) -> (usize, usize) {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    }

    /// The place of some characters of a text in quotes; the whole text where it is written in a way that hides them. `column` counts the
    /// characters of the text, from 1.
    pub(super) fn within(&self, span: &Range<usize>, column: usize, width: usize) -> Range<usize> {
        let written = self.text.get(span.clone()).unwrap_or_default();
        let quotes =
            if written.starts_with("\"\"\"") || written.starts_with("'''") { 3 } else { 1 };
        let inner = written.get(quotes..written.len().saturating_sub(quotes)).unwrap_or_default();
        // A newline right behind three quotes is none of the text.
        let inner = inner.strip_prefix("\r\n").or(inner.strip_prefix('\n')).unwrap_or(inner);
        if written.starts_with('"') && inner.contains('\\') {
            return span.clone();
        }
        let start = span.end - quotes - inner.len();
        let place = |nth: usize| {
            let found = inner.char_indices().nth(nth).map_or(inner.len(), |(at, _)| at);
            start + found
        };
        let first = column.saturating_sub(1);
        place(first)..place(first + width)
    }

    /// The error, unless nothing was found.
    pub(super) fn into_error(mut self, file: &Path) -> Option<ProjectError> {
        if self.found.is_empty() {
            return None;
        }
        self.found.sort_by_key(|mistake| (mistake.line, mistake.column));
        let rendered = render(&self.found, &shown(self.text), file);
        Some(ProjectError::Mistakes { mistakes: self.found, rendered })
    }
}

/// Whether a text is the name of a variable by the usual rule, which no key follows.
pub(super) fn is_variable(text: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.bytes().all(named) && text.starts_with(|first: char| !first.is_ascii_digit())
}

fn render(mistakes: &[Mistake], text: &str, file: &Path) -> String {
    let file = file.display().to_string();
    let show = |mistake: &Mistake| {
        let Mistake { line, column, length: width, .. } = *mistake;
        let (message, hint) = (mistake.message.as_str(), mistake.hint.as_deref());
        let at = Some((line, column));
        Excerpt { file: &file, text, at, width, message, hint }.to_string()
    };
    mistakes.iter().map(show).collect::<Vec<_>>().join("\n\n")
}

/// A hint for an unknown word: the near one, or all that are allowed.
pub(super) fn did_you_mean(given: &str, allowed: &[&str]) -> Option<String> {
    match suggest(given, allowed.iter().copied()) {
        Some(word) => Some(format!("did you mean `{word}`?")),
        None if allowed.is_empty() => None,
        None => Some(format!("known here: {}", allowed.join(", "))),
    }
}
