//! The document of a success: read once from end to end as any reader will read it, so that nobody finds out later that it
//! cannot be read. No value is built.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::credential::Credential;

/// Checks a document, and answers its bytes: as they came, but for what no reader could take or must see.
///
/// - Half of a surrogate pair, which some servers write where a text was cut inside an emoji, becomes U+FFFD. Otherwise one
///   such name would make a page of a hundred profiles unreadable.
/// - The key is taken out, also where a server wrote it with escapes.
///
/// # Errors
/// What is not JSON, or is nested deeper or holds larger numbers than can be read.
pub(super) fn check(body: &Bytes, credential: &Credential) -> Result<Bytes, serde_json::Error> {
    let text = String::from_utf8_lossy(body);
    match is_key_escaped(&text, credential) {
        Ok(false) => Ok(body.clone()),
        Ok(true) => without_key(&text, credential),
        Err(error) => match whole_pairs(&text) {
            Cow::Borrowed(_) => Err(error),
            Cow::Owned(text) => match is_key_escaped(&text, credential)? {
                false => Ok(text.into()),
                true => without_key(&text, credential),
            },
        },
    }
}

/// Reads all of a text, and tells whether one of its strings is the key in escapes.
fn is_key_escaped(text: &str, credential: &Credential) -> Result<bool, serde_json::Error> {
    let found = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Whole { credential, found: &found }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(found.get())
}

fn without_key(text: &str, credential: &Credential) -> Result<Bytes, serde_json::Error> {
    // Written anew, nothing that fits into a key is escaped but for `"` and `\`, which the replacement knows.
    let value: Value = serde_json::from_str(text)?;
    Ok(scrubbed(value, credential).to_string().into())
}

fn scrubbed(value: Value, credential: &Credential) -> Value {
    match value {
        Value::String(text) => Value::String(credential.scrub(text)),
        Value::Array(items) => items.into_iter().map(|item| scrubbed(item, credential)).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(name, value)| (credential.scrub(name), scrubbed(value, credential)))
            .collect(),
        other => other,
    }
}

/// The text with U+FFFD for every half of a surrogate pair; borrowed where there is none.
fn whole_pairs(text: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    // Backslashes stand in strings only, so that it does not matter where those begin.
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        let unit = unit(text, at);
        let is_pair = matches!(unit, Some(0xd800..=0xdbff))
            && matches!(self::unit(text, at + 6), Some(0xdc00..=0xdfff));
        let length = match unit {
            None => 2,
            Some(_) if is_pair => 12,
            Some(0xd800..=0xdfff) => {
                repaired.push_str(text.get(copied..at).unwrap_or_default());
                repaired.push_str("\\ufffd");
                copied = at + 6;
                6
            }
            Some(_) => 6,
        };
        at += length;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(repaired)
}

/// The code unit of an escape such as `\ud83d` at an offset.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// Any value, read and thrown away. Unlike `serde::de::IgnoredAny` it reads what it skips: depth, numbers and escapes.
#[derive(Clone, Copy)]
struct Whole<'c> {
    credential: &'c Credential,
    found: &'c Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    // A string without an escape: the key would have been found in the bytes.
    fn visit_borrowed_str<E>(self, _: &'de str) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.credential.is_in(text) {
            self.found.set(true);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while entries.next_key_seed(self)?.is_some() {
            entries.next_value_seed(self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn credential() -> Credential {
        Credential::new("mk_live_0123456789".to_owned()).unwrap()
    }

    fn found(text: &str) -> String {
        match check(&Bytes::from(text.to_owned()), &credential()) {
            Ok(body) => String::from_utf8(body.to_vec()).unwrap(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn what_passes_can_be_read_and_nothing_else_passes() {
        let check = |text: &str, expected: Expect| expected.assert_eq(&found(text));
        check(
            r#"{"a": [1, -2.5e3, "\u00e9\n", null, true]}"#,
            expect![[r#"{"a": [1, -2.5e3, "\u00e9\n", null, true]}"#]],
        );
        check(r#"{"v": 1e999}"#, expect!["error: number out of range at line 1 column 11"]);
        check(
            &("[".repeat(200) + &"]".repeat(200)),
            expect!["error: recursion limit exceeded at line 1 column 128"],
        );
        check("{} {}", expect!["error: trailing characters at line 1 column 4"]);
        check(
            "{\"a\": \"\u{1}\"}",
            expect![
                "error: control character (\\u0000-\\u001F) found while parsing a string at line 1 column 8"
            ],
        );
    }

    #[test]
    fn half_an_emoji_does_not_cost_the_page() {
        let check = |text: &str, expected: Expect| expected.assert_eq(&found(text));
        check(
            r#"["\ud83d", "\ud83d\ude00", "\ude00\ud83d", "\\ud83d", "\uD83Dx"]"#,
            expect![[r#"["\ufffd", "\ud83d\ude00", "\ufffd\ufffd", "\\ud83d", "\ufffdx"]"#]],
        );
        check(r#"["\ud83d\ud83d\ude00"]"#, expect![[r#"["\ufffd\ud83d\ude00"]"#]]);
        check(r#"["\ud83d"#, expect!["error: EOF while parsing a string at line 1 column 8"]);
    }

    #[test]
    fn the_key_is_found_behind_escapes() {
        let escaped: String =
            "mk_live_0123456789".chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        assert_eq!(
            found(&format!(r#"{{"k{escaped}":["{escaped}!"]}}"#)),
            r#"{"k[key]":["[key]!"]}"#
        );
        assert_eq!(found(&format!(r#"["\ud83d{escaped}"]"#)), "[\"\u{fffd}[key]\"]");
    }

    proptest! {
        #[test]
        fn what_passes_is_read_by_everybody(text in r#"[\[\]{}:,"a\\ud83e0-9.\-é ]{0,24}"#) {
            let body = Bytes::from(text);
            if let Ok(body) = check(&body, &credential()) {
                prop_assert!(serde_json::from_slice::<Value>(&body).is_ok());
            } else {
                prop_assert!(serde_json::from_slice::<Value>(&body).is_err());
            }
        }

        #[test]
        fn strings_pass_whatever_escapes_they_hold(units in proptest::collection::vec(0xd7ff_u16..=0xe000, 0..8)) {
            let text: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let body = check(&Bytes::from(format!("\"{text}\"")), &credential()).unwrap();
            let read: String = serde_json::from_slice(&body).unwrap();
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }
    }
}
