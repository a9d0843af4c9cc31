//! Blocks of reads that a run does once.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, host};

/// A block of reads whose value is recorded in their place: a run that is repeated gets the value, and reads nothing. This is
/// how looking through a million profiles costs the record one entry.
///
/// Names are unique in a run, blocks do not nest, and may not change anything. A repeated run sees what serde keeps of the
/// value. An error that the block ends with is recorded as well.
///
/// ```
/// use pianoroll_plugin_sdk::{Error, Value, checkpoint, json, mock, profiles};
///
/// fn run() -> Result<Vec<String>, Error> {
///     checkpoint("find", || {
///         profiles::each(()).map(|profile| Ok(profile?.id().to_owned())).collect()
///     })
/// }
/// let page = json!({ "data": [{ "type": "profile", "id": "P1" }] });
/// let played = mock::Host::new().on("profiles.list", move |_| page.clone()).run(run);
/// assert_eq!(played.checkpoints, [("find".to_owned(), Ok(json!(["P1"])))]);
/// ```
///
/// # Errors
/// What the block ends with, or what the host says.
pub fn checkpoint<T: Serialize + DeserializeOwned>(
    name: &str,
    block: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    match host::begin(name)? {
        Some(Ok(value)) => return Ok(serde_json::from_value(value)?),
        Some(Err(error)) => return Err(recorded(error)),
        None => {}
    }
    let value = block().and_then(|value| Ok((serde_json::to_value(&value)?, value)));
    match value {
        Ok((written, value)) => {
            host::end(Ok(written))?;
            Ok(value)
        }
        Err(error) => {
            let written = serde_json::to_value(&error)?;
            host::end(Err(written))?;
            Err(error)
        }
    }
}

/// An error as it was recorded.
fn recorded(value: Value) -> Error {
    let text = value.to_string();
    serde_json::from_value(value).unwrap_or_else(|_| Error::new(text))
}
