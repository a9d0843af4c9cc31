//! Mistakes of a manifest, shown as compilers show them.

use std::ops::Range;
use std::path::Path;

use pianoroll_model::{Excerpt, suggest};

/// Why a manifest is none. It holds every mistake, and its text shows all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rendered}")]
pub struct ManifestError {
    mistakes: Vec<ManifestMistake>,
    rendered: String,
}

impl ManifestError {
    /// The mistakes, in the order of their places.
    #[must_use]
    pub fn mistakes(&self) -> &[ManifestMistake] {
        &self.mistakes
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestMistake {
    /// Line and character, from 1; none in a package.
    pub at: Option<(usize, usize)>,
    /// How many characters are meant.
    pub width: usize,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// A place in bytes of the text; none in a package.
pub(super) type Place = Option<Range<usize>>;

/// The mistakes found so far, and the text to find their places in.
pub(super) struct Mistakes<'t> {
    text: Option<(&'t str, &'t Path)>,
    found: Vec<ManifestMistake>,
}

impl<'t> Mistakes<'t> {
    /// Of a file.
    pub(super) fn of_file(text: &'t str, file: &'t Path) -> Self {
        Self { text: Some((text, file)), found: Vec::new() }
    }

    /// Of a package's section, whose text nobody reads.
    pub(super) fn of_section() -> Self {
        Self { text: None, found: Vec::new() }
    }

    /// Notes a mistake.
    pub(super) fn add(&mut self, place: Place, message: impl Into<String>, hint: Option<String>) {
        let at = place.clone().zip(self.text).map(|(place, (text, _))| position(text, place.start));
        let marked = place.zip(self.text).and_then(|(place, (text, _))| text.get(place));
        // A value over several lines is marked on its first one.
        let marked = marked.and_then(|marked| marked.lines().next()).unwrap_or_default();
        let width = marked.chars().count().max(1);
        self.found.push(ManifestMistake { at, width, message: message.into(), hint });
    }

    /// What was checked, unless something was found.
    pub(super) fn into_result<T>(mut self, checked: Option<T>) -> Result<T, ManifestError> {
        if let Some(checked) = checked
            && self.found.is_empty()
        {
            return Ok(checked);
        }
        self.found.sort_by_key(|mistake| mistake.at);
        let show = |mistake: &ManifestMistake| {
            let ManifestMistake { at, width, message, hint } = mistake;
            let (at, width, hint) = (*at, *width, hint.as_deref());
            let (text, file) = match self.text {
                Some((text, file)) => (text, file.display().to_string()),
                None => ("", "manifest".to_owned()),
            };
            Excerpt { file: &file, text, at, width, message, hint }.to_string()
        };
        let gap = if self.text.is_some() { "\n\n" } else { "\n" };
        let rendered = self.found.iter().map(show).collect::<Vec<_>>().join(gap);
        Err(ManifestError { mistakes: self.found, rendered })
    }
}

/// Line and character of a place in bytes, both from 1.
pub(crate) fn position(text: &str, start: usize) -> (usize, usize) {
    let before = text.get(..start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// A hint for an unknown word: the near one, or all that are allowed.
pub(super) fn did_you_mean(given: &str, allowed: &[&str]) -> Option<String> {
    match suggest(given, allowed.iter().copied()) {
        Some(word) => Some(format!("did you mean `{word}`?")),
        None => Some(format!("known here: {}", allowed.join(", "))),
    }
}
