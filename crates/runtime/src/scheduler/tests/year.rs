//! A year of a thousand schedules in twelve zones, due time by due time against a calculation of its own: with processes that end, clocks
//! that are wrong, and people who pause, edit and remove. `SCHEDULE_YEARS=50 cargo nextest run -p pianoroll-runtime more_years` plays more.

mod agenda;
mod calendar;
mod oracle;
mod play;
mod random;
mod timeline;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{Fate, Occurrence, OccurrenceFilter, RunFilter, Trigger};

use super::stage::at;
use oracle::Oracle;
use play::{Play, Played, play};
use timeline::{Deed, Moment};
use world::{World, ZONES};

/// A tenth of the thousand, for a year.
fn a_year(seed: u64) -> Play {
    let (from, until) = (at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"));
    Play { seed, schedules: 100, from, until, acts: 900, on_disk: false }
}

/// Each hundred has four zones, so that all twelve are there more than once; a calendar of a year takes its time.
fn four_zones(seed: usize) -> Vec<&'static str> {
    ZONES.iter().cycle().skip(4 * seed).step_by(5).take(4).copied().collect()
}

async fn check(plan: &Play, zones: Vec<&'static str>, often: usize) {
    // Clocks are wrong by three weeks at most.
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let mut world = World::new(zones, (plan.from - days(7), plan.until + days(45)), often);
    let played = play(plan, &mut world).await;
    let all = played.backend.occurrences(&OccurrenceFilter::default()).await.unwrap();
    let mut rows: BTreeMap<String, BTreeMap<Timestamp, Occurrence>> = BTreeMap::new();
    for row in all {
        let before = rows.entry(row.schedule.clone()).or_default().insert(row.due, row);
        assert_eq!(before, None);
    }
    let mut counts: BTreeMap<Fate, usize> = BTreeMap::new();
    for (number, name) in played.names.iter().enumerate() {
        let found = rows.remove(name).unwrap_or_default();
        every_due_time_has_a_row(&world, &played, number, &found);
        let mut oracle = Oracle::new(&world, plan.seed, number, name);
        oracle.tell(&played.moments);
        same(&format!("seed {} {name}", plan.seed), &oracle, &found, || story(&played, number));
        found.values().for_each(|row| *counts.entry(row.fate).or_default() += 1);
    }
    assert!(rows.is_empty(), "{rows:?}");
    every_run_is_of_one_row(&played).await;
    // A year in which little happens would show little.
    for fate in [Fate::Fired, Fate::Skipped, Fate::Missed, Fate::Paused] {
        assert!(counts.get(&fate).is_some_and(|count| *count > 5), "{counts:?}");
    }
    eprintln!("seed {}: {} moments, {counts:?}", plan.seed, played.moments.len());
}

/// What is, and what ought to be.
fn same(
    what: &str,
    oracle: &Oracle<'_>,
    found: &BTreeMap<Timestamp, Occurrence>,
    story: impl Fn() -> String,
) {
    let due: BTreeSet<_> = found.keys().chain(oracle.rows.keys()).collect();
    for due in due {
        let (row, expected) = (found.get(due), oracle.rows.get(due));
        let is_same = match (row, expected) {
            (Some(row), Some(expected)) => {
                row.fate == expected.fate
                    && row.starts == expected.starts
                    && row.reason.contains(expected.says)
                    && row.reason.is_empty() == expected.says.is_empty()
            }
            _ => false,
        };
        assert!(is_same, "{what}: {due} is {row:#?}, ought to be {expected:#?}\n{}", story());
    }
}

/// What was done to a schedule, and where the clock was set back.
fn story(played: &Played, number: usize) -> String {
    let mut story = String::new();
    let mut before = Timestamp::MIN;
    for Moment { now, deeds, looks } in &played.moments {
        if *now < before {
            writeln!(story, "{before} the clock is set back to {now}").unwrap();
        }
        before = *now;
        for (_, deed) in deeds.iter().filter(|(of, _)| *of == number) {
            let looks = if *looks { "" } else { ", and nobody looks" };
            writeln!(story, "{now} {deed:?}{looks}").unwrap();
        }
    }
    story
}

/// Without the oracle: nothing is left out since the due times of a schedule have changed last, whatever the clock has shown.
fn every_due_time_has_a_row(
    world: &World,
    played: &Played,
    number: usize,
    found: &BTreeMap<Timestamp, Occurrence>,
) {
    let mut stands = None;
    for moment in &played.moments {
        for (_, deed) in moment.deeds.iter().filter(|(of, _)| *of == number) {
            stands = match (deed, stands.take()) {
                (Deed::Put(new), Some((since, old))) if new.is_due_like(old) => Some((since, new)),
                (Deed::Put(new), _) => Some((moment.now, new)),
                (Deed::Remove, _) => None,
                (Deed::Pause | Deed::Resume, before) => before,
            };
        }
    }
    let Some((since, definition)) = stands else { return };
    let last = played.moments.last().unwrap().now;
    for due in world.due(definition).iter().filter(|due| **due > since && **due <= last) {
        assert!(found.contains_key(due), "{} has no fate at {due}", played.names[number]);
    }
}

async fn every_run_is_of_one_row(played: &Played) {
    let runs = played.backend.runs(&RunFilter::default()).await.unwrap();
    let mut made = BTreeMap::new();
    for run in runs {
        let Trigger::Schedule { schedule, due } = run.new.trigger else { panic!("{run:?}") };
        assert_eq!(made.insert((schedule, due), run.new.id), None, "fires once");
    }
    let fired = OccurrenceFilter { fates: vec![Fate::Fired], ..OccurrenceFilter::default() };
    let fired = played.backend.occurrences(&fired).await.unwrap();
    let fired = fired.into_iter().map(|row| ((row.schedule, row.due), row.run.unwrap()));
    assert_eq!(fired.collect::<BTreeMap<_, _>>(), made);
}

macro_rules! years {
    ($($name:ident $seed:literal)*) => {
        $(#[tokio::test]
        async fn $name() {
            check(&a_year($seed), four_zones($seed), 400).await;
        })*
    };
}

// Ten times a hundred schedules: tests run side by side.
years! {
    the_first_hundred 1
    the_second_hundred 2
    the_third_hundred 3
    the_fourth_hundred 4
    the_fifth_hundred 5
    the_sixth_hundred 6
    the_seventh_hundred 7
    the_eighth_hundred 8
    the_ninth_hundred 9
    the_tenth_hundred 10
}

#[tokio::test]
async fn more_years() {
    let count = std::env::var("SCHEDULE_YEARS").ok().and_then(|count| count.parse().ok());
    for seed in 0..count.unwrap_or(0_u64) {
        check(&a_year(1_000 + seed), ZONES.to_vec(), 400).await;
    }
}

#[tokio::test]
async fn half_a_year_in_which_apia_has_lost_a_day() {
    let (from, until) = (at("2011-09-01T00:00Z"), at("2012-03-01T00:00Z"));
    let plan = Play { from, until, schedules: 60, acts: 300, ..a_year(2011) };
    check(&plan, vec!["Pacific/Apia", "America/Sao_Paulo", "Australia/Lord_Howe"], 400).await;
}

#[tokio::test]
async fn a_month_on_disk() {
    let (from, until) = (at("2026-03-01T00:00Z"), at("2026-04-01T00:00Z"));
    let plan = Play { from, until, schedules: 50, acts: 120, on_disk: true, ..a_year(77) };
    check(&plan, four_zones(0), 60).await;
}
