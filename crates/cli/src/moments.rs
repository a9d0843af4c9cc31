//! Moments as people read them: in UTC, as every log and every other listing has them.

use std::time::Duration;

use jiff::Timestamp;

/// `2026-11-25 16:49:00`, in UTC; the heading says so.
pub(crate) fn plain(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-11-25 16:49:00 UTC`
pub(crate) fn whole(moment: Timestamp) -> String {
    format!("{} UTC", plain(moment))
}

/// From one moment to another; nothing where a clock went backwards.
pub(crate) fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}
