//! `limits = { … }` of an automation, as guardrails that know their lines.

use std::collections::BTreeMap;
use std::ops::Range;

use pianoroll_host::{
    Guardrails, Limit, OperationPattern, Scope, WordError, check_id, record_resource,
};

use crate::project::FILE_NAME;
use crate::project::mistake::Mistakes;
use crate::project::walk::Section;

pub(super) fn read(table: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Guardrails {
    Guardrails {
        calls: limit(table, "calls", mistakes),
        writes: limit(table, "writes", mistakes),
        deletes: limit(table, "deletes", mistakes),
        sends: limit(table, "sends", mistakes),
        seconds: minutes(table, mistakes),
        records: records(table, mistakes),
        only: scope(table, "only", OperationPattern::of_effects, mistakes),
        never: scope(table, "never", OperationPattern::new, mistakes),
        lists: scope(table, "lists", id, mistakes),
        campaigns: scope(table, "campaigns", id, mistakes),
    }
}

fn id(word: &str) -> Result<String, WordError> {
    check_id(word).map(|()| word.to_owned())
}

/// The line of a limit, as messages name it.
fn source(span: &Range<usize>, name: &str, mistakes: &Mistakes<'_>) -> String {
    let (line, column) = mistakes.place(span);
    format!("{FILE_NAME}:{line}:{column} (limits.{name})")
}

fn limit(table: &Section<'_, '_>, name: &str, mistakes: &mut Mistakes<'_>) -> Option<Limit> {
    let number = table.number(name, mistakes)?;
    Some(Limit::new(number.value, source(&number.span, name, mistakes)))
}

fn minutes(table: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<Limit> {
    let limit = limit(table, "minutes", mistakes)?;
    Some(Limit { most: limit.most.saturating_mul(60), ..limit })
}

fn records(table: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> BTreeMap<&'static str, Limit> {
    let Some(table) = table.section("records", mistakes) else { return BTreeMap::new() };
    let mut records = BTreeMap::new();
    for key in table.keys() {
        let number = table.number(key.value, mistakes);
        match (record_resource(key.value), number) {
            (Ok(resource), Some(number)) => {
                let name = format!("records.{resource}");
                let source = source(&number.span, &name, mistakes);
                records.insert(resource, Limit::new(number.value, source));
            }
            (Ok(_), None) => {}
            (Err(error), _) => mistakes.add(key.span, error.message, error.hint),
        }
    }
    records
}

fn scope<T>(
    table: &Section<'_, '_>,
    name: &str,
    read: impl Fn(&str) -> Result<T, WordError>,
    mistakes: &mut Mistakes<'_>,
) -> Vec<Scope<T>> {
    let Some(words) = table.placed_texts(name, mistakes) else { return Vec::new() };
    let mut members = Vec::new();
    for word in words {
        match read(&word.value) {
            Ok(member) => members.push(member),
            Err(error) => mistakes.add(word.span, error.message, error.hint),
        }
    }
    let span = table.span_of(name).unwrap_or_else(|| table.span.clone());
    vec![Scope::new(members, source(&span, name, mistakes))]
}
