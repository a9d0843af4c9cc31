//! `filter::…`: the API's filter grammar, with every value quoted as it must be.

use pianoroll_api::filter::quote;
use rhai::{Array, Dynamic, Module, NativeCallContext};

use super::{add, operations::add_raw};
use crate::error::{Thrown, found};
use crate::rows::Rows;
use crate::time::Time;
use crate::value::as_text;

/// The operators that take one value, by their names in scripts and in the API.
const COMPARISONS: [(&str, &str); 8] = [
    ("equals", "equals"),
    ("contains", "contains"),
    ("starts_with", "starts-with"),
    ("ends_with", "ends-with"),
    ("greater_than", "greater-than"),
    ("greater_or_equal", "greater-or-equal"),
    ("less_than", "less-than"),
    ("less_or_equal", "less-or-equal"),
];

/// The operators that take several values.
const SETS: [(&str, &str); 3] =
    [("any", "any"), ("contains_any", "contains-any"), ("contains_all", "contains-all")];

/// How many filters `filter::and` takes without an array.
const AND_ARGUMENTS: std::ops::RangeInclusive<usize> = 2..=8;

/// The module.
pub(super) fn module() -> Module {
    let mut module = Module::new();
    for (name, operator) in COMPARISONS {
        add(&mut module, name, move |call: NativeCallContext, field: &str, value: Dynamic| {
            comparison(operator, field, &value).map_err(|thrown| thrown.at(call.call_position()))
        });
    }
    for (name, operator) in SETS {
        add(&mut module, name, move |call: NativeCallContext, field: &str, values: Dynamic| {
            set(operator, field, &values).map_err(|thrown| thrown.at(call.call_position()))
        });
    }
    add(&mut module, "has", |field: &str| format!("has({field})"));
    add(&mut module, "and", |call: NativeCallContext, filters: Array| {
        and(filters).map_err(|thrown| thrown.at(call.call_position()))
    });
    // Rhai has no functions of any number of arguments.
    for count in AND_ARGUMENTS {
        add_raw(&mut module, "and", count, |call, filters| {
            let filters = filters.iter().map(|filter| (*filter).clone()).collect();
            and(filters).map(Dynamic::from).map_err(|thrown| thrown.at(call.call_position()))
        });
    }
    module
}

fn comparison(operator: &str, field: &str, value: &Dynamic) -> Result<String, Thrown> {
    Ok(format!("{operator}({field},{})", literal(operator, value)?))
}

fn set(operator: &str, field: &str, values: &Dynamic) -> Result<String, Thrown> {
    let values = if let Ok(array) = values.as_array_ref() {
        array.iter().map(|value| literal(operator, value)).collect::<Result<Vec<_>, _>>()?
    } else if let Some(rows) = values.read_lock::<Rows>() {
        rows.iter().map(|value| literal(operator, &value)).collect::<Result<Vec<_>, _>>()?
    } else {
        let message =
            format!("`filter::{operator}` takes an array of values, not {}", found(values));
        return Err(Thrown::argument(message));
    };
    if values.is_empty() {
        let message =
            format!("`filter::{operator}` on `{field}` has no values: the API refuses that");
        return Err(Thrown::argument(message));
    }
    Ok(format!("{operator}({field},[{}])", values.join(",")))
}

fn literal(operator: &str, value: &Dynamic) -> Result<String, Thrown> {
    if let Some(text) = as_text(value) {
        return Ok(quote(&text));
    }
    if let Some(time) = value.read_lock::<Time>() {
        return Ok(time.to_string());
    }
    if value.is_int() || value.is_bool() || value.as_float().is_ok_and(f64::is_finite) {
        return Ok(value.to_string());
    }
    if value.is_unit() && operator == "equals" {
        return Ok("null".to_owned());
    }
    let message =
        format!("a filter compares with a text, a number, a bool or a time, not {}", found(value));
    Err(Thrown::argument(message))
}

fn and(filters: Array) -> Result<String, Thrown> {
    let texts = filters.iter().map(|filter| {
        let text = filter.as_immutable_string_ref().map(|text| text.to_string());
        text.map_err(|_| {
            Thrown::argument(format!("`filter::and` takes filters, not {}", found(filter)))
        })
    });
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    match texts.as_slice() {
        [] => Err(Thrown::argument("`filter::and` takes at least one filter")),
        [one] => Ok(one.clone()),
        several => Ok(format!("and({})", several.join(","))),
    }
}
