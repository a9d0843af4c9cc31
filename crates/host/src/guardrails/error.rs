//! A run that reached a guardrail, in words.

use std::fmt;

/// A run that reached a guardrail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardrailError {
    /// The operation that was not called, or method and path of a request that is none; empty where the program computed and
    /// called nothing.
    pub operation: String,
    /// What it would have been done to; may be empty.
    pub target: Box<str>,
    /// How many items of a list it would have carried; 0 where it carries none.
    pub items: u64,
    /// Why it was not called.
    pub refusal: Refusal,
    /// The flag or the line that set the guardrail, as the user wrote it.
    pub source: String,
}

/// What a guardrail says against a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// As many calls of a kind as are allowed were made.
    Calls {
        /// `calls`, `writes`, `deletes` or `sends`.
        what: &'static str,
        /// The most that is allowed.
        most: u64,
    },
    /// The call would touch more records than are left.
    Records {
        /// The resource: `profiles`.
        resource: &'static str,
        /// The most that is allowed.
        most: u64,
        /// How many were touched before.
        touched: u64,
        /// How many the call would touch.
        more: u64,
    },
    /// The run has taken too long.
    Time {
        /// The most that is allowed.
        seconds: u64,
    },
    /// `only` does not name the operation.
    NotAmong,
    /// `never` names the operation.
    Never,
    /// It is about a list or a campaign that is not among the allowed ones.
    OutOfReach {
        /// `list` or `campaign`.
        kind: &'static str,
        /// The id.
        id: String,
    },
    /// No operation has this path, so nobody knows what it would touch.
    Unknowable,
}

impl Refusal {
    /// The name of the guardrail, as `--limit` and `limits` know it: `writes`, `records.profiles`, `lists`.
    #[must_use]
    pub fn guardrail(&self) -> String {
        match self {
            Refusal::Calls { what, .. } => (*what).to_owned(),
            Refusal::Records { resource, .. } => format!("records.{resource}"),
            Refusal::Time { .. } => "minutes".to_owned(),
            Refusal::NotAmong => "only".to_owned(),
            Refusal::Never => "never".to_owned(),
            Refusal::OutOfReach { kind, .. } => format!("{kind}s"),
            Refusal::Unknowable => "request".to_owned(),
        }
    }
}

impl fmt::Display for GuardrailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, target, items, refusal, source } = self;
        f.write_str(operation)?;
        if !target.is_empty() {
            write!(f, " of {target}")?;
        }
        match items {
            0 => {}
            1 => f.write_str(" with 1 item")?,
            items => write!(f, " with {items} items")?,
        }
        if !operation.is_empty() {
            f.write_str(": not called, ")?;
        }
        f.write_str("the run was stopped: ")?;
        match refusal {
            Refusal::Calls { what, most: 0 } => write!(f, "`{source}` allows no {what}"),
            Refusal::Calls { what, most: 1 } => {
                let one = what.trim_end_matches('s');
                write!(f, "it has made the 1 {one} that `{source}` allows")
            }
            Refusal::Calls { what, most } => {
                write!(f, "it has made the {most} {what} that `{source}` allows")
            }
            Refusal::Records { resource, most, touched, more } => write!(
                f,
                "it touches {more} of `{resource}`, {touched} were touched before, and `{source}` allows {most} in all"
            ),
            Refusal::Time { seconds } => {
                let time = time(*seconds);
                write!(f, "it has run longer than the {time} that `{source}` allows")
            }
            Refusal::NotAmong => {
                write!(f, "`{source}` names the only operations that may change anything")
            }
            Refusal::Never => write!(f, "`{source}` rules this operation out"),
            Refusal::OutOfReach { kind, id } => {
                write!(f, "the {kind} `{id}` is not among those that `{source}` allows")
            }
            Refusal::Unknowable => write!(
                f,
                "no operation has this path, so nobody can tell whether it keeps within `{source}`"
            ),
        }
    }
}

impl std::error::Error for GuardrailError {}

fn time(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (_, 1..) | (0, 0) if seconds == 1 => "1 second".to_owned(),
        (_, 1..) | (0, 0) => format!("{seconds} seconds"),
        (1, 0) => "1 minute".to_owned(),
        (minutes, 0) => format!("{minutes} minutes"),
    }
}
