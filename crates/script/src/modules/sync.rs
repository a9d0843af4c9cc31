//! `sync_profiles(list_id, ids)`: makes a list hold exactly these.

use std::collections::HashSet;

use pianoroll_api::operation::{Shape, find as operation_named};
use pianoroll_api::{Arguments, OPERATIONS, Operation};
use rhai::{Dynamic, Map, Module, NativeCallContext};
use serde_json::Value;

use super::count::cheapest;
use super::iterate::Stream;
use super::operations::{add_raw, id_text};
use crate::context::{Context, context};
use crate::error::{Failure, Thrown, found};
use crate::rows::Rows;
use crate::value::as_text;

/// Operations that read, add and remove the members of something.
#[derive(Clone, Copy)]
struct Members {
    list: &'static Operation,
    add: &'static Operation,
    remove: &'static Operation,
}

/// Registers `sync_x` where a module has `list_x`, `add_x` and `remove_x`.
pub(super) fn register_sync(module: &mut Module, name: &str) {
    for (function, members) in members_of(name) {
        add_raw(module, &function, 2, move |call, given| sync(call, members, given));
    }
}

/// What a `sync_x` of a module calls.
pub(super) fn operations(module: &str, function: &str) -> Vec<&'static Operation> {
    let mut members = members_of(module).into_iter().filter(|(name, _)| name == function);
    let members = members.next();
    members.map_or_else(Vec::new, |(_, Members { list, add, remove })| vec![list, add, remove])
}

fn members_of(module: &str) -> Vec<(String, Members)> {
    let adds = OPERATIONS.iter().filter(|operation| operation.module == module);
    let found = adds.filter_map(|add| {
        let members = add.name.strip_prefix("add_")?;
        let of_lists = |operation: &Operation| {
            let shape = operation.body.as_ref().map(|body| body.shape);
            matches!(shape, Some(Shape::Identifiers { .. })) && operation.route.ids().count() == 1
        };
        let list = operation_named(&format!("{module}.list_{members}"))?;
        let remove = operation_named(&format!("{module}.remove_{members}"))?;
        let members = (format!("sync_{members}"), Members { list, add, remove });
        (of_lists(add) && of_lists(remove)).then_some(members)
    });
    found.collect()
}

fn sync(
    call: &NativeCallContext,
    members: Members,
    given: &[&mut Dynamic],
) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let context = context(call)?;
    let at = |thrown: Thrown| thrown.at(position);
    let [id, wanted] = given else { return Ok(Dynamic::UNIT) };
    let id_name = members.add.route.ids().next().unwrap_or("id");
    let id = id_text(members.add.id, id_name, id).map_err(at)?;
    let wanted = ids(wanted).map_err(at)?;
    context.refuse_in_checkpoint(members.add.id, position)?;

    let mut missing: HashSet<&str> = wanted.iter().map(String::as_str).collect();
    let mut surplus = Vec::new();
    let mut kept = 0_i64;
    for record in Stream::new(
        &context,
        members.list,
        cheapest(members.list, Arguments::ids([&id])),
        position,
    )? {
        let record = record?;
        if missing.remove(record.id().as_str()) {
            kept += 1;
        } else {
            surplus.push(record.id().to_string());
        }
    }
    // In the order in which they were given, each once.
    let added: Vec<String> =
        wanted.iter().filter(|id| missing.remove(id.as_str())).cloned().collect();
    let counts = [("added", added.len() as i64), ("removed", surplus.len() as i64), ("kept", kept)];
    send(&context, members.add, &id, added, position)?;
    send(&context, members.remove, &id, surplus, position)?;
    let counts = counts.into_iter().map(|(name, count)| (name.into(), count.into()));
    Ok(Dynamic::from_map(counts.collect::<Map>()))
}

/// Sends ids, unless there are none; the host cuts long lists into calls.
fn send(
    context: &Context,
    operation: &'static Operation,
    id: &str,
    ids: Vec<String>,
    position: rhai::Position,
) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    let body = ids.into_iter().map(Value::String).collect();
    context.call(operation, Arguments::ids([id]).with_body(body), position).map(drop)
}

/// Ids from an array or rows of texts.
fn ids(value: &Dynamic) -> Result<Vec<String>, Thrown> {
    let text = |value: &Dynamic| {
        let hint = if value.is::<crate::record::Record>() { ": map it to `.id`" } else { "" };
        let message = || format!("the ids to sync are strings, not {}{hint}", found(value));
        as_text(value).map(|text| text.to_string()).ok_or_else(|| Thrown::argument(message()))
    };
    if let Ok(items) = value.as_array_ref() {
        return items.iter().map(text).collect();
    }
    if let Some(rows) = value.read_lock::<Rows>() {
        return rows.iter().map(|row| text(&row)).collect();
    }
    Err(Thrown::argument(format!("the ids to sync are an array or rows, not {}", found(value))))
}
