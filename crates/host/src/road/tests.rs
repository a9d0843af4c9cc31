//! The road of a call against the simulator: what reaches the API, how often, and what the run keeps of it.

mod accounts;
mod crashes;
mod effects;
mod notifications;
mod pages;
mod refusals;
mod replay;
pub(crate) mod stage;
