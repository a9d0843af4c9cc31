//! How other processes speak to the one that owns a state folder, and what it shows to the network.
//!
//! One process owns a state folder at a time, and answers on its [control socket](Socket); whoever is not the owner is a
//! [`Client`] of it. Both are an [`Owner`]: what asks for a run does not see on which side of the socket it happens. Requests and
//! answers are HTTP/1.1 with JSON, and what a run tells while it goes on is a stream of JSON lines.
//!
//! A process that serves also has an [`HttpListener`]: there everybody who reaches it may see its [`Health`] and its [`Metrics`], and
//! webhooks bring their deliveries, which a [`Hook`] takes where their signature is right.
//!
//! Invariants: no key ever travels, only the [digest of one](KeyDigest); whoever may write to the socket is this user; bodies are
//! bounded; a run goes on when its client goes away; nothing of a delivery is looked at before its signature; this crate knows no
//! command line and prints nothing.

mod owner;

mod events;
mod orders;
mod refusal;

mod listener;
mod routes;
mod socket;
mod stream;

mod client;

mod hooks;
mod http;
mod metrics;

#[cfg(test)]
mod tests;

pub use self::http::{Delivered, Health, HttpError, HttpListener, HttpServing, Site};
pub use client::Client;
pub use events::{Ended, Event, Reply};
pub use hooks::{Hook, HookEvent, HookRefusal, HookSecret, HookSecretError};
pub use metrics::Metrics;
pub use orders::{
    CancelReply, Decision, DeployOrder, DeployReply, EraseReply, KeyDigest, OwnerInfo, ResolveRun,
    RunOrder, ScheduleOrder, ScheduleReply, SetState, StartRun,
};
pub use owner::{Answering, Audience, Owner};
pub use refusal::{Refusal, RefusalKind};
pub use socket::{Serving, Socket, SocketError};

/// The version of what is spoken on the socket: the first part of every path. Both sides are one binary nearly always, so that
/// another version is refused and never guessed at.
pub const PROTOCOL: u32 = 1;
