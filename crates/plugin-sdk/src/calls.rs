//! Calls as values: several at once, and those that no module has.

use serde_json::Value;

use crate::{Call, Error, Options, Response, host};

/// Makes calls side by side, up to `width` (1 to 16) at once; results in the order of the calls. One that fails does not keep
/// the others from being made.
///
/// ```
/// use pianoroll_plugin_sdk::{Error, calls, json, mock, profiles};
///
/// fn run() -> Result<usize, Error> {
///     let ids = ["P1", "P2"];
///     let done = calls::batch(ids.map(|id| profiles::call::update(id, json!({ "title": "Dr" }))), 8);
///     Ok(done.into_iter().filter(Result::is_ok).count())
/// }
/// let host = mock::Host::new().on("profiles.update", |call| match call.ids[0].as_str() {
///     "P1" => Ok(json!({ "data": { "type": "profile", "id": "P1" } })),
///     _ => Err(Error::api(404, "not_found", "no such profile")),
/// });
/// assert_eq!(host.run(run).result, Ok(json!(1)));
/// ```
pub fn batch(calls: impl IntoIterator<Item = Call>, width: u8) -> Vec<Result<Response, Error>> {
    let mut results: Vec<Option<Result<Response, Error>>> = Vec::new();
    let mut good = Vec::new();
    for call in calls {
        match call.checked() {
            Ok(call) => {
                good.push(call);
                results.push(None);
            }
            Err(error) => results.push(Some(Err(error))),
        }
    }
    let mut answers = host::batch(good, width).into_iter();
    let missing = || Err(Error::new("the host answered fewer calls than it was given"));
    let filled =
        results.into_iter().map(|it| it.or_else(|| answers.next()).unwrap_or_else(missing));
    filled.collect()
}

/// Calls any native path below `/klaviyo`, for what no operation has: `request("GET", "/api/…", json!({ "page[size]": 10 }), None)`.
/// A path that an operation has is that operation; any other needs the permission `request`.
///
/// # Errors
/// What the host says.
pub fn request(
    method: &str,
    path: &str,
    query: impl Into<Options>,
    body: Option<Value>,
) -> Result<Response, Error> {
    let query = query.into();
    if let Some(found) = &query.mistake {
        return Err(Error::new(format_args!("a query is a JSON object, not {found}")));
    }
    host::request(method, path, &query, body.as_ref())
}
