//! Whole scripts, offline and against the simulator.

mod api;
mod checks;
mod definitions;
mod errors;
mod examples;
mod language;
mod limits;
mod parallel;
mod support;
