//! What a plugin of pianoroll is made with: typed calls of every operation, and everything else that the host offers.
//!
//! ```
//! use pianoroll_plugin_sdk::{Error, checkpoint, json, lists, log, params, profiles, progress};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Deserialize)]
//! struct Params {
//!     days: i64,
//! }
//!
//! #[derive(Serialize)]
//! struct Summary {
//!     marked: usize,
//! }
//!
//! fn run() -> Result<Summary, Error> {
//!     let params: Params = params()?;
//!     let before = pianoroll_plugin_sdk::clock::days_ago(params.days);
//!     let found = checkpoint("find", || {
//!         let options = profiles::ListOptions::new().fields(["last_event_date"]).page_size(100);
//!         let mut found = Vec::new();
//!         for profile in profiles::each(options) {
//!             let profile = profile?;
//!             if profile.time("last_event_date")?.is_some_and(|last| last < before) {
//!                 found.push(profile.id().to_owned());
//!             }
//!         }
//!         Ok(found)
//!     })?;
//!     let mark = |id: &String| profiles::call::update(id, json!({ "properties": { "lifecycle": "inactive" } }));
//!     let done = pianoroll_plugin_sdk::calls::batch(found.iter().map(mark), 10);
//!     for error in done.iter().filter_map(|result| result.as_ref().err()) {
//!         progress::problem("a profile was not marked", error.details());
//!     }
//!     log::info!("{} profiles were looked at", found.len());
//!     Ok(Summary { marked: done.iter().filter(|result| result.is_ok()).count() })
//! }
//!
//! pianoroll_plugin_sdk::automation!(run);
//! ```
//!
//! - A module a resource (`profiles`, `lists`, …): a function an operation, with the ids of its path, then its body, a
//!   [`serde_json::Value`] or anything that serialises. Lists take options last; other functions have a second one with `_with` that does.
//!   Options are a builder of their own (`profiles::ListOptions`), `json!({ … })`, or `()` for none; [`filter`] writes filters.
//! - `profiles::call::update(…)` is the same call as a value, for [`calls::batch`], which makes up to 16 at once.
//! - Every function answers `Result<_, Error>`. An [`Error`] of the host that is returned from `run` is known again by it.
//! - Outside of WebAssembly all of it goes to a [`mock::Host`], so that plugins are tested as any other Rust.
//!
//! A run may be repeated after a crash, and answers come from its record then; so it must do the same each time. Time and
//! chance of the host do ([`clock`], [`random`]); `std::time` panics in a plugin, and the order of a `HashMap` never changes there.

#[macro_use]
mod host;

mod call;
mod checkpoint;
mod document;
mod each;
mod entry;
mod error;
#[rustfmt::skip]
mod generated;
mod notify;
mod options;
mod params;

pub mod calls;
pub mod clock;
pub mod files;
pub mod log;
#[cfg(not(target_family = "wasm"))]
pub mod mock;
pub mod progress;
pub mod random;
pub mod state;
pub mod wait;

pub use call::Call;
pub use checkpoint::checkpoint;
pub use document::{Resource, Response};
pub use each::Each;
pub use error::{Error, ErrorKind};
pub use generated::*;
pub use notify::{notify, notify_with};
pub use options::{Options, filter};
pub use params::{LastRun, last_run, params};
pub use serde_json::{Value, json};

#[doc(hidden)]
pub use entry::{answer, catch_panics};
#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub use host::bindings;

/// The example of the README is one, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
