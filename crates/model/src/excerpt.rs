//! Places in texts, shown as compilers show them.

use std::fmt;

/// A message about a place of a text: file, line and column, then the line with carets under the place, then a hint.
///
/// ```text
/// scripts/x.rhai:2:9: unknown function `lenght`
///   |
/// 2 | let b = lenght(a);
///   |         ^^^^^^
///   = did you mean `length`?
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Excerpt<'a> {
    /// The file, as the person knows it.
    pub file: &'a str,
    /// The whole text.
    pub text: &'a str,
    /// Which line, and which character of it, both from 1; nothing where the whole text is meant.
    pub at: Option<(usize, usize)>,
    /// How many characters are marked; at least one is, and none behind the line.
    pub width: usize,
    /// What is wrong.
    pub message: &'a str,
    /// What to do about it.
    pub hint: Option<&'a str>,
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, text, at, width, message, hint } = self;
        let Some((line, column)) = at else {
            write!(f, "{file}: {message}")?;
            return hint.map_or(Ok(()), |hint| write!(f, "\n  = {hint}"));
        };
        write!(f, "{file}:{line}:{column}: {message}")?;
        let margin = " ".repeat(line.to_string().len());
        if let Some(source) = text.lines().nth(line.saturating_sub(1)) {
            // A tab is one column, so it is shown as one.
            let source = source.replace('\t', " ");
            let before = column.saturating_sub(1);
            let rest = source.trim_end().chars().count().saturating_sub(before).max(1);
            let carets = "^".repeat((*width).clamp(1, rest));
            let shown = format!("{line} | {}", source.trim_end());
            write!(
                f,
                "\n{margin} |\n{}\n{margin} | {}{carets}",
                shown.trim_end(),
                " ".repeat(before)
            )?;
        }
        match hint {
            Some(hint) => write!(f, "\n{margin} = {hint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str, line: usize, column: usize, width: usize, hint: Option<&str>) -> String {
        let at = Some((line, column));
        Excerpt { file: "x.toml", text, at, width, message: "no", hint }.to_string()
    }

    #[test]
    fn the_place_is_marked_within_its_line() {
        let text = "a = 1\n\tb = 22  \n";
        let marked = "x.toml:2:6: no\n  |\n2 |  b = 22\n  |      ^^\n  = try 3";
        assert_eq!(show(text, 2, 6, 99, Some("try 3")), marked);
        assert_eq!(show(text, 1, 1, 0, None), "x.toml:1:1: no\n  |\n1 | a = 1\n  | ^");
        // The end of the text is a place, too.
        assert_eq!(show(text, 3, 1, 1, None), "x.toml:3:1: no");
        assert_eq!(show(text, 1, 6, 1, None), "x.toml:1:6: no\n  |\n1 | a = 1\n  |      ^");
        let hint = Some("try 3");
        let whole = Excerpt { file: "x.toml", text, at: None, width: 1, message: "no", hint };
        assert_eq!(whole.to_string(), "x.toml: no\n  = try 3");
    }
}
