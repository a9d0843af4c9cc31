//! How a command fails: an error for people, an exit code for shells, and what to do about it.

use std::fmt::Display;

use pianoroll_gateway::Trouble;
use pianoroll_server::{Refusal, RefusalKind};
use serde_json::Value;

use crate::exit::Exit;

/// A command that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) error: anyhow::Error,
    /// What to do about it, a line each.
    pub(crate) hints: Vec<String>,
    /// The error as data, for `--json`; made from the text where nothing better is known.
    pub(crate) details: Option<Value>,
    /// What is wrong with a key, a connection or the gateway, and not with what was asked for.
    pub(crate) trouble: Option<Trouble>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into(), hints: Vec::new(), details: None, trouble: None }
    }

    /// A failure that is only a text.
    pub(crate) fn text(exit: Exit, text: impl Display) -> Self {
        Self::new(exit, anyhow::anyhow!("{text}"))
    }

    /// Bad input: exit code 2.
    pub(crate) fn input(text: impl Display) -> Self {
        Self::text(Exit::Input, text)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn hint_if(mut self, hint: Option<String>) -> Self {
        self.hints.extend(hint);
        self
    }

    /// The error as data.
    pub(crate) fn to_json(&self) -> Value {
        let mut details = match &self.details {
            Some(Value::Object(details)) => details.clone(),
            _ => serde_json::Map::new(),
        };
        details.entry("message").or_insert_with(|| format!("{:#}", self.error).into());
        details.insert("exit_code".to_owned(), self.exit.code().into());
        if !self.hints.is_empty() {
            details.insert("hints".to_owned(), self.hints.clone().into());
        }
        Value::Object(details)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            kind: RefusalKind::Refused,
            exit: failure.exit.code(),
            message: failure.error.to_string(),
            because: failure.error.chain().skip(1).map(ToString::to_string).collect(),
            hints: failure.hints,
            details: failure.details,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let Refusal { exit, message, because, hints, details, .. } = refusal;
        let causes = because.into_iter().rev();
        let cause = causes.fold(None, |inner: Option<anyhow::Error>, text| {
            Some(
                inner
                    .map_or_else(|| anyhow::anyhow!("{text}"), |inner| inner.context(text.clone())),
            )
        });
        let error = match cause {
            Some(cause) => cause.context(message),
            None => anyhow::anyhow!("{message}"),
        };
        Self { exit: Exit::from_code(exit), error, hints, details, trouble: None }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::Failed, error)
    }
}

/// Turns any error into a failure with an exit code.
pub(crate) trait OrExit<T> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(exit, error))
    }
}
