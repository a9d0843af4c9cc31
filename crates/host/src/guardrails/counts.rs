//! What a run has used up.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pianoroll_model::{Effect, EffectCounts};

use super::{Guardrails, Refusal};

/// What a call counts as. An unknown native path other than GET counts as delete and send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weight {
    effects: [bool; 4],
}

impl Weight {
    pub(crate) const fn of(effect: Effect) -> Self {
        let mut effects = [false; 4];
        effects[effect as usize] = true;
        Self { effects }
    }

    pub(crate) const fn and(mut self, effect: Effect) -> Self {
        self.effects[effect as usize] = true;
        self
    }

    pub(crate) fn is_read(self) -> bool {
        self == Weight::of(Effect::Read)
    }
}

/// All that is counted of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) weight: Weight,
    /// Of which resource it touches how many records; nothing for reads and for what no limit bounds.
    pub(crate) records: Option<(&'static str, u64)>,
}

/// What a run has used up. Counted before a call is made, so that a limit is never passed, not even by calls side by side.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    // Held for some nanoseconds a call: all limits are looked at and all counts moved in one go, so that a refusal leaves
    // nothing behind.
    counts: Mutex<Counts>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Counts {
    calls: u64,
    effects: [u64; 4],
    records: BTreeMap<&'static str, u64>,
}

impl Spent {
    /// Counts one call, or refuses it and counts nothing.
    pub(crate) fn take(
        &self,
        guardrails: &Guardrails,
        load: Load,
        running: impl FnOnce() -> Duration,
    ) -> Result<(), (Refusal, String)> {
        if let Some(limit) = &guardrails.seconds
            && running() >= Duration::from_secs(limit.most)
        {
            return Err((Refusal::Time { seconds: limit.most }, limit.source.clone()));
        }
        let mut counts = self.lock();
        for (effect, what, limit) in [
            (Effect::Write, "writes", &guardrails.writes),
            (Effect::Delete, "deletes", &guardrails.deletes),
            (Effect::Send, "sends", &guardrails.sends),
        ] {
            if let Some(limit) = limit
                && load.weight.effects[effect as usize]
                && counts.effects[effect as usize] >= limit.most
            {
                return Err((Refusal::Calls { what, most: limit.most }, limit.source.clone()));
            }
        }
        if let Some(limit) = &guardrails.calls
            && counts.calls >= limit.most
        {
            let refusal = Refusal::Calls { what: "calls", most: limit.most };
            return Err((refusal, limit.source.clone()));
        }
        if let Some((resource, more)) = load.records
            && let Some(limit) = guardrails.records.get(resource)
        {
            let touched = counts.records.get(resource).copied().unwrap_or_default();
            if touched.saturating_add(more) > limit.most {
                let refusal = Refusal::Records { resource, most: limit.most, touched, more };
                return Err((refusal, limit.source.clone()));
            }
        }
        counts.calls += 1;
        for (count, counted) in counts.effects.iter_mut().zip(load.weight.effects) {
            *count += u64::from(counted);
        }
        if let Some((resource, more)) = load.records {
            *counts.records.entry(resource).or_default() += more;
        }
        Ok(())
    }

    /// Takes back what one call was counted as: it was never made.
    pub(crate) fn give_back(&self, load: Load) {
        let mut counts = self.lock();
        counts.calls -= 1;
        for (count, counted) in counts.effects.iter_mut().zip(load.weight.effects) {
            *count -= u64::from(counted);
        }
        if let Some((resource, more)) = load.records
            && let Some(count) = counts.records.get_mut(resource)
        {
            *count -= more;
        }
    }

    pub(crate) fn calls(&self) -> u64 {
        self.lock().calls
    }

    pub(crate) fn effects(&self) -> EffectCounts {
        let [read, write, delete, send] = self.lock().effects;
        EffectCounts { read, write, delete, send }
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
