//! The libraries of a project's folder `lib`, as scripts ask for them.

use std::path::Path;

use pianoroll_runtime::project::{Libraries, Project};
use pianoroll_script::{Library, LibrarySource};

use crate::environment::Environment;

/// Where `import` looks.
pub(crate) struct ProjectLibrary(Libraries);

impl ProjectLibrary {
    /// `lib` in the project's folder; in the current one, where there is no project file.
    pub(crate) fn new(project: &Project, environment: &Environment) -> Self {
        Self::at(project.root().unwrap_or(&environment.folder), environment)
    }

    /// `lib` of the project that a script belongs to.
    pub(crate) fn beside(script: &Path) -> Self {
        let environment = Environment::read();
        let folder = environment.folder.join(script.parent().unwrap_or(Path::new("")));
        let file = Project::find_file(&folder);
        let root = file.as_deref().and_then(Path::parent).unwrap_or(&environment.folder);
        Self::at(root, &environment)
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
