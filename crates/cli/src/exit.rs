//! The exit codes: the one table that `--help`, the README's test and the commands read.

use std::fmt::Write as _;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Completed,
    Failed,
    Input,
    Problems,
    Denied,
    Credential,
    UnknownOutcome,
    Cancelled,
}

impl Exit {
    pub(crate) const ALL: [Exit; 8] = [
        Exit::Completed,
        Exit::Failed,
        Exit::Input,
        Exit::Problems,
        Exit::Denied,
        Exit::Credential,
        Exit::UnknownOutcome,
        Exit::Cancelled,
    ];

    /// The number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Exit::Completed => 0,
            Exit::Failed => 1,
            Exit::Input => 2,
            Exit::Problems => 3,
            Exit::Denied => 4,
            Exit::Credential => 5,
            Exit::UnknownOutcome => 6,
            Exit::Cancelled => 130,
        }
    }

    /// The one of a number, as another process told it.
    pub(crate) fn from_code(code: u8) -> Self {
        Self::ALL.into_iter().find(|exit| exit.code() == code).unwrap_or(Exit::Failed)
    }

    /// How much there is to look at, among several runs: the gravest one is how the whole ended.
    pub(crate) const fn gravity(self) -> u8 {
        match self {
            Exit::Completed => 0,
            Exit::Problems => 1,
            Exit::Failed => 2,
            Exit::Input => 3,
            Exit::Credential => 4,
            Exit::Denied => 5,
            Exit::Cancelled => 6,
            Exit::UnknownOutcome => 7,
        }
    }

    /// What it means, as the help says it.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Exit::Completed => "completed",
            Exit::Failed => "failed: the program or the API",
            Exit::Input => {
                "usage or bad input: arguments, project file, script; nothing was changed"
            }
            Exit::Problems => "completed with problems",
            Exit::Denied => "permission denied, or a guardrail reached",
            Exit::Credential => "no key, a rejected key, no connection, or several and none chosen",
            Exit::UnknownOutcome => "unknown outcome: an effect was sent and its answer never seen",
            Exit::Cancelled => "cancelled",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// The table as the help shows it.
pub(crate) fn table() -> String {
    let mut text = String::from("Exit codes:\n");
    for exit in Exit::ALL {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "  {:>3}  {}", exit.code(), exit.meaning());
    }
    text
}

/// A command's own examples, and the table below them.
pub(crate) fn table_below(examples: &str) -> String {
    format!("{examples}\n\n{}", table())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_holds_the_table() {
        let readme =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"));
        let readme = readme.expect("the README is beside the crates");
        for exit in Exit::ALL {
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(readme.contains(&row), "the README's table of exit codes lacks:\n{row}");
        }
    }
}
