//! Schedules over time: no clock but the test's.

mod book;
mod stage;
mod year;
