//! What a program takes from whoever runs it: parameters of a type, and other accounts by name.
//!
//! A script declares them in its header and a plugin in its manifest; what they mean is the same here, so that a project file and a
//! command line treat both alike.

mod kind;
mod span;

use std::collections::BTreeMap;

use pianoroll_model::suggest;
use serde_json::{Map, Value};

pub use kind::ParamKind;
pub use span::Span;

/// A parameter, as a program declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSpec {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: ParamKind,
    /// May be left out without a default.
    pub optional: bool,
    /// The value when it is left out, as in [`bind`]'s answer.
    pub default: Option<Value>,
    /// What it is for; may be empty.
    pub doc: String,
    /// The line that declares it, from 1; none where the program's declarations have no lines.
    pub line: Option<usize>,
}

impl ParamSpec {
    /// Whether a run needs a value for it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.default.is_none() && !self.optional
    }

    /// Whether a text can be the name of a parameter: small letters, digits and `_`, a letter first. A language may keep words of
    /// these for itself.
    #[must_use]
    pub fn may_be_named(name: &str) -> bool {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain)
    }
}

/// Another account that a program works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSpec {
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub doc: String,
    /// The line that declares it, from 1; none where the program's declarations have no lines.
    pub line: Option<usize>,
}

impl ConnectionSpec {
    /// Whether a text can be the name of a connection: small letters, digits, `_` and `-`, a letter first.
    #[must_use]
    pub fn may_be_named(name: &str) -> bool {
        let plain =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(plain)
    }
}

/// Why given parameters do not fit a program. It holds every mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .mistakes.iter().map(|mistake| mistake.message.as_str()).collect::<Vec<_>>().join("\n"))]
pub struct ParamError {
    mistakes: Vec<ParamMistake>,
}

/// What is wrong with one parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamMistake {
    /// The parameter.
    pub name: String,
    /// What is wrong, with the way out.
    pub message: String,
}

impl ParamError {
    /// The mistakes: first the given ones in their order, then what is missing.
    #[must_use]
    pub fn mistakes(&self) -> &[ParamMistake] {
        &self.mistakes
    }
}

/// Gives every declared parameter its value: what `HostSettings::params` of a run takes. `program` is what it is called in messages.
///
/// # Errors
/// Unknown names, values of another type, and required parameters that are missing.
pub fn bind(
    program: &str,
    params: &[ParamSpec],
    given: &BTreeMap<String, String>,
) -> Result<Map<String, Value>, ParamError> {
    let mut mistakes = Vec::new();
    let wrong = |name: &str, message| ParamMistake { name: name.to_owned(), message };
    let names = || params.iter().map(|param| param.name.as_str());
    for name in given.keys().filter(|name| !names().any(|known| known == name.as_str())) {
        let hint = match (suggest(name, names()), names().next()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(_)) => format!("it takes {}", names().collect::<Vec<_>>().join(", ")),
            (None, None) => "it takes none".to_owned(),
        };
        mistakes.push(wrong(name, format!("{program} has no parameter `{name}`: {hint}")));
    }
    let mut bound = Map::new();
    for param in params {
        let (name, like) = (&param.name, param.kind.looks_like());
        let value = match given.get(name) {
            Some(text) => param.kind.read(text).unwrap_or_else(|| {
                let declared = declared(program, param);
                let message = format!("parameter `{name}` is {like}, not `{text}` ({declared})");
                mistakes.push(wrong(name, message));
                Value::Null
            }),
            None if param.is_required() => {
                let doc = match param.doc.as_str() {
                    "" => String::new(),
                    doc => format!(" ({doc})"),
                };
                let declared = declared(program, param);
                let message = format!("parameter `{name}` is missing: {like}{doc} ({declared})");
                mistakes.push(wrong(name, message));
                Value::Null
            }
            None => param.default.clone().unwrap_or(Value::Null),
        };
        bound.insert(name.clone(), value);
    }
    if mistakes.is_empty() { Ok(bound) } else { Err(ParamError { mistakes }) }
}

/// Where a parameter comes from.
fn declared(program: &str, param: &ParamSpec) -> String {
    match param.line {
        Some(line) => format!("declared at {program}:{line}"),
        None => format!("declared by {program}"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(given: &[(&str, &str)], expected: Expect) {
        let param = |name: &str, kind, default: Option<Value>| ParamSpec {
            name: name.to_owned(),
            kind,
            optional: name == "since",
            default,
            doc: if name == "list" { "Id or exact name.".to_owned() } else { String::new() },
            line: (name == "days").then_some(2),
        };
        let params = [
            param("days", ParamKind::Int, Some(Value::from(90))),
            param("list", ParamKind::String, None),
            param("since", ParamKind::Date, None),
        ];
        let given = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        expected.assert_eq(&match bind("plugin:x", &params, &given) {
            Ok(bound) => Value::from(bound).to_string(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn given_values_and_defaults_are_typed() {
        check(&[("list", "L")], expect![[r#"{"days":90,"list":"L","since":null}"#]]);
        check(
            &[("list", "L"), ("days", "1_000"), ("since", "2026-01-31")],
            expect![[r#"{"days":1000,"list":"L","since":"2026-01-31"}"#]],
        );
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        check(
            &[("day", "3"), ("days", "many"), ("colour", "red"), ("since", "yesterday")],
            expect![[r#"
                plugin:x has no parameter `colour`: it takes days, list, since
                plugin:x has no parameter `day`: did you mean `days`?
                parameter `days` is a whole number such as `90`, not `many` (declared at plugin:x:2)
                parameter `list` is missing: text (Id or exact name.) (declared by plugin:x)
                parameter `since` is a day such as `2026-01-31`, not `yesterday` (declared by plugin:x)"#]],
        );
    }

    #[test]
    fn names_are_plain() {
        assert!(ParamSpec::may_be_named("days_2"));
        assert!(ConnectionSpec::may_be_named("second-try"));
        for name in ["", "2days", "_x", "Days", "dä", "a b", "a\n"] {
            assert!(!ParamSpec::may_be_named(name), "{name}");
            assert!(!ConnectionSpec::may_be_named(name), "{name}");
        }
        assert!(!ParamSpec::may_be_named("second-try"));
    }
}
