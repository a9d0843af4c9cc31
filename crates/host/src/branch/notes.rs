//! What a program says: log lines and problems, each said once however often a replay repeats it.

use std::sync::atomic::Ordering;

use pianoroll_journal::{JournalError, Note, NoteKind};
use serde_json::Value;

use super::Branch;
use crate::observer::{Level, Place};
use crate::summary::{LINE_BYTES, LOGGED_LINES, Problem};

impl Branch {
    /// Logs a line. The first [`LOGGED_LINES`] of a run are handed on, each up to [`LINE_BYTES`]; what comes after them is
    /// counted, in [`Summary::unlogged`](crate::Summary::unlogged), and the run goes on. A line that an earlier attempt has
    /// logged is not logged again.
    pub async fn log(&self, level: Level, text: &str, place: Option<&Place>) {
        let Some(number) = self.new_note() else { return };
        let host = &self.host;
        let line = host.logged.fetch_add(1, Ordering::Relaxed);
        if line > LOGGED_LINES {
            return;
        }
        let (level, text) = match text.get(..text.floor_char_boundary(LINE_BYTES)) {
            _ if line == LOGGED_LINES => {
                let told = "lines were logged: what comes now is counted, and not shown";
                (Level::Warn, format!("{LOGGED_LINES} {told}"))
            }
            Some(start) if start.len() < text.len() => {
                let more = text.len() - start.len();
                (level, format!("{start}… (and {more} bytes more)"))
            }
            _ => (level, text.to_owned()),
        };
        host.settings.observer.log(level, &text, place);
        // A journal that takes nothing more ends the run at its next call; a line is no reason to end it before.
        let _ = self.keep(number, NoteKind::Log, level, text, Value::Null, place).await;
    }

    /// Reports something worth a person's look. The run goes on, and ends as completed with problems.
    pub async fn problem(&self, text: &str, details: Value, place: Option<&Place>) {
        let Some(number) = self.new_note() else { return };
        let problem = Problem::new(text, details);
        let kept = self.host.problems().add(problem.clone());
        // Outside of the lock: an observer may take its time.
        if kept {
            self.host.settings.observer.problem(&problem);
        }
        let Problem { text, details, .. } = problem;
        // As for a line: the next call ends the run.
        let _ = self.keep(number, NoteKind::Problem, Level::Warn, text, details, place).await;
    }

    /// The number of the next note of this branch; nothing where an earlier attempt has said it.
    fn new_note(&self) -> Option<u64> {
        let number = self.line.notes.fetch_add(1, Ordering::Relaxed) + 1;
        let attempt = self.host.attempt();
        attempt.is_none_or(|attempt| attempt.is_new(self.line.branch, number)).then_some(number)
    }

    /// Writes a note, where a journal records the run.
    pub(super) async fn keep(
        &self,
        number: u64,
        kind: NoteKind,
        level: Level,
        text: String,
        details: Value,
        place: Option<&Place>,
    ) -> Result<(), JournalError> {
        let Some(attempt) = self.host.attempt() else { return Ok(()) };
        let note = Note {
            branch: self.line.branch,
            number,
            kind,
            level: level.as_str().to_owned(),
            text,
            details,
            place: place.map(ToString::to_string),
            at: self.host.clock().now(),
            attempt: attempt.number(),
        };
        attempt.note(note).await
    }
}
