//! The crate `cron` as a second opinion, where both must agree: in UTC, with weekdays by name, and not both days restricted.

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::brute_force::{Field, day, field};
use super::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn cron_agrees_in_utc(
        minute in field(0, 59),
        hour in field(0, 23),
        month in field(1, 12),
        (day, weekday) in day(),
        start in 1_700_000_000_i64..2_000_000_000,
    ) {
        let names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
        let weekday = match weekday.text.as_str() {
            "*" => "*".to_owned(),
            _ => weekday.values.iter().map(|value| names[usize::from(*value)]).collect::<Vec<_>>().join(","),
        };
        let Field { text: day, .. } = day;
        let expression = format!("{} {} {day} {} {weekday}", minute.text, hour.text, month.text);
        // 31 November and its like: `cron` ends without a word.
        let Ok(ours) = Schedule::parse(&expression) else { return Ok(()) };
        let theirs = cron::Schedule::from_str(&format!("0 {expression}")).unwrap();
        let from = Timestamp::from_second(start).unwrap();
        let theirs: Vec<i64> = theirs
            .after(&DateTime::<Utc>::from_timestamp(start, 0).unwrap())
            .map(|due| due.timestamp())
            .take(30)
            .collect();
        let mut found = Vec::new();
        let mut last = from;
        while let Some(due) = ours.next_after(&TimeZone::UTC, last).filter(|_| found.len() < theirs.len()) {
            found.push(due.as_second());
            last = due;
        }
        prop_assert_eq!(found, theirs, "{}", expression);
    }
}
