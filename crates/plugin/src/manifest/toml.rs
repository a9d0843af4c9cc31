//! `plugin.toml`: every key is taken by name and type, what is left over is unknown.

use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeString, DeTable, DeValue};

use super::MOST_BYTES;
use super::check::{At, Written, WrittenDefault, WrittenParam};
use super::mistake::{Mistakes, did_you_mean};

/// Reads all of it; nothing where it is no TOML.
pub(super) fn read(text: &str, mistakes: &mut Mistakes<'_>) -> Option<Written> {
    if text.len() > MOST_BYTES {
        mistakes.add(Some(0..0), format!("it has more than {MOST_BYTES} bytes"), None);
        return None;
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let place = error.span().unwrap_or(0..0);
            mistakes.add(Some(place), error.message().to_owned(), None);
        }
        return None;
    }
    let root = Section { path: String::new(), place: 0..0, table: document.get_ref() };
    root.only(&["plugin", "permissions", "params", "connections"], mistakes);
    let mut written = Written::default();
    match root.section("plugin", mistakes) {
        Some(plugin) => {
            plugin.only(&["name", "version", "description"], mistakes);
            written.name = plugin.needed("name", mistakes);
            written.version = plugin.needed("version", mistakes);
            written.description = plugin.needed("description", mistakes);
        }
        None if !root.has("plugin") => {
            let hint = "write `[plugin]` with `name`, `version` and `description`".to_owned();
            mistakes.add(Some(0..0), "there is no `[plugin]`", Some(hint));
        }
        None => {}
    }
    if let Some(permissions) = root.section("permissions", mistakes) {
        let asked = permissions.keys().into_iter().filter_map(|word| {
            let reason = permissions.text(&word.value, mistakes)?;
            Some((word, reason))
        });
        written.permissions = asked.collect();
    }
    for (name, param) in root.sections("params", mistakes) {
        param.only(&["type", "optional", "default", "doc"], mistakes);
        written.params.push(WrittenParam {
            kind: param.needed("type", mistakes),
            optional: param.flag("optional", mistakes).unwrap_or_default(),
            default: param.plain("default", mistakes),
            doc: param.text("doc", mistakes).unwrap_or(At { value: String::new(), place: None }),
            name,
        });
    }
    for (name, connection) in root.sections("connections", mistakes) {
        connection.only(&["doc"], mistakes);
        let doc = connection.text("doc", mistakes);
        written.connections.push((name, doc.unwrap_or(At { value: String::new(), place: None })));
    }
    Some(written)
}

/// One table, and where it was found in the words of its path: `params.days`.
struct Section<'d, 'i> {
    path: String,
    place: Range<usize>,
    table: &'d DeTable<'i>,
}

impl<'d, 'i> Section<'d, 'i> {
    /// Refuses every key that is not among the known ones.
    fn only(&self, known: &[&str], mistakes: &mut Mistakes<'_>) {
        for key in self.keys().into_iter().filter(|key| !known.contains(&key.value.as_str())) {
            let (what, place) = match self.path.as_str() {
                "" => ("section", String::new()),
                path => ("key", format!(" in `[{path}]`")),
            };
            let hint = did_you_mean(&key.value, known);
            mistakes.add(key.place, format!("unknown {what} `{}`{place}", key.value), hint);
        }
    }

    fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The keys, in the order written.
    fn keys(&self) -> Vec<At<String>> {
        let mut keys: Vec<&Spanned<DeString<'_>>> = self.table.keys().collect();
        keys.sort_by_key(|key| key.span().start);
        let at = |key: &Spanned<DeString<'_>>| At {
            value: key.get_ref().to_string(),
            place: Some(key.span()),
        };
        keys.into_iter().map(at).collect()
    }

    /// A table in this one.
    fn section(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<Section<'d, 'i>> {
        let (found, value) = self.table.get_key_value(key)?;
        let path = match self.path.as_str() {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        let DeValue::Table(table) = value.get_ref() else {
            let message = format!("`{path}` must be a table, not {}", kind(value.get_ref()));
            mistakes.add(Some(value.span()), message, Some(format!("write `[{path}]`")));
            return None;
        };
        Some(Section { path, place: found.span(), table })
    }

    /// The tables in a table of this one, in the order written.
    fn sections(
        &self,
        key: &str,
        mistakes: &mut Mistakes<'_>,
    ) -> Vec<(At<String>, Section<'d, 'i>)> {
        let Some(around) = self.section(key, mistakes) else { return Vec::new() };
        let within = around.keys().into_iter().filter_map(|name| {
            let section = around.section(&name.value, mistakes)?;
            Some((name, section))
        });
        within.collect()
    }

    /// A text that must be there.
    fn needed(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<At<String>> {
        if !self.has(key) {
            let message = format!("`[{}]` has no `{key}`", self.path);
            mistakes.add(Some(self.place.clone()), message, None);
            return None;
        }
        self.text(key, mistakes)
    }

    fn text(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<At<String>> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => {
                Some(At { value: text.to_string(), place: Some(value.span()) })
            }
            _ => wrong(key, "a text in quotes", value, mistakes),
        }
    }

    fn flag(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<bool> {
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => wrong(key, "true or false", value, mistakes),
        }
    }

    /// A scalar or a list of scalars, as a person would type it after `--param NAME=`.
    fn plain(&self, key: &str, mistakes: &mut Mistakes<'_>) -> Option<At<WrittenDefault>> {
        let value = self.table.get(key)?;
        let typed = match value.get_ref() {
            DeValue::Array(items) => {
                let texts: Option<Vec<String>> =
                    items.iter().map(|item| scalar(item.get_ref())).collect();
                if texts.iter().flatten().any(|text| text.contains(',')) {
                    let hint = "commas separate the texts of such a parameter".to_owned();
                    mistakes.add(
                        Some(value.span()),
                        "a text of this list holds a comma",
                        Some(hint),
                    );
                    return None;
                }
                texts.map(|texts| texts.join(","))
            }
            other => scalar(other),
        };
        match typed {
            Some(typed) => {
                Some(At { value: WrittenDefault::Typed(typed), place: Some(value.span()) })
            }
            None => {
                wrong(key, "a text, a number, true or false, a date or a list", value, mistakes)
            }
        }
    }
}

fn wrong<T>(
    key: &str,
    wanted: &str,
    value: &Spanned<DeValue<'_>>,
    mistakes: &mut Mistakes<'_>,
) -> Option<T> {
    let message = format!("`{key}` must be {wanted}, not {}", kind(value.get_ref()));
    mistakes.add(Some(value.span()), message, None);
    None
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
            let digits = number.as_str().replace('_', "");
            let decimal = i64::from_str_radix(&digits, number.radix());
            Some(decimal.map_or(digits, |number| number.to_string()))
        }
        DeValue::Float(number) => Some(number.as_str().replace('_', "")),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(time) => Some(time.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
