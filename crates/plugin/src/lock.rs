//! `pianoroll.lock`: which plugins a project has, from whom, and what they were granted.
//!
//! It lies in the project's folder and is kept with its scripts. Only pianoroll writes it: each entry has a seal, so that a grant that
//! was written by hand, or by a merge of two branches, is noticed. A seal keeps nobody out who means to get in.

mod error;
mod file;
mod read;
mod seal;
mod write;

use std::path::Path;

use semver::Version;

use crate::digest::Digest;
use crate::manifest::{Grants, file_name};
use crate::signature::PublicKey;

pub use error::{LockError, LockMistake, NotInstalled};
pub(crate) use file::{Guard, write_file};

/// The file's name in the project's folder.
pub const LOCK_FILE: &str = "pianoroll.lock";

/// The folder of packages in the project's folder.
pub const PACKAGES: &str = "plugins";

/// The plugins of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    plugins: Vec<Installed>,
    known: Vec<Known>,
}

/// A plugin that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The digest of its package.
    pub digest: Digest,
    /// Whose signature its package has.
    pub signer: Option<PublicKey>,
    /// What it was granted.
    pub grants: Grants,
    /// Whether the entry is not as pianoroll has written it.
    pub edited: bool,
}

impl Installed {
    /// The file of its package, from the project's folder.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{PACKAGES}/{}", file_name(&self.name, &self.version))
    }

    /// `win-back@1.0.0`
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// What is remembered of a plugin that is or was installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// The key that its packages are signed with; none where they are not.
    pub signer: Option<PublicKey>,
    /// The newest version that was ever installed.
    pub newest: Version,
    /// Whether the entry is not as pianoroll has written it.
    pub edited: bool,
}

impl Lock {
    /// Reads the lock of a project; empty where there is none.
    ///
    /// # Errors
    /// It cannot be read, or is none.
    pub fn read(folder: &Path) -> Result<Self, LockError> {
        file::read(folder)
    }

    /// Reads the text of a lock. `file` is only shown. An entry whose seal is broken is marked as edited, so that the others can
    /// be used.
    ///
    /// # Errors
    /// Every mistake, with its place; of what is no such TOML at all the first.
    pub fn parse(text: &str, file: &Path) -> Result<Self, LockError> {
        read::read(text, file)
    }

    /// The text of it: the same plugins make the same text.
    #[must_use]
    pub fn to_text(&self) -> String {
        write::write(self)
    }

    /// What is installed, by name and version.
    #[must_use]
    pub fn plugins(&self) -> &[Installed] {
        &self.plugins
    }

    /// What is remembered, by name.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// The installed versions of a plugin, the oldest first.
    pub fn versions(&self, name: &str) -> impl DoubleEndedIterator<Item = &Installed> {
        self.plugins.iter().filter(move |plugin| plugin.name == name)
    }

    /// The plugin of a name: in a version, or the newest one that is installed.
    ///
    /// # Errors
    /// There is none; what there is instead.
    pub fn find(&self, name: &str, version: Option<&Version>) -> Result<&Installed, NotInstalled> {
        let mut versions = self.versions(name);
        let found = match version {
            Some(version) => versions.find(|plugin| plugin.version == *version),
            None => versions.next_back(),
        };
        found.ok_or_else(|| NotInstalled::new(self, name, version))
    }

    /// What is remembered of a name.
    #[must_use]
    pub fn known_as(&self, name: &str) -> Option<&Known> {
        self.known.iter().find(|known| known.name == name)
    }

    /// Puts an entry in, in place of the one of the same name and version.
    pub(crate) fn put(&mut self, plugin: Installed) {
        self.take(&plugin.name, &plugin.version);
        self.plugins.push(plugin);
        self.sort();
    }

    /// Takes an entry out.
    pub(crate) fn take(&mut self, name: &str, version: &Version) -> Option<Installed> {
        let is = |plugin: &Installed| plugin.name == name && plugin.version == *version;
        let index = self.plugins.iter().position(is)?;
        Some(self.plugins.remove(index))
    }

    /// Remembers, in place of what was remembered of the same name.
    pub(crate) fn remember(&mut self, known: Known) {
        self.known.retain(|other| other.name != known.name);
        self.known.push(known);
        self.sort();
    }

    fn sort(&mut self) {
        self.plugins
            .sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
        self.known.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

#[cfg(test)]
pub(crate) mod tests;
