//! What SQLite and the file system say, in the journal's words.

use std::io;
use std::path::Path;

use crate::error::{JournalError, JournalErrorKind};

/// What to do about what is damaged.
pub(super) const RESTORE: &str = "use `pianoroll restore` with a backup";

/// What the database says.
pub(super) fn of_database(error: sqlx::Error) -> JournalError {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
    // The low byte is the kind; the rest tells more of it.
    let (kind, message) = match (code.map(|code| code & 0xff), code) {
        (Some(13), _) => (
            JournalErrorKind::Full,
            "has no room left: the disk is full; make room and start the run again".to_owned(),
        ),
        (Some(11 | 26), _) | (_, Some(522)) => {
            (JournalErrorKind::Corrupt, format!("is damaged ({error}); {RESTORE}"))
        }
        // Every statement is one of ours, so what it does not find is not as we made it.
        (Some(1), _) => {
            (JournalErrorKind::Corrupt, format!("is not as it was made ({error}); {RESTORE}"))
        }
        // The only places that are unique and not looked at before are those of entries.
        (_, Some(1555 | 2067)) => {
            (JournalErrorKind::State, "has something else at the place of a call".to_owned())
        }
        (Some(8), _) => (JournalErrorKind::State, "can only be read here".to_owned()),
        _ => match error {
            sqlx::Error::Io(error) => return of_file(&error, "database"),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => (
                JournalErrorKind::Corrupt,
                format!("holds what cannot be read ({error}); {RESTORE}"),
            ),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                (JournalErrorKind::Storage, "is closed".to_owned())
            }
            error => (JournalErrorKind::Storage, format!("cannot be used: {error}")),
        },
    };
    JournalError::new(kind, message)
}

/// What the file system says of a file.
pub(super) fn of_file(error: &io::Error, what: &str) -> JournalError {
    let kind = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => JournalErrorKind::Full,
        _ => JournalErrorKind::Storage,
    };
    JournalError::new(kind, format!("cannot use its {what}: {error}"))
}

/// What the file system says of a path.
pub(super) fn of_path(error: &io::Error, path: &Path) -> JournalError {
    of_file(error, &format!("file {}", path.display()))
}

pub(super) fn corrupt(what: impl std::fmt::Display) -> JournalError {
    JournalError::new(JournalErrorKind::Corrupt, format!("has damage in {what}; {RESTORE}"))
}
