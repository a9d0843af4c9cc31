//! From an expression to a [`Schedule`].

use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{DateTime, date};
use pianoroll_model::suggest;

use super::error::{Piece, ScheduleError};
use super::field::FIELDS;
use super::{Schedule, due};

/// What stands for whole expressions.
const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

const ORDER: &str =
    "minute, hour, day of month, month, day of week: `0 6 * * MON` is Mondays at 06:00";

/// The calendar repeats after 400 years, weekdays included: what is not due within them never is.
const CYCLE: (DateTime, DateTime) =
    (date(2000, 1, 1).at(0, 0, 0, 0), date(2400, 1, 1).at(0, 0, 0, 0));

pub(super) fn schedule(expression: &str) -> Result<Schedule, ScheduleError> {
    let whole = Piece::whole(expression);
    if let Some((start, found)) = expression.char_indices().find(|(_, c)| is_foreign(*c)) {
        let end = start + found.len_utf8();
        let place = Piece { text: expression.get(start..end).unwrap_or_default(), start, ..whole };
        return Err(place.error("an expression is one line of plain characters"));
    }
    let words = whole.words();
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Err(whole.error("an empty expression is never due").hint(ORDER));
    };
    let all = first.to(*last);
    if first.text.starts_with('@') {
        return match words.as_slice() {
            [_] => fields(expression, all, &Piece::whole(nickname(*first)?).words()),
            _ => Err(nickname_and_more(*first, all)),
        };
    }
    fields(expression, all, &words)
}

/// Control characters, line ends, and what only looks like a digit or a space.
fn is_foreign(c: char) -> bool {
    !(c == '\t' || c == ' ' || c.is_ascii_graphic())
}

fn fields(
    expression: &str,
    all: Piece<'_>,
    words: &[Piece<'_>],
) -> Result<Schedule, ScheduleError> {
    let [minute, hour, day, month, weekday] = words else { return Err(miscounted(all, words)) };
    let [of_minute, of_hour, of_day, of_month, of_weekday] = &FIELDS;
    let (minute, hour) = (of_minute.read(*minute)?, of_hour.read(*hour)?);
    let texts = (of_day.read(*day)?, of_month.read(*month)?, of_weekday.read(*weekday)?);
    let plain =
        format!("{} {} {} {} {}", minute.text, hour.text, texts.0.text, texts.1.text, texts.2.text);
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(&plain).map_err(|error| all.error(error.to_string().to_lowercase()))?;
    let is_interval = minute.has_star || hour.has_star;
    let first = due::next_in_calendar(&cron, CYCLE.0);
    if first.is_none_or(|first| first >= CYCLE.1) {
        // What is never due is an impossible day; hours and minutes come every day.
        let place = day.to(*month);
        return Err(place
            .error("this is never due: no such month has such a day")
            .hint("`L` is the last day of a month, however long it is"));
    }
    Ok(Schedule { expression: expression.to_owned(), cron, is_interval })
}

fn nickname(word: Piece<'_>) -> Result<&'static str, ScheduleError> {
    let name = word.text.to_ascii_lowercase();
    if let Some((_, expression)) = NICKNAMES.iter().find(|(known, _)| *known == name) {
        return Ok(expression);
    }
    let names = NICKNAMES.iter().map(|(name, _)| *name);
    let hint = match suggest(&name, names.clone()) {
        _ if name == "@reboot" => {
            return Err(word
                .error("`@reboot` is no time")
                .hint("what came due while nothing ran is caught up by itself"));
        }
        _ if name == "@every" => every().to_owned(),
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
    };
    Err(word.error(format!("there is no `{}`", word.text)).hint(hint))
}

fn every() -> &'static str {
    "every 15 minutes is `*/15 * * * *`, every 6 hours is `0 */6 * * *`"
}

fn nickname_and_more(first: Piece<'_>, all: Piece<'_>) -> ScheduleError {
    match nickname(first) {
        Ok(_) => all.error(format!("`{}` stands alone", first.text)),
        Err(error) => error,
    }
}

fn miscounted(all: Piece<'_>, words: &[Piece<'_>]) -> ScheduleError {
    let texts = |words: &[Piece<'_>]| words.iter().map(|w| w.text).collect::<Vec<_>>().join(" ");
    let dialect = "; weekdays count from Sunday = 0 here";
    match words {
        [fields @ .., year] if fields.len() == 5 && is_year(year.text) => {
            let error = year.error("years cannot be chosen");
            error.hint(format!("write `{}`", texts(fields)))
        }
        [seconds, fields @ ..] if fields.len() == 5 => {
            let error = seconds.error("there are six fields: seconds cannot be chosen");
            error.hint(format!("write `{}`{dialect}", texts(fields)))
        }
        [seconds, fields @ .., _] if fields.len() == 5 => {
            let error =
                seconds.error("there are seven fields: neither seconds nor years can be chosen");
            error.hint(format!("write `{}`{dialect}", texts(fields)))
        }
        _ => {
            let count = words.len();
            let fields = if count == 1 { "1 field" } else { &format!("{count} fields") };
            all.error(format!("an expression has five fields, and this has {fields}")).hint(ORDER)
        }
    }
}

/// Four digits at the beginning: `2027`, `2027-2030`.
fn is_year(text: &str) -> bool {
    text.bytes().take_while(u8::is_ascii_digit).count() == 4
}
