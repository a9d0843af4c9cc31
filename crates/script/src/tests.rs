//! Whole scripts, offline and against the simulator.

mod accounts;
mod api;
mod arguments;
mod arrays;
mod checks;
mod definitions;
mod durable;
mod errors;
mod examples;
mod failures;
mod files;
mod imports;
mod language;
mod limits;
mod mistakes;
mod needs;
mod notifications;
mod operations;
mod parallel;
mod support;
mod table;
mod times;
mod traps;
mod waiting;
