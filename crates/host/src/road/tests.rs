//! The road of a call against the simulator: what reaches the API, how often, and what the run keeps of it.

mod accounts;
mod effects;
mod pages;
mod refusals;
pub(crate) mod stage;
