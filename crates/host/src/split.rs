//! A list that is longer than one call takes becomes several calls.
//!
//! Nothing is dropped, added or made unique: the parts one after the other are the list. An empty list is no call at all.

use std::collections::HashMap;

use pianoroll_api::operation::Shape;
use serde_json::Value;

use crate::check::size;

/// The bytes that a part's items may have as the guest wrote them. The rest of the 5 MB is for the wrapping.
const MAX_PART_BYTES: usize = 4_500_000;

/// What wrapping adds to an item, at most: types, keys and braces, also of attributes that become documents of their own.
const WRAPPING_BYTES: usize = 240;

/// The parts of a list, each within what one call takes: by number, and by bytes. The order is kept, but for groups:
/// those of a list that needs several parts are put together, so that a group is only cut where it is longer than a call.
pub(crate) fn split(shape: Shape, items: Vec<Value>) -> Vec<Vec<Value>> {
    let Some(max) = shape.max() else { return vec![items] };
    let max = max.max(1) as usize;
    let fits = |items: &[Value]| items.len() <= max && bytes_fit(items);
    if items.is_empty() {
        return Vec::new();
    }
    if fits(&items) {
        return vec![items];
    }
    match shape {
        Shape::Groups { by, .. } => pack(grouped(items, by), max),
        _ => pack(items.into_iter().map(|item| vec![item]).collect(), max),
    }
}

fn cost(item: &Value) -> usize {
    size::exact(item) + WRAPPING_BYTES
}

/// The common case, ids, is told without looking at each.
fn bytes_fit(items: &[Value]) -> bool {
    let mut bytes = 0;
    items.iter().all(|item| {
        bytes += match item {
            Value::String(id) => id.len() * 6 + WRAPPING_BYTES,
            other => cost(other),
        };
        bytes <= MAX_PART_BYTES
    })
}

/// Items with the same value of an attribute, put together in the order of their first.
fn grouped(items: Vec<Value>, by: &str) -> Vec<Vec<Value>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<Vec<Value>> = Vec::new();
    for item in items {
        // Maps are sorted by key, so that the same value always gives the same text.
        let key = item.get(by).map(Value::to_string).unwrap_or_default();
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(item);
    }
    groups
}

/// Fills parts with whole groups; one that fits into no part is cut.
fn pack(groups: Vec<Vec<Value>>, max: usize) -> Vec<Vec<Value>> {
    let mut parts: Vec<Vec<Value>> = Vec::new();
    let mut part: Vec<Value> = Vec::new();
    let mut bytes = 0;
    for group in groups {
        let costs: Vec<usize> = group.iter().map(cost).collect();
        let whole: usize = costs.iter().sum();
        let fits = part.len() + group.len() <= max && bytes + whole <= MAX_PART_BYTES;
        let fits_alone = group.len() <= max && whole <= MAX_PART_BYTES;
        if !fits && fits_alone && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            bytes = 0;
        }
        for (item, cost) in group.into_iter().zip(costs) {
            if !part.is_empty() && (part.len() == max || bytes + cost > MAX_PART_BYTES) {
                parts.push(std::mem::take(&mut part));
                bytes = 0;
            }
            bytes += cost;
            part.push(item);
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const GROUPS: Shape = Shape::Groups {
        container: "events-bulk-create",
        outer: "event-bulk-create",
        by: "profile",
        list: "events",
        item: "event",
        max: 4,
    };

    fn check(shape: Shape, items: Value, expected: Expect) {
        let Value::Array(items) = items else { panic!("a list") };
        let parts: Vec<String> =
            split(shape, items).into_iter().map(|part| Value::Array(part).to_string()).collect();
        expected.assert_eq(&parts.join("\n"));
    }

    #[test]
    fn ids_are_cut_in_order() {
        let shape = Shape::Identifiers { max: 2 };
        check(shape, json!([]), expect![""]);
        check(shape, json!(["a", "b"]), expect![[r#"["a","b"]"#]]);
        check(
            shape,
            json!(["a", "b", "a", "c", "d"]),
            expect![[r#"
                ["a","b"]
                ["a","c"]
                ["d"]"#]],
        );
    }

    fn events(text: &str) -> Value {
        text.split_whitespace()
            .map(|word| json!({ "profile": word[..1], "n": word[1..] }))
            .collect()
    }

    #[test]
    fn a_profiles_events_stay_together_as_far_as_a_call_takes_them() {
        let short = |parts: Vec<Vec<Value>>| -> String {
            let word = |event: &Value| {
                format!("{}{}", event["profile"].as_str().unwrap(), event["n"].as_str().unwrap())
            };
            let parts =
                parts.iter().map(|part| part.iter().map(word).collect::<Vec<_>>().join(" "));
            parts.collect::<Vec<_>>().join(" | ")
        };
        let check = |text: &str, expected: Expect| {
            let Value::Array(items) = events(text) else { panic!("a list") };
            expected.assert_eq(&short(split(GROUPS, items)));
        };
        check("a1 b1 a2 b2", expect!["a1 b1 a2 b2"]);
        check("a1 b1 a2 b2 a3", expect!["a1 a2 a3 | b1 b2"]);
        check("a1 a2 b1 b2 c1", expect!["a1 a2 b1 b2 | c1"]);
        check("a1 b1 b2 b3 b4 b5 b6 c1", expect!["a1 b1 b2 b3 | b4 b5 b6 c1"]);
    }

    #[test]
    fn a_part_also_keeps_within_the_bytes_of_a_body() {
        let item = || json!({ "text": "x".repeat(1_000_000) });
        let shape = Shape::Items { container: "profiles", item: "profile", max: 10_000 };
        let parts = split(shape, (0..10).map(|_| item()).collect());
        assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 2]);
    }

    proptest! {
        #[test]
        fn parts_of_a_list_are_the_list(ids in proptest::collection::vec("[a-c]{1,2}", 0..40), max in 1_u32..9) {
            let items: Vec<Value> = ids.into_iter().map(Value::from).collect();
            let parts = split(Shape::Identifiers { max }, items.clone());
            prop_assert!(parts.iter().all(|part| !part.is_empty() && part.len() <= max as usize));
            // No call more than needed.
            prop_assert_eq!(parts.len(), items.len().div_ceil(max as usize));
            prop_assert_eq!(parts.concat(), items);
        }

        #[test]
        fn parts_of_groups_hold_each_event_once_and_in_its_profiles_order(
            profiles in proptest::collection::vec("[a-d]", 0..40),
        ) {
            let items: Vec<Value> = profiles.iter().enumerate()
                .map(|(n, profile)| json!({ "profile": { "email": profile }, "n": n })).collect();
            let parts = split(GROUPS, items.clone());
            prop_assert!(parts.iter().all(|part| !part.is_empty() && part.len() <= 4));
            let joined = parts.concat();
            for profile in ["a", "b", "c", "d"] {
                let of = |items: &[Value]| -> Vec<Value> {
                    items.iter().filter(|item| item["profile"]["email"] == profile).cloned().collect()
                };
                prop_assert_eq!(of(&joined), of(&items));
            }
            prop_assert_eq!(joined.len(), items.len());
        }
    }
}
