//! Texts of strangers: none of them steers a terminal, or reads otherwise than it is written.

/// The most characters of a stranger's text in a message.
const MOST_SHOWN: usize = 120;

/// Whether a text is one line that shows as it is written: no control characters, and none that are invisible or turn the
/// direction of reading.
pub(super) fn is_plain(text: &str) -> bool {
    !text.contains(misleads)
}

/// A stranger's text as a message may hold it: cut, and what misleads is taken out.
pub(crate) fn shown(text: &str) -> String {
    let shown: String =
        text.chars().take(MOST_SHOWN).map(|c| if misleads(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MOST_SHOWN).is_some() { format!("{shown}…") } else { shown }
}

fn misleads(c: char) -> bool {
    let invisible = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    );
    c.is_control() || invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_is_not_shown() {
        assert!(is_plain("Kundenliste für Ältere, 顧客 🎹"));
        for text in ["a\nb", "a\x1b[2J", "a\u{202e}b", "a\u{200b}b", "\u{9b}0m", "\u{e0041}"] {
            assert!(!is_plain(text), "{text:?}");
            assert!(is_plain(&shown(text)), "{text:?}");
        }
        assert_eq!(shown("a\x1bb"), "a\u{fffd}b");
        assert_eq!(shown(&"x".repeat(200)).chars().count(), MOST_SHOWN + 1);
    }
}
