//! Native paths that no operation covers.

use percent_encoding::{AsciiSet, utf8_percent_encode};
use pianoroll_api::App;
use pianoroll_api::operation::Method;
use pianoroll_model::Retry;
use serde_json::Value;

use super::{Departure, Target, refused};
use crate::answer::Answer;
use crate::cancel::Cancel;
use crate::connection::Connection;
use crate::error::CallError;
use crate::gateway::Gateway;
use crate::request::{BuildError, ENCODED, HttpRequest, encode, headers, to_bytes};

/// A request to a native path of an app, for what no operation covers. Whoever builds one has looked for an operation first.
#[derive(Clone)]
pub struct RawRequest<'a> {
    /// The app.
    pub app: &'static App,
    /// The method.
    pub method: Method,
    /// The native path, such as `/api/images`: escapes are kept, everything else that must be encoded is.
    pub path: &'a str,
    /// Parameters, not encoded, in order.
    pub query: &'a [(String, String)],
    /// The body, sent as it stands.
    pub body: Option<&'a Value>,
    /// A wish to stop, as for a [`Call`](crate::Call).
    pub cancel: Option<&'a Cancel>,
    /// As for a [`Call`](crate::Call).
    pub departure: Option<&'a dyn Departure>,
    /// As for a [`Call`](crate::Call).
    pub lost: bool,
}

impl Gateway {
    /// Sends a raw request. A GET may be repeated; anything else is never sent twice by guess, since nobody knows what it does.
    ///
    /// # Errors
    /// Everything that is no success.
    pub async fn raw(
        &self,
        connection: &Connection,
        raw: RawRequest<'_>,
    ) -> Result<Answer, CallError> {
        self.counted(self.raw_uncounted(connection, raw).await)
    }

    async fn raw_uncounted(
        &self,
        connection: &Connection,
        raw: RawRequest<'_>,
    ) -> Result<Answer, CallError> {
        let name = format!("{} {}", raw.method, raw.path);
        let request = build(connection, &raw).map_err(|error| refused(&name, &error))?;
        let class = if raw.method == Method::Get { Retry::Safe } else { Retry::Once };
        let target = Target {
            name: &name,
            operation: None,
            connection,
            class,
            wants_document: false,
            budgets: Vec::new(),
            ids: Vec::new(),
            cancel: raw.cancel,
            departure: raw.departure,
            lost: raw.lost,
            request,
        };
        self.drive(target).await
    }
}

fn build(connection: &Connection, raw: &RawRequest<'_>) -> Result<HttpRequest, BuildError> {
    let path = path(raw.path)?;
    let query: Vec<String> = raw
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Ok(HttpRequest {
        method: raw.method,
        host: raw.app.host,
        target: format!("{}{path}{mark}{}", raw.app.prefix, query.join("&")),
        headers: headers(raw.app, connection, raw.body.is_some())?,
        body: raw.body.map(to_bytes),
        keyed: false,
    })
}

/// What a path may hold as it is, escapes among it.
const PATH: &AsciiSet =
    &ENCODED.remove(b'/').remove(b'%').remove(b'$').remove(b':').remove(b'@').remove(b',');

/// A path that stays under the app's prefix.
fn path(path: &str) -> Result<String, BuildError> {
    let wrong = |why: &'static str| BuildError::Path { path: path.to_owned(), why };
    if !path.starts_with('/') {
        return Err(wrong("it must begin with `/`"));
    }
    if path.contains(['?', '#', '\\']) || path.chars().any(char::is_control) {
        return Err(wrong("it must not hold `?`, `#`, backslashes or control characters"));
    }
    let dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    let escapes = path.to_ascii_lowercase();
    if path.split('/').any(dots) || escapes.contains("%2f") || escapes.contains("%5c") {
        return Err(wrong("it would leave its place"));
    }
    Ok(utf8_percent_encode(path, PATH).to_string())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    #[test]
    fn paths_stay_under_their_prefix() {
        let check = |path: &str, expected: Expect| {
            expected.assert_eq(&super::path(path).unwrap_or_else(|error| error.to_string()));
        };
        check("/api/images", expect!["/api/images"]);
        check(
            "/api/catalog-items/$custom:::$default:::A B",
            expect!["/api/catalog-items/$custom:::$default:::A%20B"],
        );
        check("/api/%24custom", expect!["/api/%24custom"]);
        check(
            "api/images",
            expect!["`api/images` cannot be a native path: it must begin with `/`"],
        );
        check(
            "/api/../x",
            expect!["`/api/../x` cannot be a native path: it would leave its place"],
        );
        check(
            "/api/%2E%2e/x",
            expect!["`/api/%2E%2e/x` cannot be a native path: it would leave its place"],
        );
        check(
            "/api/a%2fb",
            expect!["`/api/a%2fb` cannot be a native path: it would leave its place"],
        );
        check(
            "/api/x?y=1",
            expect![
                "`/api/x?y=1` cannot be a native path: it must not hold `?`, `#`, backslashes or control characters"
            ],
        );
        check(
            "/api/\n",
            expect![[
                r"`/api/\n` cannot be a native path: it must not hold `?`, `#`, backslashes or control characters"
            ]],
        );
    }
}
