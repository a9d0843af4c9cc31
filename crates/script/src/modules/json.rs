//! JSON texts.

use rhai::{Dynamic, Map, Module, NativeCallContext};

use super::add;
use crate::document::parse_any;
use crate::error::{Failure, Thrown};
use crate::value::to_json;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    // Rhai's own parser is ten times slower, and its depth is that of scripts.
    add(module, "parse_json", |call: NativeCallContext, text: &str| -> Result<Dynamic, Failure> {
        parse_any(text.as_bytes()).map_err(|error| {
            let message = format!("this text is no JSON: {error}");
            Thrown::argument(message).at(call.call_position())
        })
    });
    add(module, "to_json", |call: NativeCallContext, value: Dynamic| text(&call, &value));
    // Rhai has one for maps, which would be found before the one for any value.
    add(module, "to_json", |call: NativeCallContext, map: Map| {
        text(&call, &Dynamic::from_map(map))
    });
}

fn text(call: &NativeCallContext, value: &Dynamic) -> Result<String, Failure> {
    let json = to_json(value);
    let json =
        json.map_err(|error| Thrown::argument(error.to_string()).at(call.call_position()))?;
    Ok(json.to_string())
}
