//! `count` beside `each`: how many a list holds.
//!
//! The resources are counted, so the answer is exact for what the pages showed. The `profile_count` that lists and segments
//! can tell in one request is Klaviyo's own figure, which lags behind and takes no filter.

use pianoroll_api::operation::Page;
use pianoroll_api::{Arguments, Operation, RESOURCES};
use rhai::Module;

use super::iterate::Stream;
use super::operations::{Parameters, add_raw, arguments};
use crate::context::context;

/// The name of the function that counts what an operation lists: `count`, `count_profiles`.
pub(crate) fn count_name(operation: &Operation) -> Option<String> {
    operation.each_name()?;
    let rest = operation.name.strip_prefix("list")?;
    Some(format!("count{rest}"))
}

/// `count(options?)` beside `each`, `count_profiles(id, options?)` beside `each_profile`.
pub(super) fn register_count(module: &mut Module, operation: &'static Operation) {
    let Some(name) = count_name(operation) else { return };
    for count in Parameters::of(operation).counts() {
        add_raw(module, &name, count, move |call, given| {
            let position = call.call_position();
            let arguments = arguments(operation, given).map_err(|thrown| thrown.at(position))?;
            let arguments = cheapest(operation, arguments);
            let mut count = 0_i64;
            for record in Stream::new(&context(call)?, operation, arguments, position)? {
                record?;
                count += 1;
            }
            Ok(count.into())
        });
    }
}

/// The largest pages of the smallest resources, where nothing else is asked for.
pub(super) fn cheapest(list: &Operation, mut arguments: Arguments) -> Arguments {
    if let Page::Sized { max, .. } = list.query.page {
        arguments.options.entry("page_size".to_owned()).or_insert_with(|| max.into());
    }
    let kind = list.answer.kind().unwrap_or_default();
    let resource = RESOURCES.iter().find(|resource| resource.kind == kind);
    // The name alone is as small as a resource gets; without one, its first attribute.
    let smallest = resource.and_then(|resource| {
        resource.name.or_else(|| resource.attributes.first().map(|attribute| attribute.name))
    });
    if let Some(name) = smallest
        && list.query.fields.contains(&kind)
    {
        arguments.options.entry("fields".to_owned()).or_insert_with(|| vec![name].into());
    }
    arguments
}
