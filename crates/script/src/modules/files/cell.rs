//! A value as a cell of a CSV file.

use rhai::Dynamic;

use crate::time::{Span, Time};
use crate::value::{Unsendable, as_text, to_json};

/// How a text begins that spreadsheets take for a formula (OWASP, "CSV Injection"), full-width signs included.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text of a cell: numbers, bools and times plain, `()` empty, lists and maps as JSON. A text that a spreadsheet would
/// take for a formula gets a `'` before it.
///
/// # Errors
/// What has no text: functions, numbers that are none.
pub(super) fn text(value: &Dynamic) -> Result<String, Unsendable> {
    if value.is_unit() {
        return Ok(String::new());
    }
    if let Some(text) = as_text(value) {
        let mark = if is_formula(&text) { "'" } else { "" };
        return Ok(format!("{mark}{text}"));
    }
    if let Some(span) = value.read_lock::<Span>() {
        return Ok(span.to_string());
    }
    if let Some(time) = value.read_lock::<Time>() {
        return Ok(time.to_string());
    }
    Ok(to_json(value)?.to_string())
}

/// Whether a spreadsheet would calculate it. A number is no formula, and neither is a sign alone.
fn is_formula(text: &str) -> bool {
    let mut characters = text.chars();
    let starts = characters.next().is_some_and(|first| FORMULA.contains(&first));
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    starts && !characters.as_str().is_empty() && !(plain && text.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_marked_and_nothing_else() {
        let check = |cell: &str, marked: bool| {
            let written = text(&cell.into()).unwrap();
            let expected = if marked { format!("'{cell}") } else { cell.to_owned() };
            assert_eq!(written, expected);
        };
        for formula in
            ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=", "+x"]
        {
            check(formula, formula != "=");
        }
        for plain in ["", "-", "-12.50", "+4917012345", "-1e5", "a=b", "'=1", "12", "é"] {
            check(plain, false);
        }
    }
}
