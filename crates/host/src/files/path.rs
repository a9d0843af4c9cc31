//! The paths that programs may name.

use std::fmt;

use super::error::FileCause;

/// A path inside the folder of a run, with `/` between its parts: it has no `..`, begins at the folder, and names nothing
/// hidden. What it says means the same on every system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePath(String);

/// The most bytes of a part: file systems take 255, and a temporary name needs some of them.
const MOST_PART: usize = 200;

/// The most bytes of a path.
const MOST_PATH: usize = 1000;

/// What is no name on one system or another.
const SPECIAL: [char; 8] = ['\\', ':', '*', '?', '"', '<', '>', '|'];

/// What programs never write: what runs, and what says how.
const NEVER_WRITTEN: [&str; 3] = [".rhai", ".toml", ".lock"];

impl FilePath {
    /// Checks a path as a program wrote it. A `./` before it is fine.
    ///
    /// # Errors
    /// The rule that it breaks, and what is allowed.
    pub fn parse(text: &str) -> Result<Self, FileCause> {
        let refuse = |rule: &str| Err(FileCause::Refused(rule.to_owned()));
        let text = text.strip_prefix("./").unwrap_or(text);
        if text.is_empty() {
            return refuse("a path names a file, such as `data/prices.csv`");
        }
        let drive = text.as_bytes().get(1) == Some(&b':');
        if text.starts_with(['/', '\\', '~']) || drive {
            return refuse("a path begins at the project's folder, such as `data/prices.csv`");
        }
        if text.len() > MOST_PATH {
            return refuse("the path is too long: over 1000 bytes");
        }
        for part in text.split('/') {
            if part == ".." {
                return refuse("a path stays inside the project's folder, so it has no `..`");
            }
            if part.is_empty() || part == "." {
                return refuse(
                    "between two `/` stands a folder's name, and behind the last a file's",
                );
            }
            if part.starts_with('.') {
                return refuse("what begins with a dot is hidden from programs");
            }
            if part.contains('\\') {
                return refuse("write `/` between folders, not `\\`");
            }
            if part.contains(|c: char| SPECIAL.contains(&c) || c.is_control()) {
                return refuse(
                    "names have no `: * ? \" < > |` and no control characters: not every system takes them",
                );
            }
            if part.ends_with(['.', ' ']) || part.starts_with(' ') {
                return refuse("names neither begin with a space nor end with a space or a dot");
            }
            if part.len() > MOST_PART {
                return refuse("a name is too long: over 200 bytes");
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The file's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// The folder that it is in; nothing for the run's own.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(folder, _)| folder)
    }

    /// The same for all spellings that some system takes for one file.
    pub(super) fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether it may be written at all.
    pub(super) fn check_writable(&self) -> Result<(), FileCause> {
        let key = self.key();
        match NEVER_WRITTEN.iter().find(|ending| key.ends_with(*ending)) {
            Some(ending) => Err(FileCause::Refused(format!(
                "programs write no `{ending}` files: those say what runs"
            ))),
            None => Ok(()),
        }
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
