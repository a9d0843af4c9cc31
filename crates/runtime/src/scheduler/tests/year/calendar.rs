//! Due times by walking through time minute by minute and looking at the clocks of a zone: no croner, no search.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::random::Random;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What the clocks show, field by field.
#[derive(Clone, Copy)]
struct Shown {
    fields: [u8; 5],
    /// Whether they have shown it, or something later, before.
    is_again: bool,
}

/// All minutes of a zone from one moment to another.
pub(super) struct Calendar {
    from: Timestamp,
    minutes: Vec<Shown>,
    /// What the clocks have skipped right before a minute.
    gaps: BTreeMap<usize, Vec<Shown>>,
    /// Where the clocks show each minute of the hour.
    at: Vec<Vec<usize>>,
}

impl Calendar {
    pub(super) fn walk(zone: &TimeZone, from: Timestamp, until: Timestamp) -> Self {
        // What the clocks showed a day before is enough to know what they repeat.
        let mut now = from - SignedDuration::from_hours(25);
        let (mut latest, mut before): (Option<DateTime>, Option<Offset>) = (None, None);
        let (minutes, gaps, at) = (Vec::new(), BTreeMap::new(), vec![Vec::new(); 60]);
        let mut calendar = Self { from, minutes, gaps, at };
        while now <= until {
            let offset = zone.to_offset(now);
            let time = offset.to_datetime(now);
            let is_again = latest.is_some_and(|latest| time <= latest);
            let mut gap = Vec::new();
            // Where the clocks only run nothing is skipped.
            if before.replace(offset) != Some(offset) {
                let mut skipped = latest.unwrap_or(time) + MINUTE;
                while skipped < time {
                    gap.push(shown(skipped, false));
                    skipped += MINUTE;
                }
            }
            latest = latest.max(Some(time));
            if now >= from {
                if !gap.is_empty() {
                    calendar.gaps.insert(calendar.minutes.len(), gap);
                }
                let shown = shown(time, is_again);
                calendar.at[usize::from(shown.fields[0])].push(calendar.minutes.len());
                calendar.minutes.push(shown);
            }
            now += MINUTE;
        }
        calendar
    }

    /// When an expression is due: one at a pace whenever the clocks show it; at a fixed time once, and right after a gap. None where that
    /// is too often.
    pub(super) fn due(&self, expression: &Expression, limit: usize) -> Option<Vec<Timestamp>> {
        if expression.about(self.minutes.len() / 1_440) > 2 * limit {
            return None;
        }
        let is_due = |place: &usize| {
            let shown = &self.minutes[*place];
            let gap = self.gaps.get(place).filter(|_| !expression.is_pace);
            expression.matches(shown) && (expression.is_pace || !shown.is_again)
                || gap.is_some_and(|gap| gap.iter().any(|skipped| expression.matches(skipped)))
        };
        let minutes = (0..60).filter(|minute| expression.values[0] >> minute & 1 == 1);
        let places = minutes.flat_map(|minute| &self.at[minute]).chain(self.gaps.keys());
        let places: BTreeSet<usize> = places.copied().filter(is_due).collect();
        let moment = |place| self.from + SignedDuration::from_mins(i64::try_from(place).unwrap());
        let due: Vec<Timestamp> = places.into_iter().map(moment).collect();
        Some(due).filter(|due| due.len() <= limit)
    }
}

fn shown(time: DateTime, is_again: bool) -> Shown {
    let weekday = time.weekday().to_sunday_zero_offset();
    let fields = [time.minute(), time.hour(), time.day(), time.month(), weekday];
    Shown { fields: fields.map(|field| u8::try_from(field).unwrap()), is_again }
}

/// A random expression: as text, and as what it means.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) text: String,
    /// The values of each field, a bit each.
    values: [u64; 5],
    is_pace: bool,
    either_day: bool,
}

/// Minute, hour, day of month, month, weekday.
const RANGES: [(u8, u8); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

impl Expression {
    pub(super) fn random(random: &mut Random) -> Self {
        // Single minutes and hours, so that most are due some times a day; hours are around those where clocks change.
        let minute = if random.one_in(4) { field(random, 0) } else { one(random, 0, 59) };
        let hour = match random.within(1, 4) {
            1 => one(random, 0, 3),
            2 => one(random, 0, 23),
            _ => field(random, 1),
        };
        let all = |index: usize| ("*".to_owned(), bits(RANGES[index].0, RANGES[index].1, 1));
        let (day, weekday) = match random.within(1, 7) {
            1..=3 => (all(2), all(4)),
            4 => (field(random, 2), all(4)),
            5 | 6 => (all(2), field(random, 4)),
            _ => (field(random, 2), field(random, 4)),
        };
        let month = if random.one_in(6) { field(random, 3) } else { all(3) };
        let fields = [minute, hour, day, month, weekday];
        let starred = |index: usize| fields[index].0.starts_with('*');
        Self {
            is_pace: starred(0) || starred(1),
            either_day: fields[2].0 != "*" && fields[4].0 != "*",
            values: [0, 1, 2, 3, 4].map(|index| fields[index].1),
            text: fields.map(|(text, _)| text).join(" "),
        }
    }

    /// About how often it is due in so many days.
    fn about(&self, days_of_calendar: usize) -> usize {
        let [minutes, hours, days, months, weekdays] =
            self.values.map(|values| values.count_ones() as usize);
        let of_days = if self.either_day { days * 7 + weekdays * 31 } else { days * weekdays };
        minutes * hours * months * of_days * days_of_calendar / (12 * 31 * 7)
    }

    fn matches(&self, shown: &Shown) -> bool {
        let has = |index: usize| self.values[index] >> shown.fields[index] & 1 == 1;
        let day = if self.either_day { has(2) || has(4) } else { has(2) && has(4) };
        has(0) && has(1) && has(3) && day
    }
}

fn bits(first: u8, last: u8, step: usize) -> u64 {
    (first..=last).step_by(step).fold(0, |bits, value| bits | 1 << value)
}

fn one(random: &mut Random, first: i64, last: i64) -> (String, u64) {
    let value = random.within(first, last);
    (value.to_string(), 1 << value)
}

/// A field as the tests of due times have them: all values, a list, a range or steps.
fn field(random: &mut Random, index: usize) -> (String, u64) {
    let (min, max) = RANGES[index];
    let (first, last) = (i64::from(min), i64::from(max));
    match random.within(1, 9) {
        1..=3 => ("*".to_owned(), bits(min, max, 1)),
        4..=6 => {
            let count = random.within(1, 4);
            let values: Vec<_> = (0..count).map(|_| one(random, first, last)).collect();
            let text = values.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(",");
            (text, values.iter().fold(0, |bits, (_, value)| bits | value))
        }
        7 => {
            let (a, b) = (random.within(first, last), random.within(first, last));
            let (a, b, step) = (a.min(b), a.max(b), random.within(1, 5));
            let [begin, end] = [a, b].map(|value| u8::try_from(value).unwrap());
            (format!("{a}-{b}/{step}"), bits(begin, end, usize::try_from(step).unwrap()))
        }
        _ => {
            let step = random.within(2, (last - first) / 2);
            (format!("*/{step}"), bits(min, max, usize::try_from(step).unwrap()))
        }
    }
}
