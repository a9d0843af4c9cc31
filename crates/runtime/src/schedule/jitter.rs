//! Spreads what is due at the same moment.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

/// When a due time is really begun: up to `jitter` later (never exactly that much), in whole milliseconds.
///
/// The same name and due time always answer the same, on every machine and after every restart; names spread evenly. Two due times of
/// one schedule may change places where `jitter` is longer than the time between them. A jitter below a millisecond, or a negative
/// one, changes nothing.
#[must_use]
pub fn jittered(name: &str, due: Timestamp, jitter: SignedDuration) -> Timestamp {
    let range = u64::try_from(jitter.as_millis()).unwrap_or_default();
    let mut hash = Sha256::new();
    // The due time has a fixed length, so no two pairs look alike.
    hash.update(due.as_nanosecond().to_be_bytes());
    hash.update(name.as_bytes());
    let digest = hash.finalize();
    let drawn = digest.iter().take(8).fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    // 64 bits against at most some days: the first values are not measurably likelier.
    let late = drawn.checked_rem(range).unwrap_or_default();
    let late = SignedDuration::from_millis(i64::try_from(late).unwrap_or_default());
    due.checked_add(late).unwrap_or(due)
}
