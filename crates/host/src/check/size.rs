//! How many bytes a value has as JSON, without writing it.

use std::io;

use serde_json::Value;

/// The bytes of a value as compact JSON.
pub(crate) fn exact(value: &Value) -> usize {
    let mut counter = Counter(0);
    // A counter takes everything, and a `Value` always serialises.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

/// Whether a value has more than `limit` bytes as compact JSON. Small values are told by a quick look.
pub(crate) fn exceeds(value: &Value, limit: usize) -> bool {
    at_most(value) > limit && exact(value) > limit
}

/// A bound that is never too small: every character escaped at its longest.
fn at_most(value: &Value) -> usize {
    match value {
        // The longest number is a negative float with a long exponent.
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
        Value::String(text) => text.len() * 6 + 2,
        Value::Array(items) => items.iter().map(|item| at_most(item) + 1).sum::<usize>() + 2,
        Value::Object(map) => {
            map.iter().map(|(key, value)| key.len() * 6 + 4 + at_most(value)).sum::<usize>() + 2
        }
    }
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn bytes_are_counted_as_they_are_written() {
        let value = json!({ "a": ["ü", "\n", 1.5, -3, null, true], "b": {} });
        assert_eq!(exact(&value), value.to_string().len());
        assert!(exceeds(&value, value.to_string().len() - 1));
        assert!(!exceeds(&value, value.to_string().len()));
    }

    proptest! {
        #[test]
        fn the_quick_look_is_never_too_small(text in ".*", number in any::<f64>(), whole in any::<i64>()) {
            let value = json!({ text.clone(): [text, number, whole, [], {}] });
            prop_assert!(at_most(&value) >= exact(&value));
        }
    }
}
