//! The state folder: where the journal of a project's runs is. Found here, and opened by the one who runs or lists.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use pianoroll_journal::{JournalError, Sqlite};

/// The folder's name within a project.
pub const FOLDER_NAME: &str = ".pianoroll";

/// The file whose lock the owner holds. It dies with its process.
pub const LOCK_NAME: &str = "owner.lock";

/// What is known of a process's surroundings. A variable that is empty says nothing and comes as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateEnvironment {
    /// `PIANOROLL_STATE`
    pub state: Option<PathBuf>,
    /// `XDG_STATE_HOME`; a relative one is none, as its specification says.
    pub xdg_state_home: Option<PathBuf>,
    /// `HOME`
    pub home: Option<PathBuf>,
}

/// Why there is no state folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateFolderError {
    /// Nothing says where it could be.
    #[error(
        "there is no place for the journal: no project is here, and neither XDG_STATE_HOME nor HOME is set"
    )]
    NoPlace,
}

/// Where the journal of a project's runs is. Finding it creates nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateFolder {
    path: PathBuf,
}

impl StateFolder {
    /// The folder that is meant: the given one, else that of `PIANOROLL_STATE`, else `.pianoroll` in the project's folder. Without
    /// a project `pianoroll` in `XDG_STATE_HOME`, else in `~/.local/state`.
    ///
    /// # Errors
    /// Nothing of all that is there.
    pub fn locate(
        given: Option<&Path>,
        project_root: Option<&Path>,
        environment: &StateEnvironment,
    ) -> Result<Self, StateFolderError> {
        let given = given.or(environment.state.as_deref()).map(Path::to_owned);
        let of_project = || project_root.map(|root| root.join(FOLDER_NAME));
        let of_person = || {
            let base = environment.xdg_state_home.clone().filter(|folder| folder.is_absolute());
            let base = base.or_else(|| Some(environment.home.as_ref()?.join(".local/state")));
            Some(base?.join("pianoroll"))
        };
        let path = given.or_else(of_project).or_else(of_person).ok_or(StateFolderError::NoPlace)?;
        // Messages name it, and sockets and backups are made beside it: both must not depend on the folder of the moment.
        Ok(Self { path: std::path::absolute(&path).unwrap_or(path) })
    }

    /// Where it is: an absolute path. It may not be there yet.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens its journal as the owner; the folder is made where it is not there.
    ///
    /// # Errors
    /// Another process owns it, or it cannot be opened.
    pub async fn open(&self) -> Result<Sqlite, JournalError> {
        Sqlite::open(&self.path).await
    }

    /// Opens its journal to read, beside an owner or without one.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub async fn read(&self) -> Result<Sqlite, JournalError> {
        Sqlite::read_only(&self.path).await
    }

    /// Whether a folder is there: before the first run there is none.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.path.is_dir()
    }

    /// Whether a process owns it at this moment. For people: only opening it as the owner tells for sure.
    #[must_use]
    pub fn is_owned(&self) -> bool {
        let lock = match File::open(self.path.join(LOCK_NAME)) {
            Ok(lock) => lock,
            Err(error) => return error.kind() != ErrorKind::NotFound && self.exists(),
        };
        // Shared, so that listings side by side do not take each other for an owner.
        matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(given: Option<&str>, root: Option<&str>, environment: &StateEnvironment) -> PathBuf {
        let folder = StateFolder::locate(given.map(Path::new), root.map(Path::new), environment);
        folder.unwrap().path().to_owned()
    }

    fn environment(state: Option<&str>, xdg: Option<&str>, home: Option<&str>) -> StateEnvironment {
        StateEnvironment {
            state: state.map(PathBuf::from),
            xdg_state_home: xdg.map(PathBuf::from),
            home: home.map(PathBuf::from),
        }
    }

    #[test]
    fn the_nearest_word_says_where_it_is() {
        let all = environment(Some("/variable"), Some("/xdg"), Some("/home/me"));
        assert_eq!(located(Some("/given"), Some("/project"), &all), Path::new("/given"));
        assert_eq!(located(None, Some("/project"), &all), Path::new("/variable"));
        let all = environment(None, Some("/xdg"), Some("/home/me"));
        assert_eq!(located(None, Some("/project"), &all), Path::new("/project/.pianoroll"));
        assert_eq!(located(None, None, &all), Path::new("/xdg/pianoroll"));
        let relative = environment(None, Some("xdg"), Some("/home/me"));
        assert_eq!(located(None, None, &relative), Path::new("/home/me/.local/state/pianoroll"));
        let here = std::env::current_dir().unwrap();
        assert_eq!(located(Some("state"), None, &all), here.join("state"));
        let nothing = StateFolder::locate(None, None, &environment(None, Some("xdg"), None));
        assert_eq!(nothing, Err(StateFolderError::NoPlace));
    }

    #[test]
    fn an_owner_is_seen_while_it_lives() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("state");
        let folder = StateFolder::locate(Some(&path), None, &StateEnvironment::default()).unwrap();
        assert!(!folder.exists() && !folder.is_owned());
        std::fs::create_dir(&path).unwrap();
        assert!(folder.exists() && !folder.is_owned());
        let lock = File::create(path.join(LOCK_NAME)).unwrap();
        assert!(!folder.is_owned());
        lock.lock().unwrap();
        assert!(folder.is_owned());
        drop(lock);
        assert!(!folder.is_owned());
    }
}
