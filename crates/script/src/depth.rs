//! How deep values nest, looked at so cheaply that it can be done all the time.

use std::collections::HashSet;

use rhai::{Dynamic, FnPtr};

/// How deep values may nest: far beyond any document, far below what the stack bears.
pub(crate) const MOST: usize = 1000;

/// How many elements of a list or map are looked into, at either end.
const AT_EITHER_END: usize = 8;

/// How many values are looked at in all.
const VALUES: usize = 2 * MOST;

/// Whether a value nests too deeply, as far as a short look can tell: it goes down first, and sees the ends of what is long.
pub(crate) fn exceeds(value: &Dynamic) -> bool {
    Look { left: VALUES, closures: HashSet::new() }.goes_below(value, MOST)
}

struct Look {
    left: usize,
    // By address: a closure that calls itself has captured itself, and has no end.
    closures: HashSet<*const FnPtr>,
}

impl Look {
    fn goes_below(&mut self, value: &Dynamic, levels: usize) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        let Some(levels) = levels.checked_sub(1) else { return true };
        // What is locked is in use in this moment, and looked at another time.
        if let Ok(items) = value.as_array_ref() {
            let behind = items.len().saturating_sub(AT_EITHER_END).max(AT_EITHER_END);
            let mut ends = items.iter().take(AT_EITHER_END).chain(items.iter().skip(behind));
            return ends.any(|item| self.goes_below(item, levels));
        }
        if let Ok(map) = value.as_map_ref() {
            let behind = map.len().saturating_sub(AT_EITHER_END).min(AT_EITHER_END);
            let mut ends = map.values().take(AT_EITHER_END).chain(map.values().rev().take(behind));
            return ends.any(|item| self.goes_below(item, levels));
        }
        let Some(function) = value.read_lock::<FnPtr>() else { return false };
        self.closures.insert(std::ptr::from_ref(&*function))
            && function.iter_curry().any(|captured| self.goes_below(captured, levels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(levels: usize) -> Dynamic {
        (0..levels).fold(Dynamic::UNIT, |inner, _| Dynamic::from_array(vec![1.into(), inner]))
    }

    #[test]
    fn deep_values_are_told_from_long_ones() {
        assert!(!exceeds(&nested(MOST - 1)));
        assert!(exceeds(&nested(MOST)));
        assert!(!exceeds(&Dynamic::from_array(vec![nested(3); 100_000])));
    }
}
