//! The API as data: [`OPERATIONS`], the resources behind them, and one typed request per operation.
//!
//! Everything here is generated from `spec/` when the crate is built; the types of the table are written by hand in
//! [`mod@operation`]. Scripts, plugins, the command line and the simulator are loops over the table.
//!
//! Invariant: this crate does no I/O, and nothing above it names a route.

pub mod arguments;
pub mod filter;
mod grants;
pub mod operation;
pub mod request;

mod generated {
    #![allow(
        missing_docs,
        clippy::all,
        clippy::pedantic,
        reason = "generated from spec/; the generator has its own tests"
    )]
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

pub use arguments::{Arguments, Options};
pub use generated::{APPS, OPERATIONS, RESOURCES, requests, resources};
pub use grants::{allows, needs_name};
pub use operation::{App, Operation, Resource, app, find, resolve, resource_of_type};
pub use request::TypedRequest;
