//! A guest made of a Rhai program (design section 6).
//!
//! [`Script::compile`] finds what can be found before anything runs, [`Script::bind`] types the parameters, and the
//! [`guest`](Script::guest) runs on a thread of its own with everything it asks for going through the host.
//!
//! Invariants: no script reaches a socket, the clock or the environment, nor a file but by the host; no module names a route, since all of them
//! are loops over the table; and what is registered is the same for all runs.

mod check;
mod header;
mod library;
mod script;

pub mod testing;

mod context;
mod depth;
mod engine;
mod modules;
mod run;

mod document;
mod kept;
mod record;
mod rows;
mod sort;
mod time;
mod value;

mod diagnostic;
mod error;

#[cfg(test)]
mod tests;

pub use check::Need;
pub use diagnostic::{Diagnostic, ScriptError, Severity};
pub use engine::{MAX_CALL_LEVELS, MAX_EXPRESSION_DEPTH, STACK_BYTES};
pub use library::{BrokenLibrary, Library, LibrarySource, NoLibrary};
pub use run::{MemoryLimit, ScriptGuest};
pub use script::{Checked, Script};

#[doc(hidden)]
pub use document::read_page;
