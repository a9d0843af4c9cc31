//! Resources and their attributes as values: read-only, with the methods of maps that only read.

use rhai::{Array, Dynamic, ImmutableString, Map, Module};

use super::add;
use crate::error::{Failure, Thrown};
use crate::record::{Attributes, Record};
use crate::value::{is_same, map_to_json};

/// Registers them.
pub(super) fn register(module: &mut Module) {
    module.set_custom_type::<Record>("resource");
    module.set_custom_type::<Attributes>("attributes");
    module.set_indexer_get_fn(|record: &mut Record, name: &str| -> Result<Dynamic, Failure> {
        Ok(record.get(name)?)
    });
    module.set_indexer_get_fn(
        |attributes: &mut Attributes, name: &str| -> Result<Dynamic, Failure> {
            Ok(attributes.get(name)?)
        },
    );
    module.set_indexer_set_fn(|record: &mut Record, name: &str, value: Dynamic| {
        unchanged(record.get(name).ok(), &value, "a resource", name)
    });
    module.set_indexer_set_fn(|attributes: &mut Attributes, name: &str, value: Dynamic| {
        unchanged(attributes.map().get(name).cloned(), &value, "attributes", name)
    });
    // By value: what takes a reference is taken for something that changes it.
    add(module, "get", |attributes: Attributes, name: &str| {
        attributes.map().get(name).cloned().unwrap_or_default()
    });
    add(module, "contains", |attributes: Attributes, name: &str| {
        attributes.map().contains_key(name)
    });
    add(module, "keys", |attributes: Attributes| {
        let names = attributes.map().keys();
        names.map(|name| Dynamic::from(ImmutableString::from(name.as_str()))).collect::<Array>()
    });
    add(module, "values", |attributes: Attributes| {
        attributes.map().values().cloned().collect::<Array>()
    });
    add(module, "len", |attributes: Attributes| attributes.map().len() as i64);
    add(module, "is_empty", |attributes: Attributes| attributes.map().is_empty());
    add(module, "to_map", |attributes: Attributes| attributes.map().clone());
    add(module, "to_map", |record: Record| record.to_map());
    add(module, "to_map", |map: Map| map);
    for name in ["to_string", "to_debug"] {
        add(module, name, |record: Record| text(record.to_json().ok()));
        add(module, name, |attributes: Attributes| text(map_to_json(attributes.map()).ok()));
    }
}

fn text(json: Option<serde_json::Value>) -> String {
    json.map(|json| json.to_string()).unwrap_or_default()
}

/// Rhai writes back what a method was called on, since it may have changed it: `p.attributes.properties.len()`. Only what
/// really changed is refused.
fn unchanged(
    held: Option<Dynamic>,
    value: &Dynamic,
    what: &str,
    name: &str,
) -> Result<(), Failure> {
    if held.is_some_and(|held| is_same(&held, value)) {
        return Ok(());
    }
    let message = format!(
        "`{name}` cannot be set: {what} of an answer can only be read; change a copy made by `to_map()`, or update it at the API"
    );
    Err(Thrown::new("read_only", message).into())
}
