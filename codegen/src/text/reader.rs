//! Reading TOML tables field by field.

use std::cell::RefCell;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::mistake::Store;
use crate::source::{At, Place};

/// Where a reader stands: the file, and where mistakes go.
#[derive(Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) file: &'c str,
    pub(super) mistakes: &'c Store,
}

impl Context<'_> {
    fn place(&self, span: std::ops::Range<usize>) -> Place {
        Place { file: self.file.to_owned(), start: span.start, end: span.end }
    }
}

/// Reads a whole file. What cannot be parsed is reported, and the rest is read all the same.
pub(super) fn file<'c>(context: Context<'c>, text: &'c str) -> Node<'c> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        context.mistakes.syntax(&context.place(error.span().unwrap_or(0..0)), error.message());
    }
    let place = context.place(0..0);
    let span = table.span();
    Node { context, place, value: Spanned::new(span, DeValue::Table(table.into_inner())) }
}

/// A value with its place.
#[derive(Clone)]
pub(super) struct Node<'c> {
    context: Context<'c>,
    pub(super) place: Place,
    value: Spanned<DeValue<'c>>,
}

impl<'c> Node<'c> {
    /// As a table. Anything else is reported and read as an empty one.
    pub(super) fn table(self) -> Table<'c> {
        let Node { context, place, value } = self;
        let mut entries = Vec::new();
        match value.into_inner() {
            DeValue::Table(table) => {
                for (key, value) in table {
                    let place = context.place(key.span());
                    let key = At { value: key.into_inner().into_owned(), place };
                    let place = context.place(value.span());
                    entries.push((key, Node { context, place, value }));
                }
            }
            other => context.mistakes.add(&place, wrong("a table", &other)),
        }
        // The order of the file: `toml` sorts by name.
        entries.sort_by_key(|(key, _)| key.place.start);
        Table { context, place, entries, asked: RefCell::default() }
    }

    /// As a list. Anything else is reported and read as an empty one.
    pub(super) fn list(self) -> Vec<Node<'c>> {
        let Node { context, place, value } = self;
        let DeValue::Array(list) = value.get_ref() else {
            context.mistakes.add(&place, wrong("a list", value.get_ref()));
            return Vec::new();
        };
        let nodes = list.iter().map(|value| {
            let place = context.place(value.span());
            Node { context, place, value: value.clone() }
        });
        nodes.collect()
    }

    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    pub(super) fn is_list(&self) -> bool {
        self.value.get_ref().is_array()
    }

    pub(super) fn is_bool(&self) -> bool {
        self.value.get_ref().is_bool()
    }

    pub(super) fn text(self) -> Option<At<String>> {
        match self.value.get_ref() {
            DeValue::String(text) => {
                Some(At { value: text.clone().into_owned(), place: self.place })
            }
            other => self.refuse("a string", other),
        }
    }

    pub(super) fn bool(self) -> Option<At<bool>> {
        match self.value.get_ref() {
            DeValue::Boolean(value) => Some(At { value: *value, place: self.place }),
            other => self.refuse("true or false", other),
        }
    }

    /// A whole number from 1 to the largest that fits.
    pub(super) fn number(self) -> Option<At<u32>> {
        let read = match self.value.get_ref() {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            other => return self.refuse("a number", other),
        };
        match read {
            Some(value) if value > 0 => Some(At { value, place: self.place }),
            _ => {
                let range = format!("must be a whole number from 1 to {}", u32::MAX);
                self.context.mistakes.add(&self.place, range);
                None
            }
        }
    }

    pub(super) fn texts(self) -> Vec<At<String>> {
        self.list().into_iter().filter_map(Node::text).collect()
    }

    /// As JSON.
    pub(super) fn json(&self) -> At<Value> {
        At { value: self.json_of(self.value.get_ref()), place: self.place.clone() }
    }

    fn json_of(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Boolean(value) => Value::from(*value),
            DeValue::Float(number) => {
                number.as_str().replace('_', "").parse::<f64>().map_or(Value::Null, Value::from)
            }
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => Value::from(number),
                    Err(_) => {
                        self.context.mistakes.add(&self.place, "the number is too large");
                        Value::Null
                    }
                }
            }
            DeValue::Datetime(date) => {
                let message = format!("{date} is a TOML date; JSON has none");
                self.context.mistakes.hint(&self.place, message, "put it in quotes");
                Value::Null
            }
            DeValue::Array(list) => list.iter().map(|item| self.json_of(item.get_ref())).collect(),
            DeValue::Table(table) => Value::Object(
                table
                    .iter()
                    .map(|(key, value)| {
                        (key.get_ref().clone().into_owned(), self.json_of(value.get_ref()))
                    })
                    .collect(),
            ),
        }
    }

    fn refuse<T>(&self, wanted: &str, found: &DeValue<'_>) -> Option<T> {
        self.context.mistakes.add(&self.place, wrong(wanted, found));
        None
    }
}

fn wrong(wanted: &str, found: &DeValue<'_>) -> String {
    format!("expected {wanted}, found {}", found.type_str())
}

/// A table whose fields are taken by name; [`Table::finish`] reports those that nobody asked for.
pub(super) struct Table<'c> {
    context: Context<'c>,
    pub(super) place: Place,
    entries: Vec<(At<String>, Node<'c>)>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'c> Table<'c> {
    /// A table for a file that is absent.
    pub(super) fn empty(context: Context<'c>) -> Self {
        let place = context.place(0..0);
        Self { context, place, entries: Vec::new(), asked: RefCell::default() }
    }

    /// All fields in the file's order, where the names are free.
    pub(super) fn entries(self) -> Vec<(At<String>, Node<'c>)> {
        self.entries
    }

    pub(super) fn get(&self, name: &'static str) -> Option<Node<'c>> {
        self.asked.borrow_mut().push(name);
        self.entries.iter().find(|(key, _)| key.value == name).map(|(_, node)| node.clone())
    }

    /// A table within this one, its place that of its name.
    pub(super) fn table(&self, name: &'static str) -> Option<Table<'c>> {
        let mut table = self.get(name)?.table();
        let key = self.entries.iter().find(|(key, _)| key.value == name)?.0.place.clone();
        table.place = key;
        Some(table)
    }

    pub(super) fn text(&self, name: &'static str) -> Option<At<String>> {
        self.get(name)?.text()
    }

    pub(super) fn texts(&self, name: &'static str) -> Vec<At<String>> {
        self.get(name).map(Node::texts).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &'static str) -> Option<At<u32>> {
        self.get(name)?.number()
    }

    pub(super) fn bool(&self, name: &'static str) -> Option<At<bool>> {
        self.get(name)?.bool()
    }

    /// Whether it is there and true.
    pub(super) fn flag(&self, name: &'static str) -> bool {
        self.bool(name).is_some_and(|flag| flag.value)
    }

    /// A text that must be there.
    pub(super) fn need_text(&self, name: &'static str) -> Option<At<String>> {
        self.need(name)?.text()
    }

    /// A value that must be there.
    pub(super) fn need(&self, name: &'static str) -> Option<Node<'c>> {
        let found = self.get(name);
        if found.is_none() {
            self.context.mistakes.add(&self.place, format!("`{name}` is missing"));
        }
        found
    }

    /// Reports fields that nobody asked for.
    pub(super) fn finish(self) {
        let asked = self.asked.into_inner();
        for (key, _) in &self.entries {
            if !asked.contains(&key.as_str()) {
                let message = format!("unknown key `{}`", key.value);
                self.context.mistakes.unknown(
                    &key.place,
                    message,
                    key.as_str(),
                    asked.iter().copied(),
                );
            }
        }
    }
}
