//! What scripts can call, one file a capability. Everything is registered once for all runs; what differs from run to run
//! rides on the engine as its tag ([`crate::context`]).

mod array;
pub(crate) mod calls;
mod captured;
pub(crate) mod checkpoint;
mod compare;
mod console;
pub(crate) mod count;
mod document;
pub(crate) mod files;
mod filter;
pub(crate) mod find;
pub(crate) mod find_or_create;
mod group;
pub(crate) mod iterate;
mod json;
pub(crate) mod lazy;
pub(crate) mod notify;
pub(crate) mod on;
pub(crate) mod operations;
pub(crate) mod parallel;
mod problem;
mod random;
mod request;
mod rows;
pub(crate) mod state;
pub(crate) mod sync;
mod text;
mod time;
mod wait;
pub(crate) mod wait_for;
mod zone;

use rhai::{FuncRegistration, Module, RhaiNativeFunc, Shared, Variant};

use crate::engine::SharedModule;

/// The functions that need no module before their name.
pub(crate) fn globals() -> Module {
    let mut module = Module::new();
    module.set_id("pianoroll");
    for register in [
        array::register,
        checkpoint::register,
        compare::register,
        console::register,
        document::register,
        files::register,
        group::register,
        iterate::register,
        json::register,
        lazy::register,
        notify::register,
        on::register,
        parallel::register,
        problem::register,
        random::register,
        request::register,
        rows::register,
        state::register,
        text::register,
        time::register,
        wait::register,
        wait_for::register,
    ] {
        register(&mut module);
    }
    module
}

/// The modules, by name: those of the language surface, and one a resource.
pub(crate) fn named() -> Vec<(&'static str, SharedModule)> {
    let mut modules = vec![
        ("files", files::module()),
        ("filter", filter::module()),
        ("log", console::log_module()),
        ("state", state::module()),
    ];
    modules.extend(operations::modules());
    modules
        .into_iter()
        .map(|(name, mut module)| {
            module.build_index();
            (name, Shared::new(module))
        })
        .collect()
}

/// Registers a native function.
pub(crate) fn add<A: 'static, const N: usize, const X: bool, R, const F: bool>(
    module: &mut Module,
    name: &str,
    function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
) where
    R: Variant + Clone,
{
    FuncRegistration::new(name).set_into_module(module, function);
}

/// Registers a property that is computed.
fn add_getter<A: 'static, const X: bool, R, const F: bool>(
    module: &mut Module,
    name: &str,
    function: impl RhaiNativeFunc<A, 1, X, R, F> + Send + Sync + 'static,
) where
    R: Variant + Clone,
{
    FuncRegistration::new_getter(name).set_into_module(module, function);
}
