//! Which API the simulator plays, and calls that work there.

use pianoroll_model::Revision;

use crate::operation::{App, Operation};

/// Which API the simulator plays (design section 11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Documented and official forms.
    #[default]
    Documented,
    /// The official API at the default revision.
    Strict,
    /// What the default revision is served as now.
    Today,
}

impl Mode {
    /// All modes.
    pub const ALL: [Mode; 3] = [Mode::Documented, Mode::Strict, Mode::Today];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Documented => "documented",
            Mode::Strict => "strict",
            Mode::Today => "today",
        }
    }

    /// The revision that it serves an app at.
    #[must_use]
    pub fn revision(self, app: &App) -> Option<Revision> {
        match self {
            Mode::Documented | Mode::Strict => app.revisions.first().copied(),
            Mode::Today => app.revisions.get(1).or(app.revisions.first()).copied(),
        }
    }

    /// Whether it has an operation.
    #[must_use]
    pub fn has(self, operation: &Operation) -> bool {
        if self == Mode::Documented && operation.documented.is_some() {
            return true;
        }
        operation.documented_only.is_none()
            && operation.since.is_none_or(|since| self.revision(operation.app) >= Some(since))
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Mode::ALL.into_iter().find(|mode| mode.as_str() == text);
        found.ok_or_else(|| {
            format!("`{text}` is not a mode; the modes are documented, strict and today")
        })
    }
}

/// A call that works against the simulator's data.
#[derive(Debug)]
pub struct Example {
    /// The ids of the path.
    pub args: &'static [&'static str],
    /// The options as a JSON object.
    pub options: &'static str,
    /// The body as JSON.
    pub body: Option<&'static str>,
    /// The answer that the document shows, as JSON.
    pub answer: Option<&'static str>,
    /// The simulator modes in which it succeeds.
    pub modes: &'static [Mode],
}
