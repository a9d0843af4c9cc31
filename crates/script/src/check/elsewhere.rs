//! Words and signs of other languages, and what they are here.

/// Words.
const WORDS: [(&str, &str); 38] = [
    ("and", "`and` is written `&&`"),
    ("async", "calls wait for their answer by themselves: leave `async` out"),
    ("await", "calls wait for their answer by themselves: leave `await` out"),
    ("begin", "blocks stand in braces: `{ … }`"),
    ("class", "there are no classes: a map such as `#{ name: \"x\" }` holds what belongs together"),
    ("console", "write `print(…)`, or `log::info(…)` for the log"),
    ("def", "functions are written `fn name(x) { … }`"),
    ("elif", "write `else if`"),
    ("elseif", "write `else if`"),
    ("elsif", "write `else if`"),
    ("end", "blocks stand in braces: `{ … }`"),
    ("except", "write `try { … } catch (e) { … }`"),
    ("False", "write `false`"),
    ("FALSE", "write `false`"),
    ("foreach", "write `for x in xs { … }`"),
    ("func", "functions are written `fn name(x) { … }`"),
    ("function", "functions are written `fn name(x) { … }`; closures `|x| …`"),
    ("is", "write `==`"),
    ("JSON", "write `parse_json(text)` or `value.to_json()`"),
    ("lambda", "closures are written `|x| …`"),
    ("Math", "write `x.round()`, `x.floor()`, `x.abs()`, …"),
    ("mut", "every `let` can be changed: leave `mut` out"),
    ("nil", "nothing is written `()`"),
    ("None", "nothing is written `()`"),
    ("not", "`not` is written `!`"),
    ("null", "nothing is written `()`"),
    ("NULL", "nothing is written `()`"),
    ("of", "write `for x in xs { … }`"),
    ("or", "`or` is written `||`"),
    ("pass", "leave the block empty: `{ }`"),
    ("raise", "write `throw`"),
    ("self", "write `this`, or give the value to the function"),
    ("then", "blocks stand in braces: `if … { … }`"),
    ("True", "write `true`"),
    ("TRUE", "write `true`"),
    ("undefined", "nothing is written `()`"),
    ("var", "variables are declared with `let`"),
    ("yield", "`return` answers a value"),
];

/// Signs, as they stand where the parser stopped.
const SIGNS: [(&str, &str); 9] = [
    ("=>", "closures are written `|x| …`"),
    ("->", "closures are written `|x| …`"),
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("++", "write `+= 1`"),
    ("--", "write `-= 1`"),
    ("?", "write `if … { a } else { b }`"),
    ("#", "a comment begins with `//`"),
    (":", "a map begins with `#{`: `#{ name: \"x\" }`; a block stands in braces"),
];

/// What a word of another language is here.
pub(super) fn word(word: &str) -> Option<String> {
    WORDS.iter().find(|(known, _)| *known == word).map(|(_, here)| (*here).to_owned())
}

/// What stands at a place, if it is of another language: itself, and what it is here.
pub(super) fn at(source: &str, (line, column): (usize, usize)) -> Option<(String, String)> {
    let line = source.lines().nth(line.checked_sub(1)?)?;
    let start = line.char_indices().nth(column.checked_sub(1)?)?.0;
    let rest = line.get(start..)?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let found = rest.get(..end)?;
    if let Some(here) = word(found) {
        return Some((found.to_owned(), here));
    }
    let sign = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
    sign.map(|(sign, here)| ((*sign).to_owned(), (*here).to_owned()))
}

/// The bracket that is opened and never closed, the last such: its place and itself.
pub(super) fn unclosed(source: &str) -> Option<((usize, usize), char)> {
    let mut open = Vec::new();
    let (mut line, mut column) = (1, 0);
    let mut quote = None;
    let mut characters = source.chars().peekable();
    let mut comment = false;
    while let Some(c) = characters.next() {
        column += 1;
        if c == '\n' {
            (line, column, comment) = (line + 1, 0, false);
            continue;
        }
        if comment {
            continue;
        }
        if let Some(end) = quote {
            if c == '\\' && end != '`' {
                characters.next();
                column += 1;
            } else if c == end {
                quote = None;
            }
            continue;
        }
        match c {
            '/' if characters.peek() == Some(&'/') => comment = true,
            '"' | '`' | '\'' => quote = Some(c),
            '{' | '(' | '[' => open.push(((line, column), c)),
            '}' | ')' | ']' => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_open_bracket_is_found() {
        assert_eq!(unclosed("for x in [1] {\n  print(\"{(\"); // [\n"), Some(((1, 14), '{')));
        assert_eq!(unclosed("f(#{ a: [1, 2)"), Some(((1, 4), '{')));
        assert_eq!(unclosed("f(1)"), None);
    }
}
