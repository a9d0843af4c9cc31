//! A stable sort whose comparison may fail, and may contradict itself: the standard library's panics at that.

use std::cmp::Ordering;

/// Puts items in order by merging. An error of a comparison ends it, and leaves the items as they stood.
pub(crate) fn sort<T, E>(
    items: &mut Vec<T>,
    mut compare: impl FnMut(&T, &T) -> Result<Ordering, E>,
) -> Result<(), E> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    let mut merged = Vec::with_capacity(items.len());
    let mut width = 1;
    while width < items.len() {
        merged.clear();
        for pair in order.chunks(width * 2) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
                // An equal one of the right side stays behind, so that equal ones stay as they stood.
                let is_greater = match (items.get(*first), items.get(*second)) {
                    (Some(first), Some(second)) => compare(first, second)?.is_gt(),
                    _ => false,
                };
                if is_greater {
                    merged.push(*second);
                    right = right_rest;
                } else {
                    merged.push(*first);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut order, &mut merged);
        width *= 2;
    }
    let mut taken: Vec<Option<T>> = std::mem::take(items).into_iter().map(Some).collect();
    items.extend(order.into_iter().filter_map(|index| taken.get_mut(index)?.take()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(mut items in prop::collection::vec((0_u8..8, any::<u8>()), 0..200)) {
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            sort(&mut items, |left, right| Ok::<_, ()>(left.0.cmp(&right.0))).unwrap();
            prop_assert_eq!(items, expected);
        }

        #[test]
        fn a_comparison_that_contradicts_itself_loses_nothing(mut items in prop::collection::vec(any::<u8>(), 0..200), answers in any::<u64>()) {
            let mut before = items.clone();
            let mut answers = std::iter::successors(Some(answers), |seed| Some(seed.wrapping_mul(6364136223846793005).wrapping_add(1)));
            sort(&mut items, |_, _| Ok::<_, ()>(if answers.next().unwrap() >> 63 == 0 { Ordering::Less } else { Ordering::Greater })).unwrap();
            before.sort_unstable();
            items.sort_unstable();
            prop_assert_eq!(items, before);
        }

        #[test]
        fn a_comparison_that_fails_leaves_all_as_it_stood(items in prop::collection::vec(any::<u8>(), 2..50)) {
            let mut sorted = items.clone();
            prop_assert_eq!(sort(&mut sorted, |_, _| Err("no")), Err("no"));
            prop_assert_eq!(sorted, items);
        }
    }
}
