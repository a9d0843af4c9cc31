//! What a check found.

use anstyle::Style;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::style;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Warn,
    Fail,
}

impl State {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "fail",
        }
    }

    pub(super) const fn style(self) -> Style {
        match self {
            State::Ok => style::GOOD,
            State::Warn => style::WARNING,
            State::Fail => style::ERROR,
        }
    }
}

/// One line of the doctor's.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) name: &'static str,
    pub(super) state: State,
    /// What was found.
    pub(super) text: String,
    /// What to do about it.
    pub(super) fix: Option<String>,
    /// How the process ends when this is the first that failed.
    pub(super) exit: Exit,
}

impl Finding {
    pub(super) fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, state: State::Ok, text: text.into(), fix: None, exit: Exit::Completed }
    }

    pub(super) fn warn(
        name: &'static str,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { state: State::Warn, fix: Some(fix.into()), ..Self::ok(name, text) }
    }

    /// A failure as any other command would show it.
    pub(super) fn fail(name: &'static str, failure: &Failure) -> Self {
        let fix = (!failure.hints.is_empty()).then(|| failure.hints.join("\n"));
        Self {
            state: State::Fail,
            fix,
            exit: failure.exit,
            ..Self::ok(name, format!("{:#}", failure.error))
        }
    }

    pub(super) fn to_json(&self) -> Value {
        json!({"name": self.name, "state": self.state.as_str(), "text": self.text, "fix": self.fix})
    }
}
