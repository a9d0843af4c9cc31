//! Waiting.

use std::time::Duration;

use crate::{Error, host};

/// Pauses the run. A long pause parks it: the instance is ended, and the run goes on later by replay.
///
/// # Errors
/// What the host says.
pub fn pause(duration: Duration) -> Result<(), Error> {
    host::pause(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
