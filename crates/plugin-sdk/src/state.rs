//! What an automation keeps from run to run, for each connection.
//!
//! ```
//! use pianoroll_plugin_sdk::{Error, mock, state};
//!
//! fn run() -> Result<u64, Error> {
//!     let runs = state::get::<u64>("runs")?.unwrap_or_default() + 1;
//!     state::set("runs", runs)?;
//!     Ok(runs)
//! }
//! let played = mock::Host::new().state("runs", 4).run(run);
//! assert_eq!(played.state["runs"], 5);
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, host};

/// The value of a key; nothing where there is none.
///
/// # Errors
/// It is of another type, or what the host says.
pub fn get<T: DeserializeOwned>(key: &str) -> Result<Option<T>, Error> {
    Ok(serde_json::from_value(host::state(key)?)?)
}

/// Sets the value of a key.
///
/// # Errors
/// It cannot be made into JSON, or what the host says.
pub fn set(key: &str, value: impl Serialize) -> Result<(), Error> {
    host::set_state(key, &serde_json::to_value(value)?)
}

/// Removes a key.
///
/// # Errors
/// What the host says.
pub fn remove(key: &str) -> Result<(), Error> {
    host::set_state(key, &Value::Null)
}
