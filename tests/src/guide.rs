//! The pages of the guide as what they are: snippets that can be run, and what they are said to print.
//!
//! A fence begins with its language; words behind it say what to do with it:
//! - `rhai`: a whole script. It is run on a simulator; `args='…'` adds words to the command, `exit=N` is how it ends (0), `name=PATH`
//!   is where it is kept for what follows. A name below `lib/`, one that ends in `.test.rhai`, and what is `run=later` is only kept. With
//!   `part=test` it is a part of a test, which is played.
//! - `sh`: lines that begin with `pianoroll` are run against a simulator that the page shares.
//! - `csv`, `json`, `toml` with `name=PATH`: a file for what follows.
//! - `rust`, `js`, `python` with `from=PATH`: what stands in that file of the repository, so; a `…` alone on a line stands for what is left
//!   out.
//! - `text` right behind one that is run: what it prints. A `…` stands for any rest of a line, or for any lines.

use std::fmt::Write as _;

/// A fence of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The line of its first fence, from 1.
    pub line: usize,
    /// `rhai`, `sh`, `text`, …
    pub language: String,
    /// The words behind it.
    pub words: Vec<(String, String)>,
    /// What stands in it.
    pub text: String,
    /// Whether a `text` stands right behind what it belongs to.
    pub follows: bool,
}

impl Snippet {
    /// A word behind the language.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<&str> {
        self.words.iter().find(|(word, _)| word == name).map(|(_, value)| value.as_str())
    }
}

/// The fences of a page, in order.
///
/// # Panics
/// Where a fence has no end, or no language.
#[must_use]
pub fn snippets(page: &str) -> Vec<Snippet> {
    let mut snippets: Vec<Snippet> = Vec::new();
    let mut lines = page.lines().enumerate();
    // What stands between two fences: only white space leaves the second one to belong to the first.
    let mut apart = true;
    while let Some((index, line)) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            apart |= !line.trim().is_empty();
            continue;
        };
        let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
        assert!(!language.is_empty(), "line {}: a fence without a language", index + 1);
        let mut text = String::new();
        loop {
            let (_, line) = lines.next().unwrap_or_else(|| panic!("line {}: no end", index + 1));
            if line == "```" {
                break;
            }
            writeln!(text, "{line}").expect("a string takes any text");
        }
        snippets.push(Snippet {
            line: index + 1,
            language: language.to_owned(),
            words: words(rest),
            text,
            follows: !apart,
        });
        apart = false;
    }
    snippets
}

/// `name=value` and `name='several words'`.
fn words(mut text: &str) -> Vec<(String, String)> {
    let mut words = Vec::new();
    while let Some((name, rest)) = text.trim_start().split_once('=') {
        let (value, behind) = match rest.strip_prefix('\'') {
            Some(quoted) => quoted.split_once('\'').unwrap_or((quoted, "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        words.push((name.to_owned(), value.to_owned()));
        text = behind;
    }
    words
}

/// Whether `found` is what the page says. A `…` at the end of a line stands for any rest of it, alone on a line for any lines.
#[must_use]
pub fn is_said(said: &str, found: &str) -> bool {
    let said: Vec<&str> = said.trim().lines().map(str::trim_end).collect();
    let found: Vec<&str> = found.trim().lines().map(str::trim_end).collect();
    lines_match(&said, &found)
}

fn lines_match(said: &[&str], found: &[&str]) -> bool {
    match (said.split_first(), found.split_first()) {
        (None, None) => true,
        (Some((&"…", rest)), _) => (0..=found.len())
            .any(|skipped| lines_match(rest, found.get(skipped..).unwrap_or_default())),
        (Some((line, said)), Some((other, found))) => {
            let same = match line.strip_suffix('…') {
                Some(start) => other.starts_with(start),
                None => line == other,
            };
            same && lines_match(said, found)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart() {
        let page = "# Page\n```rhai exit=3 args='--allow x'\nlet a = 1;\n```\n\n```text\n1\n```\nwords\n```text\n2\n```\n";
        let found = snippets(page);
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].word("exit"), found[0].word("args")), (Some("3"), Some("--allow x")));
        assert_eq!((found[0].line, found[0].text.as_str()), (2, "let a = 1;\n"));
        assert!(found[1].follows && !found[2].follows);
    }

    #[test]
    fn what_is_said_may_leave_something_out() {
        assert!(is_said("a\nb …\n…\nd\n", "a\nb 12\nc\nc\nd"));
        assert!(is_said("…", ""));
        assert!(!is_said("a", "a\nb"));
        assert!(!is_said("a\n…\nd", "a\nb"));
    }
}
