//! The header of a script: its purpose, and the parameters that it takes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use jiff::Timestamp;
use pianoroll_model::suggest;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::time::{Span, Time};

/// A parameter, as a header line declares it: `//! param days: int = 90   How long without an event.`
///
/// The type may end with `?`: such a parameter may be left out, and is `()` then. A default follows `=`; two spaces or more
/// separate the documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSpec {
    /// Its name: `params::days`.
    pub name: String,
    /// Its type.
    pub kind: ParamKind,
    /// May be left out without a default.
    pub optional: bool,
    /// The value when it is left out, as in [`crate::Script::bind`]'s answer.
    pub default: Option<Value>,
    /// What it is for; may be empty.
    pub doc: String,
    /// The header line, from 1.
    pub line: usize,
}

impl ParamSpec {
    /// Whether a run needs a value for it.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.default.is_none() && !self.optional
    }
}

/// Another account that a script works on, as a header line declares it: `//! connection target   Where the copy goes.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionSpec {
    /// Its name: `on("target", || …)`.
    pub name: String,
    /// What it is for; may be empty.
    pub doc: String,
    /// The header line, from 1.
    pub line: usize,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Text.
    String,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// `true` or `false`.
    Bool,
    /// A day such as `2026-01-31`; a time at midnight UTC in the script.
    Date,
    /// A time such as `2026-01-31T09:00:00Z`.
    Datetime,
    /// A duration such as `90d`, `12h`, `1h 30m` or `45s`.
    Duration,
    /// Texts, separated by commas; an array in the script.
    List,
}

impl ParamKind {
    const ALL: [(&'static str, ParamKind, &'static str); 8] = [
        ("string", ParamKind::String, "text"),
        ("int", ParamKind::Int, "a whole number such as `90`"),
        ("float", ParamKind::Float, "a number such as `0.5`"),
        ("bool", ParamKind::Bool, "`true` or `false`"),
        ("date", ParamKind::Date, "a day such as `2026-01-31`"),
        ("datetime", ParamKind::Datetime, "a time such as `2026-01-31T09:00:00Z`"),
        ("duration", ParamKind::Duration, "a duration such as `90d`, `12h` or `1h 30m`"),
        ("list", ParamKind::List, "texts, separated by commas"),
    ];

    /// The word for it in a header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind, _)| *kind == self).map_or("string", |(word, ..)| word)
    }

    /// What a value of it looks like.
    #[must_use]
    pub fn looks_like(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind, _)| *kind == self).map_or("text", |(.., like)| like)
    }

    /// Reads a value as a person writes it; `None` where it is of another type.
    fn read(self, text: &str) -> Option<Value> {
        match self {
            ParamKind::String => Some(Value::from(text)),
            ParamKind::Int => text.replace('_', "").parse::<i64>().ok().map(Value::from),
            ParamKind::Float => {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                number.map(Value::from)
            }
            ParamKind::Bool => text.parse::<bool>().ok().map(Value::from),
            ParamKind::Date => {
                let day = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10)?;
                Some(Value::from(day.to_string()))
            }
            ParamKind::Datetime => {
                text.parse::<Timestamp>().ok().map(|time| Value::from(time.to_string()))
            }
            ParamKind::Duration => {
                text.parse::<Span>().ok().map(|span| Value::from(span.to_string()))
            }
            ParamKind::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Some(items.collect::<Vec<_>>().into())
            }
        }
    }

    /// The value that `params::name` holds in the script.
    pub(crate) fn to_dynamic(self, value: &Value) -> rhai::Dynamic {
        let text = value.as_str().unwrap_or_default();
        let typed = match self {
            ParamKind::Date | ParamKind::Datetime => {
                text.parse::<Time>().ok().map(rhai::Dynamic::from)
            }
            ParamKind::Duration => text.parse::<Span>().ok().map(rhai::Dynamic::from),
            _ => None,
        };
        typed.unwrap_or_else(|| crate::value::from_json(value))
    }
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What the first `//!` lines say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Header {
    /// The purpose: the lines that declare nothing.
    pub(crate) doc: String,
    /// The parameters, in the order written.
    pub(crate) params: Vec<ParamSpec>,
    /// The accounts beside its own, in the order written.
    pub(crate) connections: Vec<ConnectionSpec>,
}

/// Reads the header of a script.
///
/// # Errors
/// Every line that begins like a declaration and is none.
pub(crate) fn parse(source: &str) -> Result<Header, Vec<Diagnostic>> {
    let mut header = Header::default();
    let mut mistakes = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let Some(text) = line.strip_prefix("//!") else {
            // Blank lines and plain comments may stand between; the first statement ends the header.
            if line.trim().is_empty() || line.starts_with("//") {
                continue;
            }
            break;
        };
        let trimmed = text.trim_start();
        if let Some(declaration) = trimmed.strip_prefix("param ") {
            let column = line.len() - declaration.len();
            match declare(declaration, index + 1, column) {
                Ok(param) if header.params.iter().any(|other| other.name == param.name) => {
                    let message = format!("the parameter `{}` is declared twice", param.name);
                    mistakes.push(Diagnostic::error(
                        "header",
                        message,
                        Some((index + 1, column + 1)),
                    ));
                }
                Ok(param) => header.params.push(param),
                Err(mistake) => mistakes.push(mistake),
            }
        } else if let Some(declaration) = trimmed.strip_prefix("connection ") {
            let column = line.len() - declaration.len();
            match connect(declaration, index + 1, column) {
                Ok(Some(one)) if header.connections.iter().any(|other| other.name == one.name) => {
                    let message = format!("the connection `{}` is declared twice", one.name);
                    mistakes.push(Diagnostic::error(
                        "header",
                        message,
                        Some((index + 1, column + 1)),
                    ));
                }
                Ok(Some(connection)) => header.connections.push(connection),
                Ok(None) => describe(&mut header, text),
                Err(mistake) => mistakes.push(mistake),
            }
        } else {
            describe(&mut header, text);
        }
    }
    header.doc = header.doc.trim().to_owned();
    if mistakes.is_empty() { Ok(header) } else { Err(mistakes) }
}

/// A line of the purpose.
fn describe(header: &mut Header, text: &str) {
    header.doc.push_str(text.strip_prefix(' ').unwrap_or(text).trim_end());
    header.doc.push('\n');
}

/// One declaration: `target   Where the copy goes.` A line of prose that begins with the word declares nothing: there, one
/// space stands behind the next word.
fn connect(text: &str, line: usize, column: usize) -> Result<Option<ConnectionSpec>, Diagnostic> {
    let (name, doc) = text.trim().split_once("  ").unwrap_or((text.trim(), ""));
    if name.contains(char::is_whitespace) {
        return Ok(None);
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        let message = format!("`{name}` cannot be the name of a connection");
        let hint = "names have small letters, digits, `_` and `-`, and begin with a letter";
        let indent = text.len() - text.trim_start().len();
        let mistake = Diagnostic::error("header", message, Some((line, column + indent + 1)));
        return Err(mistake.with_width(name.chars().count()).with_hint(Some(hint.to_owned())));
    }
    Ok(Some(ConnectionSpec { name: name.to_owned(), doc: doc.trim().to_owned(), line }))
}

/// One declaration: `days: int = 90   How long without an event.`
fn declare(text: &str, line: usize, column: usize) -> Result<ParamSpec, Diagnostic> {
    let at = |part: &str| {
        let offset = part.as_ptr() as usize - text.as_ptr() as usize;
        Some((line, column + offset + 1))
    };
    let form = "write `//! param name: type = default   what it is for`";
    let Some((name, rest)) = text.split_once(':') else {
        let message = "this parameter has no type";
        return Err(Diagnostic::error("header", message, at(text)).with_hint(Some(form.to_owned())));
    };
    let name = name.trim();
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain || !name.starts_with(|c: char| c.is_ascii_lowercase()) || is_reserved(name) {
        let message = format!("`{name}` cannot be the name of a parameter");
        let hint = if plain && is_reserved(name) {
            "the language keeps this word for itself".to_owned()
        } else {
            "names have small letters, digits and `_`, and begin with a letter".to_owned()
        };
        return Err(Diagnostic::error("header", message, at(text)).with_hint(Some(hint)));
    }
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (word, mut rest) = rest.split_at(end);
    let Some((_, kind, _)) = ParamKind::ALL.iter().find(|(known, ..)| *known == word) else {
        let words = ParamKind::ALL.map(|(word, ..)| word);
        let hint = did_you_mean(word, words)
            .unwrap_or_else(|| format!("the types are {}", words.join(", ")));
        let message = format!("`{word}` is not a type of parameters");
        let width = word.chars().count();
        return Err(Diagnostic::error("header", message, at(word))
            .with_width(width)
            .with_hint(Some(hint)));
    };
    let optional = rest.starts_with('?');
    rest = rest.strip_prefix('?').unwrap_or(rest);
    let mut default = None;
    if let Some(given) = rest.trim_start().strip_prefix('=') {
        let given = given.trim_start();
        let (value, after) = match given.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or_else(|| {
                Diagnostic::error(
                    "header",
                    "the text that begins here has no closing `\"`",
                    at(given),
                )
            })?,
            None => given.split_once("  ").unwrap_or((given, "")),
        };
        let value = value.trim();
        let read = kind.read(value).ok_or_else(|| {
            let message = format!("the default of `{name}` is not {}", kind.looks_like());
            Diagnostic::error("header", message, at(given)).with_width(value.chars().count())
        })?;
        default = Some(read);
        rest = after;
    }
    Ok(ParamSpec {
        name: name.to_owned(),
        kind: *kind,
        optional,
        default,
        doc: rest.trim().to_owned(),
        line,
    })
}

/// Whether the language keeps a word for itself, so that `params::word` could not be written.
fn is_reserved(name: &str) -> bool {
    static BARE: LazyLock<rhai::Engine> = LazyLock::new(rhai::Engine::new_raw);
    BARE.compile(format!("let {name} = 1;")).is_err()
}

/// Why given parameters do not fit a script. It holds every mistake.
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

/// Gives every declared parameter its value.
///
/// # Errors
/// Unknown names, values of another type, and required parameters that are missing.
pub(crate) fn bind(
    path: &str,
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
        mistakes.push(wrong(name, format!("{path} has no parameter `{name}`: {hint}")));
    }
    let mut bound = Map::new();
    for param in params {
        let value = match given.get(&param.name) {
            Some(text) => param.kind.read(text).unwrap_or_else(|| {
                let message = format!(
                    "parameter `{}` is {}, not `{text}` (declared at {path}:{})",
                    param.name,
                    param.kind.looks_like(),
                    param.line
                );
                mistakes.push(wrong(&param.name, message));
                Value::Null
            }),
            None if param.is_required() => {
                let doc = if param.doc.is_empty() { "" } else { " " };
                let message = format!(
                    "parameter `{}` is missing: {}{doc}{} (declared at {path}:{})",
                    param.name,
                    param.kind.looks_like(),
                    if doc.is_empty() { String::new() } else { format!("({})", param.doc) },
                    param.line
                );
                mistakes.push(wrong(&param.name, message));
                Value::Null
            }
            None => param.default.clone().unwrap_or(Value::Null),
        };
        bound.insert(param.name.clone(), value);
    }
    if mistakes.is_empty() { Ok(bound) } else { Err(ParamError { mistakes }) }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const SOURCE: &str = "\
//! Marks profiles.
//! param days: int = 90           How long without an event.
//! param list: string             Id or exact name.
//! param since: date?
//! param every: duration = 1d 12h
//! param tags: list = a, b   Their names.
//! param note: string = \"two  spaces\"  Kept.

let x = 1;
//! param late: int
";

    fn check(given: &[(&str, &str)], expected: Expect) {
        let header = parse(SOURCE).unwrap();
        let given = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        expected.assert_eq(&match bind("scripts/x.rhai", &header.params, &given) {
            Ok(bound) => Value::from(bound).to_string(),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn given_values_and_defaults_are_typed() {
        assert_eq!(parse(SOURCE).unwrap().doc, "Marks profiles.");
        check(
            &[("list", "Inactive")],
            expect![[
                r#"{"days":90,"every":"1d 12h","list":"Inactive","note":"two  spaces","since":null,"tags":["a","b"]}"#
            ]],
        );
        check(
            &[
                ("list", "L"),
                ("days", "1_000"),
                ("since", "2026-01-31"),
                ("every", "90m"),
                ("tags", ""),
            ],
            expect![[
                r#"{"days":1000,"every":"1h 30m","list":"L","note":"two  spaces","since":"2026-01-31","tags":[]}"#
            ]],
        );
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        check(
            &[("day", "3"), ("days", "many"), ("colour", "red"), ("since", "yesterday")],
            expect![[r#"
                scripts/x.rhai has no parameter `colour`: it takes days, list, since, every, tags, note
                scripts/x.rhai has no parameter `day`: did you mean `days`?
                parameter `days` is a whole number such as `90`, not `many` (declared at scripts/x.rhai:2)
                parameter `list` is missing: text (Id or exact name.) (declared at scripts/x.rhai:3)
                parameter `since` is a day such as `2026-01-31`, not `yesterday` (declared at scripts/x.rhai:4)"#]],
        );
    }

    #[test]
    fn other_accounts_are_declared_by_name() {
        let source = "//! Copies.\n//! connection target   Where the copy goes.\n//! connection second-try\n//! connection is prose here.\n";
        let header = parse(source).unwrap();
        assert_eq!(header.doc, "Copies.\nconnection is prose here.");
        expect![[r#"
            [
                ConnectionSpec {
                    name: "target",
                    doc: "Where the copy goes.",
                    line: 2,
                },
                ConnectionSpec {
                    name: "second-try",
                    doc: "",
                    line: 3,
                },
            ]
        "#]]
        .assert_debug_eq(&header.connections);
        let source = "//! connection Target   x\n//! connection a\n//! connection a   b\n";
        let mistakes = parse(source).unwrap_err();
        expect![[r#"
            x.rhai:1:16: `Target` cannot be the name of a connection
              |
            1 | //! connection Target   x
              |                ^^^^^^
              = names have small letters, digits, `_` and `-`, and begin with a letter

            x.rhai:3:16: the connection `a` is declared twice
              |
            3 | //! connection a   b
              |                ^"#]]
        .assert_eq(&crate::ScriptError::new("x.rhai", source, mistakes).to_string());
    }

    #[test]
    fn a_header_that_declares_wrongly_is_refused() {
        let source = "//! param days\n//! param Days: int\n//! param days: itn\n//! param days: int = ninety  x\n//! param a: string = \"b\n//! param c: int\n//! param c: int\n";
        let mistakes = parse(source).unwrap_err();
        let error = crate::ScriptError::new("x.rhai", source, mistakes);
        expect![[r#"
            x.rhai:1:11: this parameter has no type
              |
            1 | //! param days
              |           ^
              = write `//! param name: type = default   what it is for`

            x.rhai:2:11: `Days` cannot be the name of a parameter
              |
            2 | //! param Days: int
              |           ^
              = names have small letters, digits and `_`, and begin with a letter

            x.rhai:3:17: `itn` is not a type of parameters
              |
            3 | //! param days: itn
              |                 ^^^
              = did you mean `int`?

            x.rhai:4:23: the default of `days` is not a whole number such as `90`
              |
            4 | //! param days: int = ninety  x
              |                       ^^^^^^

            x.rhai:5:23: the text that begins here has no closing `"`
              |
            5 | //! param a: string = "b
              |                       ^

            x.rhai:7:11: the parameter `c` is declared twice
              |
            7 | //! param c: int
              |           ^"#]]
        .assert_eq(&error.to_string());
    }
}
