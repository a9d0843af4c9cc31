//! What the keys of a table hold, by type.

use std::ops::Range;
use std::str::FromStr;

use jiff::SignedDuration;
use toml::de::DeValue;

use super::{At, Section, kind};
use crate::project::keys::{DAY, Shape};
use crate::project::mistake::{Mistakes, did_you_mean};
use crate::retention;

impl Section<'_, '_> {
    /// A text.
    pub(in crate::project) fn text(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<At<String>> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At { value: text.to_string(), span: value.span() }),
            other => self.wrong(key, "a text in quotes", other, value.span(), mistakes),
        }
    }

    /// A text that means something.
    pub(in crate::project) fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<T> {
        let text = self.text(key, mistakes)?;
        match text.value.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                mistakes.add(text.span, error.to_string(), None);
                None
            }
        }
    }

    /// A text or a whole number, as text: `"off"` and `10` alike.
    pub(in crate::project) fn word(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<At<String>> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::Integer(number) => {
                Some(At { value: number.as_str().replace('_', ""), span: value.span() })
            }
            _ => self.text(key, mistakes),
        }
    }

    /// `true` or `false`.
    pub(in crate::project) fn flag(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<bool> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => self.wrong(key, "true or false", other, value.span(), mistakes),
        }
    }

    /// A list of texts.
    pub(in crate::project) fn texts(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Vec<String>> {
        let texts = self.placed_texts(key, mistakes)?;
        Some(texts.into_iter().map(|text| text.value).collect())
    }

    /// A list of texts, each with its place.
    pub(in crate::project) fn placed_texts(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Vec<At<String>>> {
        let value = self.table.get(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            return self.wrong(key, "a list of texts", value.get_ref(), value.span(), mistakes);
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => {
                    texts.push(At { value: text.to_string(), span: item.span() });
                }
                // The rest is looked at all the same, so that all mistakes come at once.
                other => {
                    self.wrong::<()>(key, "a list of texts", other, item.span(), mistakes);
                }
            }
        }
        Some(texts)
    }

    /// A whole number within the bounds of its key.
    pub(in crate::project) fn number(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<At<u64>> {
        let value = self.table.get(key)?;
        let least = match self.shape.of(key) {
            Some(&Shape::Number(least, _)) => least,
            _ => 0,
        };
        let wanted = &format!("a whole number from {least}");
        match value.get_ref() {
            DeValue::Integer(number) => {
                let text = number.as_str().replace('_', "");
                match u64::from_str_radix(&text, number.radix()) {
                    Ok(number) => self.bounded(key, number, value.span(), mistakes),
                    Err(_) => {
                        let message = format!("`{key}` must be {wanted}, not `{text}`");
                        mistakes.add(value.span(), message, None);
                        None
                    }
                }
            }
            DeValue::Float(number) => {
                let message = format!("`{key}` must be {wanted}, not `{}`", number.as_str());
                mistakes.add(value.span(), message, None);
                None
            }
            other => self.wrong(key, wanted, other, value.span(), mistakes),
        }
    }

    fn bounded(
        &self,
        key: &str,
        number: u64,
        span: Range<usize>,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<At<u64>> {
        match self.shape.of(key) {
            Some(&Shape::Number(least, most)) if !(least..=most).contains(&number) => {
                let message = format!("`{key}` must be from {least} to {most}, not {number}");
                mistakes.add(span, message, None);
                None
            }
            _ => Some(At { value: number, span }),
        }
    }

    /// How long something takes, within the bounds of its key.
    pub(in crate::project) fn duration(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<At<SignedDuration>> {
        let text = self.text(key, mistakes)?;
        let bounds = match self.shape.of(key) {
            Some(&Shape::Duration(least, most)) => (least, most),
            _ => (SignedDuration::MIN, SignedDuration::MAX),
        };
        let refusal = match retention::duration(&text.value) {
            Ok(value) if value < bounds.0 => format!("`{key}` is at least {}", told(bounds.0)),
            Ok(value) if value > bounds.1 => format!("`{key}` is at most {}", told(bounds.1)),
            Ok(value) => return Some(At { value, span: text.span }),
            Err(error) => error,
        };
        mistakes.add(text.span, refusal, None);
        None
    }

    /// One of the words that a key takes; `word` says what each of them is called.
    pub(in crate::project) fn choice<T: Copy>(
        &self,
        key: &str,
        all: &[T],
        word: fn(T) -> &'static str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<T> {
        let text = self.text(key, mistakes)?;
        let found = all.iter().copied().find(|one| word(*one) == text.value);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|one| word(*one)).collect();
            let message = format!("`{key}` cannot be `{}`", text.value);
            mistakes.add(text.span, message, did_you_mean(&text.value, &words));
        }
        found
    }

    /// A scalar or a list of scalars, as a person would type it after `--param NAME=`.
    pub(in crate::project) fn plain(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<At<String>> {
        let value = self.table.get(key)?;
        let text = match value.get_ref() {
            DeValue::Array(items) => {
                let mut texts = Vec::new();
                for item in items {
                    match scalar(item.get_ref()) {
                        Some(text) if text.contains(',') => {
                            let message = format!("a text in the list `{key}` holds a comma");
                            let hint = "commas separate the texts of such a parameter".to_owned();
                            mistakes.add(item.span(), message, Some(hint));
                            return None;
                        }
                        Some(text) => texts.push(text),
                        None => {
                            let found = item.get_ref();
                            let wanted = "a list of texts and numbers";
                            return self.wrong(key, wanted, found, item.span(), mistakes);
                        }
                    }
                }
                Some(texts.join(","))
            }
            other => scalar(other),
        };
        match text {
            Some(value_text) => Some(At { value: value_text, span: value.span() }),
            None => {
                let wanted = "a text, a number, true or false, a date or a list";
                self.wrong(key, wanted, value.get_ref(), value.span(), mistakes)
            }
        }
    }

    fn wrong<T>(
        &self,
        key: &str,
        wanted: &str,
        found: &DeValue<'_>,
        span: Range<usize>,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<T> {
        mistakes.add(span, format!("`{key}` must be {wanted}, not {}", kind(found)), None);
        None
    }
}

fn scalar(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            Some(match i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()) {
                Ok(number) => number.to_string(),
                Err(_) => number.as_str().to_owned(),
            })
        }
        DeValue::Float(number) => Some(number.as_str().replace('_', "")),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

/// `2d`, or as many hours, minutes and seconds as it is.
fn told(duration: SignedDuration) -> String {
    match (duration.as_secs() % DAY.as_secs(), duration.as_secs() / DAY.as_secs()) {
        (0, days) if days > 0 => format!("{days}d"),
        _ => format!("{duration:#}"),
    }
}
