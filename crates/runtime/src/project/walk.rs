//! Walking a parsed TOML table: every key is taken by name and type, what is left over is unknown.

use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistakes, did_you_mean};

/// One table and where it was found in the words of its path: `connections.acme`.
pub(super) struct Section<'d, 'i> {
    pub(super) path: String,
    pub(super) span: Range<usize>,
    table: &'d DeTable<'i>,
}

/// A value and its place.
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<'d, 'i> Section<'d, 'i> {
    pub(super) fn root(table: &'d Spanned<DeTable<'i>>) -> Self {
        Self { path: String::new(), span: table.span(), table: table.get_ref() }
    }

    /// Refuses every key that is not among the known ones.
    pub(super) fn only(&self, known: &[&str], mistakes: &mut Mistakes<'_>) {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let what = if self.path.is_empty() { "section" } else { "key" };
                let place = match self.path.as_str() {
                    "" => String::new(),
                    path => format!(" in `[{path}]`"),
                };
                let hint = later(&self.path, name).or_else(|| did_you_mean(name, known));
                mistakes.add(key.span(), format!("unknown {what} `{name}`{place}"), hint);
            }
        }
    }

    /// The keys of this table, in its order.
    pub(super) fn keys(&self) -> impl Iterator<Item = At<&'d str>> + use<'d, 'i> {
        let key = |key: &'d Spanned<_>| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            At { value: name.as_ref(), span: key.span() }
        };
        self.table.keys().map(key)
    }

    /// The place of a key's value.
    pub(super) fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).map(Spanned::span)
    }

    /// Whether a key holds a text.
    pub(super) fn is_text(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(Spanned::get_ref), Some(DeValue::String(_)))
    }

    /// The text that a key holds, where it holds one; nothing is said of another value.
    pub(super) fn text_of(&self, key: &str) -> Option<&'d str> {
        match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether a key holds a list with nothing in it.
    pub(super) fn is_empty_list(&self, key: &str) -> bool {
        let value = self.table.get(key).map(Spanned::get_ref);
        matches!(value, Some(DeValue::Array(items)) if items.is_empty())
    }

    /// Whether a key is there, whatever it holds.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The keys of a table in this one, whatever they hold.
    pub(super) fn names(&self, key: &str) -> Vec<&'d str> {
        match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => table.keys().map(|key| key.get_ref().as_ref()).collect(),
            _ => Vec::new(),
        }
    }

    /// A table in this one.
    pub(super) fn section(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Section<'d, 'i>> {
        let (found, value) = self.table.get_key_value(key)?;
        self.as_section(found.span(), key, value, mistakes)
    }

    /// Every entry of this table, each a table by itself.
    pub(super) fn sections(
        &self,
        mistakes: &mut Mistakes<'_>,
    ) -> Vec<(At<String>, Section<'d, 'i>)> {
        let mut sections = Vec::new();
        for (key, value) in self.table {
            let name = key.get_ref().to_string();
            if let Some(section) = self.as_section(key.span(), &name, value, mistakes) {
                sections.push((At { value: name, span: key.span() }, section));
            }
        }
        sections
    }

    fn as_section(
        &self,
        span: Range<usize>,
        key: &str,
        value: &'d Spanned<DeValue<'i>>,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Section<'d, 'i>> {
        let path =
            if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        match value.get_ref() {
            DeValue::Table(table) => Some(Section { path, span, table }),
            other => {
                let found = kind(other);
                mistakes.add(
                    value.span(),
                    format!("`{path}` must be a table, not {found}"),
                    Some(format!("write `[{path}]`")),
                );
                None
            }
        }
    }

    /// A text.
    pub(super) fn text(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<At<String>> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At { value: text.to_string(), span: value.span() }),
            other => self.wrong(key, "a text in quotes", other, value.span(), mistakes),
        }
    }

    /// A text that means something.
    pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(
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
    pub(super) fn word(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<At<String>> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::Integer(number) => {
                Some(At { value: number.as_str().replace('_', ""), span: value.span() })
            }
            _ => self.text(key, mistakes),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<bool> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => self.wrong(key, "true or false", other, value.span(), mistakes),
        }
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Vec<String>> {
        let texts = self.placed_texts(key, mistakes)?;
        Some(texts.into_iter().map(|text| text.value).collect())
    }

    /// A list of texts, each with its place.
    pub(super) fn placed_texts(
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

    /// A whole number from 0.
    pub(super) fn number(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<At<u64>> {
        let value = self.table.get(key)?;
        let wanted = "a whole number from 0";
        match value.get_ref() {
            DeValue::Integer(number) => {
                let text = number.as_str().replace('_', "");
                match u64::from_str_radix(&text, number.radix()) {
                    Ok(number) => Some(At { value: number, span: value.span() }),
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

    /// A scalar or a list of scalars, as a person would type it after `--param NAME=`.
    pub(super) fn plain(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<At<String>> {
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

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
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

/// What a later version will know, said where it is refused: a schedule that nobody keeps must not look like one.
fn later(path: &str, key: &str) -> Option<String> {
    let schedules = "this version runs automations by hand only: `pianoroll run NAME`";
    let flows = "this version does not count people reached by flows; bound `sends`, or rule out `flows.update_status` with `never`";
    let of_automation = path.strip_prefix("automations.");
    let hint = match (of_automation, key) {
        (None, "notify") if path.is_empty() => schedules,
        (Some(rest), "reached_by_flows") if rest.ends_with(".limits") => flows,
        (
            Some(_),
            "schedule" | "schedules" | "trigger" | "triggers" | "webhook" | "notify" | "catch_up"
            | "overlap" | "jitter" | "retry" | "backoff" | "timeout" | "pause_after" | "backfill",
        ) => schedules,
        _ => return None,
    };
    Some(hint.to_owned())
}
