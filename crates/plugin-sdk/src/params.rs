//! What the run was given.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Error, ErrorKind, host};

/// The parameters of `plugin.toml` with the values of this run, as a type of one's own, or as a `Value`. Defaults are filled
/// in, and types are checked by the host.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Params {
///     days: i64,
///     list: Option<String>,
/// }
/// # fn run() -> Result<(), pianoroll_plugin_sdk::Error> {
/// let params: Params = pianoroll_plugin_sdk::params()?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// The type asks for something else than `plugin.toml` does.
pub fn params<P: DeserializeOwned>() -> Result<P, Error> {
    serde_json::from_value(host::params()?).map_err(|error| {
        let message = format_args!("the parameters are not what the plugin reads: {error}");
        Error::of(ErrorKind::Arguments, "params", message)
    })
}

/// The run before this one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct LastRun {
    /// Its id.
    pub run: String,
    /// When it started, RFC 3339.
    pub started: String,
    /// When it finished, RFC 3339.
    pub finished: String,
    /// How many problems it had.
    pub problems: u64,
}

/// The run before this one that was completed, where there is one.
///
/// # Errors
/// The host tells of it in another shape.
pub fn last_run() -> Result<Option<LastRun>, Error> {
    Ok(serde_json::from_value(host::last_run()?)?)
}
