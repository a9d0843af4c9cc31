//! The libraries of a project's folder `lib`, as scripts ask for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use pianoroll_runtime::project::{Libraries, Project};
use pianoroll_script::{Library, LibrarySource};

use crate::environment::Environment;

/// Where `import` looks.
pub(crate) struct ProjectLibrary(Libraries);

/// Where the `import`s of many files look, each project found once.
pub(crate) struct ProjectLibraries {
    environment: Environment,
    by_folder: Mutex<BTreeMap<PathBuf, Arc<ProjectLibrary>>>,
}

impl ProjectLibraries {
    pub(crate) fn new(environment: Environment) -> Self {
        Self { environment, by_folder: Mutex::default() }
    }

    /// `lib` of the project that a file belongs to.
    pub(crate) fn beside(&self, file: &Path) -> Arc<ProjectLibrary> {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let mut by_folder = self.by_folder.lock().unwrap_or_else(PoisonError::into_inner);
        let library = by_folder.entry(folder);
        library.or_insert_with(|| Arc::new(ProjectLibrary::of(file, &self.environment))).clone()
    }
}

impl ProjectLibrary {
    /// `lib` in the project's folder; in the current one, where there is no project file.
    pub(crate) fn new(project: &Project, environment: &Environment) -> Self {
        Self::at(project.root().unwrap_or(&environment.folder), environment)
    }

    /// `lib` of the project that a script belongs to.
    pub(crate) fn beside(script: &Path) -> Self {
        Self::of(script, &Environment::read())
    }

    fn of(script: &Path, environment: &Environment) -> Self {
        let folder = environment.folder.join(script.parent().unwrap_or(Path::new("")));
        let file = Project::find_file(&folder);
        let root = file.as_deref().and_then(Path::parent).unwrap_or(&environment.folder);
        Self::at(root, environment)
    }

    /// What stands behind `import` for a file that is a library here.
    pub(crate) fn name_of(&self, file: &Path) -> Option<String> {
        self.0.name_of(file)
    }

    fn at(root: &Path, environment: &Environment) -> Self {
        // As short as a person would write it from here.
        let shown = root.strip_prefix(&environment.folder).unwrap_or(root);
        Self(Libraries::new(root, shown))
    }
}

impl Library for ProjectLibrary {
    fn read(&self, name: &str) -> Result<LibrarySource, String> {
        let (path, text) = self.0.read(name)?;
        Ok(LibrarySource { path, text })
    }
}
