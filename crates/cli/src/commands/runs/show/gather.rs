//! What is shown of a run, gathered piece by piece: a run may have more entries than fit into memory.

use pianoroll_journal::{
    AttemptRecord, Backend, Entry, EntryKind, JournalError, Note, NoteKind, RunRecord,
};
use serde_json::Value;

use super::calls::Calls;
use crate::commands::runs::standing::Standing;

/// How many entries are read at once, and how many bytes of them.
const CHUNK: u32 = 1000;
const CHUNK_BYTES: usize = 4 << 20;

/// How many things that are no calls are listed of each kind.
const LISTED: usize = 10;

/// How many problems are listed.
const PROBLEMS: usize = 10;

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
    /// The first problems, and how many there are.
    pub(super) problems: Vec<Note>,
    pub(super) problem_count: u64,
    pub(super) log_lines: u64,
}

/// Entries of a kind that are no calls.
#[derive(Debug, Default)]
pub(super) struct Things {
    pub(super) count: u64,
    /// Position and name of the first ones.
    pub(super) first: Vec<(String, String)>,
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
    let mut words: Vec<String> = [&intent.name, &intent.target]
        .into_iter()
        .filter(|word| !word.is_empty())
        .cloned()
        .collect();
    // A wait is recorded with the moment until which it waits.
    if intent.kind == EntryKind::Wait {
        let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
        let answered = entry.answer.as_ref().and_then(|answer| value(&answer.body));
        if let Some(Value::String(until)) = answered.or_else(|| value(&intent.arguments)) {
            words.push(format!("until {until}"));
        }
    }
    words.dedup();
    words.join("  ")
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
        problems: Vec::new(),
        problem_count: 0,
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
            NoteKind::Problem => {
                shown.problem_count += 1;
                if shown.problems.len() < PROBLEMS {
                    shown.problems.push(note);
                }
            }
        }
    }
    Ok(shown)
}
