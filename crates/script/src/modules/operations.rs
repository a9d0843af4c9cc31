//! One module a resource, one function an operation: a loop over the table.
//!
//! Arguments are the ids of the path, then the body where there is one, then a map of options. `get`, `create` and `update`
//! answer the resource, lists a map of `data`, `next` and `included`, what answers nothing `()`.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

use pianoroll_api::operation::{Answer as Shape, Page};
use pianoroll_api::{Arguments, OPERATIONS, Operation, Options};
use pianoroll_host::Reply;
use rhai::{Array, Dynamic, FuncRegistration, Map, Module, NativeCallContext, RhaiFunc};

use crate::context::{called_from, context};
use crate::document;
use crate::error::{Failure, Thrown, found};
use crate::record::Asked;
use crate::value::{as_text, to_json};

/// What an operation's function takes.
#[derive(Clone, Copy)]
pub(crate) struct Parameters {
    /// Ids of the path.
    pub(crate) ids: usize,
    /// Whether a body follows.
    pub(crate) body: bool,
    /// Whether a map of options may follow.
    pub(crate) options: bool,
}

impl Parameters {
    /// Those of an operation.
    pub(crate) fn of(operation: &Operation) -> Self {
        Self {
            ids: operation.route.ids().count(),
            body: operation.body.is_some(),
            options: !option_names(operation).is_empty(),
        }
    }

    /// How many there are without options.
    pub(crate) fn required(self) -> usize {
        self.ids + usize::from(self.body)
    }

    /// How many there may be.
    pub(crate) fn counts(self) -> std::ops::RangeInclusive<usize> {
        self.required()..=self.required() + usize::from(self.options)
    }
}

/// The options that an operation has at some revision.
pub(crate) fn option_names(operation: &Operation) -> Vec<&'static str> {
    let query = &operation.query;
    let pages = || {
        let variants = operation.variants.iter().map(|variant| variant.page);
        std::iter::once(query.page).chain(variants)
    };
    let mut names = Vec::new();
    for (has, name) in [
        (!query.filter.is_empty(), "filter"),
        (!query.sort.is_empty(), "sort"),
        (!query.fields.is_empty(), "fields"),
        (!query.include.is_empty(), "include"),
        (!query.additional_fields.is_empty(), "additional_fields"),
        (pages().any(|page| matches!(page, Page::Sized { .. })), "page_size"),
        (pages().any(|page| page != Page::None), "cursor"),
    ] {
        if has {
            names.push(name);
        }
    }
    names.extend(query.parameters.iter().map(|parameter| parameter.name));
    names
}

/// The modules, by name.
pub(super) fn modules() -> Vec<(&'static str, Module)> {
    let mut modules = BTreeMap::<&str, Module>::new();
    for operation in OPERATIONS {
        let module = modules.entry(operation.module).or_default();
        for count in Parameters::of(operation).counts() {
            add_raw(module, operation.name, count, move |call, arguments| {
                call_operation(call, operation, arguments)
            });
        }
        super::iterate::register_each(module, operation);
        super::count::register_count(module, operation);
    }
    for (name, module) in &mut modules {
        super::find::register_find(module, name);
        super::find_or_create::register_find_or_create(module, name);
        super::sync::register_sync(module, name);
    }
    modules.into_iter().collect()
}

/// Registers a function of so many arguments of any type, so that a wrong one is told in our words.
pub(crate) fn add_raw(
    module: &mut Module,
    name: &str,
    count: usize,
    function: impl Fn(&NativeCallContext, &[&mut Dynamic]) -> Result<Dynamic, Failure>
    + Send
    + Sync
    + 'static,
) {
    add_raw_of(module, name, vec![TypeId::of::<Dynamic>(); count], function);
}

/// Registers a function of arguments of these types.
pub(super) fn add_raw_of(
    module: &mut Module,
    name: &str,
    types: Vec<TypeId>,
    function: impl Fn(&NativeCallContext, &[&mut Dynamic]) -> Result<Dynamic, Failure>
    + Send
    + Sync
    + 'static,
) {
    let raw = move |call: Option<NativeCallContext>, arguments: &mut [&mut Dynamic]| match call {
        Some(call) => called_from(call.call_source(), || function(&call, arguments)),
        None => Ok(Dynamic::UNIT),
    };
    // A method, so that a variable as the first argument is not copied; pure, so that a constant may be one.
    let function = RhaiFunc::Method {
        func: Arc::new(raw),
        has_context: true,
        is_pure: true,
        is_volatile: true,
    };
    FuncRegistration::new(name).set_into_module_raw(module, types, function);
}

fn call_operation(
    call: &NativeCallContext,
    operation: &'static Operation,
    given: &[&mut Dynamic],
) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let arguments = arguments(operation, given).map_err(|thrown| thrown.at(position))?;
    let asked = Arc::new(Asked::of(operation, &arguments.options));
    let reply = context(call)?.call(operation, arguments, position)?;
    answer(operation, &reply, &asked).map_err(|thrown| thrown.at(position))
}

/// The arguments of an operation as a script gave them.
pub(super) fn arguments(
    operation: &Operation,
    given: &[&mut Dynamic],
) -> Result<Arguments, Thrown> {
    let parameters = Parameters::of(operation);
    let mut given = given.iter().map(|value| &**value);
    let mut arguments = Arguments::default();
    for name in operation.route.ids() {
        let id = given.next().unwrap_or(&Dynamic::UNIT);
        arguments.ids.push(id_text(operation.id, name, id)?);
    }
    if parameters.body {
        let body = given.next().unwrap_or(&Dynamic::UNIT);
        let body = to_json(body)
            .map_err(|error| Thrown::argument(format!("the body of {}: {error}", operation.id)))?;
        arguments.body = Some(body);
    }
    if let Some(options) = given.next() {
        arguments.options = options_of(operation.id, options)?;
    }
    Ok(arguments)
}

/// An id of a path: a text, or a resource, whose id is meant.
pub(super) fn id_text(operation: &str, name: &str, value: &Dynamic) -> Result<String, Thrown> {
    if let Some(text) = as_text(value) {
        return Ok(text.to_string());
    }
    let hint = if value.is::<crate::record::Record>() { ": write `.id` behind it" } else { "" };
    let message = format!("{operation} takes the {name} as a string, not {}{hint}", found(value));
    Err(Thrown::argument(message))
}

/// A map of options; `()` is none.
pub(super) fn options_of(operation: &str, value: &Dynamic) -> Result<Options, Thrown> {
    if value.is_unit() {
        return Ok(Options::new());
    }
    let Ok(map) = value.as_map_ref() else {
        let message = format!(
            "the options of {operation} are a map such as `#{{ page_size: 100 }}`, not {}",
            found(value)
        );
        return Err(Thrown::argument(message));
    };
    let options = map.iter().map(|(name, value)| {
        let value = to_json(value).map_err(|error| {
            Thrown::argument(format!("the option `{name}` of {operation}: {error}"))
        })?;
        Ok((name.to_string(), value))
    });
    options.collect()
}

/// What a script gets for a reply.
pub(super) fn answer(
    operation: &Operation,
    reply: &Reply,
    asked: &Arc<Asked>,
) -> Result<Dynamic, Thrown> {
    let unreadable = |error: serde_json::Error| {
        let message = format!("the answer of {} cannot be read: {error}", operation.id);
        Thrown::new("unreadable", message)
    };
    let bodies = || reply.answers.iter().map(|answer| &answer.body).filter(|body| !body.is_empty());
    // A list as a body may have become several calls, so it always answers a list.
    if operation.body.as_ref().is_some_and(|body| body.shape.max().is_some()) {
        if operation.answer == Shape::None {
            return Ok(Dynamic::UNIT);
        }
        let mut records = Array::new();
        for body in bodies() {
            let document = document::parse(body, asked).map_err(unreadable)?;
            records.extend(document.data.into_iter().map(Dynamic::from));
        }
        return Ok(Dynamic::from_array(records));
    }
    let Some(body) = bodies().next() else {
        return Ok(Dynamic::UNIT);
    };
    match operation.answer {
        Shape::None => Ok(Dynamic::UNIT),
        Shape::Map => document::parse_any(body).map_err(unreadable),
        Shape::One(_) => {
            let document = document::parse(body, asked).map_err(unreadable)?;
            let included = document.included;
            let record = document.data.into_iter().next();
            Ok(record.map_or(Dynamic::UNIT, |record| Dynamic::from(record.with_included(included))))
        }
        Shape::Many(_) => {
            let document = document::parse(body, asked).map_err(unreadable)?;
            let list = |records: Vec<_>| records.into_iter().map(Dynamic::from).collect::<Array>();
            let next = document.next.map_or(Dynamic::UNIT, Dynamic::from);
            Ok(Dynamic::from_map(Map::from([
                ("data".into(), Dynamic::from_array(list(document.data))),
                ("next".into(), next),
                ("included".into(), Dynamic::from_array(list(document.included))),
            ])))
        }
    }
}
