//! What schedules there can be, and when each is due: by the calendar.

use std::collections::HashMap;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::calendar::{Calendar, Expression};
use super::random::Random;
use crate::schedule::{CatchUp, Overlap, Schedule};
use crate::scheduler::Definition;

pub(super) const ZONES: [&str; 12] = [
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Europe/London",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "Asia/Tokyo",
    "UTC",
    "America/Sao_Paulo",
];

pub(super) struct World {
    zones: Vec<&'static str>,
    calendars: HashMap<&'static str, Calendar>,
    /// Due times by expression and zone.
    due: HashMap<(String, String), Rc<Vec<Timestamp>>>,
    /// How often schedules are due at most, and a busy one.
    limits: (usize, usize),
}

impl World {
    /// `often` is how often a schedule is due at most; one in fifty may be due ten times as often.
    pub(super) fn new(
        zones: Vec<&'static str>,
        (from, until): (Timestamp, Timestamp),
        often: usize,
    ) -> Self {
        let calendar = |name: &&'static str| {
            let zone = crate::schedule::zone(name).unwrap();
            (*name, Calendar::walk(&zone, from, until))
        };
        let calendars = zones.iter().map(calendar).collect();
        Self { zones, calendars, due: HashMap::new(), limits: (often, 10 * often) }
    }

    pub(super) fn due(&self, definition: &Definition) -> Rc<Vec<Timestamp>> {
        Rc::clone(&self.due[&(definition.cron.clone(), definition.zone.clone())])
    }

    pub(super) fn random(&mut self, random: &mut Random) -> Definition {
        let limit = if random.one_in(50) { self.limits.1 } else { self.limits.0 };
        loop {
            let zone = *random.one_of(&self.zones);
            let expression = Expression::random(random);
            // What is due too often would only take time; 31 November and its like are refused.
            if let Some(due) = self.calendars[zone].due(&expression, limit)
                && Schedule::parse(&expression.text).is_ok()
            {
                let definition = Definition::new(&expression.text, zone);
                self.due.insert((expression.text, zone.to_owned()), Rc::new(due));
                return policies(definition, random);
            }
        }
    }
}

/// The same due times with other policies.
pub(super) fn policies(definition: Definition, random: &mut Random) -> Definition {
    let minutes = [0, 1, 30, 120, 1_440, 10_080];
    let jitter = match random.within(1, 3) {
        1 => SignedDuration::from_secs(random.within(1, 4 * 3_600)),
        _ => SignedDuration::ZERO,
    };
    Definition {
        jitter,
        catch_up: *random.one_of(&CatchUp::ALL),
        window: SignedDuration::from_mins(*random.one_of(&minutes)),
        overlap: *random.one_of(&Overlap::ALL),
        pause_after: random.one_in(3).then_some(2),
        ..definition
    }
}
