//! The fate of due times that have passed: pure, and the only place that decides it.

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::Fate;

use super::definition::{Definition, DueTimes};
use crate::schedule::CatchUp;

/// What is noticed within this time is not late: a busy machine looks at the clock a moment after.
pub(super) const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// How many due times of one schedule get their fate at once: the others follow right after.
const PORTION: usize = 10_000;

/// A due time and what comes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) due: Timestamp,
    pub(super) fate: Fate,
    pub(super) reason: String,
}

/// The due times after a moment and up to another, with their fates; and up to when they are decided.
pub(super) fn decide(
    times: &DueTimes,
    definition: &Definition,
    after: Timestamp,
    now: Timestamp,
) -> (Vec<Decision>, Timestamp) {
    let mut decisions = Vec::new();
    let mut next = times.schedule.next_after(&times.zone, after);
    while let Some(due) = next.filter(|due| *due <= now) {
        next = times.schedule.next_after(&times.zone, due);
        let is_newest = next.is_none_or(|next| next > now);
        let (fate, reason) = fate(definition, due, now, is_newest);
        decisions.push(Decision { due, fate, reason });
        if decisions.len() == PORTION && !is_newest {
            return (decisions, due);
        }
    }
    (decisions, now)
}

/// The due times after a moment and up to another, all with one fate; and up to when they are decided.
pub(super) fn all_alike(
    times: &DueTimes,
    after: Timestamp,
    now: Timestamp,
    fate: Fate,
    reason: &str,
) -> Vec<Decision> {
    let due = times.schedule.due(&times.zone, after).skip_while(|due| *due <= after);
    let decision = |due| Decision { due, fate, reason: reason.to_owned() };
    due.take_while(|due| *due <= now).map(decision).collect()
}

/// How late a start may be that was not begun when it should have been.
pub(super) fn patience(definition: &Definition) -> SignedDuration {
    match definition.catch_up {
        CatchUp::None => GRACE,
        CatchUp::Latest | CatchUp::All => definition.window.max(GRACE),
    }
}

fn fate(
    definition: &Definition,
    due: Timestamp,
    now: Timestamp,
    is_newest: bool,
) -> (Fate, String) {
    let late = now.duration_since(due);
    let is_late = late > GRACE;
    match definition.catch_up {
        CatchUp::None if is_late => {
            (Fate::Missed, format!("noticed {} late, and catch_up is none", shown(late)))
        }
        CatchUp::Latest if !is_newest => {
            (Fate::Missed, "a later one was due as well, and catch_up is latest".to_owned())
        }
        _ if late > patience(definition) => (Fate::Missed, too_late(late, definition)),
        CatchUp::All if is_late => (Fate::Waiting, caught_up(late)),
        CatchUp::Latest if is_late => (Fate::Waiting, caught_up(late)),
        _ => (Fate::Waiting, String::new()),
    }
}

/// Why something is missed that is outside of its window.
pub(super) fn too_late(late: SignedDuration, definition: &Definition) -> String {
    let window = shown(definition.window);
    format!("noticed {} late, outside of the window of {window}", shown(late))
}

fn caught_up(late: SignedDuration) -> String {
    format!("caught up, noticed {} late", shown(late))
}

/// A length of time, as exact as people care: `2d 4h`, `45s`.
fn shown(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    let parts = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let Some(first) = parts.iter().position(|(unit, _)| seconds >= *unit) else {
        return "0s".to_owned();
    };
    let two = parts.iter().skip(first).take(2);
    let (mut left, mut words) = (seconds, Vec::new());
    for (unit, letter) in two {
        if left / unit > 0 {
            words.push(format!("{}{letter}", left / unit));
        }
        left %= unit;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_exact_as_people_care() {
        let check = |seconds: i64, expected: &str| {
            assert_eq!(shown(SignedDuration::from_secs(seconds)), expected, "{seconds}");
        };
        check(0, "0s");
        check(61, "1m 1s");
        check(3_600, "1h");
        check(90_061, "1d 1h");
    }
}
