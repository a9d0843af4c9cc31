//! Stop 5: a dry run. Effects are never sent: they are recorded here, with what they assume, and answered by a stand-in;
//! reads are real, and seen through an overlay of what the run has changed.
//!
//! [`Plan`] is what comes out of it. `record.rs` writes it; `stop.rs` is the stop on the road; `consequence.rs` reads out of
//! the table what an effect changes; `overlay.rs` keeps that, and `page.rs` lays it over what the API answers.

mod change;
mod consequence;
mod criteria;
mod fetch;
mod hidden;
mod overlay;
mod page;
mod record;
mod replaced;
mod seen;
mod shown;
mod stand_in;
mod stop;
mod subject;

use std::borrow::Cow;

use pianoroll_api::Arguments;
use pianoroll_model::{Effect, EffectCounts, Position};
use serde::Serialize;
use serde_json::{Map, Value};

pub(crate) use replaced::Replaced;
pub(crate) use stop::{DryRun, Question};

/// How many effects are kept in full.
pub const KEPT_EFFECTS: usize = 10_000;

/// How many bytes of JSON the arguments of the kept effects may have together.
pub const KEPT_BYTES: usize = 32 << 20;

/// How many effects of a group are always kept, for people.
pub const SAMPLES: usize = 3;

/// Begins the id of everything that a dry run answers as created: `planned:list:4`, where 4 is the call's position with
/// `-` for `/`, since no id of a path holds one. The same program makes the same ids, whatever the timing.
pub const PLANNED: &str = "planned:";

/// The effects that a run would have made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plan {
    /// How many, by effect. Exact, however many there are.
    pub counts: EffectCounts,
    /// The same by operation, in the order of their first effects. Exact.
    pub groups: Vec<PlanGroup>,
    /// The effects that are kept, in the order of sending.
    pub effects: Vec<PlannedEffect>,
    /// How many more are counted and not kept: past [`KEPT_EFFECTS`] or [`KEPT_BYTES`].
    pub dropped: u64,
    /// What a real run would tell its operator, in the order of saying.
    pub notifications: Vec<PlannedNotification>,
    /// What a real run may show differently.
    pub notes: Vec<PlanNote>,
}

/// What one operation would do with one effect.
#[derive(Clone, Debug, Serialize)]
pub struct PlanGroup {
    /// The operation, or method and path of a request that is none.
    pub operation: Cow<'static, str>,
    /// What it does.
    pub effect: Effect,
    /// How many calls.
    pub count: u64,
    /// How many items of lists they carry together; 0 where they carry none.
    pub items: u64,
    /// The numbers of its first effects, up to [`SAMPLES`].
    pub samples: Vec<u64>,
}

/// One effect that was not sent.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedEffect {
    /// Which of the kept effects, from 1, in the order of sending. Items of a `parallel` are sent side by side; here they
    /// stand in the order of the items.
    pub number: u64,
    /// Where in the run.
    pub position: Position,
    /// The operation, or method and path of a request that is none.
    pub operation: Cow<'static, str>,
    /// What it does.
    pub effect: Effect,
    /// The name of the other account that it would be sent to; none for the run's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Box<str>>,
    /// What it is done to: the ids of the path, or the id in the body. Shortened.
    pub target: Box<str>,
    /// How many items of a list it carries; 0 where it carries none.
    pub items: u64,
    /// What the call was given; of a request that is none the query and the body.
    pub arguments: Arguments,
    /// What a read of this run had shown of the values that it replaces, as far as that is remembered.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub assumes: Map<String, Value>,
    /// The ids that stand for what it would create.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub creates: Vec<String>,
    /// Why the API would refuse it, where the run itself has taken away what it needs. It would be sent all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Box<str>>,
}

/// One notification that was not said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedNotification {
    /// Where in the run.
    pub position: Position,
    /// What would be said.
    pub text: String,
    /// An object, or null.
    pub details: Value,
}

/// Something that a dry run cannot know, and how often it came up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanNote {
    /// The operation that it is about.
    pub operation: Cow<'static, str>,
    /// What is not known.
    pub text: Cow<'static, str>,
    /// How often it came up.
    pub count: u64,
}

impl Plan {
    /// How many effects, kept or not.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.groups.iter().map(|group| group.count).sum()
    }
}

#[cfg(test)]
mod tests;
