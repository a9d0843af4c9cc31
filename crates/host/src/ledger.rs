//! Stops 6 and 8: what a run has done, in memory. The intent of an effect is written before it is sent, its answer after.
//!
//! Reads leave no entry, and answers are never kept: the ledger says what was done, not what was seen. It stays small however
//! long the run: the counts are exact, all entries without an answer are kept, and of the others the newest
//! [`KEPT_ENTRIES`].

use std::borrow::Cow;
use std::collections::VecDeque;

use pianoroll_gateway::{Effort, Settlement};
use pianoroll_model::{Effect, Position};
use serde::Serialize;

/// How many answered entries are kept in full, the newest. At some 200 bytes each they stay within two megabytes.
pub const KEPT_ENTRIES: usize = 10_000;

/// One effect of a run.
#[derive(Clone, Debug, Serialize)]
pub struct LedgerEntry {
    /// Which effect of the run, from 1, in the order of sending.
    pub number: u64,
    /// Where in the run.
    pub position: Position,
    /// The operation, or method and path of a request that is none.
    pub operation: Cow<'static, str>,
    /// What it does.
    pub effect: Effect,
    /// The name of the run's other account that it is done in; none for the run's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Box<str>>,
    /// What it is done to: the ids of the path, or the id in the body. Shortened.
    pub target: Box<str>,
    /// How many items of a list it carries; 0 where it carries none.
    pub items: u64,
    /// How far it is.
    #[serde(flatten)]
    pub state: EntryState,
    /// Requests it took, so far as the answer is there.
    pub requests: u32,
}

/// How far an effect is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum EntryState {
    /// On its way. What is left like this when a run ends has an unknown outcome.
    Sent,
    /// It happened.
    Done {
        /// The HTTP status.
        status: u16,
        /// How that is known.
        settlement: Settlement,
    },
    /// It did not happen.
    Failed {
        /// The HTTP status, where there was an answer.
        status: Option<u16>,
        /// Why, shortened.
        reason: Box<str>,
    },
    /// It may have happened.
    Unknown {
        /// The HTTP status, where there was an answer.
        status: Option<u16>,
        /// Why nobody knows, shortened.
        reason: Box<str>,
    },
}

/// The effects of a run by how they ended. Exact, however many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerCounts {
    /// Sent, and not answered yet.
    pub open: u64,
    /// Happened.
    pub done: u64,
    /// Did not happen.
    pub failed: u64,
    /// May have happened.
    pub unknown: u64,
}

/// The ledger of one run as it stands.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ledger {
    /// How the effects ended.
    pub counts: LedgerCounts,
    /// The entries that are kept, in the order of sending.
    pub entries: Vec<LedgerEntry>,
    /// How many older entries are counted and no longer kept.
    pub dropped: u64,
}

/// What an intent says before it has a number.
pub(crate) struct Intent {
    pub(crate) position: Position,
    pub(crate) operation: Cow<'static, str>,
    pub(crate) effect: Effect,
    pub(crate) account: Option<Box<str>>,
    pub(crate) target: String,
    pub(crate) items: u64,
}

/// The ledger while it is written.
#[derive(Debug, Default)]
pub(crate) struct Book {
    counts: LedgerCounts,
    last: u64,
    // As many as calls are in flight, so a search is short.
    open: Vec<LedgerEntry>,
    closed: VecDeque<LedgerEntry>,
    dropped: u64,
}

impl Book {
    pub(crate) fn intend(&mut self, intent: Intent) -> LedgerEntry {
        self.last += 1;
        let entry = LedgerEntry {
            number: self.last,
            position: intent.position,
            operation: intent.operation,
            effect: intent.effect,
            account: intent.account,
            target: shortened(&intent.target),
            items: intent.items,
            state: EntryState::Sent,
            requests: 0,
        };
        self.counts.open += 1;
        self.open.push(entry.clone());
        entry
    }

    /// Writes the answer beside an intent. An entry is answered once.
    pub(crate) fn answer(
        &mut self,
        mut entry: LedgerEntry,
        state: EntryState,
        effort: Effort,
    ) -> LedgerEntry {
        let Some(index) = self.open.iter().position(|open| open.number == entry.number) else {
            return entry;
        };
        self.open.swap_remove(index);
        self.counts.open -= 1;
        match state {
            EntryState::Sent => self.counts.open += 1,
            EntryState::Done { .. } => self.counts.done += 1,
            EntryState::Failed { .. } => self.counts.failed += 1,
            EntryState::Unknown { .. } => self.counts.unknown += 1,
        }
        entry.state = state;
        entry.requests = effort.requests;
        if self.closed.len() == KEPT_ENTRIES {
            self.closed.pop_front();
            self.dropped += 1;
        }
        self.closed.push_back(entry.clone());
        entry
    }

    /// Strikes out the intent of an effect that was never sent.
    pub(crate) fn withdraw(&mut self, entry: &LedgerEntry) {
        let open = self.open.iter().position(|open| open.number == entry.number);
        if let Some(index) = open {
            self.open.swap_remove(index);
            self.counts.open -= 1;
        }
    }

    pub(crate) fn counts(&self) -> LedgerCounts {
        self.counts
    }

    pub(crate) fn ledger(&self) -> Ledger {
        let mut entries: Vec<LedgerEntry> = self.closed.iter().chain(&self.open).cloned().collect();
        entries.sort_unstable_by_key(|entry| entry.number);
        Ledger { counts: self.counts, entries, dropped: self.dropped }
    }
}

/// How many characters of a target or a reason are kept.
const KEPT_CHARACTERS: usize = 200;

pub(crate) fn shortened(text: &str) -> Box<str> {
    match text.char_indices().nth(KEPT_CHARACTERS) {
        None => text.into(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn intent(sequence: u64, target: &str) -> Intent {
        Intent {
            position: Position::new(None, sequence),
            operation: Cow::Borrowed("profiles.update"),
            effect: Effect::Write,
            account: None,
            target: target.to_owned(),
            items: 0,
        }
    }

    fn done() -> EntryState {
        EntryState::Done { status: 200, settlement: Settlement::Answered }
    }

    #[test]
    fn an_intent_stands_before_its_answer() {
        let mut book = Book::default();
        let first = book.intend(intent(1, "A"));
        let second = book.intend(intent(2, "B"));
        let third = book.intend(intent(3, "C"));
        book.answer(second, done(), Effort { requests: 2, ..Effort::default() });
        let failed = EntryState::Failed { status: Some(409), reason: "there already".into() };
        book.answer(third, failed, Effort::default());
        assert_eq!(first.state, EntryState::Sent);
        let lines: Vec<String> = book
            .ledger()
            .entries
            .iter()
            .map(|entry| serde_json::to_string(entry).unwrap())
            .collect();
        expect![[r#"
            {"number":1,"position":{"branch":null,"sequence":1,"part":1},"operation":"profiles.update","effect":"write","target":"A","items":0,"state":"sent","requests":0}
            {"number":2,"position":{"branch":null,"sequence":2,"part":1},"operation":"profiles.update","effect":"write","target":"B","items":0,"state":"done","status":200,"settlement":"answered","requests":2}
            {"number":3,"position":{"branch":null,"sequence":3,"part":1},"operation":"profiles.update","effect":"write","target":"C","items":0,"state":"failed","status":409,"reason":"there already","requests":0}"#]]
        .assert_eq(&lines.join("\n"));
        assert_eq!(book.counts(), LedgerCounts { open: 1, done: 1, failed: 1, unknown: 0 });
    }

    #[test]
    fn a_million_effects_are_counted_and_the_newest_kept() {
        let mut book = Book::default();
        let open = book.intend(intent(1, "open"));
        for sequence in 2..=1_000_000 {
            let entry = book.intend(intent(sequence, "x"));
            book.answer(entry, done(), Effort::default());
        }
        let ledger = book.ledger();
        assert_eq!(ledger.counts, LedgerCounts { open: 1, done: 999_999, failed: 0, unknown: 0 });
        assert_eq!(ledger.entries.len(), KEPT_ENTRIES + 1);
        assert_eq!(ledger.dropped, 999_999 - KEPT_ENTRIES as u64);
        // What has no answer is never dropped.
        assert_eq!(ledger.entries[0].number, open.number);
        assert_eq!(ledger.entries.last().unwrap().number, 1_000_000);
    }

    #[test]
    fn long_texts_are_shortened_between_characters() {
        let text = "ü".repeat(300);
        assert_eq!(shortened(&text).chars().count(), 201);
        assert_eq!(&*shortened("short"), "short");
    }
}
