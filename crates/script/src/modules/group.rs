//! What arrays and maps lack that people of other languages look for: the ends of an array, sums, extremes, and groups by what
//! a closure says of each element. Nothing here changes an array in place.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, FnPtr, Identifier, ImmutableString, Map, Module, NativeCallContext};

use super::add;
use super::compare::order;
use crate::error::{Failure, Thrown, found};
use crate::sort::sort;
use crate::time::Span;
use crate::value::as_text;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add(module, "first", |items: Array| items.into_iter().next().unwrap_or_default());
    add(module, "last", |items: Array| items.into_iter().next_back().unwrap_or_default());
    add(module, "first", |items: Array, count: i64| {
        items.into_iter().take(length(count)).collect::<Array>()
    });
    add(module, "last", |items: Array, count: i64| {
        let skipped = items.len().saturating_sub(length(count));
        items.into_iter().skip(skipped).collect::<Array>()
    });
    add(module, "skip", |items: Array, count: i64| {
        items.into_iter().skip(length(count)).collect::<Array>()
    });
    add(module, "flatten", |items: Array| {
        let inner = items.into_iter().flat_map(|item| match item.is_array() {
            true => item.cast::<Array>(),
            false => vec![item],
        });
        inner.collect::<Array>()
    });
    add(module, "sum", |call: NativeCallContext, items: Array| sum(&call, items));
    add(module, "sum_by", |call: NativeCallContext, items: Array, value: FnPtr| {
        let values = items.into_iter().map(|item| ask(&call, &value, item));
        let values = values.collect::<Result<Array, _>>()?;
        sum(&call, values)
    });
    for (name, wanted) in [("min", Ordering::Less), ("max", Ordering::Greater)] {
        add(module, name, move |items: Array| -> Result<Dynamic, Failure> {
            let keyed = items.into_iter().map(|item| (item.clone(), item));
            extreme(keyed.collect(), wanted)
        });
        add(
            module,
            &format!("{name}_by"),
            move |call: NativeCallContext, items: Array, key: FnPtr| -> Result<Dynamic, Failure> {
                extreme(keyed(&call, items, &key)?, wanted)
            },
        );
    }
    for (name, descending) in [("sorted_by", false), ("sorted_by_desc", true)] {
        add(module, name, move |call: NativeCallContext, items: Array, key: FnPtr| {
            sorted(keyed(&call, items, &key)?, descending)
        });
    }
    add(module, "group_by", |call: NativeCallContext, items: Array, key: FnPtr| {
        let mut groups = Map::new();
        for (key, item) in keyed(&call, items, &key)? {
            let group = groups.entry(name(&call, "group_by", &key)?);
            let group = group.or_insert_with(|| Dynamic::from_array(Array::new()));
            if let Ok(mut group) = group.as_array_mut() {
                group.push(item);
            }
        }
        Ok::<_, Failure>(groups)
    });
    add(module, "count_by", |call: NativeCallContext, items: Array, key: FnPtr| {
        let mut counts = Map::new();
        for (key, _) in keyed(&call, items, &key)? {
            let count = counts.entry(name(&call, "count_by", &key)?).or_insert(0_i64.into());
            *count = (count.as_int().unwrap_or_default() + 1).into();
        }
        Ok::<_, Failure>(counts)
    });
    add(module, "index_by", |call: NativeCallContext, items: Array, key: FnPtr| {
        let mut index = Map::new();
        for (key, item) in keyed(&call, items, &key)? {
            index.insert(name(&call, "index_by", &key)?, item);
        }
        Ok::<_, Failure>(index)
    });
    add(module, "entries", |map: Map| {
        let entries = map.into_iter().map(|(key, value)| {
            let key = ImmutableString::from(key.as_str());
            Dynamic::from_map(Map::from([("key".into(), key.into()), ("value".into(), value)]))
        });
        entries.collect::<Array>()
    });
}

fn length(count: i64) -> usize {
    usize::try_from(count).unwrap_or(0)
}

/// What a closure says of an element.
fn ask(call: &NativeCallContext, closure: &FnPtr, item: Dynamic) -> Result<Dynamic, Failure> {
    closure.call_within_context::<Dynamic>(call, (item,)).map(Dynamic::flatten)
}

/// The elements with what a closure says of each.
fn keyed(
    call: &NativeCallContext,
    items: Array,
    key: &FnPtr,
) -> Result<Vec<(Dynamic, Dynamic)>, Failure> {
    let keyed = items.into_iter().map(|item| Ok((ask(call, key, item.clone())?, item)));
    keyed.collect()
}

/// The key of a group as the key of a map.
fn name(call: &NativeCallContext, function: &str, key: &Dynamic) -> Result<Identifier, Failure> {
    if let Some(text) = as_text(key) {
        return Ok(text.as_str().into());
    }
    if key.is_int() || key.is_bool() {
        return Ok(key.to_string().as_str().into());
    }
    let hint = if key.is_unit() { ": it may be absent; give another with `??`" } else { "" };
    let message = format!(
        "the closure of `{function}` answers a string, an int or a bool, not {}{hint}",
        found(key)
    );
    Err(Thrown::argument(message).at(call.call_position()))
}

/// The sum of numbers, or of durations; 0 of none.
fn sum(call: &NativeCallContext, items: Array) -> Result<Dynamic, Failure> {
    let fail = |thrown: Thrown| thrown.at(call.call_position());
    let past = || fail(Thrown::new("out_of_range", "this sum is out of range"));
    let mut whole = Some(0_i64);
    let mut float = 0.0;
    let mut span: Option<Span> = None;
    let mut numbers = 0;
    for item in items {
        if let Some(item) = item.read_lock::<Span>() {
            let sum = span.map_or(Some(item.0), |sum| sum.0.checked_add(item.0));
            span = Some(Span(sum.ok_or_else(past)?));
        } else if let Ok(item) = item.as_int() {
            numbers += 1;
            float += item as f64;
            if let Some(sum) = whole {
                whole = Some(sum.checked_add(item).ok_or_else(past)?);
            }
        } else if let Ok(item) = item.as_float() {
            numbers += 1;
            float += item;
            whole = None;
        } else {
            let hint = match item.is_unit() {
                true => ": it may be absent; give another with `??`",
                false => "",
            };
            let message = format!("{} cannot be summed{hint}", found(&item));
            return Err(fail(Thrown::argument(message)));
        }
    }
    match (span, whole) {
        (Some(_), _) if numbers > 0 => {
            let message = "numbers and durations have no common sum";
            Err(fail(Thrown::argument(message)))
        }
        (Some(span), _) => Ok(Dynamic::from(span)),
        (None, Some(whole)) => Ok(whole.into()),
        (None, None) => Ok(float.into()),
    }
}

/// The first element whose key is the smallest or the largest; `()` of none.
fn extreme(keyed: Vec<(Dynamic, Dynamic)>, wanted: Ordering) -> Result<Dynamic, Failure> {
    let mut best: Option<(Dynamic, Dynamic)> = None;
    for (key, item) in keyed {
        let better = match &best {
            Some((other, _)) => order(&key, other)? == wanted,
            None => true,
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map(|(_, item)| item).unwrap_or_default())
}

/// The elements in the order of their keys; those of equal keys stay as they stood.
fn sorted(mut keyed: Vec<(Dynamic, Dynamic)>, descending: bool) -> Result<Array, Failure> {
    sort(&mut keyed, |(left, _), (right, _)| {
        order(left, right).map(|order| if descending { order.reverse() } else { order })
    })?;
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}
