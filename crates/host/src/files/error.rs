//! Why a file cannot be had.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use super::output::{OutputEnd, OutputRecord};

/// Why a program cannot read or write a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` cannot be {access}: {cause}")]
pub struct FileError {
    /// The path as the program wrote it.
    pub path: String,
    access: Access,
    /// Why.
    pub cause: FileCause,
}

/// What a file was wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Access::Read => "read",
            Access::Write => "written",
        })
    }
}

/// What is in the way of an access.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileCause {
    /// Nothing is there; the nearest name that is.
    #[error("there is no such file{}", near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
    NotFound {
        /// A path that may have been meant.
        near: Option<String>,
    },
    /// A rule: what is allowed instead is in the text.
    #[error("{0}")]
    Refused(String),
    /// The system's answer.
    #[error("{0}")]
    System(String),
}

impl From<io::Error> for FileCause {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => FileCause::NotFound { near: None },
            _ => FileCause::System(error.to_string()),
        }
    }
}

impl FileError {
    pub(super) fn new(access: Access, path: &str, cause: FileCause) -> Self {
        Self { path: path.to_owned(), access, cause }
    }

    /// A file that was to be read.
    pub(crate) fn reading(path: &str, cause: FileCause) -> Self {
        Self::new(Access::Read, path, cause)
    }

    /// The word for programs: `no_such_file`, `file_refused` or `file_failed`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.cause {
            FileCause::NotFound { .. } => "no_such_file",
            FileCause::Refused(_) => "file_refused",
            FileCause::System(_) => "file_failed",
        }
    }
}

/// The outputs of a run are not all in their places.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FilesError {
    /// All outputs of the run.
    pub outputs: Vec<OutputRecord>,
}

impl FilesError {
    /// An error, where one of the outputs failed.
    pub(super) fn of(outputs: Vec<OutputRecord>) -> Result<(), FilesError> {
        let failed = outputs.iter().any(|output| matches!(output.end, OutputEnd::Failed(_)));
        if failed { Err(Self { outputs }) } else { Ok(()) }
    }
}

impl fmt::Display for FilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not all files of the run are in their places: ")?;
        let failed = self.outputs.iter().filter_map(|output| match &output.end {
            OutputEnd::Failed(why) => {
                Some(format!("`{}` could not be written ({why})", output.path))
            }
            _ => None,
        });
        f.write_str(&failed.collect::<Vec<_>>().join(", "))?;
        let paths = |end: &OutputEnd| {
            let outputs = self.outputs.iter().filter(|output| output.end == *end);
            outputs.map(|output| format!("`{}`", output.path)).collect::<Vec<_>>().join(", ")
        };
        match paths(&OutputEnd::Written).as_str() {
            "" => f.write_str("; none is in its place")?,
            written => write!(f, "; in place: {written}")?,
        }
        match paths(&OutputEnd::Discarded).as_str() {
            "" => Ok(()),
            discarded => write!(f, "; given up: {discarded}"),
        }
    }
}
