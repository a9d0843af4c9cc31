//! The option `filter`: the grammar, the fields and operators of the route, and what goes with `sort`.

use pianoroll_api::filter::{self, Clause, Filter, Literal};
use pianoroll_api::operation::{Kind, Query};
use pianoroll_api::{Operation, Options, resource_of_type};
use serde_json::Value;

use super::Mistakes;
use super::error::CheckError;
use super::value::{clipped, is_datetime, mismatch};

pub(super) fn check(
    operation: &Operation,
    value: &Value,
    options: &Options,
    mistakes: &mut Mistakes,
) {
    let query = &operation.query;
    let resource = operation.answer.kind().and_then(resource_of_type);
    let Some(text) = value.as_str() else {
        return mistakes.add(mismatch("filter", "text such as `equals(field,\"value\")`", value));
    };
    let filter = match filter::parse(text) {
        Ok(filter) => filter,
        Err(error) => return mistakes.say("filter", error.to_string()),
    };
    for clause in &filter.clauses {
        field_and_operator(query, clause, mistakes);
        let attribute = resource.and_then(|resource| resource.attribute(&clause.field));
        argument(clause, attribute.map(|attribute| attribute.kind), mistakes);
        if query.sort_coupled.contains(&clause.field.as_str()) {
            coupled(clause, options, mistakes);
        }
    }
    if !query.filter_required.is_empty() && !has_required(query, &filter) {
        mistakes.say("filter", required_text(query));
    }
}

/// What to say when none of the required fields is filtered on.
pub(super) fn required_text(query: &Query) -> String {
    let calls: Vec<String> = query
        .filter_required
        .iter()
        .map(|name| {
            let field = query.filter.iter().find(|field| field.name == *name);
            let equals = field.is_none_or(|field| field.operators.contains(&"equals"));
            let operator = field.and_then(|field| field.operators.first().copied());
            let operator = operator.filter(|_| !equals).unwrap_or("equals");
            format!("{operator}({name},…)")
        })
        .collect();
    format!("must hold {}", calls.join(" or "))
}

fn has_required(query: &Query, filter: &Filter) -> bool {
    filter.clauses.iter().any(|clause| query.filter_required.contains(&clause.field.as_str()))
}

fn field_and_operator(query: &Query, clause: &Clause, mistakes: &mut Mistakes) {
    let Some(field) = query.filter.iter().find(|field| field.name == clause.field) else {
        let message = format!("cannot filter on `{}`", clipped(&clause.field));
        let names = query.filter.iter().map(|field| field.name);
        return mistakes.add(CheckError::new("filter", message).among(&clause.field, names));
    };
    if !field.operators.contains(&clause.operator.as_str()) {
        let operator = clipped(&clause.operator);
        let message = format!("`{operator}` cannot be used on `{}`", field.name);
        let operators = field.operators.iter().copied();
        mistakes.add(CheckError::new("filter", message).among(&clause.operator, operators));
    }
}

/// Whether the operator got what it compares with. Operators that no route knows are told of elsewhere.
fn argument(clause: &Clause, kind: Option<Kind>, mistakes: &mut Mistakes) {
    let (operator, field) = (&clause.operator, &clause.field);
    match (operator.as_str(), &clause.argument) {
        ("has", None) => {}
        ("has", Some(_)) => {
            mistakes.say("filter", format!("`has` takes the field alone: has({field})"))
        }
        (_, None) => {
            let message = format!("`{}({})` lacks a value", clipped(operator), clipped(field));
            mistakes.say("filter", message);
        }
        ("any" | "contains-any" | "contains-all", Some(Literal::List(items))) => {
            if items.is_empty() {
                mistakes.say("filter", format!("`{operator}({field},[])` names no value"));
            }
            items.iter().for_each(|item| literal(clause, kind, item, mistakes));
        }
        ("any" | "contains-any" | "contains-all", Some(_)) => {
            mistakes.say("filter", format!("`{operator}` takes a list: {operator}({field},[…])"));
        }
        (_, Some(Literal::List(_))) => {
            let message = format!("`{}` takes one value, not a list", clipped(operator));
            mistakes.say("filter", message);
        }
        (_, Some(value)) => literal(clause, kind, value, mistakes),
    }
}

/// Whether a value is written as its field's type wants it: texts in quotes, all else without.
fn literal(clause: &Clause, kind: Option<Kind>, value: &Literal, mistakes: &mut Mistakes) {
    let number = |word: &str| word.parse::<f64>().is_ok_and(f64::is_finite);
    let wanted = match (kind, value) {
        (_, Literal::Null) => return,
        (_, Literal::List(_)) => "one value, not a list",
        (Some(Kind::Datetime), Literal::Bare(word)) if is_datetime(word) => return,
        (Some(Kind::Datetime), _) => {
            "a date or a time without quotes, such as 2024-01-31T09:00:00Z"
        }
        (Some(Kind::Int | Kind::Float), Literal::Bare(word)) if number(word) => return,
        (Some(Kind::Int | Kind::Float), _) => "a number without quotes",
        (Some(Kind::Bool), Literal::Bool(_)) => return,
        (Some(Kind::Bool), _) => "true or false, without quotes",
        (_, Literal::Text(_)) => return,
        (Some(Kind::String | Kind::Enum(_)), _) => "text in quotes",
        (_, Literal::Bool(_)) => return,
        (_, Literal::Bare(word)) if number(word) || is_datetime(word) => return,
        (_, Literal::Bare(_)) => "text in quotes, a number, a date or a time",
    };
    let (field, value) = (clipped(&clause.field), clipped(&value.to_string()));
    mistakes.say("filter", format!("`{field}` is compared with {wanted}; found `{value}`"));
}

/// Filtered `greater-than`, only that field ascending may be sorted by; `less-than`, only descending.
fn coupled(clause: &Clause, options: &Options, mistakes: &mut Mistakes) {
    let Some(sort) = options.get("sort").and_then(Value::as_str) else { return };
    let wanted = match clause.operator.as_str() {
        "greater-than" | "greater-or-equal" => clause.field.clone(),
        "less-than" | "less-or-equal" => format!("-{}", clause.field),
        _ => return,
    };
    if sort != wanted {
        let (operator, field) = (&clause.operator, &clause.field);
        let mut error = CheckError::new(
            "sort",
            format!("filtered by {operator}({field},…), only `{wanted}` may be sorted by"),
        );
        error.allowed = vec![wanted];
        mistakes.add(error);
    }
}
