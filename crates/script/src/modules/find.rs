//! `find(id_or_name[, options])`: the one resource that is meant.

use std::sync::Arc;

use pianoroll_api::filter::quote;
use pianoroll_api::operation::{Answer as Shape, find as operation_named};
use pianoroll_api::{Arguments, Operation, Options, RESOURCES, Resource};
use rhai::{Dynamic, Module, NativeCallContext, Position};
use serde_json::Value;

use super::iterate::Stream;
use super::operations::{add_raw, options_of};
use crate::context::{Context, context};
use crate::error::{Failure, Thrown, found};
use crate::record::Record;
use crate::value::as_text;

/// What `find` of a module works with.
#[derive(Clone, Copy)]
pub(super) struct Finder {
    pub(super) resource: &'static Resource,
    /// The attribute that is the name.
    pub(super) name: &'static str,
    pub(super) list: &'static Operation,
    get: Option<&'static Operation>,
}

/// Registers `find` for a module whose resource has a name and a list.
pub(super) fn register_find(module: &mut Module, name: &str) {
    let Some(finder) = finder(name) else { return };
    // Options are for lists that cannot be read without a filter.
    let options = usize::from(!finder.list.query.filter_required.is_empty());
    for count in 1..=1 + options {
        add_raw(module, "find", count, move |call, given| find(call, finder, given));
    }
}

/// What `find` of a module calls.
pub(super) fn operations(module: &str) -> Vec<&'static Operation> {
    let finder = finder(module);
    finder.map_or_else(Vec::new, |finder| std::iter::once(finder.list).chain(finder.get).collect())
}

pub(super) fn finder(module: &str) -> Option<Finder> {
    let resource = RESOURCES.iter().find(|resource| resource.module == module && resource.main)?;
    let list = operation_named(&format!("{module}.list"))?;
    let lists_it = list.answer == Shape::Many(resource.kind);
    let get = operation_named(&format!("{module}.get"));
    lists_it.then_some(Finder { resource, name: resource.name?, list, get })
}

fn find(
    call: &NativeCallContext,
    finder: Finder,
    given: &[&mut Dynamic],
) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let context = context(call)?;
    let at = |thrown: Thrown| thrown.at(position);
    let wanted = given.first().map_or(&Dynamic::UNIT, |value| &**value);
    let Some(wanted) = as_text(wanted).filter(|text| !text.is_empty()) else {
        let message =
            format!("`find` takes an id or a {} as a string, not {}", finder.name, found(wanted));
        return Err(Thrown::argument(message).at(position));
    };
    let options = match given.get(1) {
        Some(options) => options_of(finder.list.id, options).map_err(at)?,
        None => Options::new(),
    };
    if needs_filter(finder.list, &options) {
        // Only the id can be looked for.
        return match by_id(&context, finder, &wanted, &options, position)? {
            Some(record) => Ok(Dynamic::from(record)),
            None => Err(missing_filter(finder, &wanted).at(position)),
        };
    }
    let mut matches = by_name(&context, finder, &wanted, &options, position)?;
    if matches.is_empty()
        && let Some(record) = by_id(&context, finder, &wanted, &options, position)?
    {
        matches.push(record);
    }
    let kind = finder.resource.kind;
    match matches.as_slice() {
        [one] => Ok(Dynamic::from(one.clone())),
        [] => {
            let message = format!("there is no {kind} with the id or {} \"{wanted}\"", finder.name);
            Err(Thrown::new("not_found", message).at(position))
        }
        [first, second, ..] => Err(ambiguous(finder, &wanted, first, second).at(position)),
    }
}

/// There are two where one was meant.
pub(super) fn ambiguous(finder: Finder, wanted: &str, first: &Record, second: &Record) -> Thrown {
    let message = format!(
        "there is more than one {} with the {} \"{wanted}\" ({}, {}): give the id",
        finder.resource.kind,
        finder.name,
        first.id(),
        second.id()
    );
    Thrown::new("ambiguous", message)
}

/// Whether a list cannot be read without a filter that is not given.
fn needs_filter(list: &Operation, options: &Options) -> bool {
    !list.query.filter_required.is_empty() && !options.contains_key("filter")
}

fn missing_filter(finder: Finder, wanted: &str) -> Thrown {
    let Finder { resource, name, list, .. } = finder;
    let field = list.query.filter_required.first().copied().unwrap_or_default();
    let message = format!(
        "there is no {kind} with the id \"{wanted}\"; to find one by its {name} say where, since {} must be filtered on {field}: \
         `{}::find(…, #{{ filter: filter::equals(\"{field}\", …) }})`",
        list.id,
        list.module,
        kind = resource.kind,
    );
    Thrown::new("not_found", message)
}

/// Those with the name; no more than two are looked for.
pub(super) fn by_name(
    context: &Arc<Context>,
    finder: Finder,
    wanted: &str,
    options: &Options,
    position: Position,
) -> Result<Vec<Record>, Failure> {
    let Finder { name, list, .. } = finder;
    let operators = list.query.filter.iter().find(|field| field.name == name);
    let operators = operators.map_or(&[][..], |field| field.operators);
    // Where only a part of a name can be filtered, or nothing at all, the rest is compared here.
    let by_api = operators.contains(&"equals");
    let filter = if by_api {
        Some(format!("equals({name},{})", quote(wanted)))
    } else if operators.contains(&"contains") {
        Some(format!("contains({name},{})", quote(wanted)))
    } else {
        None
    };
    let mut options = options.clone();
    if let Some(filter) = filter {
        let both = match options.get("filter").and_then(Value::as_str) {
            Some(given) => format!("and({given},{filter})"),
            None => filter,
        };
        options.insert("filter".to_owned(), both.into());
    }
    let arguments = Arguments { options, ..Arguments::default() };
    let mut matches = Vec::new();
    for record in Stream::new(context, list, arguments, position)? {
        let record = record?;
        let is_named = |record: &Record| {
            let found = record.attributes().map().get(name).and_then(as_text);
            found.is_some_and(|found| found == wanted)
        };
        if by_api || is_named(&record) {
            matches.push(record);
            if matches.len() == 2 {
                break;
            }
        }
    }
    Ok(matches)
}

/// The one with the id, where the text can be one.
fn by_id(
    context: &Arc<Context>,
    finder: Finder,
    wanted: &str,
    options: &Options,
    position: Position,
) -> Result<Option<Record>, Failure> {
    // No id of this API has a space or an at sign, and a refused id would hide that there is no such name.
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-:$.=".contains(c);
    if !wanted.chars().all(plain) || wanted.len() > 128 {
        return Ok(None);
    }
    let Some(get) = finder.get else {
        let arguments = Arguments { options: options.clone(), ..Arguments::default() };
        for record in Stream::new(context, finder.list, arguments, position)? {
            let record = record?;
            if record.id() == wanted {
                return Ok(Some(record));
            }
        }
        return Ok(None);
    };
    let mut arguments = Arguments::ids([wanted]);
    for option in ["fields", "include", "additional_fields"] {
        if let Some(value) = options.get(option) {
            arguments.options.insert(option.to_owned(), value.clone());
        }
    }
    let asked = Arc::new(crate::record::Asked::of(get, &arguments.options));
    let reply = context.block_on(context.branch.call(get.id, arguments));
    match reply {
        Ok(reply) => {
            let value = super::operations::answer(get, &reply, &asked);
            let value = value.map_err(|thrown| thrown.at(position))?;
            Ok(value.try_cast::<Record>())
        }
        Err(error) if error.call_error().is_some_and(|error| error.status == Some(404)) => Ok(None),
        // What the API takes for no id at all is no id of anything.
        Err(error) if error.call_error().is_some_and(|error| error.status == Some(400)) => Ok(None),
        Err(error) => Err(context.run.throw(error, position)),
    }
}
