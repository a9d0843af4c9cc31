//! What the last reads have shown: for what an effect assumes, and for the answer of an update. Bounded, and nothing is read
//! before an effect asks: a run that only reads pays for a list of pages.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;

use super::consequence::Key;

/// How many bytes of answers are remembered, and how many answers.
const KEPT_BYTES: usize = 8 << 20;
const KEPT_PAGES: usize = 256;

/// How many records that had to be asked for are kept.
const KEPT_WHOLE: usize = 10_000;

/// The last answers of reads.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pages: VecDeque<Page>,
    bytes: usize,
    last: u64,
    /// The page that was read last, since records are changed in the order in which they were read.
    open: Option<(u64, HashMap<Key, Value>)>,
    /// Records with all their attributes: where a filter, or a list that one was added to, had to know.
    whole: HashMap<Key, Value>,
}

#[derive(Debug)]
struct Page {
    number: u64,
    body: Bytes,
    keys: Option<HashSet<Key>>,
}

impl Seen {
    pub(super) fn remember(&mut self, body: &Bytes) {
        if body.len() > KEPT_BYTES {
            return;
        }
        self.last += 1;
        self.bytes += body.len();
        self.pages.push_back(Page { number: self.last, body: body.clone(), keys: None });
        while self.bytes > KEPT_BYTES || self.pages.len() > KEPT_PAGES {
            let Some(page) = self.pages.pop_front() else { return };
            self.bytes -= page.body.len();
        }
    }

    /// A record as the newest answer that holds it has shown it: perhaps not all of it.
    pub(super) fn shown(&mut self, key: &Key) -> Option<Value> {
        let newest = self.pages.iter_mut().rev();
        let mut holding = newest.filter_map(|page| {
            let keys = page.keys.get_or_insert_with(|| keys(&page.body));
            keys.contains(key).then_some((page.number, &page.body))
        });
        let (number, body) = holding.next()?;
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            self.open = Some((number, rows(body)));
        }
        self.open.as_ref()?.1.get(key).cloned()
    }

    /// Forgets what was shown of a record.
    pub(super) fn forget(&mut self, key: &Key) {
        for page in &mut self.pages {
            page.keys.get_or_insert_with(|| keys(&page.body)).remove(key);
        }
    }

    pub(super) fn whole(&self, key: &Key) -> Option<&Value> {
        self.whole.get(key)
    }

    pub(super) fn keep_whole(&mut self, key: Key, resource: Value) {
        if self.whole.len() >= KEPT_WHOLE {
            self.whole.clear();
        }
        self.whole.insert(key, resource);
    }
}

/// One resource, or many.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
}

impl<T> OneOrMany<T> {
    fn into_many(self) -> Vec<T> {
        match self {
            OneOrMany::Many(many) => many,
            OneOrMany::One(one) => vec![one],
        }
    }
}

fn keys(body: &[u8]) -> HashSet<Key> {
    #[derive(Deserialize)]
    struct Identifier {
        #[serde(rename = "type")]
        kind: String,
        id: String,
    }
    #[derive(Deserialize)]
    struct Document {
        data: OneOrMany<Identifier>,
    }
    // What is no document of resources holds no record.
    let document = serde_json::from_slice::<Document>(body);
    let found = document.map(|document| document.data.into_many()).unwrap_or_default();
    found.into_iter().map(|one| Key { kind: one.kind, id: one.id }).collect()
}

fn rows(body: &[u8]) -> HashMap<Key, Value> {
    let mut document: Value = serde_json::from_slice(body).unwrap_or_default();
    let rows = match document["data"].take() {
        Value::Array(rows) => rows,
        one => vec![one],
    };
    rows.into_iter().filter_map(|row| Some((Key::of(&row)?, row))).collect()
}
