//! The project file among the files that are checked.

use std::path::PathBuf;

use jiff::Timestamp;
use pianoroll_runtime::project::{Mistake, Project, ProjectError, shown};
use pianoroll_script::{Diagnostic, Severity};

use super::due::{self, Due};
use super::{Checked, File, Kind, automations};
use crate::source;

/// A project file that was read.
pub(super) struct ProjectFile {
    file: File,
    /// As it may be shown: without what may be a key.
    text: String,
    project: Result<Project, Vec<Diagnostic>>,
}

impl ProjectFile {
    pub(super) fn read(file: File) -> Self {
        let (text, project) = match source::read(&file.path) {
            Ok(text) => (shown(&text), Project::parse(&text, &file.path).map_err(mistakes)),
            Err(failure) => {
                let unreadable = Diagnostic::unreadable(format!("{:#}", failure.error));
                (String::new(), Err(vec![unreadable]))
            }
        };
        Self { file, text, project }
    }

    /// The files that its automations run.
    pub(super) fn programs(&self) -> Vec<PathBuf> {
        self.project.as_ref().map(automations::programs).unwrap_or_default()
    }

    /// When its automations are due next.
    pub(super) fn due(&self, now: Timestamp) -> Vec<Due> {
        self.project.as_ref().map(|project| due::due(project, now)).unwrap_or_default()
    }

    /// What is wrong with it: by itself, or beside the programs that it names.
    pub(super) fn check(self, checked: &[Checked]) -> Checked {
        let diagnostics = match &self.project {
            Ok(project) => automations::check(project, &self.text, checked),
            Err(mistakes) => mistakes.clone(),
        };
        Checked::new(Kind::Project, self.file, self.text, diagnostics)
    }
}

fn mistakes(error: ProjectError) -> Vec<Diagnostic> {
    let told = |Mistake { line, column, message, hint, length }| Diagnostic {
        severity: Severity::Error,
        code: "project",
        message,
        at: Some((line, column)),
        width: length,
        hint,
    };
    match error {
        ProjectError::Mistakes { mistakes, .. } => mistakes.into_iter().map(told).collect(),
        other => vec![Diagnostic::unreadable(format!("{:#}", anyhow::Error::from(other)))],
    }
}
