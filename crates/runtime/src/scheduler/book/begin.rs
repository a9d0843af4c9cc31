//! What starts now: whether it is too late for it, and whether another run is in the way.

use jiff::Timestamp;
use pianoroll_journal::{Fate, Occurrence};
use pianoroll_model::RunId;

use super::change::BY_HAND;
use super::{Begin, Book, Turn, settled};
use crate::schedule::Overlap;
use crate::scheduler::decide::{self, GRACE};
use crate::scheduler::entry::{Entry, Stage};

/// What becomes of an occurrence that starts.
enum Start {
    Begins,
    Queues { cancels: bool },
    Ends(Fate, String),
}

impl Book {
    pub(super) fn begin_what_starts(&mut self, now: Timestamp, turn: &mut Turn) {
        while let Some((starts, due, name)) = self.starts.first().cloned()
            && starts <= now
        {
            self.starts.pop_first();
            let Some(entry) = self.entries.get_mut(&name) else { continue };
            let is_away = begin(entry, due, now, turn);
            // What came to nothing makes way for the next one.
            if is_away && let Some(next) = entry.look_at_first_queued() {
                self.starts.insert((next.from, next.occurrence.due, name));
            }
        }
    }
}

/// Begins one, where it can; answers whether it has come to nothing.
fn begin(entry: &mut Entry, due: Timestamp, now: Timestamp, turn: &mut Turn) -> bool {
    let start = match entry.waiting.get(&due) {
        Some(waits) if waits.stage == Stage::Starts => start(entry, &waits.occurrence, now),
        _ => return false,
    };
    let Some(waits) = entry.waiting.get_mut(&due) else { return false };
    let occurrence = &mut waits.occurrence;
    match start {
        Start::Begins => {
            waits.stage = Stage::Beginning;
            turn.begin.push(Begin {
                schedule: entry.record.name.clone(),
                automation: entry.record.automation.clone(),
                connection: entry.record.connection.clone(),
                due,
                starts: occurrence.starts,
            });
        }
        Start::Queues { cancels } => {
            waits.stage = Stage::Queued;
            if cancels {
                turn.cancel.extend(entry.open.iter().cloned());
            }
            if occurrence.reason.is_empty() {
                occurrence.reason = queued(entry.open.iter().next());
                let (reason, decided) = (occurrence.reason.clone(), occurrence.decided);
                turn.keeps.push(settled(occurrence, Fate::Waiting, reason, decided));
            }
        }
        Start::Ends(fate, reason) => {
            turn.keeps.push(settled(occurrence, fate, reason, now));
            entry.waiting.remove(&due);
            return true;
        }
    }
    false
}

fn start(entry: &Entry, occurrence: &Occurrence, now: Timestamp) -> Start {
    let late = now.duration_since(occurrence.starts);
    // What waits for a reason of its own is not late.
    if occurrence.reason.is_empty() && late > decide::patience(&entry.definition) {
        return Start::Ends(Fate::Missed, decide::too_late(late, &entry.definition));
    }
    // Looked for only where nothing else is in the way: thousands may wait.
    let begun = || entry.waiting.values().any(|waits| waits.stage == Stage::Beginning);
    if entry.open.is_empty() && !begun() {
        return Start::Begins;
    }
    // What was caught up or filled in runs one after the other: that one of them is under way is no reason to leave the next out.
    let was_late = occurrence.decided.duration_since(occurrence.due) > GRACE;
    let is_one_of_many = was_late || occurrence.reason == BY_HAND;
    match entry.definition.overlap {
        Overlap::Allow => Start::Begins,
        Overlap::Skip | Overlap::CancelOther if is_one_of_many => Start::Queues { cancels: false },
        Overlap::Skip => {
            let reason = match entry.open.iter().next() {
                Some(run) => format!("run {run} was under way"),
                None => "another run was about to begin".to_owned(),
            };
            Start::Ends(Fate::Skipped, reason)
        }
        Overlap::Queue => Start::Queues { cancels: false },
        Overlap::CancelOther => Start::Queues { cancels: true },
    }
}

fn queued(behind: Option<&RunId>) -> String {
    match behind {
        Some(run) => format!("queued behind run {run}"),
        None => "queued behind a run that was about to begin".to_owned(),
    }
}
