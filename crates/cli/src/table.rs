//! Rows in columns, for people.

use std::fmt::Write as _;

use anstyle::Style;

use crate::output::plain;
use crate::style::{HEADING, Styled};

/// The most characters of a cell that may be cut: ids and names of the API fit, and a line stays a line.
const WIDEST: usize = 48;

/// A text in a row.
pub(crate) struct Cell {
    text: String,
    style: Style,
    right: bool,
}

impl Cell {
    /// A text, on one line and no longer than a column may be.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self { text: short(text.as_ref(), WIDEST), style: Style::new(), right: false }
    }

    /// A text as long as it is: for the last column.
    pub(crate) fn whole(text: impl AsRef<str>) -> Self {
        Self { text: short(text.as_ref(), usize::MAX), style: Style::new(), right: false }
    }

    /// A number, at the right of its column.
    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Style::new(), right: true }
    }

    pub(crate) fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

/// One line of a text, cut where it is longer than so many characters.
pub(crate) fn short(text: &str, most: usize) -> String {
    let line = plain(text).replace(['\n', '\t'], " ");
    if line.chars().count() <= most {
        return line;
    }
    let mut cut: String = line.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// The rows below their headings, each column as wide as its widest text; a column in which nothing stands is left out.
pub(crate) fn text(indent: &str, headings: &[&str], rows: &[Vec<Cell>]) -> String {
    let column = |index: usize| rows.iter().filter_map(move |row| row.get(index));
    let width_of = |(index, heading): (usize, &&str)| {
        let widest = column(index).map(|cell| cell.text.chars().count()).max()?;
        (widest > 0).then(|| widest.max(heading.chars().count()))
    };
    let widths: Vec<Option<usize>> = headings.iter().enumerate().map(width_of).collect();
    let is_right = |index: usize| column(index).any(|cell| cell.right);
    let mut text = String::new();
    let heads: Vec<Cell> = headings
        .iter()
        .enumerate()
        .map(|(index, heading)| Cell {
            text: (*heading).to_owned(),
            style: HEADING,
            right: is_right(index),
        })
        .collect();
    for row in std::iter::once(&heads).chain(rows) {
        let shown: Vec<(&Cell, usize)> =
            row.iter().zip(&widths).filter_map(|(cell, width)| Some((cell, (*width)?))).collect();
        // Nothing is padded at the end of a line.
        let last = shown.iter().rposition(|(cell, _)| !cell.text.is_empty()).unwrap_or_default();
        text.push_str(indent);
        for (index, (cell, width)) in shown.iter().take(last + 1).enumerate() {
            if index > 0 {
                text.push_str("  ");
            }
            let styled = Styled(cell.style, &cell.text);
            // Writing into a string cannot fail.
            let _ = match (cell.right, index == last) {
                (true, _) => write!(text, "{styled:>width$}"),
                (false, true) => write!(text, "{styled}"),
                (false, false) => write!(text, "{styled:width$}"),
            };
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_texts_and_empty_ones_are_gone() {
        let row = |name: &str, count: &str, note: &str| {
            vec![Cell::new(name), Cell::new(""), Cell::number(count), Cell::whole(note)]
        };
        let rows = [row("a", "1,000", ""), row("two\nlines", "7", "said")];
        let table = text("", &["name", "never", "count", "note"], &rows);
        let table = anstream::adapter::strip_str(&table).to_string();
        expect![[r#"
              name       count  note
              a          1,000
              two lines      7  said
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn long_texts_are_cut_and_terminals_are_not_spoken_to() {
        assert_eq!(short("abcdef", 4), "abc…");
        assert_eq!(short("\u{1b}[2J", 40), "\\u{1b}[2J");
    }
}
