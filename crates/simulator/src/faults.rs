//! Faults on demand: rules that spoil the answers to some requests, before or after their effect.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue};
use pianoroll_model::Effect;
use serde::{Deserialize, Serialize};

/// A rule as `POST /_simulator/faults` takes it. The first rule that applies wins.
///
/// It looks at requests that have passed the gateway's and the endpoint's limits, so that a rule counts what a client
/// really got through. `drop`, `html` and `status` replace the answer, in this order of precedence; `headers` and
/// `truncate` change the answer that there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// The method, in any case; any method where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path as it was sent, `*` for any text, also across slashes; any path where absent. With a `?` in it, it is
    /// compared with path and query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether the effect is still made. A client that hangs up during `delay_ms` finds the same.
    pub when: When,
    /// The status of the answer, from 200 to 599. Its body is an error of the API, or, with a `content-type` of
    /// `application/json` among `headers`, one of the gateway's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers to set, over those that the answer has.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// How long to wait, in milliseconds, before or after the effect.
    pub delay_ms: u64,
    /// Whether the connection ends without an answer.
    pub drop: bool,
    /// How many bytes of the body are sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<usize>,
    /// Whether the answer is the HTML challenge page of the content network; with 403 unless `status` says otherwise.
    pub html: bool,
    /// How many requests it lets pass first.
    pub skip: u64,
    /// How many requests it then applies to; all where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// Whether a fault comes before or after the effect of its request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// The effect is not made; a rule that only waits or sets headers leaves it to be made after the wait.
    #[default]
    Before,
    /// The effect is made, and then the answer is spoiled.
    After,
}

/// A rule that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No such status.
    #[error("`status` must be from 200 to 599, not {0}")]
    Status(u16),
    /// No such header.
    #[error("`{0}` is not a header that can be sent")]
    Header(String),
}

impl Rule {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// A status or a header that HTTP does not have.
    pub fn check(&self) -> Result<(), RuleError> {
        if let Some(status) = self.status.filter(|status| !(200..=599).contains(status)) {
            return Err(RuleError::Status(status));
        }
        let unfit = |name: &String, value: &String| {
            HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err()
        };
        match self.headers.iter().find(|(name, value)| unfit(name, value)) {
            Some((name, _)) => Err(RuleError::Header(name.clone())),
            None => Ok(()),
        }
    }

    /// Whether, coming before the effect, it takes the effect's place. Where nothing is to be changed, a truncated answer is
    /// the real one.
    pub(crate) fn prevents(&self, effect: Option<Effect>) -> bool {
        let cut = self.truncate.is_some() && effect.is_some_and(|effect| !effect.is_read());
        self.drop || self.html || self.status.is_some() || cut
    }

    /// Whether it is about such a request.
    fn matches(&self, method: &str, path: &str, query: &str) -> bool {
        if self.method.as_ref().is_some_and(|wanted| !wanted.eq_ignore_ascii_case(method)) {
            return false;
        }
        match &self.path {
            None => true,
            Some(pattern) if pattern.contains('?') => glob(pattern, &format!("{path}?{query}")),
            Some(pattern) => glob(pattern, path),
        }
    }
}

/// The rules of a simulator with what they have counted.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<(Rule, u64)>,
}

impl Faults {
    /// These rules, none of which has seen a request.
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self { rules: rules.into_iter().map(|rule| (rule, 0)).collect() }
    }

    /// One more rule, behind the others.
    pub(crate) fn add(&mut self, rule: Rule) {
        self.rules.push((rule, 0));
    }

    /// The rules, in order.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// The rule that applies to a request. A rule counts the requests that it matches and that no rule before it took; it
    /// lets the first `skip` of them pass to the rules behind it, and those after `times` more.
    pub(crate) fn pick(&mut self, method: &str, path: &str, query: &str) -> Option<Rule> {
        for (rule, seen) in &mut self.rules {
            if !rule.matches(method, path, query) {
                continue;
            }
            let past = seen.checked_sub(rule.skip);
            *seen += 1;
            if past.is_some_and(|past| rule.times.is_none_or(|times| past < times)) {
                return Some(rule.clone());
            }
        }
        None
    }
}

/// Whether a pattern with `*` for any text covers the whole of `text`. Linear but for the retries after the last `*`.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut position) = (0, 0);
    // Where to go on when a later byte does not fit: behind the last `*`, one byte further on in the text.
    let mut star: Option<(usize, usize)> = None;
    while position < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, position));
                at += 1;
            }
            Some(byte) if text.get(position) == Some(byte) => {
                at += 1;
                position += 1;
            }
            _ => match star {
                Some((behind, from)) => {
                    star = Some((behind, from + 1));
                    (at, position) = (behind, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(rule: &str, expected: Expect) {
        let parsed = serde_json::from_str::<Rule>(rule).map_err(|error| error.to_string());
        let checked = parsed.and_then(|rule| match rule.check() {
            Ok(()) => Ok(serde_json::to_string(&rule).unwrap()),
            Err(error) => Err(error.to_string()),
        });
        expected.assert_eq(&checked.unwrap_or_else(|error| error));
    }

    #[test]
    fn rules_are_read_strictly() {
        check(
            "{}",
            expect![[r#"{"when":"before","delay_ms":0,"drop":false,"html":false,"skip":0}"#]],
        );
        check(
            r#"{"method":"POST","path":"/klaviyo/api/x/*","when":"after","status":503,"headers":{},"delay_ms":0,"drop":true,"truncate":100,"html":true,"skip":0,"times":1}"#,
            expect![[
                r#"{"method":"POST","path":"/klaviyo/api/x/*","when":"after","status":503,"delay_ms":0,"drop":true,"truncate":100,"html":true,"skip":0,"times":1}"#
            ]],
        );
        check(
            r#"{"delay":5}"#,
            expect![
                "unknown field `delay`, expected one of `method`, `path`, `when`, `status`, `headers`, `delay_ms`, `drop`, `truncate`, `html`, `skip`, `times` at line 1 column 8"
            ],
        );
        check(
            r#"{"when":"during"}"#,
            expect!["unknown variant `during`, expected `before` or `after` at line 1 column 16"],
        );
        check(r#"{"status":99}"#, expect!["`status` must be from 200 to 599, not 99"]);
        check(r#"{"headers":{"a b":"c"}}"#, expect!["`a b` is not a header that can be sent"]);
    }

    #[test]
    fn the_first_rule_that_applies_wins() {
        let rule =
            |status, skip, times| Rule { status: Some(status), skip, times, ..Rule::default() };
        let mut faults = Faults::new(vec![rule(500, 1, Some(1)), rule(503, 0, Some(2))]);
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(faults.pick("GET", "/x", "").and_then(|rule| rule.status));
        }
        assert_eq!(statuses, [Some(503), Some(500), Some(503), None, None]);
    }

    #[test]
    fn method_path_and_query_are_compared() {
        let rule = Rule {
            method: Some("post".to_owned()),
            path: Some("/klaviyo/api/lists/*/relationships/*".to_owned()),
            ..Rule::default()
        };
        assert!(rule.matches("POST", "/klaviyo/api/lists/a/relationships/profiles", "a=b"));
        assert!(!rule.matches("GET", "/klaviyo/api/lists/a/relationships/profiles", ""));
        assert!(!rule.matches("POST", "/klaviyo/api/lists/a", ""));
        let rule = Rule { path: Some("/x?*size*".to_owned()), ..Rule::default() };
        assert!(rule.matches("GET", "/x", "page%5Bsize%5D=1"));
        assert!(!rule.matches("GET", "/x", "sort=id"));
    }

    /// The definition of a glob, as short as it can be said; exponential.
    fn covers(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, rest) => rest.is_none(),
            (Some((b'*', after)), None) => covers(after, text),
            (Some((b'*', after)), Some((_, rest))) => covers(after, text) || covers(pattern, rest),
            (Some((byte, after)), Some((first, rest))) => byte == first && covers(after, rest),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn the_matcher_is_the_definition(pattern in "[ab/*]{0,8}", text in "[ab/]{0,10}") {
            prop_assert_eq!(glob(&pattern, &text), covers(pattern.as_bytes(), text.as_bytes()));
        }

        #[test]
        fn a_rule_applies_to_its_share_of_the_matching_requests(
            skip in 0_u64..5,
            times in proptest::option::of(0_u64..5),
            hits in proptest::collection::vec(any::<bool>(), 0..20),
        ) {
            let rule = Rule { path: Some("/hit*".to_owned()), skip, times, ..Rule::default() };
            let mut faults = Faults::new(vec![rule]);
            let mut number = 0;
            for hit in hits {
                let picked = faults.pick("GET", if hit { "/hit/1" } else { "/miss" }, "").is_some();
                let end = times.map_or(u64::MAX, |times| skip + times);
                prop_assert_eq!(picked, hit && (skip..end).contains(&number));
                number += u64::from(hit);
            }
        }
    }
}
