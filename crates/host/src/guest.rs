//! The seam to programs: what a script, a plugin or a plan file has in common.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use serde_json::{Map, Value, json};

use crate::branch::Branch;
use crate::error::HostError;
use crate::files::FilesError;
use crate::observer::Place;

/// A run of a guest.
pub type GuestRun<'g> = Pin<Box<dyn Future<Output = Result<Value, GuestError>> + Send + 'g>>;

/// A program, ready to run: it asks the host for everything, through a [`Branch`].
pub trait Guest: Send + Sync {
    /// Runs the program from its start, on the trunk of a run. The value is the program's result.
    ///
    /// # Errors
    /// What ended the program before its end.
    fn run(&self, trunk: Branch) -> GuestRun<'_>;

    /// What its engine has measured of the run, as an object without anything of the run's data; null where it measures nothing.
    fn measured(&self) -> Value {
        Value::Null
    }
}

/// Why a program did not come to its end.
#[derive(Clone, Debug)]
pub struct GuestError {
    /// One line.
    pub message: String,
    /// What kind of end it was.
    pub kind: GuestErrorKind,
    /// The whole story for people: place, source line, caret, call trace. Several lines, without a closing newline.
    pub rendered: String,
    /// Where in the program.
    pub place: Option<Place>,
}

/// What ended a program.
#[derive(Clone, Debug)]
pub enum GuestErrorKind {
    /// The host refused or failed, and the program did not catch it.
    Host(HostError),
    /// The program threw, or used the language wrongly.
    Program,
    /// The program reached a limit of its engine: memory, depth, size.
    Limit,
    /// The run was cancelled while the program computed, between two host calls.
    Cancelled,
    /// The program came to its end, and its outputs could not be put in their places.
    Files(FilesError),
}

impl GuestError {
    /// An error of the program itself, without a place.
    pub fn program(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { rendered: message.clone(), message, kind: GuestErrorKind::Program, place: None }
    }

    /// The host's error, where it ended the program.
    #[must_use]
    pub fn host(&self) -> Option<&HostError> {
        match &self.kind {
            GuestErrorKind::Host(error) => Some(error),
            GuestErrorKind::Program
            | GuestErrorKind::Limit
            | GuestErrorKind::Cancelled
            | GuestErrorKind::Files(_) => None,
        }
    }

    /// The error as one object: what [`HostError::to_map`] says where the host's error ended the program, and always `kind`
    /// (the host's, else `program`, `limit`, `cancelled` or `files`), `message`, `rendered` and `place` (object or null).
    #[must_use]
    pub fn to_map(&self) -> Value {
        let mut map = match self.host().map(HostError::to_map) {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        let kind = match &self.kind {
            GuestErrorKind::Host(error) => error.kind().as_str(),
            GuestErrorKind::Program => "program",
            GuestErrorKind::Limit => "limit",
            GuestErrorKind::Cancelled => "cancelled",
            GuestErrorKind::Files(_) => "files",
        };
        map.insert("kind".to_owned(), kind.into());
        map.insert("message".to_owned(), self.message.clone().into());
        map.insert("rendered".to_owned(), self.rendered.clone().into());
        map.insert("place".to_owned(), json!(self.place));
        Value::Object(map)
    }

    /// Whether a person stopped the run.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        match &self.kind {
            GuestErrorKind::Host(error) => error.kind() == crate::error::HostErrorKind::Cancelled,
            GuestErrorKind::Cancelled => true,
            GuestErrorKind::Program | GuestErrorKind::Limit | GuestErrorKind::Files(_) => false,
        }
    }
}

impl From<HostError> for GuestError {
    fn from(error: HostError) -> Self {
        let message = error.to_string();
        Self { rendered: message.clone(), message, kind: GuestErrorKind::Host(error), place: None }
    }
}

impl From<FilesError> for GuestError {
    fn from(error: FilesError) -> Self {
        let message = error.to_string();
        Self { rendered: message.clone(), message, kind: GuestErrorKind::Files(error), place: None }
    }
}

impl fmt::Display for GuestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for GuestError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// What guests hold while they wait moves between threads.
    #[test]
    fn a_guest_may_run_on_any_thread() {
        fn moves<T: Send + 'static>() {}
        fn shared<T: Send + Sync + 'static>() {}
        moves::<crate::Pages>();
        shared::<Branch>();
        shared::<crate::Host>();
        shared::<HostError>();
        moves::<GuestError>();
        shared::<Box<dyn Guest>>();
        fn travels<F: Future + Send>(_: fn(Branch) -> F) {}
        travels(|branch| async move {
            let reply = branch.call("lists.list", pianoroll_api::Arguments::default()).await;
            let mut pages = branch.pages("lists.list", pianoroll_api::Arguments::default())?;
            pages.next().await?;
            let query = pianoroll_api::Options::new();
            branch.request("GET", "/api/lists", &query, None).await?;
            reply
        });
    }
}
