//! `\n` in backticks, where it is a backslash and a letter: escapes stand in double quotes only.

use rhai::{ASTNode, Expr};

use super::at;
use crate::diagnostic::Diagnostic;

/// Warns of the first such in each text in backticks.
pub(super) fn escapes(node: &ASTNode, source: &[&str], diagnostics: &mut Vec<Diagnostic>) {
    let position = match node {
        ASTNode::Expr(Expr::StringConstant(_, position)) => *position,
        ASTNode::Expr(Expr::InterpolatedString(_, position)) => *position,
        _ => return,
    };
    let Some((place, escape)) = at(position).and_then(|start| first(source, start)) else { return };
    let hint = match escape {
        'n' => "break the line there, or put it in: `…${\"\\n\"}…`",
        't' => "put it in: `…${\"\\t\"}…`",
        'r' => "put it in: `…${\"\\r\"}…`",
        _ => "between backticks a quote stands for itself: leave the backslash out",
    };
    let message = format!("`\\{escape}` in backticks is a backslash and `{escape}`");
    let warning = Diagnostic::warning("backtick-escape", message, Some(place)).with_width(2);
    diagnostics.push(warning.with_hint(Some(hint.to_owned())));
}

/// The first escape of a text that begins at a place, if it begins with a backtick. What stands in `${…}` is code.
fn first(source: &[&str], (line, column): (usize, usize)) -> Option<((usize, usize), char)> {
    let mut characters = source.iter().enumerate().skip(line - 1).flat_map(|(index, text)| {
        let skipped = if index + 1 == line { column - 1 } else { 0 };
        let characters = text.chars().enumerate().skip(skipped);
        characters.map(move |(at, c)| ((index + 1, at + 1), c))
    });
    if characters.next()?.1 != '`' {
        return None;
    }
    let mut characters = characters.peekable();
    let mut depth = 0_usize;
    while let Some((place, c)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match c {
            '$' if depth == 0 && next == Some('{') => {
                characters.next();
                depth = 1;
            }
            '{' if depth > 0 => depth += 1,
            '}' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            '`' if next == Some('`') => drop(characters.next()),
            '`' => return None,
            '\\' => {
                let escape = next.filter(|next| matches!(next, 'n' | 't' | 'r' | '"'));
                if let Some(escape) = escape {
                    return Some((place, escape));
                }
                // Whoever doubles it knows what stands there.
                if next == Some('\\') {
                    characters.next();
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_escape_outside_of_code_is_found() {
        let check = |text: &str| first(&text.lines().collect::<Vec<_>>(), (1, 3));
        assert_eq!(check("a `b\\nc\\t`"), Some(((1, 5), 'n')));
        assert_eq!(check("a `b\nc\\\"`"), Some(((2, 2), '"')));
        assert_eq!(check("a `${f(\"\\n\", #{ a: 1 })}b``c\\d` + \"\\n\""), None);
        assert_eq!(check("a \"\\n\""), None);
        assert_eq!(check("a `b` + `\\n`"), None);
    }
}
