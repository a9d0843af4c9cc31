//! The scripts that the tests of a file run, each read and compiled once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pianoroll_script::Script;

use crate::failure::Failure;
use crate::library::ProjectLibrary;
use crate::source::read;

/// Scripts by their paths.
#[derive(Debug)]
pub(crate) struct Scripts {
    folder: PathBuf,
    compiled: Mutex<BTreeMap<String, Script>>,
}

impl Scripts {
    /// Scripts whose paths are relative to a folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), compiled: Mutex::default() }
    }

    /// The script at a path.
    pub(crate) fn get(&self, path: &str) -> Result<Script, Failure> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(script) = compiled.get(path) {
            return Ok(script.clone());
        }
        let file = self.folder.join(path);
        let source = read(&file)?;
        let library = ProjectLibrary::beside(&file);
        let script = Script::compile_with(&source, &file.to_string_lossy(), &library)
            .map_err(|error| Failure::input(format!("the script does not compile\n{error}")))?;
        compiled.insert(path.to_owned(), script.clone());
        Ok(script)
    }
}
