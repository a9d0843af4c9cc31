//! What says when a schedule is due.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schedule::{self, CatchUp, Overlap, Schedule, ScheduleError, UnknownZone};

/// What says when a schedule is due, and what becomes of a due time that is late or in the way. As the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The crontab expression.
    pub cron: String,
    /// The IANA name of its time zone.
    pub zone: String,
    /// How much later than due a run begins at most.
    #[serde(default)]
    pub jitter: SignedDuration,
    /// What becomes of what is late.
    #[serde(default)]
    pub catch_up: CatchUp,
    /// How late is not too late.
    pub window: SignedDuration,
    /// What becomes of what is in the way.
    #[serde(default)]
    pub overlap: Overlap,
    /// After how many failed runs in a row the schedule is paused.
    #[serde(default)]
    pub pause_after: Option<u32>,
}

/// Why a definition of the journal is none.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    /// Another version has written it, or it is damaged.
    #[error("what the journal keeps of the schedule `{name}` cannot be read: {source}")]
    Unreadable {
        /// The schedule.
        name: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Its expression is none for this version.
    #[error("the schedule `{name}` has the expression `{}`: {source}", source.expression)]
    Expression {
        /// The schedule.
        name: String,
        /// Why.
        source: ScheduleError,
    },
    /// Its zone is unknown to this version.
    #[error("the schedule `{name}`: {source}")]
    Zone {
        /// The schedule.
        name: String,
        /// Why.
        source: UnknownZone,
    },
}

impl Definition {
    /// Once a day's window, and every other word as it is without one.
    #[must_use]
    pub fn new(cron: &str, zone: &str) -> Self {
        Self {
            cron: cron.to_owned(),
            zone: zone.to_owned(),
            jitter: SignedDuration::ZERO,
            catch_up: CatchUp::default(),
            window: SignedDuration::from_hours(24),
            overlap: Overlap::default(),
            pause_after: None,
        }
    }

    /// For the journal.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // Texts, numbers and durations always serialise.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// From the journal.
    ///
    /// # Errors
    /// It is of another version, or damaged.
    pub fn from_value(name: &str, value: &Value) -> Result<Self, DefinitionError> {
        let name = name.to_owned();
        Self::deserialize(value).map_err(|source| DefinitionError::Unreadable { name, source })
    }

    /// Whether both are due at the same times.
    #[must_use]
    pub fn is_due_like(&self, other: &Self) -> bool {
        (&self.cron, &self.zone) == (&other.cron, &other.zone)
    }
}

/// An expression in a zone: when a schedule is due.
#[derive(Debug)]
pub(super) struct DueTimes {
    pub(super) schedule: Schedule,
    pub(super) zone: TimeZone,
}

/// The due times of all definitions, those that are alike once: a hundred thousand schedules have few expressions.
#[derive(Debug, Default)]
pub(super) struct Pool(HashMap<(String, String), Arc<DueTimes>>);

impl Pool {
    pub(super) fn of(
        &mut self,
        name: &str,
        definition: &Definition,
    ) -> Result<Arc<DueTimes>, DefinitionError> {
        let key = (definition.cron.clone(), definition.zone.clone());
        if let Some(known) = self.0.get(&key) {
            return Ok(Arc::clone(known));
        }
        let name = name.to_owned();
        let schedule = match Schedule::parse(&definition.cron) {
            Ok(schedule) => schedule,
            Err(source) => return Err(DefinitionError::Expression { name, source }),
        };
        let zone = schedule::zone(&definition.zone)
            .map_err(|source| DefinitionError::Zone { name, source })?;
        let made = Arc::new(DueTimes { schedule, zone });
        self.0.insert(key, Arc::clone(&made));
        Ok(made)
    }
}
