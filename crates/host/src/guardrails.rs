//! Stop 4: limits on what a run does. Over a limit the run stops, and no program can catch that.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pianoroll_model::{Effect, EffectCounts};

/// A limit, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The most that is allowed.
    pub most: u64,
    /// The flag or the line that set it, as the user wrote it: `--limit writes=100`.
    pub source: String,
}

impl Limit {
    /// A limit.
    pub fn new(most: u64, source: impl Into<String>) -> Self {
        Self { most, source: source.into() }
    }
}

/// The limits of a run. Without any, everything granted may be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
}

/// A run that reached a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardrailError {
    /// What is limited: `calls`, `writes`, `deletes`, `sends` or `seconds`.
    pub what: &'static str,
    /// The limit.
    pub limit: Limit,
    /// The operation that was not called.
    pub operation: String,
}

impl fmt::Display for GuardrailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, limit: Limit { most, source }, operation } = self;
        write!(f, "{operation}: not called, the run was stopped: ")?;
        match (*what, most) {
            ("seconds", _) => {
                write!(f, "it has run longer than the {most} seconds that `{source}` allows")
            }
            (what, 0) => write!(f, "`{source}` allows no {what}"),
            (what, 1) => {
                let one = what.trim_end_matches('s');
                write!(f, "it has made the 1 {one} that `{source}` allows")
            }
            (what, _) => write!(f, "it has made the {most} {what} that `{source}` allows"),
        }
    }
}

impl std::error::Error for GuardrailError {}

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
}

/// What a run has used up. Counted before a call is made, so that a limit is never passed, not even by calls side by side.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    calls: AtomicU64,
    effects: [AtomicU64; 4],
}

impl Spent {
    /// Counts one call, or refuses it.
    pub(crate) fn take(
        &self,
        guardrails: &Guardrails,
        weight: Weight,
        running: impl FnOnce() -> Duration,
        operation: &str,
    ) -> Result<(), GuardrailError> {
        let refuse = |what, limit: &Limit| GuardrailError {
            what,
            limit: limit.clone(),
            operation: operation.to_owned(),
        };
        if let Some(limit) = &guardrails.seconds
            && running() >= Duration::from_secs(limit.most)
        {
            return Err(refuse("seconds", limit));
        }
        for (effect, what, limit) in [
            (Effect::Write, "writes", &guardrails.writes),
            (Effect::Delete, "deletes", &guardrails.deletes),
            (Effect::Send, "sends", &guardrails.sends),
        ] {
            if let Some(limit) = limit
                && weight.effects[effect as usize]
                && !below(&self.effects[effect as usize], limit.most)
            {
                return Err(refuse(what, limit));
            }
        }
        if let Some(limit) = &guardrails.calls
            && !below(&self.calls, limit.most)
        {
            return Err(refuse("calls", limit));
        }
        // A refusal above may leave a count one too high only where the run stops anyway.
        for effect in Effect::ALL {
            let limited = match effect {
                Effect::Read => false,
                Effect::Write => guardrails.writes.is_some(),
                Effect::Delete => guardrails.deletes.is_some(),
                Effect::Send => guardrails.sends.is_some(),
            };
            if weight.effects[effect as usize] && !limited {
                self.effects[effect as usize].fetch_add(1, Ordering::Relaxed);
            }
        }
        if guardrails.calls.is_none() {
            self.calls.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Takes back what one call was counted as: it was never made.
    pub(crate) fn give_back(&self, weight: Weight) {
        for (count, counted) in self.effects.iter().zip(weight.effects) {
            if counted {
                count.fetch_sub(1, Ordering::Relaxed);
            }
        }
        self.calls.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn effects(&self) -> EffectCounts {
        let of = |effect: Effect| self.effects[effect as usize].load(Ordering::Relaxed);
        EffectCounts {
            read: of(Effect::Read),
            write: of(Effect::Write),
            delete: of(Effect::Delete),
            send: of(Effect::Send),
        }
    }
}

/// Counts one more unless that would pass the limit.
fn below(count: &AtomicU64, most: u64) -> bool {
    let more = |count: u64| (count < most).then(|| count + 1);
    count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn take(spent: &Spent, guardrails: &Guardrails, weight: Weight) -> Result<(), GuardrailError> {
        spent.take(guardrails, weight, || Duration::from_secs(60), "profiles.update")
    }

    fn check(guardrails: &Guardrails, weight: Weight, times: u64, expected: Expect) {
        let spent = Spent::default();
        for _ in 0..times {
            take(&spent, guardrails, weight).unwrap();
        }
        expected.assert_eq(&take(&spent, guardrails, weight).unwrap_err().to_string());
        assert_eq!(spent.calls(), times);
    }

    #[test]
    fn a_limit_names_who_set_it() {
        let limit = |source: &str, most| Some(Limit::new(most, source));
        let writes = Guardrails { writes: limit("--limit writes=3", 3), ..Guardrails::default() };
        check(
            &writes,
            Weight::of(Effect::Write),
            3,
            expect![
                "profiles.update: not called, the run was stopped: it has made the 3 writes that `--limit writes=3` allows"
            ],
        );
        let calls = Guardrails { calls: limit("--limit calls=2", 2), ..Guardrails::default() };
        check(
            &calls,
            Weight::of(Effect::Read),
            2,
            expect![
                "profiles.update: not called, the run was stopped: it has made the 2 calls that `--limit calls=2` allows"
            ],
        );
        let sends = Guardrails { sends: limit("limits.sends", 0), ..Guardrails::default() };
        check(
            &sends,
            Weight::of(Effect::Delete).and(Effect::Send),
            0,
            expect![
                "profiles.update: not called, the run was stopped: `limits.sends` allows no sends"
            ],
        );
        let deletes = Guardrails { deletes: limit("limits.deletes", 1), ..Guardrails::default() };
        check(
            &deletes,
            Weight::of(Effect::Delete),
            1,
            expect![
                "profiles.update: not called, the run was stopped: it has made the 1 delete that `limits.deletes` allows"
            ],
        );
        let seconds = Guardrails { seconds: limit("limits.seconds", 60), ..Guardrails::default() };
        check(
            &seconds,
            Weight::of(Effect::Read),
            0,
            expect![
                "profiles.update: not called, the run was stopped: it has run longer than the 60 seconds that `limits.seconds` allows"
            ],
        );
    }

    #[test]
    fn a_limit_on_one_effect_leaves_the_others_alone() {
        let spent = Spent::default();
        let guardrails = Guardrails { writes: Some(Limit::new(0, "x")), ..Guardrails::default() };
        take(&spent, &guardrails, Weight::of(Effect::Read)).unwrap();
        take(&spent, &guardrails, Weight::of(Effect::Send)).unwrap();
        assert!(take(&spent, &guardrails, Weight::of(Effect::Write)).is_err());
        assert_eq!(spent.effects(), EffectCounts { read: 1, write: 0, delete: 0, send: 1 });
    }

    #[test]
    fn calls_side_by_side_never_pass_the_limit() {
        let spent = Spent::default();
        let guardrails =
            Guardrails { writes: Some(Limit::new(1000, "x")), ..Guardrails::default() };
        let worker = || {
            (0..400)
                .filter(|_| take(&spent, &guardrails, Weight::of(Effect::Write)).is_ok())
                .count()
        };
        let taken: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 1000);
        assert_eq!(spent.effects().write, 1000);
    }
}
