//! `on(name, || …)`: a block whose calls go to another account of the run.
//!
//! It is lexical: what the block makes, an iterator for one, keeps its account; what stands around it never changes.

use std::sync::Arc;

use rhai::{Dynamic, FnPtr, Module, NativeCallContext};

use super::operations::add_raw;
use crate::context::{Tag, context};
use crate::diagnostic::did_you_mean;
use crate::error::{Failure, Fatal, Thrown, found};
use crate::script::Dialect;

/// Registers it.
pub(super) fn register(module: &mut Module) {
    add_raw(module, "on", 2, |call, given| match given {
        [name, block] => on(call, name, block),
        _ => Ok(Dynamic::UNIT),
    });
}

fn on(call: &NativeCallContext, name: &Dynamic, block: &Dynamic) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let thrown = |message: String| Thrown::argument(message).at(position);
    let Ok(name) = name.as_immutable_string_ref().map(|name| name.clone()) else {
        return Err(thrown(format!("`on` takes the name of a connection, not {}", found(name))));
    };
    let Some(block) = block.read_lock::<FnPtr>().map(|block| block.clone()) else {
        return Err(thrown(format!(
            "`on` takes a block such as `|| {{ … }}` behind the name, not {}",
            found(block)
        )));
    };
    let context = context(call)?;
    if let Some(outer) = context.branch.account() {
        let message = format!(
            "`on(\"{name}\", …)` stands inside of `on(\"{outer}\", …)`: end the one block before the other"
        );
        return Err(context.run.end(Fatal::Program(message), position));
    }
    let program = &context.run.program;
    let declared = &program.header.connections;
    // A test names the connections of its script, which the host knows.
    let declares = program.dialect == Dialect::Script;
    if declares && !declared.iter().any(|connection| connection.name == name.as_str()) {
        return Err(thrown(undeclared(&name, declared.iter().map(|one| one.name.as_str()))));
    }
    let branch = context.branch.on(&name).map_err(|error| context.run.throw(error, position))?;
    let elsewhere = Tag(Arc::new(context.on(branch)));
    let mut global = call.global_runtime_state().clone();
    global.tag = Dynamic::from(elsewhere);
    let inner = (call.engine(), call.fn_name(), call.call_source(), &global, position).into();
    block.call_raw(&inner, None, [] as [Dynamic; 0]).map(Dynamic::flatten)
}

/// What to say of a connection that the header does not declare.
pub(crate) fn undeclared<'n>(name: &str, declared: impl Iterator<Item = &'n str>) -> String {
    let hint = did_you_mean(name, declared).unwrap_or_else(|| {
        format!("write `//! connection {name}   What it is for.` at the top of the script")
    });
    format!("the script declares no connection `{name}`: {hint}")
}
