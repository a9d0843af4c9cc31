//! Why an expression is no schedule.

use pianoroll_model::Excerpt;

/// An expression that is no schedule, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ScheduleError {
    /// The expression as it was written.
    pub expression: String,
    /// The first character that is meant, from 1.
    pub column: usize,
    /// How many characters are meant; at least one.
    pub width: usize,
    /// What is wrong: a fragment in lower case.
    pub message: String,
    /// What to write.
    pub hint: Option<String>,
}

impl ScheduleError {
    /// The expression with its place marked, as compilers show it; `name` says what it is, such as a file.
    #[must_use]
    pub fn excerpt(&self, name: &str) -> String {
        let excerpt = Excerpt {
            file: name,
            text: &self.expression,
            at: Some((1, self.column)),
            width: self.width,
            message: &self.message,
            hint: self.hint.as_deref(),
        };
        excerpt.to_string()
    }
}

/// Something written within an expression, with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub(super) whole: &'a str,
    pub(super) text: &'a str,
    // In bytes, within `whole`.
    pub(super) start: usize,
}

impl<'a> Piece<'a> {
    pub(super) fn whole(text: &'a str) -> Self {
        Self { whole: text, text, start: 0 }
    }

    /// The parts between separators, each with its place.
    pub(super) fn split(self, separator: char) -> impl Iterator<Item = Piece<'a>> {
        let mut start = self.start;
        self.text.split(separator).map(move |text| {
            let piece = Piece { whole: self.whole, text, start };
            start += text.len() + separator.len_utf8();
            piece
        })
    }

    /// What stands before and after the first separator.
    pub(super) fn split_once(self, separator: char) -> Option<(Piece<'a>, Piece<'a>)> {
        let (before, after) = self.text.split_once(separator)?;
        let behind = self.start + before.len() + separator.len_utf8();
        Some((Piece { text: before, ..self }, Piece { text: after, start: behind, ..self }))
    }

    /// The words, apart by white space.
    pub(super) fn words(self) -> Vec<Piece<'a>> {
        let mut words = Vec::new();
        for piece in self.split(' ').flat_map(|piece| piece.split('\t')) {
            if !piece.text.is_empty() {
                words.push(piece);
            }
        }
        words
    }

    /// From the beginning of this one to the end of another that follows.
    pub(super) fn to(self, last: Piece<'a>) -> Piece<'a> {
        let end = last.start + last.text.len();
        Piece { text: self.whole.get(self.start..end).unwrap_or(self.text), ..self }
    }

    pub(super) fn error(self, message: impl Into<String>) -> ScheduleError {
        let before = self.whole.get(..self.start).unwrap_or_default();
        ScheduleError {
            expression: self.whole.to_owned(),
            column: before.chars().count() + 1,
            width: self.text.chars().count().max(1),
            message: message.into(),
            hint: None,
        }
    }
}

impl ScheduleError {
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
