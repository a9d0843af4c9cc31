//! The text of a project file without what may be a secret. It is shown where the file has mistakes, so it takes any text.

use pianoroll_model::suggest;

use super::mistake::is_variable;
use super::source::is_file;

/// The text of a project file, as it may be shown: whoever writes `key = "…"` below `[credentials.main]`, or a URL behind `webhook =`, must not
/// find it in a log. Every character of what may be a secret becomes a `*`, so that all places stay where they are; names of
/// variables and files are none.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut place = Place::default();
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = place.secret_from(line).unwrap_or(line.len());
        let (open, secret) = line.split_at_checked(start).unwrap_or(("", line));
        shown.push_str(open);
        if !secret.is_empty() {
            place.mask(secret, &mut shown);
        }
    }
    shown
}

/// Tables whose every value may be a secret.
const SECTIONS: [&str; 3] = ["credentials", "notify", "serve"];

/// Keys that hold a secret, or say where it is.
const KEYS: [&str; 3] = ["webhook", "secret", "heartbeat"];

/// Keys beside secrets that hold none.
const PLAIN: [&str; 6] = ["on", "runs", "grace", "listen", "id", "param"];

/// How far the text was read.
#[derive(Default)]
struct Place {
    /// Within a table whose values may be secrets.
    within: bool,
    /// Within `[credentials]`, where nothing is plain.
    among_keys: bool,
    /// A secret goes on from the line before: up to these quotes, or up to as many brackets.
    quotes: Option<&'static str>,
    brackets: usize,
}

impl Place {
    /// Where in a line a secret may begin.
    fn secret_from(&mut self, line: &str) -> Option<usize> {
        if self.quotes.is_some() || self.brackets > 0 {
            return Some(0);
        }
        let bare = line.trim_start();
        if bare.starts_with('[') {
            let path = bare.trim_start_matches(['[', ' ', '\t']);
            let mut parts = path.split([']', '.']).map(unquoted);
            let first = parts.next().unwrap_or_default();
            self.among_keys = first.starts_with(SECTIONS[0]) || near(first, &SECTIONS[..1]);
            let is_section = self.among_keys || near(first, &SECTIONS) || near(first, &KEYS);
            // The second part is a name, which may be any word.
            self.within = is_section || parts.skip(1).any(|part| near(part, &KEYS));
            return None;
        }
        if self.within { Some(0) } else { key_of_secret(line) }
    }

    /// Shows what is known to be none, and hides the rest.
    fn mask(&mut self, mut rest: &str, shown: &mut String) {
        let mut before = if self.quotes.is_none() { ' ' } else { '"' };
        if let Some(quotes) = self.quotes {
            let end = rest.find(quotes).map(|at| at + quotes.len());
            self.quotes = self.quotes.filter(|_| end.is_none());
            let (text, behind) =
                rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
            hide(text, shown);
            rest = behind;
        }
        while let Some(next) = rest.chars().next() {
            let mut length = next.len_utf8();
            let may_be_key = before.is_whitespace() || matches!(before, '{' | ',');
            if let Some((name, behind)) = key(rest).filter(|_| may_be_key) {
                length = rest.len() - behind.len();
                let value = value(behind);
                if let Some(value) = value.filter(|value| self.is_open(name, value)) {
                    length += value.len();
                }
                shown.push_str(rest.get(..length).unwrap_or_default());
            } else {
                length = match next {
                    '"' | '\'' => self.text(rest),
                    '#' => rest.trim_end().len(),
                    _ if is_bare(next) => rest.find(|c| !is_bare(c)).unwrap_or(rest.len()),
                    _ => length,
                };
                match next {
                    '{' | '[' => self.brackets += 1,
                    '}' | ']' => self.brackets = self.brackets.saturating_sub(1),
                    _ => {}
                }
                hide(rest.get(..length).unwrap_or_default(), shown);
            }
            let (done, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            before = done.chars().next_back().unwrap_or(before);
            rest = behind;
        }
    }

    /// The length of a text in quotes, which may go on in the next line.
    fn text(&mut self, rest: &str) -> usize {
        for quotes in ["\"\"\"", "'''"] {
            if let Some(inner) = rest.strip_prefix(quotes) {
                let end = inner.find(quotes);
                self.quotes = Some(quotes).filter(|_| end.is_none());
                return end.map_or(rest.len(), |end| end + 2 * quotes.len());
            }
        }
        quoted(rest).map_or(rest.trim_end().len(), str::len)
    }

    /// Whether a value is no secret.
    fn is_open(&self, name: &str, value: &str) -> bool {
        match name {
            "file" => is_file(value),
            // What was written in place of a variable's name is a secret all the same.
            "env" => is_variable(unquoted(value)),
            _ => !self.among_keys && PLAIN.contains(&name),
        }
    }
}

/// Where a key stands that holds a secret.
fn key_of_secret(line: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = line.get(at..)?.chars().next() {
        let rest = line.get(at..)?;
        if let Some((name, behind)) = key(rest) {
            let mut parts = name.split('.').map(unquoted);
            let is_table = name.contains('.') || behind.trim_start().starts_with('{');
            let is_section = parts.next().is_some_and(|first| near(first, &SECTIONS));
            if (is_section && is_table)
                || name.split('.').map(unquoted).any(|part| near(part, &KEYS))
            {
                return Some(at);
            }
            at += rest.len() - behind.len();
            continue;
        }
        at += match next {
            '#' => return None,
            '"' | '\'' => quoted(rest).map_or(1, str::len),
            _ if is_bare(next) => rest.find(|c| !is_bare(c)).unwrap_or(rest.len()),
            _ => next.len_utf8(),
        };
    }
    None
}

/// A key with its `=`: its name, and what stands behind the `=`. A `=` at the end may be that of a secret in Base64.
fn key(rest: &str) -> Option<(&str, &str)> {
    let mut end = 0;
    loop {
        let part = rest.get(end..)?;
        let length = match part.chars().next()? {
            '"' | '\'' => quoted(part)?.len(),
            next if is_bare(next) || next == '.' => part.find(|c| !is_bare(c) && c != '.')?,
            _ => break,
        };
        end += length;
    }
    let (name, behind) = rest.split_at_checked(end)?;
    let value = behind.trim_start_matches([' ', '\t']).strip_prefix('=')?;
    let is_key = !name.is_empty() && !value.starts_with('=') && !value.trim().is_empty();
    is_key.then_some((name, value))
}

/// A value with the white space before it: a text, a list on one line, or a word.
fn value(behind: &str) -> Option<&str> {
    let bare = behind.trim_start_matches([' ', '\t']);
    let space = behind.len() - bare.len();
    let length = match bare.chars().next()? {
        '"' | '\'' if bare.starts_with("\"\"\"") || bare.starts_with("'''") => return None,
        '"' | '\'' => quoted(bare)?.len(),
        '[' => bare.find(']')? + 1,
        _ => bare.find([',', '}', '#', '\n']).unwrap_or(bare.len()),
    };
    behind.get(..space + length)
}

/// A text in quotes at the beginning, with them.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = text.get(1..)?;
    let mut escaped = false;
    let end = inner.find(|c| {
        let ends = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        ends
    })?;
    text.get(..end + 2)
}

fn unquoted(part: &str) -> &str {
    part.trim().trim_matches(['"', '\''])
}

fn near(word: &str, known: &[&str]) -> bool {
    suggest(word, known.iter().copied()).is_some()
}

fn is_bare(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

fn hide(text: &str, shown: &mut String) {
    let kept = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '{' | '}' | '[' | ']' | ',');
    shown.extend(text.chars().map(|c| if kept(c) { c } else { '*' }));
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[test]
    fn what_may_be_a_key_is_not_shown() {
        let check = |text: &str, expected: Expect| expected.assert_eq(&shown(text));
        check(
            "[credentials.main]\nkey = \"mk é1\"\nenv = \"MATON\"\n[connections.a]\nid = \"x\"\n",
            expect![[r#"
                [credentials.main]
                key = "** **"
                env = "MATON"
                [connections.a]
                id = "x"
            "#]],
        );
        check(
            "[credentials.main]\nenv = \"mk_live_1\"\n",
            expect![[r#"
                [credentials.main]
                env = "*********"
            "#]],
        );
        check("credentials.main.key = 'mk'", expect!["credentials.main.key = '**'"]);
        check(
            "[credentials]\nmain = { key = \"mk\" }",
            expect![[r#"
            [credentials]
            main = { key = "**" }"#]],
        );
        check(
            "[automations.webhook]\nprogram = \"a\"",
            expect![[r#"
            [automations.webhook]
            program = "a""#]],
        );
        check(
            "[automations.a.webhook]\nsecert = \"mk\"\nid = \"01\" # mk",
            expect![[r#"
            [automations.a.webhook]
            secert = "**"
            id = "01" * **"#]],
        );
        check(
            "[serve]\n\"heartbeat\" = { url = \"mk\", file = 'a\\'} # mk",
            expect![[r#"
            [serve]
            "heartbeat" = { url = "**", file = 'a\'} * **"#]],
        );
        check(
            "a = { webhook = { secret = { file = \"f\" }, id = \"x\", param = \"p\" } }",
            expect![[r#"a = { webhook = { secret = { file = "f" }, id = "x", param = "p" } }"#]],
        );
        check(
            "[notify.a]\non = [\"failed\"]\nwebhook = { x = [\n\"mk\"]\n}\non = [\"mk\"",
            expect![[r#"
                [notify.a]
                on = ["failed"]
                webhook = { x = [
                "**"]
                }
                on = ["**""#]],
        );
        check(
            "[notify.a]\nwebhook = \'\'\'\nmk = \"file = mk\"\n\'\'\' # mk\non = []",
            expect![[r#"
                [notify.a]
                webhook = '''
                ** * "**** * **"
                ''' * **
                on = []"#]],
        );
        check(
            "[notify.a]\nwebhook = https://a.b/c?mk=1&id=mk&file=2\n",
            expect![[r#"
                [notify.a]
                webhook = *******************************
            "#]],
        );
        check(
            "[notify.a]\nwebhook = \"mk\nfile = \"mk\n",
            expect![[r#"
            [notify.a]
            webhook = "**
            file = "**
        "#]],
        );
        check(
            "notify = [\"a\"]\nnotify.a.url = 'mk'\n# webhook = mk",
            expect![[r#"
            notify = ["a"]
            notify.a.url = '**'
            # webhook = mk"#]],
        );
        check(
            "[credentials.main]\nmk_live_1\n",
            expect![[r#"
            [credentials.main]
            *********
        "#]],
        );
    }

    proptest::proptest! {
        /// Places stay where they are, whatever the text is.
        #[test]
        fn no_text_is_too_strange(text in "(\\[notify.a\\]|webhook|file|env|=|\"|\"\"\"|\'|\\{|\\}|\\[|\\]|,|#|\n|\\\\| |é|a){0,24}") {
            let shown = shown(&text);
            proptest::prop_assert_eq!(shown.chars().count(), text.chars().count());
            proptest::prop_assert_eq!(shown.lines().count(), text.lines().count());
        }
    }
}
