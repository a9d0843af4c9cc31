//! The generator: the endpoint spec becomes the table and the typed requests that `api` includes, and the contracts that
//! people and tools read.
//!
//! In the order of its work: `source` holds the files, `text` says what was written, [`check()`] what it means,
//! [`emit`] what is made of it, [`contracts`] what of that is committed. `mistake` collects everything that is wrong on the way, so that all of it shows at once.
//!
//! Invariants: no route, app or resource is named here; the same spec gives the same bytes.

mod build;
mod check;
mod checked;
pub mod contracts;
pub mod emit;
mod mistake;
mod name;
mod sample;
mod source;
pub mod surface;
mod text;

pub use build::{build_script, read};
pub use check::check;
pub use checked::Spec;
pub use mistake::Mistakes;
pub use source::Tree;
