//! Plays a year: the scheduler, its journal, a clock that is not always right, people, and processes that end.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{Backend, Memory, Sqlite};
use pianoroll_model::{Outcome, RunId};

use super::super::stage::{create, finish, run, wanted};
use super::agenda::{Act, Agenda};
use super::random::Random;
use super::timeline::{Deed, Moment, fortune};
use super::world::{World, policies};
use crate::scheduler::{Begin, Scheduler, Wanted};

/// What is played.
pub(super) struct Play {
    pub(super) seed: u64,
    pub(super) schedules: usize,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    /// How often something happens that people or machines do, in a year.
    pub(super) acts: i64,
    pub(super) on_disk: bool,
}

/// A year as it was.
pub(super) struct Played {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) names: Vec<String>,
    pub(super) moments: Vec<Moment>,
    _folder: tempfile::TempDir,
}

struct Open {
    schedule: usize,
    run: RunId,
    ends: usize,
    outcome: Outcome,
}

struct Player<'a> {
    play: &'a Play,
    world: &'a mut World,
    random: Random,
    played: Played,
    scheduler: Scheduler,
    wanted: BTreeMap<String, Wanted>,
    /// What the clock shows beyond what it should.
    wrong: SignedDuration,
    /// The newest moment that it has shown.
    newest: Timestamp,
    open: Vec<Open>,
    runs: usize,
}

pub(super) async fn play(play: &Play, world: &mut World) -> Played {
    let folder = tempfile::tempdir().unwrap();
    let backend: Arc<dyn Backend> = match play.on_disk {
        true => Arc::new(Sqlite::open(folder.path()).await.unwrap()),
        false => Arc::new(Memory::new()),
    };
    let names: Vec<String> =
        (0..play.schedules).map(|number| format!("a{}/c{}", number / 3, number % 3)).collect();
    let scheduler = Scheduler::open(Arc::clone(&backend), play.from).await.unwrap();
    let mut player = Player {
        play,
        world,
        random: Random(play.seed),
        played: Played { backend, names, moments: Vec::new(), _folder: folder },
        scheduler,
        wanted: BTreeMap::new(),
        wrong: SignedDuration::ZERO,
        newest: play.from,
        open: Vec::new(),
        runs: 0,
    };
    player.year().await;
    player.played
}

impl Player<'_> {
    async fn year(&mut self) {
        let mut deeds = Vec::new();
        for schedule in 0..self.play.schedules {
            let definition = self.world.random(&mut self.random);
            deeds.push((schedule, Deed::Put(policies(definition, &mut self.random))));
        }
        self.moment(self.play.from, deeds, true).await;
        let Play { from, until, acts, .. } = *self.play;
        let mut agenda = Agenda::random(&mut self.random, (from, until), acts);
        // What a right clock shows.
        let mut real = from;
        while real < until {
            let wake = self.scheduler.next_wake().await.map(|wake| wake - self.wrong);
            let act = agenda.next_at().unwrap_or(until);
            let at = wake.map_or(act, |wake| wake.min(act)).clamp(real, until);
            real = match self.random.within(1, 30) {
                // A machine that is busy; and one that looks though there is nothing.
                1 => at + SignedDuration::from_millis(self.random.within(1, 90_000)),
                2 => at.min(real + SignedDuration::from_mins(1)),
                _ => at,
            };
            match agenda.take(real) {
                None => self.moment(real, Vec::new(), true).await,
                Some(Act::Stall(length)) => real += length,
                Some(Act::Down(length)) => {
                    real += length;
                    self.open_again(real).await;
                }
                Some(Act::Clock { wrong, until }) => {
                    self.wrong = wrong;
                    agenda.add(real + until, Act::ClockIsRight);
                }
                Some(Act::ClockIsRight) => self.wrong = SignedDuration::ZERO,
                Some(Act::People) => {
                    let deeds = self.deeds(real).await;
                    // Somebody may come before anybody has looked at a clock that was set.
                    let looks = self.random.one_in(2);
                    self.moment(real, deeds, looks).await;
                }
            }
        }
        self.wrong = SignedDuration::ZERO;
        self.moment(real.max(self.newest), Vec::new(), true).await;
    }

    fn now(&self, real: Timestamp) -> Timestamp {
        real + self.wrong
    }

    async fn open_again(&mut self, real: Timestamp) {
        let now = self.now(real);
        if self.play.on_disk {
            self.played.backend.shut().await.unwrap();
            let folder = self.played._folder.path();
            // The scheduler has the old one, and with it the lock of the folder.
            let nothing: Arc<dyn Backend> = Arc::new(Memory::new());
            self.scheduler = Scheduler::open(Arc::clone(&nothing), now).await.unwrap();
            self.played.backend = nothing;
            self.played.backend = Arc::new(Sqlite::open(folder).await.unwrap());
        }
        let backend = Arc::clone(&self.played.backend);
        self.scheduler = Scheduler::open(backend, now).await.unwrap();
    }

    /// What people do to some schedules at one moment, each its own.
    async fn deeds(&mut self, real: Timestamp) -> Vec<(usize, Deed)> {
        let states = self.scheduler.states().await.unwrap();
        let mut deeds = BTreeMap::new();
        for _ in 0..self.random.within(1, 4) {
            let schedule = self.random.within(0, i64::try_from(self.play.schedules).unwrap() - 1);
            let schedule = usize::try_from(schedule).unwrap();
            let name = &self.played.names[schedule];
            let state = states.iter().find(|state| state.record.name == *name);
            let deed = match (state, self.random.within(1, 8)) {
                // What comes back while a clock is behind is another schedule, and its rows are not looked at.
                (None, _) if self.now(real) < self.newest => continue,
                (None, _) => Deed::Put(self.world.random(&mut self.random)),
                (Some(state), 1..=5) if state.record.paused.is_some() => Deed::Resume,
                (Some(_), 1..=2) => Deed::Put(self.world.random(&mut self.random)),
                (Some(state), 3..=5) => {
                    Deed::Put(policies(state.definition.clone(), &mut self.random))
                }
                (Some(_), 6) => Deed::Remove,
                (Some(_), _) => Deed::Pause,
            };
            deeds.insert(schedule, deed);
        }
        deeds.into_iter().collect()
    }

    async fn moment(&mut self, real: Timestamp, deeds: Vec<(usize, Deed)>, looks: bool) {
        let now = self.now(real);
        self.newest = self.newest.max(now);
        for (schedule, deed) in &deeds {
            self.deed(*schedule, deed, now).await;
        }
        let index = self.played.moments.len();
        self.played.moments.push(Moment { now, deeds, looks });
        if looks {
            let turn = self.scheduler.tick(now).await.unwrap();
            for begin in turn.begin {
                self.begin(&begin, index, now).await;
            }
            for open in self.open.iter_mut().filter(|open| turn.cancel.contains(&open.run)) {
                (open.ends, open.outcome) = (index, Outcome::Cancelled);
            }
        }
        let (ended, open) = self.open.drain(..).partition(|open| open.ends <= index);
        self.open = open;
        for Open { schedule, run, outcome, .. } in ended {
            finish(&*self.played.backend, &run, outcome, now).await.unwrap();
            let (automation, connection) = self.played.names[schedule].split_once('/').unwrap();
            let ended = self.scheduler.ended(automation, connection, &run, outcome, now).await;
            ended.unwrap();
        }
    }

    async fn deed(&mut self, schedule: usize, deed: &Deed, now: Timestamp) {
        let name = self.played.names[schedule].clone();
        match deed {
            Deed::Put(definition) => {
                self.wanted.extend([wanted(&name, definition.clone())]);
                self.scheduler.edit(&self.wanted, Vec::new(), now).await.unwrap();
            }
            Deed::Remove => {
                self.wanted.remove(&name);
                self.scheduler.edit(&self.wanted, Vec::new(), now).await.unwrap();
            }
            Deed::Pause => self.scheduler.pause(&[name], "", now).await.unwrap(),
            Deed::Resume => self.scheduler.resume(&[name], now).await.unwrap(),
        }
    }

    async fn begin(&mut self, begin: &Begin, index: usize, now: Timestamp) {
        self.runs += 1;
        let id = run(&format!("r{}", self.runs));
        let made = create(&*self.played.backend, begin, &id, now).await.unwrap();
        assert_eq!(made, None, "{begin:?} fires twice");
        self.scheduler.begun(&begin.schedule, begin.due, &id).await;
        let schedule = self.played.names.iter().position(|name| *name == begin.schedule).unwrap();
        let (moments, outcome) = fortune(self.play.seed, schedule, begin.due);
        self.open.push(Open { schedule, run: id, ends: index + moments, outcome });
    }
}
