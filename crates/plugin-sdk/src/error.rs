//! Why something failed.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Why a host call failed, or the plugin itself.
///
/// An error of the host keeps all that came with it, its place in the run too: returned from `run` as it is, it tells the
/// operator which call it was. `?` makes one of texts and of the usual errors of `std` and `serde_json`.
///
/// ```
/// use pianoroll_plugin_sdk::Error;
///
/// fn price(text: &str) -> Result<f64, Error> {
///     let price: f64 = text.parse()?;
///     if price < 0.0 {
///         return Err(Error::new("prices are not negative"));
///     }
///     Ok(price)
/// }
/// assert_eq!(price("-1").unwrap_err().to_string(), "prices are not negative");
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Error(Box<Failure>);

/// What sort of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was given is not what the operation or function takes. Nothing was sent.
    Arguments,
    /// The run was not granted what this needs. Nothing was sent.
    Permission,
    /// The API, or the gateway before it, refused or failed.
    Api,
    /// The account behind the connection is not the one that was agreed on.
    Account,
    /// A page did not lead on as pages do.
    Paging,
    /// A file of the project.
    File,
    /// Anything else.
    Other,
}

/// The fields as the package has them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    pub(crate) code: String,
    pub(crate) status: Option<u16>,
    pub(crate) message: String,
    pub(crate) operation: String,
    pub(crate) position: String,
    pub(crate) retryable: bool,
    pub(crate) done: u64,
    /// The text as it came.
    pub(crate) details: String,
}

impl Error {
    /// An error of the plugin itself, with a line for people.
    pub fn new(message: impl fmt::Display) -> Self {
        Self::of(ErrorKind::Other, "other", message)
    }

    /// Of a kind, with a word for programs and a line for people.
    pub fn of(kind: ErrorKind, code: impl Into<String>, message: impl fmt::Display) -> Self {
        let failure = Failure {
            kind,
            code: code.into(),
            status: None,
            message: message.to_string(),
            operation: String::new(),
            position: String::new(),
            retryable: false,
            done: 0,
            details: "{}".to_owned(),
        };
        Self(Box::new(failure))
    }

    /// An error of the API, as a mock answers it: `Error::api(409, "duplicate_profile", "a profile has this email")`.
    pub fn api(status: u16, code: impl Into<String>, message: impl fmt::Display) -> Self {
        let mut error = Self::of(ErrorKind::Api, code, message);
        error.0.status = Some(status);
        error.0.retryable = status == 429 || status >= 500;
        error
    }

    /// With details, a JSON object.
    #[must_use]
    pub fn with_details(mut self, details: &Value) -> Self {
        self.0.details = details.to_string();
        self
    }

    /// The sort of it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The API's own code, `duplicate_profile`, else a word of the host.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// One line for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The operation, `profiles.get`; empty where none was called.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Where in the run it happened; empty for an error of the plugin itself.
    #[must_use]
    pub fn position(&self) -> &str {
        &self.0.position
    }

    /// Whether the same call can succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Items of a list whose calls had succeeded before.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.0.done
    }

    /// All that is known of it: `title`, `detail`, `pointer`, `meta`, …
    #[must_use]
    pub fn details(&self) -> Value {
        serde_json::from_str(&self.0.details).unwrap_or_else(|_| json!({}))
    }

    pub(crate) fn into_failure(self) -> Failure {
        *self.0
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self(Box::new(failure))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for Error {}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Self::new(message)
    }
}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self::new(message)
    }
}

/// An error of a file carries the host's own.
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.downcast::<Error>() {
            Ok(error) => error,
            Err(error) => Self::of(ErrorKind::File, "file", error),
        }
    }
}

impl From<Box<dyn std::error::Error>> for Error {
    fn from(error: Box<dyn std::error::Error>) -> Self {
        error.downcast::<Error>().map_or_else(Self::new, |error| *error)
    }
}

impl From<Box<dyn std::error::Error + Send + Sync>> for Error {
    fn from(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        error.downcast::<Error>().map_or_else(Self::new, |error| *error)
    }
}

macro_rules! from {
    ($($error:ty),*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::new(error)
            }
        })*
    };
}

from!(
    serde_json::Error,
    std::fmt::Error,
    std::num::ParseFloatError,
    std::num::ParseIntError,
    std::num::TryFromIntError,
    std::str::ParseBoolError,
    std::str::Utf8Error,
    std::string::FromUtf8Error
);

#[cfg(test)]
mod tests {
    use super::*;

    fn of_the_host() -> Error {
        let mut error = Error::api(429, "throttled", "too fast").with_details(&json!({ "a": 1 }));
        error.0.position = "17/3:2.4".to_owned();
        error
    }

    #[test]
    fn an_error_of_the_host_comes_through_all_that_carries_errors() {
        let error = of_the_host();
        let through: Box<dyn std::error::Error> = Box::new(error.clone());
        assert_eq!(Error::from(through), error);
        let through: Box<dyn std::error::Error + Send + Sync> = Box::new(error.clone());
        assert_eq!(Error::from(through), error);
        assert_eq!(Error::from(std::io::Error::other(error.clone())), error);
        let text = serde_json::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<Error>(&text).unwrap(), error);
        assert_eq!((error.position(), error.details()), ("17/3:2.4", json!({ "a": 1 })));
    }

    #[test]
    fn question_marks_make_errors_of_other_errors() {
        fn parse(text: &str) -> Result<i64, Error> {
            Ok(text.parse::<i64>()?)
        }
        let error = parse("x").unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Other, "invalid digit found in string")
        );
        let missing = std::io::Error::new(std::io::ErrorKind::NotFound, "gone");
        assert_eq!(Error::from(missing).kind(), ErrorKind::File);
        assert_eq!(Error::from("text").to_string(), "text");
    }
}
