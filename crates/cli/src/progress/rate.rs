//! How fast something goes, lately.

use std::collections::VecDeque;
use std::time::Duration;

/// How far back a rate looks: over several windows of the quota, so that it is steady, and not so far that a change of pace
/// goes unseen.
const SPAN: Duration = Duration::from_secs(10);

/// Counts over time, the recent ones kept.
#[derive(Debug, Default)]
pub(super) struct Rate {
    notes: VecDeque<(Duration, u64)>,
}

impl Rate {
    pub(super) fn note(&mut self, now: Duration, count: u64) {
        self.notes.push_back((now, count));
        // The oldest one kept lies just outside the span.
        while self.notes.get(1).is_some_and(|(at, _)| now.saturating_sub(*at) >= SPAN) {
            self.notes.pop_front();
        }
    }

    /// Nothing until there is enough to go by.
    pub(super) fn per_second(&self) -> Option<f64> {
        let ((first, before), (last, after)) = (*self.notes.front()?, *self.notes.back()?);
        let span = last.checked_sub(first).filter(|span| *span >= Duration::from_secs(1))?;
        Some(after.saturating_sub(before) as f64 / span.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_looks_ten_seconds_back() {
        let mut rate = Rate::default();
        rate.note(Duration::ZERO, 0);
        assert_eq!(rate.per_second(), None);
        for second in 1..=60 {
            let count = if second <= 30 { second * 100 } else { 3000 + (second - 30) * 10 };
            rate.note(Duration::from_secs(second), count);
        }
        assert_eq!(rate.per_second(), Some(10.0));
        assert_eq!(rate.notes.len(), 11);
    }
}
