//! Texts that a program wrote, without what may lead to a person or an account.
//!
//! Two nets: what the run itself has sent, asked for or was given is known, and is replaced wherever it is repeated; and what looks
//! like an address, an id or a long number is replaced whether it is known or not. Names that a program has read somewhere and that
//! nothing recorded keeps are caught by neither: whoever sends a report reads it first.

use std::collections::HashSet;

use serde_json::Value;

use crate::fixtures::Mask;

/// The longest known value that is looked for, in bytes: longer ones are texts, and not names.
const LONGEST: usize = 64;

/// The most words of a known value that is looked for.
const MOST_WORDS: usize = 6;

/// A known value of fewer characters is too common to mean anything.
const SHORTEST: usize = 3;

/// The most known values: beyond them, no text can be vouched for.
const MOST: usize = 300_000;

/// Endings of host names that tell one from `profiles.get` and `index.js`.
const HOSTS: [&str; 16] = [
    "com", "net", "org", "io", "co", "shop", "store", "app", "dev", "de", "uk", "fr", "eu", "us",
    "ca", "au",
];

/// Replaces, and knows what the run has dealt with.
#[derive(Default)]
pub(super) struct Words {
    mask: Mask,
    known: HashSet<String>,
    /// Whether there were more values than are looked for.
    overflowed: bool,
}

impl Words {
    /// Remembers every text and every number of a value, names of fields left out.
    pub(super) fn know(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.know_text(text),
            Value::Number(number) => {
                let text = number.to_string();
                // Small numbers are counts.
                if text.len() > SHORTEST {
                    self.know_text(&text);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.know(item)),
            Value::Object(map) => map.values().for_each(|value| self.know(value)),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// The same for JSON; what is none is a text.
    pub(super) fn know_json(&mut self, bytes: &[u8]) {
        match serde_json::from_slice(bytes) {
            Ok(value) => self.know(&value),
            Err(_) => self.know_text(&String::from_utf8_lossy(bytes)),
        }
    }

    pub(super) fn know_text(&mut self, text: &str) {
        let text = bare(text);
        let fits = (SHORTEST..=LONGEST).contains(&text.len());
        if !fits || tokens(text).count() > MOST_WORDS || is_vocabulary(text) {
            return;
        }
        if self.known.len() >= MOST {
            self.overflowed = true;
            return;
        }
        self.known.insert(text.to_lowercase());
    }

    /// Whether texts can be shown at all.
    pub(super) fn can_vouch(&self) -> bool {
        !self.overflowed
    }

    /// The stand-in of a whole text, which is never shown.
    pub(super) fn stand_in(&mut self, kind: &'static str, text: &str) -> String {
        self.mask.stand_in(kind, text)
    }

    /// A text without what leads to anybody.
    pub(super) fn masked(&mut self, text: &str) -> String {
        let runs: Vec<(usize, usize)> = runs(text).collect();
        let mut masked = String::with_capacity(text.len());
        let (mut at, mut index) = (0, 0);
        while let Some(&(start, end)) = runs.get(index) {
            masked.push_str(&text[at..start]);
            // The longest known value that begins here, whatever stands around it: `(Acme & Sons):` is that as well.
            let known = runs[index..].iter().take(MOST_WORDS).rposition(|&(_, end)| {
                let value = bare(&text[start..end]);
                value.len() <= LONGEST && self.known.contains(&value.to_lowercase())
            });
            match known {
                Some(further) => {
                    index += further;
                    let whole = &text[start..runs[index].1];
                    let value = bare(whole);
                    let (before, after) = whole.split_once(value).unwrap_or(("", ""));
                    let stand_in = self.mask.stand_in("value", &value.to_lowercase());
                    masked.extend([before, stand_in.as_str(), after]);
                    at = start + whole.len();
                }
                None => {
                    masked.push_str(&self.run(&text[start..end]));
                    at = end;
                }
            }
            index += 1;
        }
        masked.push_str(&text[at..]);
        masked
    }

    /// A run of characters without a space in it.
    fn run(&mut self, run: &str) -> String {
        let bare = bare(run);
        let kind = match bare {
            _ if run.contains('@') => "address",
            _ if run.contains("://") => "url",
            bare if is_host(bare) => "host",
            bare if bare.len() == 36 && bare.split('-').count() == 5 => "id",
            _ => return self.parts(run),
        };
        let (before, after) = run.split_once(bare).unwrap_or(("", ""));
        match kind {
            "address" | "url" => self.mask.stand_in(kind, run),
            _ => format!("{before}{}{after}", self.mask.stand_in(kind, bare)),
        }
    }

    /// A run part by part.
    fn parts(&mut self, run: &str) -> String {
        let mut masked = String::with_capacity(run.len());
        let mut at = 0;
        for (start, end) in tokens(run) {
            masked.push_str(&run[at..start]);
            let part = &run[start..end];
            let folded = part.to_lowercase();
            if self.known.contains(&folded) {
                masked.push_str(&self.mask.stand_in("value", &folded));
            } else if is_telling(part) {
                masked.push_str(&self.mask.stand_in("id", part));
            } else {
                masked.push_str(part);
            }
            at = end;
        }
        masked.push_str(&run[at..]);
        masked
    }
}

/// A text without what stands around its words.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Words of the API itself lead to nobody.
fn is_vocabulary(text: &str) -> bool {
    pianoroll_api::operation::find(text).is_some()
        || pianoroll_api::RESOURCES.iter().any(|resource| {
            resource.module == text
                || resource.kind == text
                || resource.attributes.iter().any(|attribute| attribute.name == text)
        })
}

fn is_host(text: &str) -> bool {
    let Some((rest, last)) = text.rsplit_once('.') else { return false };
    !rest.is_empty() && HOSTS.contains(&last.to_lowercase().as_str())
}

/// Whether a word looks like an id, a key or a telephone number: ids of the API have 6 or 26 letters and digits.
fn is_telling(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let count = word.chars().count();
    let letters = count - digits;
    if digits >= 7 {
        return true;
    }
    if digits > 0 && letters > 0 {
        // `409`, `v2` and `u64` stay.
        return count > 4;
    }
    let mut capitals = word.chars().skip(1).filter(|c| c.is_uppercase());
    letters > 0 && ((count == 6 && capitals.next().is_some()) || count >= 26)
}

/// What stands between spaces, each with its place.
fn runs(text: &str) -> impl Iterator<Item = (usize, usize)> {
    pieces(text, |c| !c.is_whitespace())
}

/// Letters and digits that stand together.
fn tokens(text: &str) -> impl Iterator<Item = (usize, usize)> {
    pieces(text, char::is_alphanumeric)
}

fn pieces(text: &str, is_inside: impl Fn(char) -> bool) -> impl Iterator<Item = (usize, usize)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(&is_inside)?;
        let length = text[start..].find(|c| !is_inside(c)).unwrap_or(text.len() - start);
        rest = start + length;
        Some((start, rest))
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_looks_like_somebody_is_replaced() {
        let check = |text: &str, expected: Expect| {
            expected.assert_eq(&Words::default().masked(text));
        };
        check(
            "to eve@example.org, again <eve@example.org>",
            expect!["to address-1 again address-2"],
        );
        check(
            "list Y6nRLr and TnVRwK, profile 01GDDKASAP8TKDDA2GRZDSVP4H.",
            expect!["list id-1 and id-2, profile id-3."],
        );
        check(
            "connection 21fd90f9-5935-43cd-b6c8-bde9d915ca80 at https://acme.example/x",
            expect!["connection id-1 at url-1"],
        );
        check(
            "call +49 15112345678 or shop.acme.com: 409, page 12 of v2 in index.js",
            expect!["call +49 id-1 or host-1: 409, page 12 of v2 in index.js"],
        );
        check(
            "profiles.get failed at main.rs:12\n\twasm function getProfiles <core::fmt::h0123456789abcdef>",
            expect![[r#"
                profiles.get failed at main.rs:12
                	wasm function getProfiles <core::fmt::id-1>"#]],
        );
        check("", expect![[r#""#]]);
    }

    #[test]
    fn what_the_run_has_dealt_with_is_replaced() {
        let mut words = Words::default();
        words.know(&json!({
            "first_name": "Eve", "company": "Smith & Sons Ltd", "amount": 12345, "count": 12, "type": "profile", "fields": ["email"]
        }));
        expect!["value-1 of value-2 paid value-3 in 12 parts; her email; (value-1)"].assert_eq(
            &words.masked("eve of Smith & Sons Ltd paid 12345 in 12 parts; her email; (Eve)"),
        );
        assert_eq!(words.masked("for (Smith & Sons Ltd): 3"), "for (value-2): 3");
        words.know_text("\"Plans!\"");
        assert_eq!(words.masked("list plans: 3"), "list value-4: 3");
        words.know_json(b"\"plain\"");
        assert_eq!(words.masked("plain text"), "value-5 text");
    }

    #[test]
    fn more_than_can_be_looked_for_is_told() {
        let mut words = Words::default();
        for number in 0..=MOST {
            words.know_text(&format!("value {number}"));
        }
        assert!(!words.can_vouch());
    }
}
