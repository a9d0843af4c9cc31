//! When something is due: a crontab expression, read in a time zone.
//!
//! - [`Schedule`]: the expression, checked; and the due times that follow from it.
//! - [`zone()`]: time zones by their IANA names.
//! - [`ClockChange`]: what a change of the clocks does to a due time, for people.
//! - [`jittered`]: spreads what is due at the same moment.
//! - [`CatchUp`], [`Overlap`]: what becomes of a due time that is noticed late, or while another run is under way.
//!
//! Nothing here asks what time it is, or keeps anything: every function answers the same for the same arguments.

mod clock_change;
mod due;
mod error;
mod field;
mod jitter;
mod parse;
mod policy;
mod zone;

#[cfg(test)]
mod tests;

use std::fmt;

use croner::Cron;

pub use clock_change::ClockChange;
pub use error::ScheduleError;
pub use jitter::jittered;
pub use policy::{CatchUp, Overlap};
pub use zone::{UnknownZone, zone};

/// A checked crontab expression. It knows no zone: the same schedule is read in many.
///
/// Five fields, in this order: minute, hour, day of month, month, day of week. Each is `*`, a value, a range, or a list of them, and
/// ranges and `*` may have a step (`*/15`, `9-17/2`). A range may run past the end of its field (`FRI-MON`, `22-4`). Months and
/// weekdays have names (`JAN`, `MON`); Sunday is `0` and `7`. The day of the month also takes `L` (the last one), `LW` (the last from Monday to
/// Friday) and `15W` (from Monday to Friday, nearest to the 15th); the weekday takes `MON#2` (the second of the month) and `FRIL` (the
/// last). Where both days are restricted, either is enough, as in every crontab. `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`,
/// `@yearly` and `@annually` stand for whole expressions.
#[derive(Clone)]
pub struct Schedule {
    expression: String,
    // Walks the calendar, where every day has 24 hours; `due` maps that to a zone.
    cron: Cron,
    is_interval: bool,
}

impl Schedule {
    /// Checks an expression.
    ///
    /// # Errors
    /// Where it cannot be read, asks for something finer than minutes or for years, or is never due: with the place and, where there
    /// is one, what to write.
    pub fn parse(expression: &str) -> Result<Self, ScheduleError> {
        parse::schedule(expression)
    }

    /// The expression as it was written.
    #[must_use]
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Whether it is paced by the clock (`*/15 * * * *`, `0 * * * *`) and not due at fixed times of a day: its minutes or hours begin with a
    /// `*`, which is where crontab(5) draws the line. Changes of the clocks move fixed times, and leave a pace as it is.
    #[must_use]
    pub fn is_interval(&self) -> bool {
        self.is_interval
    }
}

/// Schedules of one expression are equal; what is due decides nothing.
impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

impl Eq for Schedule {}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schedule").field(&self.expression).finish()
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expression)
    }
}
