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
                let hint = match (self.path.as_str(), name) {
                    ("", "automations" | "notify") => Some(
                        "this version runs scripts by hand, and reads no automations yet"
                            .to_owned(),
                    ),
                    _ => did_you_mean(name, known),
                };
                mistakes.add(key.span(), format!("unknown {what} `{name}`{place}"), hint);
            }
        }
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
        let value = self.table.get(key)?;
        let DeValue::Array(items) = value.get_ref() else {
            return self.wrong(key, "a list of texts", value.get_ref(), value.span(), mistakes);
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => texts.push(text.to_string()),
                other => {
                    return self.wrong(key, "a list of texts", other, item.span(), mistakes);
                }
            }
        }
        Some(texts)
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
