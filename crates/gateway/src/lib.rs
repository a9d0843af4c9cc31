//! The only way out to the API: credentials, connections, limiter, requests, retry.
//!
//! One [`Gateway`] stands for one [`Credential`] and the quota that belongs to it; all its clones share both. A [`Call`]
//! goes limiter → request → retry by the operation's class → typed [`CallError`], and every request carries a
//! [`Connection`]'s id, never the gateway's own choice of one.
//!
//! [`Outbound`] is the other way out, for notifications and heartbeats: it knows no credential, and its URLs are secrets.
//!
//! Invariants: only this crate builds HTTP requests; only [`call`](Gateway::call)'s loop sends one twice; no redirect,
//! no link of an answer and no proxy of the environment is ever followed; the key leaves in one header and nowhere else.
//! This crate never knows what a guest is, and no route is named here.

mod config;
mod credential;

mod cancel;
mod clock;
mod connection;

mod answer;
mod error;
mod request;

mod call;
mod client;
mod connections;
mod exchange;
mod gateway;
mod limiter;

mod outbound;

#[cfg(feature = "bench")]
#[doc(hidden)]
pub use limiter::simulation;

pub use answer::{Answer, Effort, NextPage, PageInfo, Settlement, Statistics};
pub use call::{Call, Departure, RawRequest};
pub use cancel::Cancel;
pub use clock::SystemClock;
pub use config::{Config, ConfigError, Endpoints, ParseQuotaError, Quota, Retries};
pub use connection::{Connection, served_revision};
pub use connections::{ConnectionInfo, ResolveError};
pub use credential::{Credential, CredentialError};
pub use error::{CallError, ErrorKind, Failure, Reason, Trouble};
pub use gateway::Gateway;
pub use limiter::shared_quota_file;
pub use outbound::{Outbound, OutboundError, SecretUrl};
pub use request::{BuildError, HttpRequest, build};
