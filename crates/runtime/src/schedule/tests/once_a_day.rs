//! Daily schedules are due exactly once on each day of a zone.

use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;

/// Times of day at and around where clocks change.
const DAILY: [&str; 14] = [
    "0 0 * * *",
    "15 0 * * *",
    "30 0 * * *",
    "59 0 * * *",
    "0 1 * * *",
    "30 1 * * *",
    "45 1 * * *",
    "0 2 * * *",
    "15 2 * * *",
    "30 2 * * *",
    "0 3 * * *",
    "30 3 * * *",
    "0 12 * * *",
    "59 23 * * *",
];

#[test]
fn a_fixed_time_is_due_once_a_day_in_every_zone() {
    let (first, end) = (date(2026, 1, 1), date(2027, 1, 1));
    let mut days = 0;
    for name in ZONES {
        let zone = zone(name).unwrap();
        let from = first.to_zoned(zone.clone()).unwrap().timestamp();
        let until = end.to_zoned(zone.clone()).unwrap().timestamp();
        for expression in DAILY {
            let schedule = Schedule::parse(expression).unwrap();
            let mut counted = BTreeMap::new();
            for due in schedule.due(&zone, from).take_while(|due| *due < until) {
                *counted.entry(zone.to_datetime(due).date()).or_insert(0) += 1;
            }
            for day in first.series(jiff::Span::new().days(1)).take_while(|day| *day < end) {
                assert_eq!(counted.get(&day), Some(&1), "{name} {expression} {day}");
                days += 1;
            }
        }
    }
    assert_eq!(days, 13 * 14 * 365);
}
