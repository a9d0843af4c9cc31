//! The types of parameters.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use super::span::Span;

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Text.
    String,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// `true` or `false`.
    Bool,
    /// A day such as `2026-01-31`; midnight UTC where a program wants a time.
    Date,
    /// A time such as `2026-01-31T09:00:00Z`.
    Datetime,
    /// A duration such as `90d`, `12h`, `1h 30m` or `45s`.
    Duration,
    /// Texts, separated by commas.
    List,
}

impl ParamKind {
    /// All of them, each with its word and what a value of it looks like.
    const TABLE: [(&'static str, ParamKind, &'static str); 8] = [
        ("string", ParamKind::String, "text"),
        ("int", ParamKind::Int, "a whole number such as `90`"),
        ("float", ParamKind::Float, "a number such as `0.5`"),
        ("bool", ParamKind::Bool, "`true` or `false`"),
        ("date", ParamKind::Date, "a day such as `2026-01-31`"),
        ("datetime", ParamKind::Datetime, "a time such as `2026-01-31T09:00:00Z`"),
        ("duration", ParamKind::Duration, "a duration such as `90d`, `12h` or `1h 30m`"),
        ("list", ParamKind::List, "texts, separated by commas"),
    ];

    /// The words of all types, in the order of the guides.
    #[must_use]
    pub fn words() -> [&'static str; 8] {
        Self::TABLE.map(|(word, ..)| word)
    }

    /// The type of a word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::TABLE.into_iter().find(|(known, ..)| *known == word).map(|(_, kind, _)| kind)
    }

    /// The word for it in a declaration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::TABLE.iter().find(|(_, kind, _)| *kind == self).map_or("string", |(word, ..)| word)
    }

    /// What a value of it looks like.
    #[must_use]
    pub fn looks_like(self) -> &'static str {
        Self::TABLE.iter().find(|(_, kind, _)| *kind == self).map_or("text", |(.., like)| like)
    }

    /// Reads a value as a person writes it; none where it is of another type. Dates, times and durations become texts of one form.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Value> {
        match self {
            ParamKind::String => Some(Value::from(text)),
            ParamKind::Int => text.replace('_', "").parse::<i64>().ok().map(Value::from),
            ParamKind::Float => {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
                number.map(Value::from)
            }
            ParamKind::Bool => text.parse::<bool>().ok().map(Value::from),
            ParamKind::Date => {
                let day = text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10)?;
                Some(Value::from(day.to_string()))
            }
            ParamKind::Datetime => {
                text.parse::<Timestamp>().ok().map(|time| Value::from(time.to_string()))
            }
            ParamKind::Duration => {
                text.parse::<Span>().ok().map(|span| Value::from(span.to_string()))
            }
            ParamKind::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Some(items.collect::<Vec<_>>().into())
            }
        }
    }

    /// Whether a value is one that [`ParamKind::read`] answers.
    #[must_use]
    pub fn holds(self, value: &Value) -> bool {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Array(items) => {
                let texts = items.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
                texts.unwrap_or_default().join(",")
            }
            Value::Null | Value::Object(_) => return false,
        };
        self.read(&text).as_ref() == Some(value)
    }
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_and_types_are_one_to_one() {
        for word in ParamKind::words() {
            assert_eq!(ParamKind::named(word).unwrap().as_str(), word);
        }
        assert_eq!(ParamKind::named("number"), None);
    }

    #[test]
    fn a_value_is_held_that_could_have_been_read() {
        let holds = |word: &str, value: Value| ParamKind::named(word).unwrap().holds(&value);
        assert!(holds("string", json!("90")));
        assert!(holds("int", json!(90)) && holds("int", json!(i64::MIN)));
        assert!(holds("float", json!(0.5)) && holds("float", json!(1e300)));
        assert!(holds("bool", json!(false)));
        assert!(holds("date", json!("2026-01-31")));
        assert!(holds("datetime", json!("2026-01-31T09:00:00Z")));
        assert!(holds("duration", json!("1d 12h")));
        assert!(holds("list", json!(["a", "b"])) && holds("list", json!([])));

        assert!(!holds("string", json!(90)));
        assert!(!holds("int", json!("90")) && !holds("int", json!(0.5)));
        assert!(!holds("int", json!(u64::MAX)));
        assert!(!holds("bool", json!("true")) && !holds("bool", json!(null)));
        assert!(!holds("date", json!("2026-02-30")));
        assert!(!holds("duration", json!("36h")), "not in the one form");
        assert!(!holds("list", json!(["a,b"])) && !holds("list", json!(["a", 1])));
        assert!(!holds("list", json!({})));
    }
}
