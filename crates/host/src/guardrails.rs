//! Stop 4: limits on what a run does. Over a limit the run stops, and no program can catch that.
//!
//! There are two kinds. A *scope* says which operations, lists and campaigns effects may be about; it is looked at once for
//! a host call, before any of it is sent. A *limit* is a number; it is looked at before each call, and the call is counted
//! in the same moment, so that calls side by side never pass it. What was refused is not counted.

mod counts;
mod error;
mod pattern;
mod reach;
mod tighten;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

pub use error::{GuardrailError, Refusal};
pub use pattern::{OperationPattern, WordError, check_id, record_resource};
pub use reach::{Bounds, bounds};
pub use tighten::Loosened;

pub(crate) use counts::{Load, Spent, Weight};
pub(crate) use pattern::REQUEST;
pub(crate) use reach::{Reach, records};

/// A limit, and who set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The most that is allowed.
    pub most: u64,
    /// The flag or the line that set it, as the user wrote it: `--limit writes=100`, `pianoroll.toml:31:12 (limits.writes)`.
    pub source: String,
}

impl Limit {
    /// A limit.
    pub fn new(most: u64, source: impl Into<String>) -> Self {
        Self { most, source: source.into() }
    }
}

/// A list of what may be, or may not be, and who set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope<T> {
    /// What it names. With nothing in it, it names nothing: `lists = []` allows effects on no list at all.
    pub members: Vec<T>,
    /// As [`Limit::source`].
    pub source: String,
}

impl<T> Scope<T> {
    /// A scope.
    pub fn new(members: impl IntoIterator<Item = T>, source: impl Into<String>) -> Self {
        Self { members: members.into_iter().collect(), source: source.into() }
    }
}

/// The limits of a run. Without any, everything granted may be done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrails {
    /// Calls of any kind.
    pub calls: Option<Limit>,
    /// Calls that change data.
    pub writes: Option<Limit>,
    /// Calls that destroy data.
    pub deletes: Option<Limit>,
    /// Calls that reach people or third parties.
    pub sends: Option<Limit>,
    /// Seconds since the run's start, looked at before each call.
    pub seconds: Option<Limit>,
    /// By resource, such as `profiles`: how many of its records effects may touch. A list of ids counts each of them as a
    /// record of its own type (1,000 profiles added to a list are 1,000 `profiles`), a list of records each as one of the
    /// operation's resource, and every other effect is one record of that. A record that is touched twice counts twice.
    #[serde(deserialize_with = "known_resources")]
    pub records: BTreeMap<&'static str, Limit>,
    /// Effects may only come from these operations; reads are free. Every scope of the list holds.
    pub only: Vec<Scope<OperationPattern>>,
    /// These operations are never called, be they effects or reads.
    pub never: Vec<Scope<OperationPattern>>,
    /// Effects may be about no other existing lists than these. A campaign is about the lists and segments that its
    /// `audiences` include, so a segment that is written to stands here too; a new list has no id yet, and may be made.
    /// Every scope of the list holds.
    pub lists: Vec<Scope<String>>,
    /// The same for campaigns.
    pub campaigns: Vec<Scope<String>>,
}

impl Guardrails {
    /// Whether a host call keeps within every scope. `operation` is [`REQUEST`] for a native path that no operation has.
    pub(crate) fn within(
        &self,
        operation: &str,
        is_effect: bool,
        reach: impl FnOnce() -> Reach,
    ) -> Result<(), (Refusal, String)> {
        let names = |scope: &&Scope<OperationPattern>| {
            scope.members.iter().any(|pattern| pattern.matches(operation))
        };
        if let Some(scope) = self.never.iter().find(names) {
            return Err((Refusal::Never, scope.source.clone()));
        }
        if !is_effect {
            return Ok(());
        }
        if let Some(scope) = self.only.iter().find(|scope| !names(scope)) {
            return Err((Refusal::NotAmong, scope.source.clone()));
        }
        let about_ids = self.lists.first().or(self.campaigns.first());
        let about_records = self.records.values().next().map(|limit| &limit.source);
        if operation == REQUEST {
            // Nobody knows what it does, so nobody can say that it keeps within a bound.
            let source = about_ids.map(|scope| &scope.source).or(about_records);
            return source.map_or(Ok(()), |source| Err((Refusal::Unknowable, source.clone())));
        }
        if about_ids.is_none() {
            return Ok(());
        }
        let reach = reach();
        for (kind, scopes, found) in
            [("list", &self.lists, reach.lists), ("campaign", &self.campaigns, reach.campaigns)]
        {
            for scope in scopes {
                if let Some(id) = found.iter().find(|id| !scope.members.contains(id)) {
                    let refusal = Refusal::OutOfReach { kind, id: id.clone() };
                    return Err((refusal, scope.source.clone()));
                }
            }
        }
        Ok(())
    }
}

/// A limit on what this version cannot count would hold nothing, so it is refused.
fn known_resources<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<&'static str, Limit>, D::Error> {
    let records = BTreeMap::<String, Limit>::deserialize(deserializer)?;
    let known = records.into_iter().map(|(word, limit)| Ok((record_resource(&word)?, limit)));
    known.collect::<Result<_, WordError>>().map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests;
