//! Whether a record passes the filter of a list, as far as the record is known.

use std::cmp::Ordering;

use jiff::Timestamp;
use pianoroll_api::Options;
use pianoroll_api::filter::{self, Clause, Filter, Literal};
use pianoroll_api::operation::App;
use serde_json::Value;

use super::PLANNED;
use super::consequence::identifiers;
use super::overlay::Overlay;

/// The filter of a call.
pub(super) fn of(options: &Options) -> Option<Filter> {
    // It was checked.
    filter::parse(options.get("filter")?.as_str()?).ok()
}

/// The attribute or relationship that a clause is about: `messages` of `messages.channel`.
pub(super) fn head(clause: &Clause) -> &str {
    clause.field.split('.').next().unwrap_or_default()
}

/// Whether a clause may be about an attribute or a relationship of this name.
pub(super) fn concerns(clause: &Clause, name: &str) -> bool {
    let head = head(clause);
    name == head || is_relationship(name, head)
}

/// What a filter is judged with.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) app: &'static App,
    pub(super) overlay: &'a Overlay,
}

impl Judge<'_> {
    /// Whether all clauses hold; nothing where one cannot be evaluated and no other fails.
    pub(super) fn meets(&self, filter: Option<&Filter>, resource: &Value) -> Option<bool> {
        let mut all = Some(true);
        for clause in filter.map(|filter| filter.clauses.as_slice()).unwrap_or_default() {
            match self.holds(clause, resource) {
                Some(false) => return Some(false),
                Some(true) => {}
                None => all = None,
            }
        }
        all
    }

    /// Whether one clause holds; nothing where the record does not tell.
    pub(super) fn holds(&self, clause: &Clause, resource: &Value) -> Option<bool> {
        let values = self.values(&clause.field, resource)?;
        let Some(argument) = &clause.argument else {
            return Some(!values.iter().all(Value::is_null));
        };
        let items = match argument {
            Literal::List(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let any = |test: &dyn Fn(&Value, &Literal) -> bool| {
            values.iter().any(|value| items.iter().any(|item| test(value, item)))
        };
        Some(match clause.operator.as_str() {
            "equals" if *argument == Literal::Null => values.iter().all(Value::is_null),
            "equals" | "any" => any(&equal),
            "contains" | "contains-any" => any(&contains),
            "contains-all" => {
                items.iter().all(|item| values.iter().any(|value| contains(value, item)))
            }
            "starts-with" => {
                any(&|value, item| texts(value, item, |text, part| text.starts_with(part)))
            }
            "ends-with" => {
                any(&|value, item| texts(value, item, |text, part| text.ends_with(part)))
            }
            "greater-than" => any(&|value, item| ordered(value, item).is_some_and(Ordering::is_gt)),
            "greater-or-equal" => {
                any(&|value, item| ordered(value, item).is_some_and(Ordering::is_ge))
            }
            "less-than" => any(&|value, item| ordered(value, item).is_some_and(Ordering::is_lt)),
            "less-or-equal" => {
                any(&|value, item| ordered(value, item).is_some_and(Ordering::is_le))
            }
            _ => return None,
        })
    }

    /// The values of a field as filters name it: the id (`id`, `ids`), an attribute or a path in it, what a related record
    /// holds (`messages.channel`), or a related id (`coupon.id`, `metric_id`).
    fn values(&self, field: &str, resource: &Value) -> Option<Vec<Value>> {
        if matches!(field, "id" | "ids") {
            return Some(vec![resource["id"].clone()]);
        }
        let (head, path) = field.split_once('.').unwrap_or((field, ""));
        if let Some(value) = resource["attributes"].get(head) {
            return Some(at(value, path));
        }
        let kind = resource["type"].as_str().unwrap_or_default();
        let known = self.app.resource(kind);
        if known.is_some_and(|known| known.attribute(head).is_some()) {
            return None;
        }
        let by_id = field.strip_suffix("_id").filter(|_| path.is_empty());
        let wanted = by_id.unwrap_or(head);
        let relationships = resource["relationships"].as_object()?;
        let (_, related) = relationships.iter().find(|(name, _)| is_relationship(name, wanted))?;
        let mut related = identifiers(related.get("data")?);
        if by_id.is_some() || path.is_empty() || path == "id" {
            return Some(related.map(|key| key.id.into()).collect());
        }
        // What is inside of a related record is only known of what the run created.
        related.try_fold(Vec::new(), |mut values, key| {
            let record = self.overlay.created(&key)?;
            values.extend(within(&record["attributes"], path));
            Some(values)
        })
    }
}

/// What a filter is without the ids that stand for something.
pub(super) enum Planned {
    /// It has none.
    None,
    /// It has some beside others.
    Some(Filter),
    /// A clause asks for such ids alone, so nothing that the API has can pass.
    Only,
}

pub(super) fn without_planned(mut filter: Filter) -> Planned {
    let is_planned = |literal: &Literal| matches!(literal, Literal::Text(text) | Literal::Bare(text) if text.starts_with(PLANNED));
    let mut found = false;
    for Clause { argument, .. } in &mut filter.clauses {
        match argument {
            Some(Literal::List(items)) => {
                let before = items.len();
                items.retain(|item| !is_planned(item));
                found |= items.len() < before;
                if items.is_empty() && before > 0 {
                    return Planned::Only;
                }
            }
            Some(one) if is_planned(one) => return Planned::Only,
            _ => {}
        }
    }
    if found { Planned::Some(filter) } else { Planned::None }
}

/// Whether a relationship is the one that a filter means: by its name, its plural, or its last word (`messages`:
/// `campaign-messages`).
fn is_relationship(name: &str, wanted: &str) -> bool {
    let last = name.rsplit('-').next().unwrap_or(name);
    name == wanted || last == wanted || name.strip_suffix('s') == Some(wanted)
}

/// The values at a path; lists are looked through.
fn at(value: &Value, path: &str) -> Vec<Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| at(item, path)).collect(),
        value if path.is_empty() => vec![value.clone()],
        Value::Object(map) => {
            let (head, rest) = path.split_once('.').unwrap_or((path, ""));
            map.get(head).map(|value| at(value, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The values at a path of a record's attributes, or else of a map among them: what newer revisions keep in a `definition`.
fn within(attributes: &Value, path: &str) -> Vec<Value> {
    let mut found = at(attributes, path);
    found.retain(|value| !value.is_null());
    if found.is_empty() {
        let maps = attributes.as_object().into_iter().flatten();
        found = maps.flat_map(|(_, map)| at(map, path)).collect();
    }
    found
}

fn equal(value: &Value, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Bool(value), Literal::Bool(wanted)) => value == wanted,
        (Value::Null, Literal::Null) => true,
        (Value::String(value), Literal::Text(text)) if value == text => true,
        (_, Literal::Text(_) | Literal::Bare(_)) => {
            let text_alone = matches!((value, literal), (Value::String(_), Literal::Text(_)));
            !text_alone && ordered(value, literal) == Some(Ordering::Equal)
                || matches!((value, literal), (Value::String(value), Literal::Bare(text)) if value == text)
        }
        _ => false,
    }
}

fn contains(value: &Value, literal: &Literal) -> bool {
    texts(value, literal, |text, part| text.contains(part))
}

fn texts(value: &Value, literal: &Literal, test: fn(&str, &str) -> bool) -> bool {
    match (value, literal) {
        (Value::String(text), Literal::Text(part) | Literal::Bare(part)) => test(text, part),
        _ => false,
    }
}

/// Numbers and times are compared as what they are; nothing where the two are not of a kind.
fn ordered(value: &Value, literal: &Literal) -> Option<Ordering> {
    let (Literal::Text(wanted) | Literal::Bare(wanted)) = literal else { return None };
    match value {
        Value::Number(number) => number.as_f64()?.partial_cmp(&wanted.parse::<f64>().ok()?),
        Value::String(text) => match (time(text), time(wanted)) {
            (Some(value), Some(wanted)) => Some(value.cmp(&wanted)),
            (None, None) => Some(text.as_str().cmp(wanted)),
            _ => None,
        },
        _ => None,
    }
}

/// A time as the API writes it: with an offset, without one (UTC), or a date.
fn time(text: &str) -> Option<Timestamp> {
    let civil = || text.parse::<jiff::civil::DateTime>().ok();
    text.parse().ok().or_else(|| Some(civil()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()))
}
