//! A run is killed at any point, started again, and finished: every effect has happened, none that must not be repeated has happened
//! twice without an operator's word, and the account is what an undisturbed run leaves.
//!
//! Each test visits some points, spread evenly. `PIANOROLL_SWEEP=all` visits all of them, `PIANOROLL_SWEEP=N` about N of each kind;
//! a failure says how to visit just that point.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "crash_sweep/answers.rs"]
mod answers;
#[path = "crash_sweep/backup.rs"]
mod backup;
#[path = "crash_sweep/damage.rs"]
mod damage;
#[path = "crash_sweep/occurrences.rs"]
mod occurrences;
#[path = "crash_sweep/requests.rs"]
mod requests;
#[path = "crash_sweep/writes.rs"]
mod writes;

/// Where the shim is compiled to.
const TARGET: &str = env!("CARGO_TARGET_TMPDIR");
