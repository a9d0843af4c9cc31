//! Every mistake in every file, collected and shown at once.

use std::cell::RefCell;
use std::collections::BTreeSet;

use pianoroll_model::Excerpt;

use crate::source::{Place, Tree, line_and_column};

/// Something wrong at a place.
#[derive(Clone, Debug)]
struct Mistake {
    place: Place,
    message: String,
    hint: Option<String>,
    /// Whether the file is not TOML there.
    syntax: bool,
}

/// The store that readers and checks write to. Shared by reference: a check that finds something goes on as if the value
/// were absent, and what it builds is thrown away at the end.
#[derive(Debug, Default)]
pub(crate) struct Store {
    mistakes: RefCell<Vec<Mistake>>,
}

impl Store {
    /// Adds a mistake.
    pub(crate) fn add(&self, place: &Place, message: impl Into<String>) {
        self.push(place, message.into(), None);
    }

    /// Adds a place where a file is not TOML. Other mistakes of that file are not shown: they may be but its echo.
    pub(crate) fn syntax(&self, place: &Place, message: impl Into<String>) {
        let (place, message) = (place.clone(), message.into());
        self.mistakes.borrow_mut().push(Mistake { place, message, hint: None, syntax: true });
    }

    /// Adds a mistake and what to do about it.
    pub(crate) fn hint(&self, place: &Place, message: impl Into<String>, hint: impl Into<String>) {
        self.push(place, message.into(), Some(hint.into()));
    }

    /// Adds a mistake about a word that is none of these, with the nearest of them as the hint, or all where none is near.
    pub(crate) fn unknown<'k>(
        &self,
        place: &Place,
        message: impl Into<String>,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) {
        self.push(place, message.into(), suggestion(word, known));
    }

    fn push(&self, place: &Place, message: String, hint: Option<String>) {
        let place = place.clone();
        self.mistakes.borrow_mut().push(Mistake { place, message, hint, syntax: false });
    }

    /// Nothing, or all mistakes by place.
    pub(crate) fn finish(self, tree: &Tree) -> Result<(), Mistakes> {
        let mut mistakes = self.mistakes.into_inner();
        let broken: BTreeSet<String> =
            mistakes.iter().filter(|it| it.syntax).map(|it| it.place.file.clone()).collect();
        mistakes.retain(|it| it.syntax || !broken.contains(&it.place.file));
        mistakes.sort_by(|a, b| (&a.place, &a.message).cmp(&(&b.place, &b.message)));
        // The parser may say the same thing twice.
        mistakes.dedup_by(|a, b| a.place == b.place && a.message == b.message);
        let all: Vec<Shown> = mistakes.iter().map(|mistake| mistake.show(tree)).collect();
        if all.is_empty() { Ok(()) } else { Err(Mistakes { all }) }
    }
}

/// The mistakes of a spec, ready to be read.
#[derive(Debug)]
pub struct Mistakes {
    all: Vec<Shown>,
}

/// One mistake as text.
#[derive(Debug)]
struct Shown {
    line: String,
    picture: String,
}

impl Mistakes {
    /// One line a mistake: `spec/klaviyo/profiles.toml:12:9: message (hint)`.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|shown| shown.line.as_str())
    }

    pub(crate) fn unreadable(error: &std::io::Error) -> Self {
        let text = error.to_string();
        Self { all: vec![Shown { line: text.clone(), picture: format!("{text}\n") }] }
    }
}

impl std::fmt::Display for Mistakes {
    /// Each with the line it is in, a caret and the hint.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pictures: Vec<&str> = self.all.iter().map(|shown| shown.picture.as_str()).collect();
        f.write_str(&pictures.join("\n"))
    }
}

impl std::error::Error for Mistakes {}

impl Mistake {
    fn show(&self, tree: &Tree) -> Shown {
        let text = tree.get(&self.place.file).unwrap_or_default();
        let (line, column) = line_and_column(text, self.place.start);
        let marked = text.get(self.place.start..self.place.end).unwrap_or_default();
        // The carets stay within the first line of what they point at.
        let width = marked.lines().next().unwrap_or_default().chars().count();
        let file = format!("spec/{}", self.place.file);
        let (message, hint) = (self.message.as_str(), self.hint.as_deref());
        let at = Some((line, column));
        let picture = Excerpt { file: &file, text, at, width, message, hint }.to_string();
        let head = format!("{file}:{line}:{column}: {message}");
        let line = match &self.hint {
            Some(hint) => format!("{head} ({hint})"),
            None => head,
        };
        Shown { line, picture: picture + "\n" }
    }
}

fn suggestion<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let mut known: Vec<&str> = known.into_iter().collect();
    let mut seen = BTreeSet::new();
    known.retain(|known| seen.insert(*known));
    match pianoroll_model::suggest(word, known.iter().copied()) {
        Some(best) => Some(format!("did you mean `{best}`?")),
        None if known.is_empty() => None,
        None => {
            let mut all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
            if all.len() > 12 {
                all.truncate(12);
                all.push("…".to_owned());
            }
            Some(format!("allowed: {}", all.join(", ")))
        }
    }
}
