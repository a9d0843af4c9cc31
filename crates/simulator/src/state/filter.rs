//! Whether a record meets a filter.

use pianoroll_api::filter::{Clause, Filter, Literal};
use pianoroll_api::operation::{Kind, Resource};
use pianoroll_api::resource_of_type;
use serde_json::Value;

use super::State;
use super::cursor::Key;
use super::record::{Record, plural};
use super::time;
use crate::exchange::{Refusal, Source};

/// What stands at a path inside a value. Lists fan out: each of their entries is looked into.
pub(super) fn values_at(value: &Value, path: &str) -> Vec<Value> {
    match value {
        Value::Array(items) if !path.is_empty() => {
            items.iter().flat_map(|item| values_at(item, path)).collect()
        }
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        other if path.is_empty() => vec![other.clone()],
        Value::Object(map) => {
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            map.get(head).map(|value| values_at(value, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Refuses literals that cannot be compared with their fields.
pub(super) fn check(filter: &Filter, kind: &str) -> Result<(), Refusal> {
    let refused =
        |detail: String| Err(Refusal::invalid(detail, Source::Parameter("filter".to_owned())));
    let resource = resource_of_type(kind);
    for clause in &filter.clauses {
        let ordered =
            clause.operator.starts_with("greater-") || clause.operator.starts_with("less-");
        let (Some(argument), true) = (&clause.argument, ordered) else { continue };
        let attribute = resource.and_then(|resource| resource.attribute(&clause.field));
        let time = attribute.is_none_or(|attribute| attribute.kind == Kind::Datetime);
        let text = match argument {
            Literal::Bare(text) | Literal::Text(text) => text,
            _ => {
                return refused(format!(
                    "Invalid filter provided. '{argument}' cannot be ordered."
                ));
            }
        };
        if time && time::parse(text).is_none() {
            return refused(format!(
                "Invalid filter provided. '{text}' is not a datetime for {}.",
                clause.field
            ));
        }
        if !time && text.parse::<f64>().is_err() {
            return refused(format!(
                "Invalid filter provided. '{text}' is not a number for {}.",
                clause.field
            ));
        }
    }
    let channel = |clause: &&Clause| clause.field == "messages.channel";
    if let Some(Literal::Text(text)) =
        filter.clauses.iter().find(channel).and_then(|clause| clause.argument.as_ref())
        && !matches!(text.as_str(), "email" | "sms")
    {
        return refused(format!("'channel' must be one of: email, sms (got {text})"));
    }
    Ok(())
}

impl State {
    /// Whether all clauses hold.
    pub(super) fn meets(&self, kind: &str, record: &Record, filter: Option<&Filter>) -> bool {
        let Some(filter) = filter else { return true };
        filter.clauses.iter().all(|clause| holds(clause, &self.values(kind, record, &clause.field)))
    }

    /// What a record is ordered by.
    pub(super) fn key(&self, kind: &str, record: &Record, field: &str) -> Key {
        self.values(kind, record, field).first().map_or(Key::Null, Key::of)
    }

    /// The values of a field as filters name it: the id (`id`, `ids`), an attribute or a path in it, what a related
    /// record holds (`messages.channel`, `item.id`), or a related id (`metric_id`).
    fn values(&self, kind: &str, record: &Record, field: &str) -> Vec<Value> {
        if matches!(field, "id" | "ids") {
            return vec![Value::String(record.id.clone())];
        }
        let (head, path) = field.split_once('.').unwrap_or((field, ""));
        if let Some(value) = record.attributes.get(head) {
            return values_at(value, path);
        }
        let resource = resource_of_type(kind);
        let by_id = field.strip_suffix("_id").filter(|_| path.is_empty());
        let wanted = by_id.unwrap_or(head);
        let Some(name) = relation_named(resource, record, wanted) else { return Vec::new() };
        let related = self.related(kind, record, &name);
        if by_id.is_some() || path.is_empty() || path == "id" {
            return related.into_iter().map(|(_, id)| Value::String(id)).collect();
        }
        let records = related.iter().filter_map(|(kind, id)| self.record(kind, id));
        let path = path.to_owned();
        records
            .flat_map(|record| values_at(&Value::Object(record.attributes.clone()), &path))
            .collect()
    }
}

/// The relationship that a filter means: by its name, its plural, or its last word (`messages`: `campaign-messages`).
fn relation_named(resource: Option<&Resource>, record: &Record, wanted: &str) -> Option<String> {
    let stored = record.relations.keys().map(String::as_str);
    let named = resource.map(|resource| resource.relationships).unwrap_or_default();
    let mut names = named.iter().map(|relationship| relationship.name).chain(stored);
    let many = plural(wanted);
    names
        .find(|name| {
            let last = name.rsplit('-').next().unwrap_or(name);
            *name == wanted || *name == many || last == wanted
        })
        .map(str::to_owned)
}

fn holds(clause: &Clause, values: &[Value]) -> bool {
    let Some(argument) = &clause.argument else { return !values.is_empty() };
    let items = match argument {
        Literal::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    match clause.operator.as_str() {
        "equals" if *argument == Literal::Null => values.iter().all(Value::is_null),
        "equals" | "any" => values.iter().any(|value| items.iter().any(|item| equal(value, item))),
        "contains-any" => values.iter().any(|value| items.iter().any(|item| contains(value, item))),
        "contains-all" => items.iter().all(|item| values.iter().any(|value| contains(value, item))),
        "contains" => values.iter().any(|value| contains(value, argument)),
        "starts-with" => texts(values, argument, |text, part| text.starts_with(part)),
        "ends-with" => texts(values, argument, |text, part| text.ends_with(part)),
        "greater-than" => ordered(values, argument, std::cmp::Ordering::is_gt),
        "greater-or-equal" => ordered(values, argument, std::cmp::Ordering::is_ge),
        "less-than" => ordered(values, argument, std::cmp::Ordering::is_lt),
        "less-or-equal" => ordered(values, argument, std::cmp::Ordering::is_le),
        // The protocol half lets only the operators of the table through; one that is not known here meets nothing.
        _ => false,
    }
}

fn equal(value: &Value, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::String(value), Literal::Text(text)) => value == text,
        (Value::String(value), Literal::Bare(text)) => {
            value == text
                || time::parse(text).is_some_and(|wanted| time::parse(value) == Some(wanted))
        }
        (Value::Bool(value), Literal::Bool(wanted)) => value == wanted,
        (Value::Number(value), Literal::Bare(text) | Literal::Text(text)) => {
            text.parse::<f64>().is_ok_and(|wanted| value.as_f64() == Some(wanted))
        }
        _ => false,
    }
}

fn contains(value: &Value, literal: &Literal) -> bool {
    let part = match literal {
        Literal::Text(text) | Literal::Bare(text) => text,
        _ => return false,
    };
    value.as_str().is_some_and(|text| text.contains(part))
}

fn texts(values: &[Value], literal: &Literal, test: fn(&str, &str) -> bool) -> bool {
    let (Literal::Text(part) | Literal::Bare(part)) = literal else { return false };
    values.iter().any(|value| value.as_str().is_some_and(|text| test(text, part)))
}

fn ordered(values: &[Value], literal: &Literal, test: fn(std::cmp::Ordering) -> bool) -> bool {
    let (Literal::Text(text) | Literal::Bare(text)) = literal else { return false };
    let wanted = match text.parse::<f64>() {
        Ok(number) => Key::Number(number),
        Err(_) => Key::of(&Value::String(text.clone())),
    };
    let comparable = |key: &Key| std::mem::discriminant(key) == std::mem::discriminant(&wanted);
    values.iter().map(Key::of).filter(comparable).any(|key| test(key.cmp(&wanted)))
}

/// The times between which a filter lets a field lie, in whole seconds and inclusive; what the filter says beyond that
/// is left to [`State::meets`].
pub(super) fn bounds(filter: Option<&Filter>, field: &str) -> (i64, i64) {
    let clauses = filter.map(|filter| filter.clauses.as_slice()).unwrap_or_default();
    let mut bounds = (i64::MIN, i64::MAX);
    for clause in clauses.iter().filter(|clause| clause.field == field) {
        let Some(Literal::Bare(text) | Literal::Text(text)) = &clause.argument else { continue };
        let time = text.parse::<i64>().ok().or_else(|| time::parse_seconds(text));
        let Some(time) = time else { continue };
        match clause.operator.as_str() {
            "greater-than" | "greater-or-equal" => bounds.0 = bounds.0.max(time),
            // A bound with a fraction lies between two whole seconds.
            "less-than" | "less-or-equal" => bounds.1 = bounds.1.min(time.saturating_add(1)),
            _ => {}
        }
    }
    bounds
}

/// The texts that one of the clauses demands a field to be among.
pub(super) fn demanded(filter: Option<&Filter>, field: &str) -> Option<Vec<String>> {
    let clause = filter?.clauses.iter().find(|clause| {
        clause.field == field && matches!(clause.operator.as_str(), "equals" | "any")
    })?;
    let items = match clause.argument.as_ref()? {
        Literal::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let text = |item: &Literal| match item {
        Literal::Text(text) | Literal::Bare(text) => Some(text.clone()),
        _ => None,
    };
    Some(items.iter().filter_map(text).collect())
}
