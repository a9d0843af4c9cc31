//! What is wrong with a lock, or is not in it.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use pianoroll_model::{Excerpt, suggest};
use semver::Version;

use crate::manifest::position;

use super::Lock;

/// Why a lock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It cannot be read or written.
    #[error("cannot use {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What it says is no lock. The text shows every mistake with its place.
    #[error("{rendered}")]
    Mistakes {
        /// All of them, in the order of the file.
        mistakes: Vec<LockMistake>,
        /// All of them as compilers show them.
        rendered: String,
    },
}

/// One mistake in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockMistake {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong, as a fragment.
    pub message: String,
}

/// The mistakes found so far.
pub(super) struct Found<'t> {
    text: &'t str,
    file: &'t Path,
    mistakes: Vec<(LockMistake, usize, Option<&'static str>)>,
}

impl<'t> Found<'t> {
    /// What to do about a lock that pianoroll has not written.
    pub(super) const WRITTEN: &'static str =
        "pianoroll writes this file; undo what was changed in it, or take the one of either branch";

    pub(super) fn new(text: &'t str, file: &'t Path) -> Self {
        Self { text, file, mistakes: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        place: Range<usize>,
        message: impl Into<String>,
        hint: Option<&'static str>,
    ) {
        let (line, column) = position(self.text, place.start);
        let marked = self.text.get(place).and_then(|marked| marked.lines().next());
        let width = marked.unwrap_or_default().chars().count().max(1);
        self.mistakes.push((LockMistake { line, column, message: message.into() }, width, hint));
    }

    pub(super) fn into_result(self, lock: Lock) -> Result<Lock, LockError> {
        if self.mistakes.is_empty() { Ok(lock) } else { Err(self.into_error()) }
    }

    pub(super) fn into_error(mut self) -> LockError {
        self.mistakes.sort_by_key(|(mistake, ..)| (mistake.line, mistake.column));
        let file = self.file.display().to_string();
        let show = |(mistake, width, hint): &(LockMistake, usize, Option<&'static str>)| {
            let LockMistake { line, column, message } = mistake;
            let at = Some((*line, *column));
            let (text, width, hint) = (self.text, *width, *hint);
            Excerpt { file: &file, text, at, width, message, hint }.to_string()
        };
        let rendered = self.mistakes.iter().map(show).collect::<Vec<_>>().join("\n\n");
        let mistakes = self.mistakes.into_iter().map(|(mistake, ..)| mistake).collect();
        LockError::Mistakes { mistakes, rendered }
    }
}

/// A plugin that is not installed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotInstalled {
    message: String,
}

impl NotInstalled {
    pub(super) fn new(lock: &Lock, name: &str, version: Option<&Version>) -> Self {
        let versions: Vec<String> =
            lock.versions(name).map(|plugin| plugin.version.to_string()).collect();
        let message = match version {
            Some(version) if !versions.is_empty() => format!(
                "the plugin `{name}` is not installed in the version {version}, but in {}",
                versions.join(" and ")
            ),
            _ => {
                let names = || lock.plugins.iter().map(|plugin| plugin.name.as_str());
                let hint = match suggest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`pianoroll plugin install FILE` installs one".to_owned(),
                };
                format!("there is no plugin `{name}`; {hint}")
            }
        };
        Self { message }
    }
}
