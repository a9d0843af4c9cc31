//! Schedules over time: no clock but the test's.

mod book;
mod crash;
mod stage;
mod year;
