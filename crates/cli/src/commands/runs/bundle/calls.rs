//! The sequence of what a run did: what, when, how it ended and how large it was, and nothing of what it was about.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_journal::{Entry, EntryKind};
use serde_json::{Value, json};

use super::words::Words;

/// The entries that are listed: the first and the last ones, and how many were between.
pub(super) struct Calls {
    most: usize,
    started: Timestamp,
    first: Vec<Value>,
    last: VecDeque<Value>,
    count: u64,
}

impl Calls {
    pub(super) fn new(most: usize, started: Timestamp) -> Self {
        Self { most, started, first: Vec::new(), last: VecDeque::new(), count: 0 }
    }

    pub(super) fn add(&mut self, entry: &Entry, words: &mut Words) {
        self.count += 1;
        let object = object(entry, self.started, words);
        let first = self.most.div_ceil(2);
        if self.first.len() < first {
            self.first.push(object);
            return;
        }
        self.last.push_back(object);
        if self.last.len() > self.most - first {
            self.last.pop_front();
        }
    }

    /// The list, and how many entries are not in it, between the first and the last ones.
    pub(super) fn finish(self) -> (Vec<Value>, u64) {
        let listed = self.first.len() + self.last.len();
        let left_out = self.count - listed as u64;
        (self.first.into_iter().chain(self.last).collect(), left_out)
    }
}

fn object(entry: &Entry, started: Timestamp, words: &mut Words) -> Value {
    let intent = &entry.intent;
    let answer = entry.answer.as_ref();
    let name = match intent.kind {
        // A native path may hold ids.
        EntryKind::Call => {
            pianoroll_api::operation::find(&intent.name).map_or("request", |row| row.id).to_owned()
        }
        EntryKind::Clock | EntryKind::Wait => intent.kind.as_str().to_owned(),
        // Whoever wrote the program may have made names of ids.
        EntryKind::Checkpoint => words.stand_in("checkpoint", &intent.name),
        EntryKind::File => words.stand_in("file", &intent.name),
        EntryKind::State => words.stand_in("state", &intent.name),
    };
    json!({
        "number": entry.number,
        "position": intent.position.to_string(),
        "kind": intent.kind.as_str(),
        "name": name,
        "effect": intent.effect.as_str(),
        "state": entry.state().as_str(),
        "status": answer.and_then(|answer| answer.status),
        "settlement": answer.map(|answer| &answer.settlement).filter(|words| !words.is_empty()),
        "attempt": entry.attempt,
        "tries": entry.tries,
        "other_account": intent.account.is_some(),
        "items": intent.items,
        "at_ms": intent.at.duration_since(started).as_millis() as i64,
        "took_ms": answer.map(|answer| millis(answer.took)),
        "waited_ms": answer.map(|answer| millis(answer.waited)),
        "requests": answer.map(|answer| answer.requests),
        "retries": answer.map(|answer| answer.retries),
        "throttled": answer.map(|answer| answer.throttled),
        "argument_bytes": intent.arguments.len(),
        "answer_bytes": answer.map(|answer| answer.body.len()),
    })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
