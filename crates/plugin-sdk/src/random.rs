//! Chance. A repeated run sees the same; every function takes a fixed number of draws.

use std::ops::Range;

use crate::host;

/// Any of the 64-bit numbers.
#[must_use]
pub fn next() -> u64 {
    host::random()
}

/// A number from 0 up to but not 1.
#[must_use]
pub fn float() -> f64 {
    // The 53 bits that a float between them holds.
    (next() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A whole number of a range, each as likely to 1 in 2^64.
///
/// # Panics
/// The range is empty.
#[must_use]
pub fn range(range: Range<i64>) -> i64 {
    assert!(range.start < range.end, "the range {range:?} is empty");
    let width = range.end.wrapping_sub(range.start) as u64;
    let drawn = (u128::from(next()) * u128::from(width)) >> 64;
    range.start.wrapping_add(drawn as i64)
}

/// Whether something of this chance (0 to 1) happens.
#[must_use]
pub fn chance(chance: f64) -> bool {
    float() < chance
}

/// One of several; nothing where there are none.
#[must_use]
pub fn choose<T>(list: &[T]) -> Option<&T> {
    if list.is_empty() { None } else { list.get(range(0..list.len() as i64) as usize) }
}

/// Brings a list into any order.
pub fn shuffle<T>(list: &mut [T]) {
    for last in (1..list.len()).rev() {
        list.swap(last, range(0..last as i64 + 1) as usize);
    }
}
