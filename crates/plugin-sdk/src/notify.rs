//! What the operator is told, wherever they are. Needs the permission `notify`.

use serde::Serialize;
use serde_json::Value;

use crate::{Error, host};

/// Tells the operator something, wherever they are. Needs the permission `notify`; a run tells at most 100 such things, each of up
/// to 4 KiB, and it has no place in a [`checkpoint`](crate::checkpoint()).
///
/// ```
/// use pianoroll_plugin_sdk::{Error, json, mock, notify, notify_with};
///
/// fn run() -> Result<(), Error> {
///     notify("the coupons are nearly gone")?;
///     notify_with("the list has shrunk", json!({ "before": 1200, "now": 3 }))
/// }
/// let played = mock::Host::new().run(run);
/// assert_eq!(played.notifications[0].0, "the coupons are nearly gone");
/// assert_eq!(played.notifications[1].1["now"], 3);
/// ```
///
/// # Errors
/// It is empty or too long, was not granted, or what else the host says.
pub fn notify(text: &str) -> Result<(), Error> {
    host::notify(text, &Value::Null)
}

/// As [`notify`], with details: anything that serialises as a JSON object of up to 16 KiB.
///
/// # Errors
/// As for [`notify`]; or the details cannot be made into JSON.
pub fn notify_with(text: &str, details: impl Serialize) -> Result<(), Error> {
    host::notify(text, &serde_json::to_value(details)?)
}
