//! The words of pianoroll, defined once (design section 2) and used everywhere: in code, on the command line, in the
//! documentation and in stored data.
//!
//! # Glossary
//! - **automation**: a program with triggers, permissions, limits and connections. **program**: a script or a plugin.
//!   **project**: a folder with a `pianoroll.toml`.
//! - **run** ⊃ **attempt** ⊃ **call** ⊃ **request**. A call is one operation on one target: at most one HTTP exchange apart
//!   from retries. One host function may make several calls; each has a [`Position`].
//! - **status**: pending, running, waiting, finished. **[`Outcome`]**: completed (with or without problems), failed,
//!   cancelled, skipped.
//! - **[`Effect`]** of an operation: read, write, delete or send, by consequence and not by HTTP method.
//! - **unknown outcome**: an effect that was sent and whose answer was never seen. **[`Certainty`]** says which.
//! - **guardrail**: a limit on effects. **[`Permission`]**: what is asked for (`profiles:read`). **grant**: the operator's yes.
//! - **resource**: a noun of the API. **operation**: one method and path with an id such as `profiles.list`.
//! - **credential**: a gateway key and the quota that belongs to it. **connection**: a named account behind a credential.
//! - **guest**, **host**, **host function**: the program, what it runs in, and what it may call.
//!
//! This crate knows no file, no socket, no async runtime and no operation: time, ids and randomness come in as arguments.

mod clock;
mod effect;
mod excerpt;
mod id;
mod outcome;
mod permission;
mod position;
mod retry;
mod revision;
mod status;
mod suggest;

pub use clock::{Clock, ManualClock, Sleep, SteppingClock};
pub use effect::{Effect, EffectCounts, ParseEffectError};
pub use excerpt::Excerpt;
pub use id::{AccountId, ConnectionId, IdError, RunId};
pub use outcome::{Certainty, Outcome, Persistence};
pub use permission::{ParsePermissionError, Permission, PermissionSet};
pub use position::Position;
pub use retry::Retry;
pub use revision::{ParseRevisionError, Revision};
pub use status::Status;
pub use suggest::suggest;
