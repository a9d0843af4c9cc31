//! `print`, `log::…` and `progress`.

use std::any::TypeId;

use pianoroll_host::Level;
use rhai::{Array, Dynamic, ImmutableString, Map, Module, NativeCallContext};

use super::{add, operations::add_raw_of};
use crate::context::context;
use crate::error::{Failure, Thrown, found};
use crate::value::text_of;

/// Registers `print`, `debug` and `progress`.
pub(super) fn register(module: &mut Module) {
    for (name, level) in [("print", Level::Info), ("debug", Level::Debug)] {
        // Rhai has its own for each of these, which would be found before the one for any value.
        for kind in [
            TypeId::of::<Dynamic>(),
            TypeId::of::<ImmutableString>(),
            TypeId::of::<i64>(),
            TypeId::of::<f64>(),
            TypeId::of::<bool>(),
            TypeId::of::<char>(),
            TypeId::of::<()>(),
            TypeId::of::<Array>(),
            TypeId::of::<Map>(),
        ] {
            add_raw_of(module, name, vec![kind], move |call, values| {
                let value = values.first().map_or(&Dynamic::UNIT, |value| &**value);
                log(call, level, value).map(Dynamic::from)
            });
        }
        add(module, name, move |call: NativeCallContext| log(&call, level, &"".into()));
    }
    add(module, "progress", |call: NativeCallContext, done: Dynamic, total: Dynamic| {
        progress(&call, &done, &total)
    });
    add(module, "progress", |call: NativeCallContext, done: Dynamic| {
        progress(&call, &done, &Dynamic::UNIT)
    });
}

/// `log::debug`, `log::info`, `log::warn`, `log::error`.
pub(super) fn log_module() -> Module {
    let mut module = Module::new();
    for level in [Level::Debug, Level::Info, Level::Warn, Level::Error] {
        add(&mut module, level.as_str(), move |call: NativeCallContext, value: Dynamic| {
            log(&call, level, &value)
        });
    }
    module
}

fn log(call: &NativeCallContext, level: Level, value: &Dynamic) -> Result<(), Failure> {
    context(call)?.log(level, &text_of(value), call.call_position());
    Ok(())
}

fn progress(call: &NativeCallContext, done: &Dynamic, total: &Dynamic) -> Result<(), Failure> {
    let count = |value: &Dynamic| {
        let count = value.as_int().ok().and_then(|count| u64::try_from(count).ok());
        count.ok_or_else(|| {
            let message = format!("`progress` takes counts from 0, not {}", found(value));
            Thrown::argument(message).at(call.call_position())
        })
    };
    let total = if total.is_unit() { None } else { Some(count(total)?) };
    context(call)?.progress(count(done)?, total);
    Ok(())
}
