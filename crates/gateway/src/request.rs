//! Requests, built from checked arguments: the only place where an operation becomes HTTP.

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pianoroll_api::operation::{Host, Method, Operation, Route};
use pianoroll_api::{App, Arguments};
use serde_json::Value;

use crate::connection::Connection;

mod body;
mod query;

/// The media type of JSON:API, of requests and of the answers asked for.
const JSON_API: &str = "application/vnd.api+json";

/// All but RFC 3986's unreserved characters: the same for path segments and queries.
pub(crate) const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A request as it will be sent, but for the base URL and the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Which base URL.
    pub host: Host,
    /// The app's prefix, the native path and the query, percent-encoded: what stands behind the base URL.
    pub target: String,
    /// The headers, names in lower case, without the credential.
    pub headers: Vec<(&'static str, String)>,
    /// The body: JSON.
    pub body: Option<Bytes>,
    /// For operations that are safe by key: whether everything in the body carries one, so that it may be sent again.
    pub keyed: bool,
}

/// Why no request could be built. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// As many ids as the path has.
    #[error("the path `{path}` takes {wanted} id(s), not {given}")]
    Ids {
        /// The native path.
        path: &'static str,
        /// Ids in it.
        wanted: usize,
        /// Ids in the arguments.
        given: usize,
    },
    /// An id that would leave its path segment.
    #[error("`{}` cannot be an id: it must not be empty, a dot, or hold slashes or control characters", .0.escape_debug())]
    Id(String),
    /// An option that the operation does not have, or of a form that it cannot be sent in.
    #[error("option `{option}`: {why}")]
    Option {
        /// Its name.
        option: String,
        /// What is wrong.
        why: &'static str,
    },
    /// A body of the wrong form.
    #[error("the body {0}")]
    Body(String),
    /// A native path that cannot be one.
    #[error("`{}` cannot be a native path: {why}", path.escape_debug())]
    Path {
        /// As given.
        path: String,
        /// What is wrong.
        why: &'static str,
    },
    /// No connection is named, and the gateway must not pick one.
    #[error("no connection is named")]
    NoConnection,
}

/// Builds the request of one call, for the revision that is really served. `key` goes into everything that has none of its
/// own, where the operation is safe by key.
///
/// # Errors
/// Arguments that have no form in HTTP. Whether the API would take them is not asked here.
pub fn build(
    operation: &Operation,
    connection: &Connection,
    arguments: &Arguments,
    key: Option<&str>,
) -> Result<HttpRequest, BuildError> {
    let app = operation.app;
    let revision = app.revision_header.map(|_| connection.served);
    let official = operation.route_at(revision);
    let documented = operation.documented.filter(|_| connection.documented_routes);
    let route = documented.unwrap_or(official);
    let path = path(official, route, &arguments.ids)?;
    let query = query::query(operation, &arguments.options)?;
    let mark = if query.is_empty() { "" } else { "?" };
    let (body, keyed) = match (operation.body_at(revision), &arguments.body) {
        (_, None) => (None, false),
        (shape, Some(given)) => {
            let last = arguments.ids.last().map(String::as_str);
            let (document, keyed) = match shape {
                Some(shape) => body::wrap(shape, operation.key, given, last, key)?,
                None => (given.clone(), false),
            };
            (Some(to_bytes(&document)), keyed)
        }
    };
    Ok(HttpRequest {
        method: route.method,
        host: app.host,
        target: format!("{}{path}{mark}{query}", app.prefix),
        headers: headers(app, connection, body.is_some())?,
        body,
        keyed,
    })
}

pub(crate) fn to_bytes(document: &Value) -> Bytes {
    // Values always serialise.
    serde_json::to_vec(document).unwrap_or_default().into()
}

/// The headers that say what is sent, which version of the API is meant, and whose account.
pub(crate) fn headers(
    app: &App,
    connection: &Connection,
    has_body: bool,
) -> Result<Vec<(&'static str, String)>, BuildError> {
    let media = if app.json_api { JSON_API } else { "application/json" };
    let mut headers = vec![("accept", media.to_owned())];
    if has_body {
        headers.push(("content-type", media.to_owned()));
    }
    if let Some(name) = app.revision_header {
        headers.push((name, connection.revision.to_string()));
    }
    match (&connection.id, app.host) {
        (Some(id), Host::Gateway) => headers.push(("maton-connection", id.to_string())),
        (None, Host::Gateway) => return Err(BuildError::NoConnection),
        // The control plane is about connections; it is reached through none.
        (_, Host::Control) => {}
    }
    Ok(headers)
}

/// The native path with the ids in their places, found by name where the documented route has other ones.
fn path(official: Route, route: Route, ids: &[String]) -> Result<String, BuildError> {
    let names: Vec<&str> = official.ids().collect();
    if names.len() != ids.len() {
        return Err(BuildError::Ids { path: official.path, wanted: names.len(), given: ids.len() });
    }
    let mut path = String::new();
    for segment in route.path.split('/').skip(1) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => path.push_str(segment),
            Some(name) => {
                let place = names.iter().position(|known| *known == name);
                let id = place.and_then(|place| ids.get(place));
                let id = id.ok_or(BuildError::Ids {
                    path: route.path,
                    wanted: route.ids().count(),
                    given: ids.len(),
                })?;
                path.push_str(&encode_id(id)?);
            }
        }
    }
    Ok(path)
}

fn encode_id(id: &str) -> Result<String, BuildError> {
    // Servers decode `%2F` before they look at the path, so encoding it would not keep an id in its segment.
    let leaves = id.chars().any(|c| c == '/' || c == '\\' || c.is_control());
    if id.is_empty() || id == "." || id == ".." || leaves {
        return Err(BuildError::Id(id.to_owned()));
    }
    Ok(encode(id))
}

#[cfg(test)]
mod tests;
