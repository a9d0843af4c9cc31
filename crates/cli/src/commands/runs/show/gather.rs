//! What is shown of a run, gathered piece by piece: a run may have more entries than fit into memory.

use std::time::Duration;

use pianoroll_journal::{
    AttemptRecord, Backend, Entry, EntryKind, JournalError, Note, NoteKind, RunRecord,
};
use serde_json::Value;

use super::calls::Calls;
use crate::commands::runs::standing::Standing;
use crate::moments;
use crate::numbers::duration;

/// How many entries are read at once, and how many bytes of them.
const CHUNK: u32 = 1000;
const CHUNK_BYTES: usize = 4 << 20;

/// How many things that are no calls are listed of each kind.
const LISTED: usize = 10;

/// How many notes of a kind are listed.
const NOTES: usize = 10;

/// A run, as far as it is shown.
pub(super) struct Shown {
    pub(super) run: RunRecord,
    pub(super) standing: Standing,
    pub(super) attempts: Vec<AttemptRecord>,
    pub(super) calls: Calls,
    pub(super) checkpoints: Things,
    pub(super) waits: Things,
    pub(super) files: Things,
    pub(super) state: Things,
    pub(super) problems: Said,
    /// What the operator was told.
    pub(super) notifications: Said,
    pub(super) log_lines: u64,
}

/// Entries of a kind that are no calls.
#[derive(Debug, Default)]
pub(super) struct Things {
    pub(super) count: u64,
    /// Position and name of the first ones.
    pub(super) first: Vec<(String, String)>,
}

/// Notes of a kind.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) count: u64,
    /// The first ones.
    pub(super) first: Vec<Note>,
}

impl Said {
    fn add(&mut self, note: Note) {
        self.count += 1;
        if self.first.len() < NOTES {
            self.first.push(note);
        }
    }
}

impl Things {
    fn add(&mut self, entry: &Entry) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push((entry.intent.position.to_string(), words(entry)));
        }
    }
}

/// What an entry that is no call is about.
fn words(entry: &Entry) -> String {
    let intent = &entry.intent;
    let what = match (intent.kind, &intent.arguments[..]) {
        (EntryKind::Wait, _) => return wait(entry),
        (EntryKind::State, b"") => "  read",
        (EntryKind::State, b"null") => "  taken away",
        (EntryKind::State, _) => "  set",
        (EntryKind::File, br#""exists""#) => "  looked for",
        (EntryKind::File, _) => "  read",
        _ => "",
    };
    format!("{}{what}", intent.name)
}

/// How long a wait is, and until when: that is deleted when the run has finished.
fn wait(entry: &Entry) -> String {
    let asked = serde_json::from_slice::<Value>(&entry.intent.arguments).ok();
    let seconds = asked.and_then(|asked| asked.get("seconds")?.as_f64());
    let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let until = entry.answer.as_ref().and_then(|answer| std::str::from_utf8(&answer.body).ok());
    let until = until.and_then(|until| until.parse().ok());
    let mut words = seconds.map(duration).unwrap_or_default();
    if let Some(until) = until {
        words.push_str(&format!(", until {}", moments::whole(until)));
    }
    words
}

pub(super) async fn gather(
    backend: &dyn Backend,
    run: RunRecord,
    standing: Standing,
    most: usize,
) -> Result<Shown, JournalError> {
    let id = run.new.id.clone();
    let attempts = backend.attempts(&id).await?;
    let mut shown = Shown {
        run,
        standing,
        attempts,
        calls: Calls::new(most),
        checkpoints: Things::default(),
        waits: Things::default(),
        files: Things::default(),
        state: Things::default(),
        problems: Said::default(),
        notifications: Said::default(),
        log_lines: 0,
    };
    let mut from = 1;
    loop {
        let chunk = backend.entries(&id, from, CHUNK, CHUNK_BYTES).await?;
        let Some(last) = chunk.last() else { break };
        from = last.number + 1;
        for entry in &chunk {
            match entry.intent.kind {
                EntryKind::Call => shown.calls.add(entry),
                EntryKind::Checkpoint => shown.checkpoints.add(entry),
                EntryKind::Wait => shown.waits.add(entry),
                EntryKind::File => shown.files.add(entry),
                EntryKind::State => shown.state.add(entry),
                // Readings of the clock tell a person nothing.
                EntryKind::Clock => {}
            }
        }
    }
    for note in backend.notes(&id).await? {
        match note.kind {
            NoteKind::Log => shown.log_lines += 1,
            NoteKind::Problem => shown.problems.add(note),
            NoteKind::Notify => shown.notifications.add(note),
        }
    }
    Ok(shown)
}
