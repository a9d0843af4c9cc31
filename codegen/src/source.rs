//! The files of a spec, held in memory, and places within them.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Files by their name, `klaviyo/profiles.toml`, with `/` on every system. Ordered, so that output never depends on the
/// file system.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads the TOML files of a spec folder's apps and the JSON files beside them.
    ///
    /// # Errors
    /// A folder or file that cannot be read, or is not UTF-8.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut tree = Self::default();
        tree.read_folder(folder, "")?;
        Ok(tree)
    }

    /// A tree of these files; for tests.
    #[must_use]
    pub fn of<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        Self { files: files.into_iter().map(owned).collect() }
    }

    /// A file's text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, name: &str, text: &str) {
        self.files.insert(name.to_owned(), text.to_owned());
    }

    /// The names of all files, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        let at = |path: &Path, error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        };
        for entry in std::fs::read_dir(folder).map_err(|error| at(folder, error))? {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let shown = format!("{prefix}{name}");
            let wanted = path.extension().is_some_and(|it| it == "toml" || it == "json");
            if path.is_dir() {
                self.read_folder(&path, &format!("{shown}/"))?;
            } else if wanted && !prefix.is_empty() {
                let text = std::fs::read_to_string(&path).map_err(|error| at(&path, error))?;
                self.files.insert(shown, text);
            }
        }
        Ok(())
    }
}

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The file's name in the tree.
    pub(crate) file: String,
    /// The first byte.
    pub(crate) start: usize,
    /// Behind the last byte.
    pub(crate) end: usize,
}

impl Place {
    /// A part of this place, in bytes from its start.
    pub(crate) fn part(&self, start: usize, length: usize) -> Place {
        let start = self.start + start;
        Place { file: self.file.clone(), start, end: start + length }
    }
}

/// A value and where it is written.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl At<String> {
    pub(crate) fn as_str(&self) -> &str {
        &self.value
    }

    /// The words of the text, each with its place. Exact where the text is written without escapes.
    pub(crate) fn words(&self) -> impl Iterator<Item = At<&str>> {
        self.value.split_whitespace().map(|word| {
            let start = word.as_ptr() as usize - self.value.as_ptr() as usize;
            At { value: word, place: self.place.part(1 + start, word.len()) }
        })
    }
}

/// Line and column of a byte, both from 1; columns count characters.
pub(crate) fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
