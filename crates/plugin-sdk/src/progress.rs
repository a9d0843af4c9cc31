//! What an operator sees of a run.

use serde::Serialize;

use crate::host;

/// So much is done, of so much in all where that is known.
pub fn report(done: u64, total: Option<u64>) {
    host::report(done, total);
}

/// Something that the run goes on in spite of: it will be completed with problems. The details are anything that serialises.
pub fn problem(text: &str, details: impl Serialize) {
    host::problem(text, &serde_json::to_value(details).unwrap_or_default());
}
