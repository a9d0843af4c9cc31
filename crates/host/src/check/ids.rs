//! The ids of the path.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use pianoroll_api::operation::Route;

use super::Mistakes;

/// The longest id, in bytes. Far beyond the API's own ids; far below what servers take as a URL.
pub const MAX_ID_BYTES: usize = 1024;

pub(super) fn check(route: Route, ids: &[String], mistakes: &mut Mistakes) {
    let mut wanted = 0;
    for (index, name) in route.ids().enumerate() {
        wanted += 1;
        match ids.get(index) {
            None => mistakes.missing(name, "missing: the id has to be given"),
            Some(id) => {
                if let Err(message) = stays_in_its_segment(id) {
                    mistakes.say(name, message);
                }
            }
        }
    }
    if ids.len() > wanted {
        let takes = match wanted {
            0 => "takes none".to_owned(),
            _ => {
                let names: Vec<&str> = route.ids().collect();
                format!("takes {wanted} ({})", names.join(", "))
            }
        };
        mistakes.say("ids", format!("{takes}, and {} were given", ids.len()));
    }
}

/// Whether an id, once in a path, is one segment of it and nothing else: for the gateway, and for a proxy that decodes it once
/// more. `?` and `#` are encoded, so they may be there.
pub(crate) fn stays_in_its_segment(id: &str) -> Result<(), String> {
    if id.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    if id.len() > MAX_ID_BYTES {
        return Err(format!("is {} bytes long; an id has at most {MAX_ID_BYTES}", id.len()));
    }
    leaves(id)?;
    // Some proxies decode a path twice.
    if id.contains('%') {
        let decoded: Cow<'_, str> = percent_decode_str(id).decode_utf8_lossy();
        leaves(&decoded)?;
    }
    Ok(())
}

fn leaves(id: &str) -> Result<(), String> {
    if id == "." || id == ".." {
        return Err(format!("`{id}` would leave its place in the path"));
    }
    match id.chars().find(|character| matches!(character, '/' | '\\') || character.is_control()) {
        None => Ok(()),
        Some(character) if character.is_control() => {
            Err(format!("holds the control character U+{:04X}", u32::from(character)))
        }
        Some(character) => {
            Err(format!("holds `{character}`, so it would leave its place in the path"))
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    fn check(id: &str, expected: Expect) {
        expected.assert_eq(&match stays_in_its_segment(id) {
            Ok(()) => "fine".to_owned(),
            Err(message) => message,
        });
    }

    #[test]
    fn an_id_is_one_segment() {
        check("01GDDKASAP8TKDDA2GRZDSVP4H", expect!["fine"]);
        check("$custom:::$default:::PROD-001", expect!["fine"]);
        check("what? #1 at 100%", expect!["fine"]);
        check("a..b", expect!["fine"]);
        check("Grüße", expect!["fine"]);
        check("", expect!["is empty"]);
        check(" \t", expect!["is empty"]);
        check(".", expect!["`.` would leave its place in the path"]);
        check("..", expect!["`..` would leave its place in the path"]);
        check("../lists", expect!["holds `/`, so it would leave its place in the path"]);
        check("a\\b", expect![[r"holds `\`, so it would leave its place in the path"]]);
        check("a\nb", expect!["holds the control character U+000A"]);
        check("a\u{7f}", expect!["holds the control character U+007F"]);
        check("%2e%2E", expect!["`..` would leave its place in the path"]);
        check("a%2fb", expect!["holds `/`, so it would leave its place in the path"]);
        check("a%00", expect!["holds the control character U+0000"]);
        check(&"x".repeat(1025), expect!["is 1025 bytes long; an id has at most 1024"]);
    }

    // What a URL library makes of the path is what a server will see.
    fn segments_after_encoding(id: &str) -> Vec<String> {
        let encoded: String =
            percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).collect();
        let mut segments: Vec<String> = Vec::new();
        for segment in format!("api/profiles/{encoded}/lists").split('/') {
            match percent_decode_str(segment).decode_utf8_lossy().as_ref() {
                "." => {}
                ".." => drop(segments.pop()),
                plain => segments.extend(plain.split(['/', '\\']).map(str::to_owned)),
            }
        }
        segments
    }

    proptest! {
        #[test]
        fn what_passes_stays_one_segment_however_it_is_decoded(id in r"[a-z./\\%?# \x00-\x1f25efc]{0,12}") {
            if stays_in_its_segment(&id).is_ok() {
                let once = segments_after_encoding(&id);
                prop_assert_eq!(once.len(), 4, "{:?}", &once);
                prop_assert_eq!(&once[2], &id);
                let decoded = percent_decode_str(&id).decode_utf8_lossy().into_owned();
                prop_assert_eq!(segments_after_encoding(&decoded).len(), 4);
            }
        }

        #[test]
        fn what_would_leave_never_passes(before in "[a-z]{0,4}", bad in r"[/\\\x00-\x1f\x7f]", after in "[a-z]{0,4}") {
            let id = format!("{before}{bad}{after}");
            prop_assert!(stays_in_its_segment(&id).is_err());
        }
    }
}
