//! Due times by walking through time minute by minute, with a matcher of the test's own: no croner, no search, no offsets.

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use proptest::prelude::*;

use super::*;

/// A field as text and as what it means.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) text: String,
    pub(super) values: BTreeSet<u8>,
}

/// A random field of numbers.
pub(super) fn field(min: u8, max: u8) -> impl Strategy<Value = Field> {
    let list = prop::collection::btree_set(min..=max, 1..5).prop_map(|values| {
        let text = values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        Field { text, values }
    });
    let range = (min..=max, min..=max, 1..6_u8).prop_map(|(a, b, step)| {
        let (first, last) = (a.min(b), a.max(b));
        let text = format!("{first}-{last}/{step}");
        Field { text, values: (first..=last).step_by(step.into()).collect() }
    });
    let steps = (2..=(max - min) / 2).prop_map(move |step| {
        let values = (min..=max).step_by(step.into()).collect();
        Field { text: format!("*/{step}"), values }
    });
    prop_oneof![3 => Just(all(min, max)), 3 => list, 1 => range, 2 => steps]
}

fn all(min: u8, max: u8) -> Field {
    Field { text: "*".to_owned(), values: (min..=max).collect() }
}

/// Day of month and weekday, of which one at most is restricted.
pub(super) fn day() -> impl Strategy<Value = (Field, Field)> {
    prop_oneof![
        Just((all(1, 31), all(0, 6))),
        field(1, 31).prop_map(|day| (day, all(0, 6))),
        field(0, 6).prop_map(|weekday| (all(1, 31), weekday)),
    ]
}

#[derive(Clone, Debug)]
struct Fields {
    minute: Field,
    hour: Field,
    day: Field,
    month: Field,
    weekday: Field,
}

impl Fields {
    fn text(&self) -> String {
        let Self { minute, hour, day, month, weekday } = self;
        format!("{} {} {} {} {}", minute.text, hour.text, day.text, month.text, weekday.text)
    }

    fn matches(&self, time: DateTime) -> bool {
        let has = |field: &Field, value: i8| field.values.contains(&u8::try_from(value).unwrap());
        let day = has(&self.day, time.day());
        let weekday = has(&self.weekday, time.weekday().to_sunday_zero_offset());
        let is_either = self.day.text != "*" && self.weekday.text != "*";
        has(&self.minute, time.minute())
            && has(&self.hour, time.hour())
            && has(&self.month, time.month())
            && (if is_either { day || weekday } else { day && weekday })
    }

    /// Every due time of a stretch of time.
    fn walk(&self, zone: &TimeZone, from: Timestamp, minutes: i64) -> Vec<Timestamp> {
        let is_pace = self.minute.text.starts_with('*') || self.hour.text.starts_with('*');
        let minute = SignedDuration::from_mins(1);
        let mut due = Vec::new();
        // The latest that the clocks have shown. A day before is enough to know what they repeat.
        let mut latest = DateTime::MIN;
        for index in -1500..minutes {
            let now = from + SignedDuration::from_mins(index);
            let time = zone.to_datetime(now);
            let mut skipped = latest.saturating_add(minute);
            let mut is_due = self.matches(time) && (is_pace || time > latest);
            while !is_pace && latest > DateTime::MIN && skipped < time {
                is_due |= self.matches(skipped);
                skipped += minute;
            }
            latest = latest.max(time);
            if is_due && index >= 0 {
                due.push(now);
            }
        }
        due
    }
}

fn fields() -> impl Strategy<Value = Fields> {
    // Half of the minutes and hours are plain, so that fixed times are as frequent as paces.
    let one = |min: u8, max: u8| {
        (min..=max).prop_map(|value| Field { text: value.to_string(), values: [value].into() })
    };
    let time = prop_oneof![
        (field(0, 59), field(0, 23)),
        (one(0, 59), one(0, 3)),
        (prop_oneof![one(0, 59), field(0, 59)], prop_oneof![one(0, 3), one(22, 23), field(0, 23)]),
    ];
    let month = prop_oneof![4 => Just(all(1, 12)), 1 => field(1, 12)];
    // Both days restricted, too.
    let day = prop_oneof![3 => Just((all(1, 31), all(0, 6))), 1 => day(), 1 => (field(1, 31), field(0, 6))];
    (time, day, month).prop_map(|((minute, hour), (day, weekday), month)| Fields {
        minute,
        hour,
        day,
        month,
        weekday,
    })
}

/// A moment some hours before or after a change of the clocks, where there is one.
fn near_a_change() -> impl Strategy<Value = (&'static str, Timestamp)> {
    let hours = -72..24_i64;
    (prop::sample::select(ZONES.to_vec()), 0..60_usize, hours).prop_map(|(name, index, hours)| {
        let begin = at("2009-06-01T00:00:00Z");
        let zone = zone(name).unwrap();
        let change = zone.following(begin).nth(index).map_or(begin, |change| change.timestamp());
        (name, change + SignedDuration::from_hours(hours))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn due_times_are_those_of_a_walk_through_time(
        fields in fields(),
        (name, from) in near_a_change(),
    ) {
        let text = fields.text();
        // 31 November and its like.
        let Ok(schedule) = Schedule::parse(&text) else { return Ok(()) };
        let zone = zone(name).unwrap();
        let minutes = 5 * 24 * 60;
        let until = from + SignedDuration::from_mins(minutes);
        let found: Vec<Timestamp> =
            schedule.due(&zone, from).take_while(|due| *due < until).collect();
        prop_assert_eq!(&found, &fields.walk(&zone, from, minutes), "{} in {}", text, name);
        prop_assert!(found.is_sorted_by(|one, next| one < next));
        // Asking anew after each gives the same: a restart changes nothing.
        let mut last = from - SignedDuration::from_nanos(1);
        for due in found {
            prop_assert_eq!(schedule.next_after(&zone, last), Some(due));
            last = due;
        }
    }
}
