//! What a component and its manifest lack.

use std::fmt;

use super::known::{of_package, version};

/// Why a component cannot be run with its manifest. It holds every mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedsError {
    mistakes: Vec<NeedsMistake>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NeedsMistake {
    /// It imports what is not there.
    Foreign(String),
    /// It imports a function that an interface does not have.
    Unknown {
        /// The interface.
        interface: String,
        /// The function.
        function: String,
    },
    /// It imports an interface that nothing is asked for.
    NotAsked {
        /// The interface.
        interface: String,
        /// The permissions that it would need, as far as they can be known.
        words: Vec<String>,
    },
    /// It does not export `run`.
    NoRun,
    /// It exports a `run` of another type.
    RunType,
    /// It exports what nobody calls.
    Export(String),
}

impl NeedsError {
    pub(super) fn of(mistakes: Vec<NeedsMistake>) -> Result<(), Self> {
        if mistakes.is_empty() { Ok(()) } else { Err(Self { mistakes }) }
    }

    /// The mistakes: first of the imports, then of the exports.
    #[must_use]
    pub fn mistakes(&self) -> &[NeedsMistake] {
        &self.mistakes
    }
}

impl std::error::Error for NeedsError {}

impl fmt::Display for NeedsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the component does not fit:")?;
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl fmt::Display for NeedsMistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NeedsMistake::Foreign(import) => {
                write!(f, "it imports `{import}`, which is not there: ")?;
                let hint = foreign_hint(import);
                f.write_str(&hint)
            }
            NeedsMistake::Unknown { interface, function } => write!(
                f,
                "it imports `{interface}.{function}`, which is not there: a newer pianoroll may have it"
            ),
            NeedsMistake::NotAsked { interface, words } if words.is_empty() => write!(
                f,
                "it imports `{interface}`, and its manifest asks for none of what that can do: add to `[permissions]` what it calls"
            ),
            NeedsMistake::NotAsked { interface, words } => {
                let lines: Vec<String> =
                    words.iter().map(|word| format!("\"{word}\" = \"why\"")).collect();
                write!(
                    f,
                    "it imports `{interface}`, and its manifest does not ask for it: add to `[permissions]` what it calls, of {}",
                    lines.join(", ")
                )
            }
            NeedsMistake::NoRun => f.write_str(
                "it exports no `run`: implement the world `automation` of the WIT package",
            ),
            NeedsMistake::RunType => f.write_str(
                "its `run` has another type than `func() -> result<json, error>`, as the world `automation` has it",
            ),
            NeedsMistake::Export(name) => {
                write!(f, "it exports `{name}`, which nobody calls: leave it out")
            }
        }
    }
}

fn foreign_hint(import: &str) -> String {
    if import.starts_with("wasi:") {
        return "a plugin reaches nothing of the machine; build it without WASI (`pianoroll plugin new` shows how)".to_owned();
    }
    match of_package(import) {
        Some((_, other)) if other != version().to_string() => {
            format!("this pianoroll has {}, and it was built against {other}", version())
        }
        Some(_) => "this pianoroll has no such interface".to_owned(),
        None => "only the WIT package `pianoroll:klaviyo` is".to_owned(),
    }
}
