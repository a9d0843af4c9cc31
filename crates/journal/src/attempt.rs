//! One attempt of a run: what it writes, and what it is answered from the attempts before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use pianoroll_model::{Position, RunId};
use serde_json::Value;

use crate::backend::{Backend, Write};
use crate::entry::{Answer, Entry, Intent, Note};
use crate::error::{JournalError, JournalErrorKind};
use crate::run::{Claim, End, RunRecord, StateScope};
use crate::writer::{Haste, Writer};

/// How many entries are read at once, and how many bytes of them: a replay goes through the journal nearly in its order.
const CHUNK: u32 = 512;
const CHUNK_BYTES: usize = 4 << 20;

/// How many entries are kept that were read and not yet asked for.
const KEPT: usize = 8192;

/// One attempt of a run. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Attempt {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Arc<dyn Backend>,
    writer: Writer,
    claim: Claim,
    record: RunRecord,
    /// What was said by earlier attempts, in order.
    said: Vec<Note>,
    // Taken for some nanoseconds a call, and never over an await.
    index: Mutex<Index>,
    // Held while a chunk is read, so that branches side by side read it once.
    reading: tokio::sync::Mutex<()>,
}

/// A note by its branch and its number there.
type NoteKey = (Option<(u64, u64)>, u64);

struct Index {
    /// What was recorded and not yet asked for, by position.
    open: HashMap<Position, u64>,
    /// Where the entries stand that do not count.
    void: HashMap<Position, u64>,
    /// Entries that were read ahead.
    ahead: BTreeMap<u64, Entry>,
    ahead_bytes: usize,
    last: u64,
    noted: HashSet<NoteKey>,
}

impl Attempt {
    pub(crate) fn new(
        backend: Arc<dyn Backend>,
        writer: Writer,
        claim: Claim,
        record: RunRecord,
        positions: Vec<(u64, Position, bool)>,
        said: Vec<Note>,
    ) -> Self {
        let mut index = Index {
            open: HashMap::with_capacity(positions.len()),
            void: HashMap::new(),
            ahead: BTreeMap::new(),
            ahead_bytes: 0,
            last: positions.last().map_or(0, |(number, ..)| *number),
            noted: said.iter().map(|note| (note.branch, note.number)).collect(),
        };
        for (number, position, void) in positions {
            if void { &mut index.void } else { &mut index.open }.insert(position, number);
        }
        let (index, reading) = (Mutex::new(index), tokio::sync::Mutex::default());
        Self { inner: Arc::new(Inner { backend, writer, claim, record, said, index, reading }) }
    }

    /// The run.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.inner.claim.run
    }

    /// Which attempt of the run, from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.inner.claim.attempt
    }

    /// The run as it stood when the attempt began.
    #[must_use]
    pub fn started_as(&self) -> &RunRecord {
        &self.inner.record
    }

    /// What was said by earlier attempts, in order.
    #[must_use]
    pub fn said(&self) -> &[Note] {
        &self.inner.said
    }

    /// What was recorded at a position; nothing where nothing was, or where it does not count any more. An entry is answered
    /// once.
    ///
    /// # Errors
    /// It cannot be read, or is not what was written.
    pub async fn take(&self, position: Position) -> Result<Option<Entry>, JournalError> {
        let Some(number) = self.index().open.remove(&position) else { return Ok(None) };
        if let Some(entry) = self.take_ahead(number) {
            return Ok(Some(entry));
        }
        let _reading = self.inner.reading.lock().await;
        // Another branch may have read it while this one waited for its turn.
        if let Some(entry) = self.take_ahead(number) {
            return Ok(Some(entry));
        }
        let chunk = self.inner.backend.entries(self.run(), number, CHUNK, CHUNK_BYTES).await?;
        let mut index = self.index();
        if index.ahead.len() > KEPT || index.ahead_bytes > 4 * CHUNK_BYTES {
            index.ahead.clear();
            index.ahead_bytes = 0;
        }
        let mut found = None;
        for entry in chunk {
            if entry.number == number {
                found = Some(entry);
            } else if index.open.get(&entry.intent.position) == Some(&entry.number) {
                index.ahead_bytes += bytes_of(&entry);
                index.ahead.insert(entry.number, entry);
            }
        }
        drop(index);
        found.map(Some).ok_or_else(|| {
            let message = format!(
                "lacks call {number} of run {}, which stands at {position}; restore a backup",
                self.run()
            );
            JournalError::new(JournalErrorKind::Corrupt, message)
        })
    }

    /// How many recorded entries nobody has asked for yet.
    #[must_use]
    pub fn left(&self) -> usize {
        self.index().open.len()
    }

    /// The first of the entries that nobody has asked for.
    #[must_use]
    pub fn first_left(&self) -> Option<Position> {
        let index = self.index();
        index.open.iter().min_by_key(|(_, number)| **number).map(|(position, _)| *position)
    }

    /// Writes that an effect is about to be sent, durably, and answers its number.
    ///
    /// # Errors
    /// It is not on disk: then nothing may be sent.
    pub async fn intend(&self, intent: Intent) -> Result<u64, JournalError> {
        let number = self.number_for(intent.position);
        let claim = self.inner.claim.clone();
        self.inner.writer.durably(Write::Intent { claim, number, intent }).await?;
        Ok(number)
    }

    /// Writes what came of an intent. It is on disk before anything that is intended later; nobody waits for it.
    ///
    /// # Errors
    /// The journal takes nothing more.
    pub async fn answer(&self, number: u64, answer: Answer) -> Result<(), JournalError> {
        let claim = self.inner.claim.clone();
        self.inner.writer.hand_over(Write::Answer { claim, number, answer }, Haste::Soon).await
    }

    /// Writes a read, or what is no call, with its answer, and answers its number. It rides in the next commit, before anything
    /// that is intended later.
    ///
    /// # Errors
    /// The journal takes nothing more.
    pub async fn record(&self, intent: Intent, answer: Answer) -> Result<u64, JournalError> {
        let number = self.number_for(intent.position);
        let claim = self.inner.claim.clone();
        let write = Write::Record { claim, number, intent, answer };
        self.inner.writer.hand_over(write, Haste::Rides).await?;
        Ok(number)
    }

    /// As [`Attempt::record`], and waits until it is durable.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn record_durably(&self, intent: Intent, answer: Answer) -> Result<(), JournalError> {
        let number = self.number_for(intent.position);
        let claim = self.inner.claim.clone();
        self.inner.writer.durably(Write::Record { claim, number, intent, answer }).await
    }

    /// Takes an entry out of what counts: the next attempt makes the call again.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn void(&self, number: u64) -> Result<(), JournalError> {
        let claim = self.inner.claim.clone();
        self.inner.writer.durably(Write::Void { claim, number }).await
    }

    /// Whether a note was not said yet; it counts as said from then on.
    #[must_use]
    pub fn is_new(&self, branch: Option<(u64, u64)>, number: u64) -> bool {
        self.index().noted.insert((branch, number))
    }

    /// Keeps a note.
    ///
    /// # Errors
    /// The journal takes nothing more.
    pub async fn note(&self, note: Note) -> Result<(), JournalError> {
        let claim = self.inner.claim.clone();
        self.inner.writer.hand_over(Write::Note { claim, note }, Haste::Rides).await
    }

    /// A value that an earlier run of the same automation and connection has set.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn state(&self, key: &str) -> Result<Option<Value>, JournalError> {
        let scope: &StateScope = &self.inner.record.new.scope;
        Ok(self.inner.backend.state(scope, key).await?.map(|value| value.value))
    }

    /// Sets such a value, or takes it away, and records that it was done at a position: one durable step. `number` is that of an
    /// intent of this kind.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn set_state(
        &self,
        intent: Intent,
        value: Option<Value>,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let number = self.number_for(intent.position);
        let (claim, scope) = (self.inner.claim.clone(), self.inner.record.new.scope.clone());
        let key = intent.name.clone();
        // Two writes: that the value is set twice is no harm, that it is recorded and not set would be.
        let write = Write::State { claim: claim.clone(), scope, key, value, at };
        self.inner.writer.hand_over(write, Haste::Rides).await?;
        let answer = Answer::value(Vec::new());
        self.inner.writer.durably(Write::Record { claim, number, intent, answer }).await
    }

    /// Ends the attempt. Everything that was handed over is durable before.
    ///
    /// # Errors
    /// It is not on disk: the run counts as interrupted then.
    pub async fn end(&self, end: End) -> Result<(), JournalError> {
        self.flush().await?;
        self.inner.backend.end(&self.inner.claim, end).await
    }

    /// Waits until everything that was handed over is durable.
    ///
    /// # Errors
    /// Some of it is not.
    pub async fn flush(&self) -> Result<(), JournalError> {
        // Number 0 is nobody's, so this takes nothing out and only waits for its turn.
        self.void(0).await
    }

    fn number_for(&self, position: Position) -> u64 {
        let mut index = self.index();
        if let Some(number) = index.void.remove(&position) {
            return number;
        }
        index.last += 1;
        index.last
    }

    fn take_ahead(&self, number: u64) -> Option<Entry> {
        let mut index = self.index();
        let entry = index.ahead.remove(&number)?;
        index.ahead_bytes = index.ahead_bytes.saturating_sub(bytes_of(&entry));
        Some(entry)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.inner.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bytes_of(entry: &Entry) -> usize {
    let answer = entry.answer.as_ref().map_or(0, |answer| answer.body.len());
    entry.intent.arguments.len() + answer
}
