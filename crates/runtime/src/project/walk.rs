//! Walking a parsed TOML table along the tables of keys: a key that these do not have is unknown.

mod values;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::Shape;
use super::mistake::{Mistakes, did_you_mean};

/// One table and where it was found in the words of its path: `connections.acme`.
pub(super) struct Section<'d, 'i> {
    pub(super) path: String,
    /// The place of its name.
    pub(super) span: Range<usize>,
    table: &'d DeTable<'i>,
    shape: &'static Shape,
}

/// A value and its place.
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<'d, 'i> Section<'d, 'i> {
    /// The whole file; what it holds that no file has is told at once.
    pub(super) fn root(
        table: &'d Spanned<DeTable<'i>>,
        shape: &'static Shape,
        mistakes: &mut Mistakes<'_>,
    ) -> Self {
        let table = table.get_ref();
        let root = Self { path: String::new(), span: 0..0, table, shape };
        root.only_known(mistakes);
        root
    }

    /// Refuses every key that is not among the known ones.
    fn only_known(&self, mistakes: &mut Mistakes<'_>) {
        if matches!(self.shape, Shape::Map(_)) {
            return;
        }
        let known: Vec<&str> = self.shape.keys().iter().map(|key| key.name).collect();
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let what = if self.path.is_empty() { "section" } else { "key" };
                let place = match self.path.as_str() {
                    "" => String::new(),
                    path => format!(" in `[{path}]`"),
                };
                let hint = elsewhere(&self.path, name).or_else(|| did_you_mean(name, &known));
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

    /// The place of a key's name.
    pub(super) fn span_of_key(&self, key: &str) -> Option<Range<usize>> {
        self.table.get_key_value(key).map(|(key, _)| key.span())
    }

    /// The place of a key's value.
    pub(super) fn span_of(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).map(Spanned::span)
    }

    /// Whether a key holds a text.
    pub(super) fn is_text(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(Spanned::get_ref), Some(DeValue::String(_)))
    }

    /// Whether a key holds a table.
    pub(super) fn is_table(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(Spanned::get_ref), Some(DeValue::Table(_)))
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

    /// A table in this one. It is taken once: what it holds that it should not is told here.
    pub(super) fn section(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<Section<'d, 'i>> {
        let (found, value) = self.table.get_key_value(key)?;
        self.as_section(found.span(), key, value, mistakes)
    }

    /// Every entry of this table, each a table by itself. As [`Section::section`].
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
            DeValue::Table(table) => {
                // What is unknown has no keys either, and is refused before it is asked for.
                let shape = self.shape.of(key).unwrap_or(self.shape).as_table();
                let section = Section { path, span, table, shape };
                section.only_known(mistakes);
                Some(section)
            }
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

/// Where to say what is looked for in the wrong place, and what a later version will know.
fn elsewhere(path: &str, key: &str) -> Option<String> {
    let rest = path.strip_prefix("automations.")?;
    let hint = match key {
        "reached_by_flows" if rest.ends_with(".limits") => {
            "this version does not count people reached by flows; bound `sends`, or rule out `flows.update_status` with `never`"
        }
        "cron" => "write schedule = \"0 6 * * 1\"",
        "timezone" | "jitter" | "catch_up" | "window" | "overlap" => {
            return Some(format!(
                "it belongs in the schedule: schedule = {{ cron = \"0 6 * * 1\", {key} = \"…\" }}"
            ));
        }
        "trigger" | "triggers" => "`schedule` and `webhook` start runs",
        "retry" | "backoff" => "`attempts` says how often a run is tried",
        _ => return None,
    };
    Some(hint.to_owned())
}
