//! Every rule by an example: what comes of due times, and why.

mod change;
mod clock;
mod daylight_saving;
mod late;
mod overlap;
mod trouble;

use super::stage::{RETAG, Stage, at, run};
use crate::schedule::{CatchUp, Overlap};
use crate::scheduler::Definition;

/// Every hour in UTC.
fn hourly() -> Definition {
    Definition::new("0 * * * *", "UTC")
}
