//! The grammar of one field. What it means is written down anew in the plainest words that croner takes: lists of numbers, and its
//! letters where the month decides. So croner's own liberties (empty items, years, `?`, `+`) never come into play.

use pianoroll_model::suggest;

use super::error::{Piece, ScheduleError};

/// What a field may hold.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// As it stands in "there is no …": `minute`, `weekday`.
    noun: &'static str,
    min: u8,
    max: u8,
    /// Names of values, from `first_named` on.
    names: &'static [&'static str],
    first_named: u8,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    DayOfMonth,
    Weekday,
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const fn plain(name: &'static str, noun: &'static str, min: u8, max: u8) -> Field {
    Field { name, noun, min, max, names: &[], first_named: 0, kind: Kind::Plain }
}

/// The fields of an expression, in order.
pub(super) const FIELDS: [Field; 5] = [
    plain("minute", "minute", 0, 59),
    plain("hour", "hour", 0, 23),
    Field { kind: Kind::DayOfMonth, ..plain("day of month", "day", 1, 31) },
    Field { names: &MONTHS, first_named: 1, ..plain("month", "month", 1, 12) },
    // Sunday is 7 as well; the numbers that leave this file run from 0 to 6.
    Field { names: &WEEKDAYS, kind: Kind::Weekday, ..plain("day of week", "weekday", 0, 6) },
];

/// A field as croner reads it.
pub(super) struct FieldText {
    pub(super) text: String,
    /// Whether an item of it begins with `*`.
    pub(super) has_star: bool,
}

impl Field {
    /// Reads a field.
    pub(super) fn read(&self, piece: Piece<'_>) -> Result<FieldText, ScheduleError> {
        let mut items = Vec::new();
        let (mut has_star, mut is_all) = (false, false);
        for item in piece.split(',') {
            has_star |= item.text.starts_with('*');
            is_all |= matches!(item.text, "*" | "*/1");
            items.extend(self.item(item)?);
        }
        // In croner `LW` changes what `L` means.
        if let (true, true) = (items.iter().any(|i| i == "L"), items.iter().any(|i| i == "LW")) {
            let error = piece.error("`L` and `LW` cannot stand side by side");
            return Err(error.hint("make two schedules of it"));
        }
        // croner asks whether a day field is `*`, and an item more does not restrict it.
        let text = if is_all { "*".to_owned() } else { items.join(",") };
        Ok(FieldText { text, has_star })
    }

    fn item(&self, item: Piece<'_>) -> Result<Vec<String>, ScheduleError> {
        if item.text.is_empty() {
            return Err(item.error(format!("the list of the {} field lacks a value", self.name)));
        }
        if let Some(special) = self.special(item)? {
            return Ok(vec![special]);
        }
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range.text == "*" => (self.min, self.max),
            Some((first, last)) => match (self.value(first)?, self.value(last)?) {
                // Sunday to Sunday: the whole week where the second one is written as the end of a week.
                (0, 0) if self.kind == Kind::Weekday && last.text == "7" && first.text != "7" => {
                    (self.min, self.max)
                }
                ends => ends,
            },
            None => {
                let value = self.value(range)?;
                if let Some(step) = step {
                    let hint = format!("write `{}-{}/{}`", range.text, self.max, step.text);
                    return Err(item.error("a step needs a range").hint(hint));
                }
                (value, value)
            }
        };
        let step = step.map_or(Ok(1), |step| self.step(step))?;
        Ok(self.values(first, last, step))
    }

    /// The values from one to another, past the end of the field where the second is the smaller one.
    fn values(&self, first: u8, last: u8, step: u8) -> Vec<String> {
        let size = self.max - self.min + 1;
        let count = (last + size - first) % size;
        let values = (0..=count).step_by(step.into());
        values.map(|n| (self.min + (first - self.min + n) % size).to_string()).collect()
    }

    fn value(&self, piece: Piece<'_>) -> Result<u8, ScheduleError> {
        let text = piece.text;
        if text.is_empty() {
            return Err(piece.error(format!("the {} field lacks a value here", self.name)));
        }
        if let Some(index) = self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(self.first_named + u8::try_from(index).unwrap_or_default());
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.unreadable(piece));
        }
        match text.parse::<u8>() {
            Ok(7) if self.kind == Kind::Weekday => Ok(0),
            Ok(value) if (self.min..=self.max).contains(&value) => Ok(value),
            _ => {
                let error = piece.error(format!("there is no {} {text}", self.noun));
                Err(error.hint(self.allowed()))
            }
        }
    }

    fn step(&self, piece: Piece<'_>) -> Result<u8, ScheduleError> {
        let size = self.max - self.min + 1;
        match piece.text.parse::<u8>() {
            _ if piece.text.is_empty() => Err(piece.error("a step is missing here")),
            _ if !piece.text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Err(piece.error("a step is a number"))
            }
            Ok(0) => Err(piece.error("a step of 0 goes nowhere").hint("the smallest is 1")),
            Ok(step) if step < size => Ok(step),
            _ => {
                let message =
                    format!("a step of {} is longer than the {} field", piece.text, self.name);
                let first = self.min;
                Err(piece.error(message).hint(format!(
                    "steps start anew with each round of a field, so this would be `{first}`"
                )))
            }
        }
    }

    /// `L`, `LW`, `15W`, `MON#2`, `FRIL`.
    fn special(&self, item: Piece<'_>) -> Result<Option<String>, ScheduleError> {
        let text = item.text.to_ascii_uppercase();
        match self.kind {
            Kind::DayOfMonth if text == "L" || text == "LW" => Ok(Some(text)),
            Kind::DayOfMonth if text.starts_with("L-") => Err(item
                .error("days before the last one cannot be counted here")
                .hint("`L` is the last day, `LW` the last from Monday to Friday")),
            Kind::DayOfMonth if text.ends_with('W') => {
                let day =
                    Piece { text: item.text.get(..text.len() - 1).unwrap_or_default(), ..item };
                Ok(Some(format!("{}W", self.value(day)?)))
            }
            Kind::Weekday if text.contains('#') => {
                let Some((day, nth)) = item.split_once('#') else { return Ok(None) };
                let day = self.value(day)?;
                match nth.text {
                    "1" | "2" | "3" | "4" | "5" => Ok(Some(format!("{day}#{}", nth.text))),
                    "L" | "l" => Ok(Some(format!("{day}L"))),
                    _ => Err(nth
                        .error("behind `#` stands which one of the month: 1 to 5")
                        .hint("`FRIL` is the last Friday of the month")),
                }
            }
            Kind::Weekday if text == "L" => Err(item
                .error("`L` alone says no weekday")
                .hint("`FRIL` is the last Friday of the month; every Saturday is `SAT`")),
            Kind::Weekday if text.ends_with('L') => {
                let day =
                    Piece { text: item.text.get(..text.len() - 1).unwrap_or_default(), ..item };
                Ok(Some(format!("{}L", self.value(day)?)))
            }
            _ => Ok(None),
        }
    }

    fn unreadable(&self, piece: Piece<'_>) -> ScheduleError {
        let text = piece.text;
        if text == "?" {
            let error = piece.error("`?` is of another dialect");
            return error.hint("write `*`");
        }
        if let Some(rest) = text.strip_prefix('+') {
            let error = piece.error("a `+` has no meaning here");
            return error.hint(format!("write `{rest}`"));
        }
        let error = piece.error(format!("`{text}` is no {}", self.noun));
        // Whole names are the commonest slip; they begin with the short ones.
        let begins = |name: &&&str| {
            text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(name)) && text.len() > 3
        };
        let near = self.names.iter().find(begins).copied();
        match near.or_else(|| suggest(text, self.names.iter().copied())) {
            Some(name) => error.hint(format!("did you mean `{name}`?")),
            None => error.hint(self.allowed()),
        }
    }

    fn allowed(&self) -> String {
        match (self.kind, self.names) {
            (Kind::Weekday, _) => "0 to 6 from Sunday on, 7 for Sunday, or SUN to SAT".to_owned(),
            (_, [first, .., last]) => {
                format!("{} to {}, or {first} to {last}", self.min, self.max)
            }
            (Kind::DayOfMonth, _) => "1 to 31, `L` for the last one".to_owned(),
            _ => format!("{} to {}", self.min, self.max),
        }
    }
}
