//! The process ends at every single write, before it is made and after: whatever the next one finds, each due time comes to what it would
//! have come to anyway, and nothing fires twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{Backend, Fate, Memory, Occurrence, OccurrenceFilter, RunFilter, Trigger};
use pianoroll_model::{Outcome, RunId, Status};

use super::stage::{at, create, finish, wanted};
use crate::schedule::{CatchUp, Overlap};
use crate::scheduler::{Definition, Scheduler, SchedulerError, Wanted};

const NAMES: [&str; 4] = ["all/acme", "latest/acme", "other/acme", "none/acme"];

/// What happens in a day, in this order.
enum Act {
    Edit(BTreeMap<String, Wanted>),
    Look,
    /// The oldest open run of a schedule ends.
    End(&'static str, Outcome),
    Pause(&'static str),
    Resume(&'static str),
    Backfill(&'static str, Timestamp, Timestamp),
}

fn definitions() -> [Definition; 4] {
    let hourly = |minute: u8, catch_up, overlap| Definition {
        catch_up,
        overlap,
        ..Definition::new(&format!("{minute} * * * *"), "UTC")
    };
    [
        hourly(0, CatchUp::All, Overlap::Queue),
        Definition {
            jitter: SignedDuration::from_mins(25),
            ..hourly(10, CatchUp::Latest, Overlap::Skip)
        },
        hourly(20, CatchUp::Latest, Overlap::CancelOther),
        hourly(30, CatchUp::None, Overlap::Allow),
    ]
}

fn all(definitions: [Definition; 4]) -> BTreeMap<String, Wanted> {
    NAMES.into_iter().zip(definitions).map(|(name, definition)| wanted(name, definition)).collect()
}

/// A look every ten minutes from 8 to 20 o'clock, but for a time in which nobody looks; and what people and runs do between.
fn day() -> Vec<(Timestamp, Act)> {
    let time = |hour: i64, minute: i64| {
        at("2026-01-05T00:00Z") + SignedDuration::from_mins(60 * hour + minute)
    };
    let [of_all, of_latest, of_other, of_none] = definitions();
    let edited = [
        Definition { cron: "5 * * * *".to_owned(), ..of_all },
        Definition { jitter: SignedDuration::ZERO, ..of_latest },
        of_other,
        of_none,
    ];
    let mut gone = all(edited.clone());
    gone.remove("none/acme");
    let mut acts = vec![(time(8, 0), Act::Edit(all(definitions())))];
    // Nobody looks from 11:00 to 13:30.
    let looks = (0..72).map(|index| time(8, 10 * index));
    let looks = looks.filter(|look| *look <= time(11, 0) || *look >= time(13, 30));
    acts.extend(looks.map(|look| (look, Act::Look)));
    for hour in 8..20 {
        let outcome = if hour % 3 == 0 { Outcome::Failed } else { Outcome::Completed };
        acts.push((time(hour, 51), Act::End("all/acme", outcome)));
        acts.push((time(hour + hour % 2, 57), Act::End("latest/acme", Outcome::Completed)));
        acts.push((time(hour, 58), Act::End("none/acme", outcome)));
    }
    acts.extend([
        (time(10, 2), Act::Pause("latest/acme")),
        (time(10, 55), Act::Pause("other/acme")),
        (time(14, 5), Act::Resume("latest/acme")),
        (time(14, 25), Act::Resume("other/acme")),
        (time(15, 12), Act::Edit(all(edited.clone()))),
        (time(16, 3), Act::Backfill("none/acme", time(7, 0), time(9, 0))),
        (time(17, 3), Act::Edit(gone)),
        (time(18, 3), Act::Edit(all(edited))),
    ]);
    acts.sort_by_key(|(at, _)| *at);
    acts
}

struct Day {
    memory: Arc<Memory>,
    scheduler: Scheduler,
    crashes: usize,
}

impl Day {
    /// Lives a day in which the process ends after so many writes, with or without the next one, and another one begins later.
    async fn live(crash: Option<(u64, bool)>, later: SignedDuration) -> (Self, Option<Timestamp>) {
        let memory = Arc::new(Memory::new());
        let begin = day()[0].0;
        let scheduler = Scheduler::open(Arc::clone(&memory) as Arc<dyn Backend>, begin).await;
        let mut lived = Self { memory, scheduler: scheduler.unwrap(), crashes: 0 };
        if let Some((writes, made)) = crash {
            lived.memory.crash_after(writes, made);
        }
        let mut crashed = None;
        let mut now = begin;
        for (at, act) in day() {
            now = now.max(at);
            if lived.act(&act, now).await.is_err() {
                crashed = Some(now);
                lived.crashes += 1;
                now += later;
                lived.memory.revive();
                let backend = Arc::clone(&lived.memory) as Arc<dyn Backend>;
                lived.scheduler = Scheduler::open(backend, now).await.unwrap();
                // Whoever has got no answer does it again.
                lived.act(&act, now).await.unwrap();
            }
        }
        (lived, crashed)
    }

    async fn act(&self, act: &Act, now: Timestamp) -> Result<(), SchedulerError> {
        let names = |name: &str| [name.to_owned()];
        match act {
            Act::Edit(wanted) => self.scheduler.edit(wanted, Vec::new(), now).await,
            Act::Pause(name) => self.scheduler.pause(&names(name), "a sale", now).await,
            Act::Resume(name) => self.scheduler.resume(&names(name), now).await,
            Act::Backfill(name, from, to) => {
                self.scheduler.backfill(name, (*from, *to), now).await.map(|_| ())
            }
            Act::Look => self.look(now).await,
            Act::End(name, outcome) => match self.open(name).await.into_iter().next() {
                Some(run) => self.end(name, &run, *outcome, now).await,
                None => Ok(()),
            },
        }
    }

    /// Looks until nothing comes of it any more, as whoever runs the schedules does.
    async fn look(&self, now: Timestamp) -> Result<(), SchedulerError> {
        loop {
            let turn = self.scheduler.tick(now).await?;
            for begin in &turn.begin {
                let id = format!("{}-{}", begin.automation, begin.due.as_second());
                let id: RunId = id.parse().unwrap();
                let made = create(&*self.memory, begin, &id, now).await?;
                assert_eq!(made, None, "{begin:?} fires twice");
                self.scheduler.begun(&begin.schedule, begin.due, &id).await;
            }
            for run in &turn.cancel {
                for name in NAMES {
                    if self.open(name).await.contains(run) {
                        self.end(name, run, Outcome::Cancelled, now).await?;
                    }
                }
            }
            if turn.begin.is_empty() && turn.cancel.is_empty() {
                return Ok(());
            }
        }
    }

    async fn end(
        &self,
        name: &str,
        run: &RunId,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), SchedulerError> {
        finish(&*self.memory, run, outcome, now).await?;
        let (automation, connection) = name.split_once('/').unwrap();
        self.scheduler.ended(automation, connection, run, outcome, now).await.map(|_| ())
    }

    /// The open runs of a schedule, oldest first.
    async fn open(&self, name: &str) -> Vec<RunId> {
        let (automation, _) = name.split_once('/').unwrap();
        let status = vec![Status::Pending, Status::Running];
        let automation = Some(automation.to_owned());
        let filter = RunFilter { automation, status, ..RunFilter::default() };
        let runs = self.memory.runs(&filter).await.unwrap();
        runs.into_iter().rev().map(|run| run.new.id).collect()
    }

    async fn rows(&self) -> BTreeMap<(String, Timestamp), Occurrence> {
        let all = self.memory.occurrences(&OccurrenceFilter::default()).await.unwrap();
        all.into_iter().map(|row| ((row.schedule.clone(), row.due), row)).collect()
    }

    async fn every_run_has_its_row(&self) {
        let rows = self.rows().await;
        let fired = rows.values().filter(|row| row.fate == Fate::Fired).count();
        let runs = self.memory.runs(&RunFilter::default()).await.unwrap();
        assert_eq!(runs.len(), fired);
        for run in runs {
            let Trigger::Schedule { schedule, due } = run.new.trigger else { panic!("{run:?}") };
            assert_eq!(rows[&(schedule, due)].run, Some(run.new.id));
        }
    }
}

fn fates(
    rows: &BTreeMap<(String, Timestamp), Occurrence>,
) -> Vec<(&str, Timestamp, Fate, Timestamp)> {
    let fate = |row: &'_ Occurrence| (row.due, row.fate, row.starts);
    let named = rows.iter().map(|((name, _), row)| (name.as_str(), fate(row)));
    named.map(|(name, (due, fate, starts))| (name, due, fate, starts)).collect()
}

#[tokio::test]
async fn a_process_that_ends_anywhere_and_is_followed_at_once_changes_nothing() {
    let (undisturbed, _) = Day::live(None, SignedDuration::ZERO).await;
    undisturbed.every_run_has_its_row().await;
    let expected = undisturbed.rows().await;
    let count = |fate| expected.values().filter(|row| row.fate == fate).count();
    let of_each = [Fate::Fired, Fate::Skipped, Fate::Missed, Fate::Paused].map(count);
    assert!(of_each.iter().all(|count| *count > 1), "{of_each:?}");
    for made in [false, true] {
        for writes in 0.. {
            let (day, crashed) = Day::live(Some((writes, made)), SignedDuration::ZERO).await;
            if crashed.is_none() {
                assert!(writes > 100, "a day has many writes");
                break;
            }
            day.every_run_has_its_row().await;
            let found = day.rows().await;
            assert_eq!(fates(&found), fates(&expected), "after {writes} writes ({made})");
        }
    }
}

#[tokio::test]
async fn a_process_that_ends_anywhere_and_is_followed_later_makes_late_what_was_due_then() {
    let (undisturbed, _) = Day::live(None, SignedDuration::ZERO).await;
    let expected = undisturbed.rows().await;
    // Nobody looks for an hour and a half, so that something of each schedule comes due.
    let later = SignedDuration::from_mins(90);
    for made in [false, true] {
        for writes in 0.. {
            let (lived, crashed) = Day::live(Some((writes, made)), later).await;
            let Some(crashed) = crashed else { break };
            lived.every_run_has_its_row().await;
            let found = lived.rows().await;
            let what = format!("after {writes} writes ({made}), at {crashed}");
            // An edit that comes later has other due times of its own.
            let late = |at: &Timestamp| *at >= crashed && *at <= crashed + later;
            let edits = day().iter().any(|(at, act)| late(at) && matches!(act, Act::Edit(_)));
            for (key @ (name, due), row) in &expected {
                let found = found.get(key).map(|found| found.fate);
                assert!(edits || found.is_some(), "{what}: {name} {due} has no row");
                // What was decided before stays so, but for what had been missed and is filled in later.
                if row.decided < crashed && row.fate != Fate::Waiting {
                    assert_eq!(found, Some(row.fate), "{what}: {name} {due}");
                }
            }
        }
    }
}
