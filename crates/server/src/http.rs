//! What a serving process shows to the network: health, metrics and hooks.
//!
//! The listener knows no automation and no journal: it asks a [`Site`]. It asks nobody who they are, so that whoever reaches its
//! address may read health and metrics; what a hook takes is signed. TLS is the affair of a proxy in front of it.
//!
//! Invariants: whatever a client does costs a bounded time and a bounded number of bytes; a delivery that was taken is handed over
//! whole, whether its client waits or not; what is answered to a stranger holds no detail of what is inside.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::hooks::{Hook, HookEvent, HookRefusal};
use crate::owner::Answering;
use crate::refusal::Refusal;

mod listener;

mod connections;

mod deliveries;
mod intake;
mod paths;

#[cfg(test)]
mod tests;

pub use listener::{HttpError, HttpListener, HttpServing};

/// What a serving process tells the network, and takes from it. Called from many threads at once.
pub trait Site: Send + Sync + 'static {
    /// How it is. Asked often, and answered to anybody: the report names no secret and no person.
    fn health(&self) -> Health;

    /// Its figures, in the text that Prometheus reads ([`Metrics::encode`](crate::Metrics::encode)).
    fn metrics(&self) -> String;

    /// The hook of that name; none where there is none of it. A refusal is one that is there and cannot be looked at at the moment: what
    /// is delivered may be brought again.
    fn hook(&self, name: &str) -> Result<Option<Arc<Hook>>, Refusal>;

    /// Takes events that a hook was brought, at least one, each once. They are answered for when it returns: what is accepted then
    /// must not be lost. It is waited for on a task of its own, which goes on when the client has gone away.
    fn deliver<'a>(&'a self, hook: &'a str, events: Vec<HookEvent>) -> Answering<'a, Delivered>;

    /// A hook was brought something that it does not take; for metrics. It is in the log already.
    fn refused(&self, hook: &str, refusal: HookRefusal) {
        let _ = (hook, refusal);
    }
}

/// How a serving process is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Health {
    /// Whether it does what it is there for: status 200, and 503 where it does not.
    pub ok: bool,
    /// What an operator wants to know beside that.
    pub report: Value,
}

/// What became of the events of a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Delivered {
    /// Those that are new, and safe.
    pub accepted: u64,
    /// Those that were known already.
    pub repeated: u64,
}
