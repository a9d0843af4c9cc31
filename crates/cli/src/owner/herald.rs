//! What a run tells its host's observer becomes what an audience hears.

use std::sync::Arc;

use pianoroll_host::ledger::{EntryState, LedgerEntry};
use pianoroll_host::{Level, Observer, Place, Problem};
use pianoroll_server::{Audience, Event};
use serde_json::Value;

use crate::confirm::{self, Confirm};

/// Tells an audience of a run, and asks it on a live connection.
pub(super) struct Herald {
    pub(super) audience: Arc<dyn Audience>,
    pub(super) confirm: Option<Confirm>,
    /// Whether effects are told on any account, and not only on a live one.
    pub(super) tells_effects: bool,
}

impl Observer for Herald {
    fn log(&self, level: Level, text: &str, place: Option<&Place>) {
        let (level, text) = (level.as_str().to_owned(), text.to_owned());
        self.audience.hear(Event::Log { level, text, place: place.map(ToString::to_string) });
    }

    fn progress(&self, done: u64, total: Option<u64>) {
        self.audience.hear(Event::Progress { done, total });
    }

    fn call(&self, calls: u64) {
        self.audience.hear(Event::Call { calls });
    }

    fn effect(&self, entry: &LedgerEntry) {
        if entry.state != EntryState::Sent {
            return;
        }
        let line = match &self.confirm {
            Some(confirm) => confirm.effect(entry, &*self.audience),
            None => self.tells_effects.then(|| confirm::line(entry)),
        };
        self.audience.hear(Event::Effect { number: entry.number, line });
    }

    fn problem(&self, problem: &Problem) {
        self.audience.hear(Event::Problem { text: problem.text.clone() });
    }

    fn notify(&self, text: &str, _details: &Value) {
        // Whoever looks on reads what it is; the details go to those who do not.
        self.audience.hear(Event::Notify { text: text.to_owned() });
    }
}
