//! Stop 1: the arguments of a call against the table, before anything else happens and without any I/O.
//!
//! [`check`] finds every mistake of one call and tells them together: an unknown or missing id or option, a wrong type, a
//! filter, sort, include or page size that the route does not allow, an id that would leave its path segment, a body of the
//! wrong shape or over [`MAX_BODY_BYTES`].
//!
//! A body with a top-level `data` is sent as it stands, so only its outline is looked at: the type, the id, the length of a
//! list. What is inside is for the API to judge.

mod body;
mod document;
mod error;
mod filter;
mod ids;
pub(crate) mod options;
mod place;
pub(crate) mod size;
pub(crate) mod value;

use pianoroll_api::{Arguments, Operation};
use pianoroll_model::Revision;

pub(crate) use error::Mistakes;
pub use error::{About, CheckError, CheckErrors};
pub use ids::MAX_ID_BYTES;
pub(crate) use ids::stays_in_its_segment;

/// The most bytes of JSON that a body may have. Klaviyo takes 5 MB from any endpoint (reference: rate limits and status
/// codes); whether a megabyte is 10^6 or 2^20 bytes is not said, so this is the smaller.
pub const MAX_BODY_BYTES: usize = 5_000_000;

/// Checks the arguments of an operation as it stands at a revision.
///
/// # Errors
/// All mistakes, up to a bound.
pub fn check(
    operation: &Operation,
    arguments: &Arguments,
    revision: Option<Revision>,
) -> Result<(), CheckErrors> {
    let mut mistakes = Mistakes::default();
    ids::check(operation.route_at(revision), &arguments.ids, &mut mistakes);
    options::check(operation, revision, &arguments.options, &mut mistakes);
    body::check(operation, revision, arguments, &mut mistakes);
    mistakes.into_result(operation.id)
}

#[cfg(test)]
mod tests;
