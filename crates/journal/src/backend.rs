//! What stores a journal.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;

use jiff::Timestamp;
use pianoroll_model::{Position, RunId};

use crate::entry::{Answer, Entry, Intent, Note};
use crate::error::JournalError;
use crate::run::{
    AttemptRecord, Claim, End, LastRun, NewRun, Program, RunFilter, RunRecord, StateScope,
    StateValue,
};
use crate::sqlite::Paused;
use crate::timetable::{
    Deployment, Keep, NoticeRecord, NoticeState, Occurrence, OccurrenceFilter, ScheduleRecord,
};

/// What a backend is waited for.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, JournalError>> + Send + 'a>>;

/// Something that an attempt writes. Each names the claim that it is made under.
#[derive(Clone, Debug)]
pub enum Write {
    /// An entry without an answer: an effect that is about to be sent. A void entry at the same position is replaced, and keeps
    /// its number; `number` is where it goes.
    Intent {
        /// The claim.
        claim: Claim,
        /// Its number.
        number: u64,
        /// What is asked.
        intent: Intent,
    },
    /// The answer of an intent.
    Answer {
        /// The claim.
        claim: Claim,
        /// Its number.
        number: u64,
        /// What came of it.
        answer: Answer,
    },
    /// An entry with its answer at once: a read, or what is no call.
    Record {
        /// The claim.
        claim: Claim,
        /// Its number.
        number: u64,
        /// What was asked.
        intent: Intent,
        /// What came of it.
        answer: Answer,
    },
    /// An entry that does not count any more.
    Void {
        /// The claim.
        claim: Claim,
        /// Its number.
        number: u64,
    },
    /// A note. One that is there already stays.
    Note {
        /// The claim.
        claim: Claim,
        /// What was said.
        note: Note,
    },
    /// A state value; none takes it away.
    State {
        /// The claim.
        claim: Claim,
        /// The value.
        scope: StateScope,
        /// Its name.
        key: String,
        /// The value.
        value: Option<serde_json::Value>,
        /// When.
        at: Timestamp,
    },
}

impl Write {
    /// The claim that it is made under.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        match self {
            Write::Intent { claim, .. }
            | Write::Answer { claim, .. }
            | Write::Record { claim, .. }
            | Write::Void { claim, .. }
            | Write::Note { claim, .. }
            | Write::State { claim, .. } => claim,
        }
    }
}

/// Claims whose writes were left out: their attempt has ended, or another claim of the run is newer. A commit may hold writes of
/// both, so that a run's id would not tell them apart.
pub type Fenced = Vec<Claim>;

/// What stores a journal: one process owns it at a time, and others may read beside.
pub trait Backend: Send + Sync + 'static {
    /// The epoch with which this owner began: a running run with an older one was interrupted.
    fn owner_epoch(&self) -> u64;

    /// Writes all of these in one durable step, or none of them. Writes of a claim that is not the newest of its run, or whose
    /// attempt has ended, are left out and told. A void of a number that nothing has is none.
    fn commit(&self, writes: Vec<Write>) -> Pending<'_, Fenced>;

    /// Stores a new run with its program, in one durable step. A trigger that is unique and has made a run before makes none:
    /// the answer is then that run's id.
    fn create(&self, run: NewRun, program: Program) -> Pending<'_, Option<RunId>>;

    /// Begins the next attempt of a run that is not finished, or that finished as failed or cancelled. An attempt that had no
    /// end is marked as interrupted. A run that waits since it was restored is refused until it is released, and one whose reads
    /// are gone for good.
    fn claim(&self, run: &RunId, at: Timestamp) -> Pending<'_, Claim>;

    /// Ends an attempt. When the run has completed, the answers of its reads are deleted; one that has failed or was cancelled
    /// keeps them, so that it can be taken up again.
    fn end(&self, claim: &Claim, end: End) -> Pending<'_, ()>;

    /// Sets what an entry without a known outcome has come to, by an operator's word, while no attempt is under way: `Done`
    /// with an answer, or `Void`. The claim's epoch goes up, so that an old attempt cannot write any more.
    fn resolve(&self, run: &RunId, number: u64, answer: Answer) -> Pending<'_, ()>;

    /// Ends a run outside of any attempt: an operator gave it up, or cancelled it while it waited.
    fn close(&self, run: &RunId, end: End) -> Pending<'_, ()>;

    /// Keeps that somebody asked for a run to be cancelled; whoever has it looks at that.
    fn request_cancel(&self, run: &RunId) -> Pending<'_, ()>;

    /// Lets a run go on that was found in a backup, by the word of an operator who knows that it may repeat what it did after the
    /// backup: it waits for its next attempt from then on.
    fn release(&self, run: &RunId, at: Timestamp) -> Pending<'_, ()>;

    /// A run.
    fn run(&self, run: &RunId) -> Pending<'_, Option<RunRecord>>;

    /// Runs, newest first.
    fn runs(&self, filter: &RunFilter) -> Pending<'_, Vec<RunRecord>>;

    /// The attempts of a run, in order.
    fn attempts(&self, run: &RunId) -> Pending<'_, Vec<AttemptRecord>>;

    /// The numbers and positions of a run's entries that count, in the order of their numbers; those that are void are told by
    /// `true`.
    fn positions(&self, run: &RunId) -> Pending<'_, Vec<(u64, Position, bool)>>;

    /// Entries from a number on, in order, each checked against its checksum: at most `count`, and no more once they hold
    /// `bytes` bytes.
    fn entries(&self, run: &RunId, from: u64, count: u32, bytes: usize) -> Pending<'_, Vec<Entry>>;

    /// The notes of a run in the order in which they were said.
    fn notes(&self, run: &RunId) -> Pending<'_, Vec<Note>>;

    /// A program by its digest, which is checked.
    fn program(&self, digest: &str) -> Pending<'_, Option<Program>>;

    /// A state value.
    fn state(&self, scope: &StateScope, key: &str) -> Pending<'_, Option<StateValue>>;

    /// All state values, of one scope or of all.
    fn states(&self, scope: Option<&StateScope>) -> Pending<'_, Vec<StateValue>>;

    /// Sets a state value by hand, or takes it away.
    fn set_state(
        &self,
        scope: &StateScope,
        key: &str,
        value: Option<serde_json::Value>,
        at: Timestamp,
    ) -> Pending<'_, ()>;

    /// The newest run of a scope that completed.
    fn last_run(&self, scope: &StateScope) -> Pending<'_, Option<LastRun>>;

    /// Writes all of these in one durable step, or none of them.
    fn keep(&self, keeps: Vec<Keep>) -> Pending<'_, ()>;

    /// All schedules, by name.
    fn schedules(&self) -> Pending<'_, Vec<ScheduleRecord>>;

    /// What came of due times.
    fn occurrences(&self, filter: &OccurrenceFilter) -> Pending<'_, Vec<Occurrence>>;

    /// What was deployed last.
    fn deployment(&self) -> Pending<'_, Option<Deployment>>;

    /// The first notices of a state, or of any, in the order in which they were made; all of them with a limit of 0.
    fn notices(&self, state: Option<NoticeState>, limit: u32) -> Pending<'_, Vec<NoticeRecord>>;

    /// That the journal was put in place from a backup, until the schedules know it.
    fn restored(&self) -> Pending<'_, Option<Paused>>;

    /// Deletes finished runs that ended before `runs`, with the occurrences, events and notices of before, the replaced values of those that ended before `replaced`, and what the reads
    /// of those were answered that failed or were cancelled before `reads`; answers how many runs were deleted.
    fn sweep(&self, runs: Timestamp, replaced: Timestamp, reads: Timestamp) -> Pending<'_, u64>;

    /// Takes a text (a profile's id) out of everything that finished runs have kept; answers how many records held it, and the
    /// runs that are still open and hold it.
    fn erase(&self, text: &str) -> Pending<'_, (u64, Vec<RunId>)>;

    /// Writes a copy of the whole to a new file.
    fn backup(&self, to: &Path) -> Pending<'_, ()>;

    /// Waits until everything is on disk, and closes.
    fn shut(&self) -> Pending<'_, ()>;
}
