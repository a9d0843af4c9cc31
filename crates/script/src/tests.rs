//! Whole scripts, offline and against the simulator.

mod api;
mod checks;
mod definitions;
mod errors;
mod examples;
mod failures;
mod language;
mod limits;
mod needs;
mod operations;
mod parallel;
mod support;
