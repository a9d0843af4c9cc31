//! What the scheduler keeps: schedules, what came of each of their due times, what was deployed, and what people are to be told.

use jiff::Timestamp;
use pianoroll_model::RunId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::run::Program;

/// A schedule as it stands: one connection's share of an automation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRecord {
    /// Its name: `retag/acme`.
    pub name: String,
    /// The automation.
    pub automation: String,
    /// The connection's name.
    pub connection: String,
    /// What says when it is due, as the runtime has written it.
    pub definition: Value,
    /// Every due time up to this moment has its fate.
    pub watermark: Timestamp,
    /// Where the clock was set back: up to this later moment due times may have their fate already, a row each.
    pub rewound: Option<Timestamp>,
    /// Since when it is paused, and why; none where it is not.
    pub paused: Option<Pause>,
    /// How many of its runs have failed since the last one that did not.
    pub failures: u32,
}

/// Why a schedule is paused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// What whoever paused it has said.
    pub note: String,
}

/// What came of a due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is to begin: its jitter passes, or another run has to end before.
    Waiting,
    /// It has made a run.
    Fired,
    /// It made none, since another run was under way.
    Skipped,
    /// It made none, since it was noticed too late, or its schedule was changed.
    Missed,
    /// It made none, since its schedule was paused.
    Paused,
}

impl Fate {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Fate::Waiting => "waiting",
            Fate::Fired => "fired",
            Fate::Skipped => "skipped",
            Fate::Missed => "missed",
            Fate::Paused => "paused",
        }
    }
}

/// A due time of a schedule, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The schedule's name.
    pub schedule: String,
    /// When it is due.
    pub due: Timestamp,
    /// What came of it.
    pub fate: Fate,
    /// Why, for people; empty where it speaks for itself.
    pub reason: String,
    /// When it begins, or would have begun: later than due by its jitter.
    pub starts: Timestamp,
    /// When its fate was decided.
    pub decided: Timestamp,
    /// The run that it made.
    pub run: Option<RunId>,
}

impl Occurrence {
    /// An occurrence that has made a run, given what was known of it before.
    pub(crate) fn fired(
        before: Option<&Occurrence>,
        schedule: &str,
        due: Timestamp,
        run: &RunId,
        at: Timestamp,
    ) -> Self {
        // Why it was to come to nothing is not why it has fired.
        let waited = before.filter(|before| before.fate == Fate::Waiting);
        Self {
            schedule: schedule.to_owned(),
            due,
            fate: Fate::Fired,
            reason: waited.map(|before| before.reason.clone()).unwrap_or_default(),
            starts: before.map_or(due, |before| before.starts),
            decided: at,
            run: Some(run.clone()),
        }
    }
}

/// Which occurrences are meant. Newest due time first.
#[derive(Clone, Debug, Default)]
pub struct OccurrenceFilter {
    /// Of this schedule.
    pub schedule: Option<String>,
    /// With one of these; any where empty.
    pub fates: Vec<Fate>,
    /// Due at this moment or later.
    pub from: Option<Timestamp>,
    /// Due before this moment.
    pub until: Option<Timestamp>,
    /// At most so many; 0 for all.
    pub limit: u32,
}

/// What was deployed: the checked snapshot of a project that `serve` runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Rises with each.
    pub serial: u64,
    /// When.
    pub at: Timestamp,
    /// The digests of the programs that it needs. They stay in the journal as long as it does.
    pub programs: Vec<String>,
    /// What it is, as the runtime has written it. Never a key.
    pub content: Value,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// It is to be sent.
    Waiting,
    /// It was sent.
    Sent,
    /// It could not be sent for so long that it is old.
    GivenUp,
}

/// Something that people are to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRecord {
    /// Its number, given by the journal; 0 before.
    pub id: u64,
    /// Who is told: a name of the project's `[notify]`.
    pub recipient: String,
    /// Names what is told: of two notices with one recipient and key the second is none.
    pub key: String,
    /// What kind of thing it is: `failed`, `recovered`, …
    pub kind: String,
    /// What is said.
    pub content: Value,
    /// When it happened.
    pub at: Timestamp,
    /// What became of it.
    pub state: NoticeState,
    /// How often it was tried to send it.
    pub tries: u32,
    /// When it is tried next.
    pub next: Timestamp,
    /// Why the last try failed; without the address, which is a secret.
    pub error: Option<String>,
}

/// Something that the scheduler writes.
#[derive(Clone, Debug, PartialEq)]
pub enum Keep {
    /// A schedule, in place of what it was before.
    Schedule(ScheduleRecord),
    /// A schedule is gone. Its occurrences stay.
    Remove(String),
    /// What came of a due time. One that has made a run stays as it is.
    Occurrence(Occurrence),
    /// The clock was set back: what was only missed of a schedule after a moment comes again, so that it has no fate yet.
    Unmiss {
        /// The schedule.
        schedule: String,
        /// The moment.
        after: Timestamp,
    },
    /// What was deployed, in place of what it was before, with the programs that were not there yet.
    Deployment(Deployment, Vec<Program>),
    /// A notice. One with the same recipient and key stays as it is.
    Notice(NoticeRecord),
    /// What became of a notice, by its id.
    NoticeAfter(NoticeRecord),
    /// All schedules know that the journal was restored: see [`crate::Backend::restored`].
    RestoreSeen,
}
