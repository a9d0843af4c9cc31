//! Two values, line by line.

use std::fmt;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// It is as expected.
    Same(String),
    /// It was expected, and is not there.
    Missing(String),
    /// It is there, and was not expected.
    Unexpected(String),
    /// Lines that are as expected were left out here.
    Gap,
}

impl fmt::Display for DiffLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DiffLine::Same(line) => write!(f, "  {line}"),
            DiffLine::Missing(line) => write!(f, "- {line}"),
            DiffLine::Unexpected(line) => write!(f, "+ {line}"),
            DiffLine::Gap => f.write_str("  …"),
        }
    }
}

/// How many equal lines are shown around a difference.
const AROUND: usize = 2;

/// Two texts.
pub(super) fn texts(expected: &str, found: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(expected, found);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            lines.push(DiffLine::Gap);
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let line = change.value().trim_end_matches('\n').to_owned();
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Same(line),
                ChangeTag::Delete => DiffLine::Missing(line),
                ChangeTag::Insert => DiffLine::Unexpected(line),
            });
        }
    }
    lines
}

/// Two values.
pub(super) fn values(expected: &Value, found: &Value) -> Vec<DiffLine> {
    texts(&written(expected), &written(found))
}

/// A value as people read it: texts as they are, the rest as JSON over several lines.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    fn check(expected: &Value, found: &Value, shown: Expect) {
        let lines: Vec<String> = values(expected, found).iter().map(DiffLine::to_string).collect();
        shown.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn lines_that_differ_stand_among_a_few_that_do_not() {
        check(
            &json!({ "a": 1, "b": [1, 2, 3, 4, 5, 6, 7], "c": "x" }),
            &json!({ "a": 2, "b": [1, 2, 3, 4, 5, 6, 7], "c": "y" }),
            expect![[r#"
                  {
                -   "a": 1,
                +   "a": 2,
                    "b": [
                      1,
                  …
                      7
                    ],
                -   "c": "x"
                +   "c": "y"
                  }"#]],
        );
        check(
            &json!("one\ntwo\nthree"),
            &json!("one\n2\nthree"),
            expect![[r#"
              one
            - two
            + 2
              three"#]],
        );
    }
}
