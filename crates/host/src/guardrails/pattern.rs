//! The words that guardrails are written in. What could never match anything is refused where it is written: a guardrail
//! with a slip in it guards nothing, in silence.

use std::fmt;

use pianoroll_api::operation::Operation;
use pianoroll_api::{OPERATIONS, RESOURCES};
use pianoroll_model::suggest;
use serde::{Deserialize, Serialize};

use crate::check::stays_in_its_segment;

/// What stands for every native path that no operation has.
pub(crate) const REQUEST: &str = "request";

/// An operation's id, or several: a `*` stands for any characters. `lists.*`, `*.delete`, `profiles.merge`; `request` for
/// native paths that no operation has.
///
/// What is stored was checked where it was written, and is not checked against a later version's operations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperationPattern(String);

/// A word that a guardrail cannot be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordError {
    /// What is wrong with it, as a fragment.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

impl fmt::Display for WordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

impl std::error::Error for WordError {}

impl OperationPattern {
    /// A pattern for `never`.
    ///
    /// # Errors
    /// No operation matches.
    pub fn new(text: &str) -> Result<Self, WordError> {
        let pattern = Self(text.to_owned());
        if pattern.matches(REQUEST) || OPERATIONS.iter().any(|row| pattern.matches(row.id)) {
            return Ok(pattern);
        }
        let message = match text.contains('*') {
            true => format!("no operation matches `{text}`"),
            false => format!("there is no operation `{text}`"),
        };
        Err(WordError { message, hint: near(text) })
    }

    /// A pattern for `only`, which is about effects: reads are free.
    ///
    /// # Errors
    /// No operation matches, or none that can change anything.
    pub fn of_effects(text: &str) -> Result<Self, WordError> {
        let pattern = Self::new(text)?;
        let mut effects = OPERATIONS.iter().filter(|row| may_change(row));
        if pattern.matches(REQUEST) || effects.any(|row| pattern.matches(row.id)) {
            return Ok(pattern);
        }
        Err(WordError {
            message: format!("`{text}` only reads"),
            hint: Some("reads are always free here; name what may change something".to_owned()),
        })
    }

    /// Whether it names this operation.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        glob(&self.0, id)
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The resource whose records a limit counts.
///
/// # Errors
/// There is no such resource, or no effect touches its records.
pub fn record_resource(word: &str) -> Result<&'static str, WordError> {
    let counted = || {
        let mut modules: Vec<&str> = OPERATIONS
            .iter()
            .filter(|row| may_change(row))
            .map(|row| super::reach::counted(row, row.body.as_ref()))
            .collect();
        modules.sort_unstable();
        modules.dedup();
        modules
    };
    let counted: Vec<&'static str> = counted();
    if let Some(found) = counted.iter().find(|module| **module == word) {
        return Ok(found);
    }
    if RESOURCES.iter().any(|resource| resource.module == word) {
        return Err(WordError {
            message: format!("no operation changes `{word}`"),
            hint: Some(format!("these can be counted: {}", counted.join(", "))),
        });
    }
    let hint = match suggest(word, counted.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("these can be counted: {}", counted.join(", ")),
    };
    Err(WordError { message: format!("there is no resource `{word}`"), hint: Some(hint) })
}

/// An id of a list or a campaign.
///
/// # Errors
/// No id looks like it.
pub fn check_id(id: &str) -> Result<(), WordError> {
    stays_in_its_segment(id).map_err(|message| WordError {
        message: format!("`{id}` is no id: it {message}"),
        hint: Some("write ids as the API has them, such as `Y6nRLr`".to_owned()),
    })
}

/// Whether some body makes an effect of it.
fn may_change(operation: &Operation) -> bool {
    !operation.effect.is_read() || operation.effect_when.iter().any(|when| !when.effect.is_read())
}

fn near(text: &str) -> Option<String> {
    // `lists::get` is how scripts write it.
    let plain = text.replace("::", ".").replace('/', ".");
    let ids = OPERATIONS.iter().map(|row| row.id).chain([REQUEST]);
    let found = match plain.split_once('.') {
        Some((module, name)) if name.contains('*') => {
            let modules = RESOURCES.iter().map(|resource| resource.module);
            suggest(module, modules).map(|module| format!("{module}.{name}"))
        }
        // A resource alone.
        None if RESOURCES.iter().any(|resource| resource.module == plain) => {
            Some(format!("{plain}.*"))
        }
        _ => suggest(&plain, ids).map(str::to_owned),
    };
    match found {
        Some(found) => Some(format!("did you mean `{found}`?")),
        None => Some("`pianoroll operations list` shows all of them".to_owned()),
    }
}

/// Whether a text is one of those that a pattern stands for.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        // The first place is the best: it leaves the most for what follows.
        let Some((_, rest)) = text.split_once(part) else { return false };
        text = rest;
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn shown(result: Result<impl fmt::Debug, WordError>) -> String {
        result.map_or_else(|error| error.to_string(), |found| format!("{found:?}"))
    }

    #[test]
    fn a_pattern_matches_something_or_is_refused() {
        let check = |text: &str, expected: Expect| {
            expected.assert_eq(&shown(OperationPattern::of_effects(text)));
        };
        check("lists.*", expect![[r#"OperationPattern("lists.*")"#]]);
        check("*.delete", expect![[r#"OperationPattern("*.delete")"#]]);
        check("profiles.merge", expect![[r#"OperationPattern("profiles.merge")"#]]);
        check("request", expect![[r#"OperationPattern("request")"#]]);
        check("list.*", expect!["no operation matches `list.*`; did you mean `lists.*`?"]);
        check("lists", expect!["there is no operation `lists`; did you mean `lists.*`?"]);
        check(
            "lists::delete",
            expect!["there is no operation `lists::delete`; did you mean `lists.delete`?"],
        );
        check(
            "profiles.merg",
            expect!["there is no operation `profiles.merg`; did you mean `profiles.merge`?"],
        );
        check(
            "nothing.like.it",
            expect![
                "there is no operation `nothing.like.it`; `pianoroll operations list` shows all of them"
            ],
        );
        check(
            "",
            expect!["there is no operation ``; `pianoroll operations list` shows all of them"],
        );
        check(
            "metrics.*",
            expect![
                "`metrics.*` only reads; reads are always free here; name what may change something"
            ],
        );
        assert!(OperationPattern::new("metrics.*").is_ok());
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        let matches = glob;
        assert!(matches("*", "lists.get") && matches("*", "request"));
        assert!(matches("lists.*", "lists.get") && !matches("lists.*", "lists"));
        assert!(matches("*.del*e", "lists.delete") && !matches("*.del*e", "lists.deleted"));
        assert!(!matches("lists.get", "lists.get_all") && !matches("", "x"));
    }

    #[test]
    fn records_of_a_resource_can_be_counted_where_something_changes_them() {
        let check =
            |text: &str, expected: Expect| expected.assert_eq(&shown(record_resource(text)));
        check("profiles", expect![[r#""profiles""#]]);
        check("profile", expect!["there is no resource `profile`; did you mean `profiles`?"]);
        check(
            "metrics",
            expect![
                "no operation changes `metrics`; these can be counted: campaigns, catalog_items, connections, coupon_codes, coupons, events, flows, lists, profiles, segments, tags, templates, webhooks"
            ],
        );
        check(
            "x",
            expect![
                "there is no resource `x`; these can be counted: campaigns, catalog_items, connections, coupon_codes, coupons, events, flows, lists, profiles, segments, tags, templates, webhooks"
            ],
        );
    }
}
