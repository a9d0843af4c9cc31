//! The header of a script: its purpose, and the parameters that it takes.

use std::sync::LazyLock;

use pianoroll_host::{ConnectionSpec, ParamKind, ParamSpec};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::time::{Span, Time};

/// What the first `//!` lines say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Header {
    /// The purpose: the lines that declare nothing.
    pub(crate) doc: String,
    /// The parameters, in the order written: `//! param days: int = 90   How long without an event.` The type may end with `?`: such a
    /// parameter may be left out, and is `()` then. A default follows `=`; two spaces or more separate the documentation.
    pub(crate) params: Vec<ParamSpec>,
    /// The accounts beside its own, in the order written: `//! connection target   Where the copy goes.`
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
    if !ConnectionSpec::may_be_named(name) {
        let message = format!("`{name}` cannot be the name of a connection");
        let hint = "names have small letters, digits, `_` and `-`, and begin with a letter";
        let indent = text.len() - text.trim_start().len();
        let mistake = Diagnostic::error("header", message, Some((line, column + indent + 1)));
        return Err(mistake.with_width(name.chars().count()).with_hint(Some(hint.to_owned())));
    }
    Ok(Some(ConnectionSpec { name: name.to_owned(), doc: doc.trim().to_owned(), line: Some(line) }))
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
    let plain = ParamSpec::may_be_named(name);
    if !plain || is_reserved(name) {
        let message = format!("`{name}` cannot be the name of a parameter");
        let hint = if plain {
            "the language keeps this word for itself".to_owned()
        } else {
            "names have small letters, digits and `_`, and begin with a letter".to_owned()
        };
        return Err(Diagnostic::error("header", message, at(text)).with_hint(Some(hint)));
    }
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let (word, mut rest) = rest.split_at(end);
    let Some(kind) = ParamKind::named(word) else {
        let words = ParamKind::words();
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
        kind,
        optional,
        default,
        doc: rest.trim().to_owned(),
        line: Some(line),
    })
}

/// Whether the language keeps a word for itself, so that `params::word` could not be written.
fn is_reserved(name: &str) -> bool {
    static BARE: LazyLock<rhai::Engine> = LazyLock::new(rhai::Engine::new_raw);
    BARE.compile(format!("let {name} = 1;")).is_err()
}

/// The value that `params::name` holds in the script: times and durations are values of their own there.
pub(crate) fn to_dynamic(kind: ParamKind, value: &Value) -> rhai::Dynamic {
    let text = value.as_str().unwrap_or_default();
    let typed = match kind {
        ParamKind::Date | ParamKind::Datetime => text.parse::<Time>().ok().map(rhai::Dynamic::from),
        ParamKind::Duration => text.parse::<Span>().ok().map(rhai::Dynamic::from),
        _ => None,
    };
    typed.unwrap_or_else(|| crate::value::from_json(value))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use pianoroll_host::bind;

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
                    line: Some(
                        2,
                    ),
                },
                ConnectionSpec {
                    name: "second-try",
                    doc: "",
                    line: Some(
                        3,
                    ),
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
