//! `find_or_create(name)` or `find_or_create(map)`: the one resource with a name, made where there is none.

use std::sync::Arc;

use pianoroll_api::operation::{Answer as Shape, Shape as BodyShape, find as operation_named};
use pianoroll_api::{Arguments, Operation, Options};
use rhai::{Dynamic, ImmutableString, Map, Module, NativeCallContext};

use super::find::{Finder, ambiguous, by_name, finder};
use super::operations::{add_raw, answer};
use crate::context::context;
use crate::error::{Failure, Thrown, found};
use crate::record::Asked;
use crate::value::{as_text, map_to_json};

/// The name of the function.
pub(crate) const NAME: &str = "find_or_create";

/// What `find_or_create` of a module works with.
#[derive(Clone, Copy)]
struct Maker {
    finder: Finder,
    create: &'static Operation,
}

/// Registers `find_or_create` for a module whose resource has a name, a list that can be read whole, and a `create`.
pub(super) fn register_find_or_create(module: &mut Module, name: &str) {
    let Some(maker) = maker(name) else { return };
    add_raw(module, NAME, 1, move |call, given| match given {
        [wanted] => find_or_create(call, maker, wanted),
        _ => Ok(Dynamic::UNIT),
    });
}

/// The operations that it calls.
pub(crate) fn operations(module: &str) -> Vec<&'static Operation> {
    let maker = maker(module);
    maker.map(|maker| vec![maker.finder.list, maker.create]).unwrap_or_default()
}

fn maker(module: &str) -> Option<Maker> {
    let finder = finder(module)?;
    let create = operation_named(&format!("{module}.create"))?;
    let makes_it = create.answer == Shape::One(finder.resource.kind);
    let of_attributes =
        create.body.as_ref().is_some_and(|body| body.shape == BodyShape::Attributes);
    let readable = finder.list.query.filter_required.is_empty();
    (makes_it && of_attributes && readable && create.route.ids().count() == 0)
        .then_some(Maker { finder, create })
}

fn find_or_create(
    call: &NativeCallContext,
    maker: Maker,
    wanted: &Dynamic,
) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let at = |thrown: Thrown| thrown.at(position);
    let Maker { finder, create } = maker;
    let context = context(call)?;
    let (name, attributes) = named(finder, wanted).map_err(at)?;
    context.refuse_in_checkpoint(&format!("{}::{NAME}", create.module), position)?;
    let look = || by_name(&context, finder, &name, &Options::new(), position);
    let one = |matches: Vec<crate::record::Record>| match matches.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(Dynamic::from(one.clone()))),
        [first, second, ..] => Err(at(ambiguous(finder, &name, first, second))),
    };
    if let Some(found) = one(look()?)? {
        return Ok(found);
    }
    let body = map_to_json(&attributes)
        .map_err(|error| at(Thrown::argument(format!("the body of {}: {error}", create.id))))?;
    let arguments = Arguments::default().with_body(body);
    let asked = Arc::new(Asked::of(create, &arguments.options));
    match context.block_on(context.branch.call(create.id, arguments)) {
        Ok(reply) => answer(create, &reply, &asked).map_err(at),
        // Somebody was faster; where nobody was, the conflict is about something else.
        Err(error) if error.call_error().is_some_and(|error| error.status == Some(409)) => {
            match one(look()?)? {
                Some(found) => Ok(found),
                None => Err(context.run.throw(error, position)),
            }
        }
        Err(error) => Err(context.run.throw(error, position)),
    }
}

/// The name that is looked for, and the attributes of what is made where there is none.
fn named(finder: Finder, wanted: &Dynamic) -> Result<(ImmutableString, Map), Thrown> {
    let attribute = finder.name;
    if let Some(name) = as_text(wanted).filter(|name| !name.is_empty()) {
        return Ok((name.clone(), Map::from([(attribute.into(), name.into())])));
    }
    let Ok(map) = wanted.as_map_ref() else {
        let message = format!(
            "`{NAME}` takes a {attribute} as a string, or a map of attributes with the {attribute}, not {}",
            found(wanted)
        );
        return Err(Thrown::argument(message));
    };
    let name = map.get(attribute).and_then(as_text).filter(|name| !name.is_empty());
    match name {
        Some(name) => Ok((name, map.clone())),
        None => {
            let message =
                format!("the map that `{NAME}` takes has a `{attribute}`, which is a string");
            Err(Thrown::argument(message))
        }
    }
}
