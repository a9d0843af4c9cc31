//! A project that is served: the real binary as `pianoroll serve`, a simulator for it, and what the journal holds of it.

mod past;
mod process;
mod receiver;
mod station;
mod wire;

use std::time::Duration;

use pianoroll_gateway::SystemClock;
use pianoroll_model::Clock as _;

pub use past::Past;
pub use process::Serving;
pub use receiver::{Receiver, Told};
pub use station::Station;
pub use wire::{Answered, ask};

/// How long a test waits for a state at most, in looks of some milliseconds: a guard against what never comes.
const PATIENCE: u32 = 6_000;

/// Looks until there is something to see.
///
/// # Panics
/// Where that never comes.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let clock = SystemClock::new();
    for _ in 0..PATIENCE {
        if let Some(seen) = look().await {
            return seen;
        }
        clock.sleep(Duration::from_millis(10)).await;
    }
    panic!("never seen: {what}")
}
