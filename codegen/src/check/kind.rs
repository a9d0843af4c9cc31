//! The notation of types: `string`, `enum(a,b)`, `list<int>`, each with a closing `?` where null is allowed.

use crate::checked::{Attribute, Kind};
use crate::mistake::Store;
use crate::source::{At, Place};
use crate::text::AttributeText;

const SIMPLE: &[(&str, Kind)] = &[
    ("string", Kind::String),
    ("int", Kind::Int),
    ("float", Kind::Float),
    ("bool", Kind::Bool),
    ("datetime", Kind::Datetime),
    ("map", Kind::Map),
    ("any", Kind::Any),
];

/// Attributes of a resource, of a body, or parameters.
pub(super) fn attributes(texts: &[AttributeText], mistakes: &Store) -> Vec<Attribute> {
    texts.iter().filter_map(|text| attribute(text, mistakes)).collect()
}

fn attribute(text: &AttributeText, mistakes: &Store) -> Option<Attribute> {
    if text.read_only && text.write_only {
        let message = format!("`{}` is neither read nor written", text.name.value);
        mistakes.hint(&text.name.place, message, "`read_only` and `write_only` exclude each other");
    }
    let (kind, nullable) = kind(text.kind.as_ref()?, mistakes)?;
    Some(Attribute {
        name: text.name.value.clone(),
        kind,
        nullable,
        additional: text.additional,
        read_only: text.read_only,
        write_only: text.write_only,
        doc: text.doc.as_ref().map(|doc| doc.value.clone()).unwrap_or_default(),
    })
}

/// A type, and whether null is allowed.
fn kind(text: &At<String>, mistakes: &Store) -> Option<(Kind, bool)> {
    let (inner, nullable) = match text.value.strip_suffix('?') {
        Some(inner) => (inner, true),
        None => (text.as_str(), false),
    };
    // Behind the opening quote.
    Some((parse(inner, &text.place.part(1, inner.len()), mistakes)?, nullable))
}

fn parse(text: &str, place: &Place, mistakes: &Store) -> Option<Kind> {
    if let Some((_, kind)) = SIMPLE.iter().find(|(name, _)| *name == text) {
        return Some(kind.clone());
    }
    if let Some(inner) = text.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')) {
        let of = parse(inner, &place.part("list<".len(), inner.len()), mistakes)?;
        return Some(Kind::List(Box::new(of)));
    }
    if let Some(inner) = text.strip_prefix("enum(").and_then(|rest| rest.strip_suffix(')')) {
        return values(inner, &place.part("enum(".len(), inner.len()), mistakes);
    }
    let known = SIMPLE.iter().map(|(name, _)| *name).chain(["enum(a,b)", "list<string>"]);
    mistakes.unknown(place, format!("`{text}` is not a type of value"), text, known);
    None
}

fn values(inner: &str, place: &Place, mistakes: &Store) -> Option<Kind> {
    let mut values: Vec<String> = Vec::new();
    let mut start = 0;
    for value in inner.split(',') {
        let at = place.part(start, value.len().max(1));
        if value.is_empty() || value.trim() != value {
            mistakes.hint(
                &at,
                "a value of the enum is empty or has spaces around it",
                "write `enum(a,b)`",
            );
            return None;
        }
        if values.iter().any(|earlier| earlier == value) {
            mistakes.add(&at, format!("`{value}` is there twice"));
        }
        values.push(value.to_owned());
        start += value.len() + 1;
    }
    Some(Kind::Enum(values))
}
