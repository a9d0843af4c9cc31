//! What plugins can call, one file a capability. Linked once for all runs; what differs from run to run is the store's data.
//!
//! The functions of resources are linked in a loop over the table; wasmtime compares each with the component's import when a
//! plugin is loaded, so that a wrong type is told there and not in a run.

mod calls;
mod checkpoints;
mod clock;
mod files;
mod log;
mod notify;
mod operations;
mod params;
mod progress;
mod random;
mod state;
mod wait;

use wasmtime::component::{Linker, LinkerInstance};

use crate::ended::Ended;
use crate::instance::Instance;
use crate::needs::{PACKAGE, version};
use crate::values::ErrorRecord;

/// The package's name and version, around the name of an interface. Components that were built against an earlier 0.1 are linked to
/// it as well.
pub(crate) fn interface(name: &str) -> String {
    format!("{PACKAGE}/{name}@{}", version())
}

/// What links an interface.
type LinkInterface = fn(&mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()>;

/// Links everything that a plugin may import, and nothing else.
pub(crate) fn link(linker: &mut Linker<Instance>) -> wasmtime::Result<()> {
    let core: [(&str, LinkInterface); 11] = [
        ("calls", calls::link),
        ("checkpoints", checkpoints::link),
        ("clock", clock::link),
        ("files", files::link),
        ("log", log::link),
        ("notify", notify::link),
        ("params", params::link),
        ("progress", progress::link),
        ("random", random::link),
        ("state", state::link),
        ("wait", wait::link),
    ];
    // Types alone: an instance without functions.
    linker.instance(&interface("types"))?;
    for (name, link) in core {
        link(&mut linker.instance(&interface(name))?)?;
    }
    operations::link(linker)
}

/// An answer, an error that the plugin may handle, or the plugin's end.
type Outcome<T> = Result<Result<T, ErrorRecord>, Ended>;

/// Moves what a host function answers to wasmtime, with its size counted.
fn answer<T>(
    instance: &Instance,
    outcome: Outcome<T>,
    size: impl FnOnce(&T) -> usize,
) -> wasmtime::Result<(Result<T, ErrorRecord>,)> {
    let answer = outcome?;
    if let Ok(value) = &answer {
        instance.leave(size(value)).map_err(wasmtime::Error::from)?;
    }
    Ok((answer,))
}
