//! The gateway as a local server: the whole API behind Maton's gateway on loopback, with real state, both rate limiters,
//! the error texts of the real thing, and faults on demand (design section 11). Nothing leaves the machine.
//!
//! A request walks through `gateway`: key, app, connection and quota as Maton checks them; then revision, route, media
//! type, windows and query as Klaviyo does (`native`); then the `faults`; and only then the account's state
//! (`state`), which is all that the second half of the crate knows about.
//!
//! Invariants: routes come from `pianoroll_api::OPERATIONS` alone; time and chance come from the clock and the seed; a
//! refusal changes nothing; the credential is never stored.

#![allow(
    clippy::result_large_err,
    reason = "a refusal is made once a request; a box around each would cost more words than it saves bytes"
)]

mod answer;
mod arrival;
mod chance;
mod connections;
mod control;
mod exchange;
mod faults;
mod gateway;
mod given;
mod limits;
mod log;
mod native;
mod query;
mod route;
mod server;
mod settings;
mod state;
mod stop;
#[cfg(test)]
mod tests;

pub use faults::{Rule, RuleError, When};
pub use given::{GivenError, GivenRecord, Related, kinds};
pub use log::LoggedRequest;
pub use pianoroll_api::operation::Mode;
pub use server::{Simulator, StartError};
pub use settings::{Data, Settings, Windows};
