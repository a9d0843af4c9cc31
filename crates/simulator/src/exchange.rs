//! One checked request on its way to the state, and what comes back. The protocol half of the crate (routes, limits,
//! faults, query checks) makes an [`Exchange`]; the state half ([`crate::state`]) answers it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use pianoroll_api::filter::Filter;
use pianoroll_api::operation::{Mode, Operation};
use pianoroll_model::Revision;
use serde_json::{Value, json};

/// A request that found its operation and whose query is allowed.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The operation.
    pub(crate) operation: &'static Operation,
    /// Whether it came by the documented route where that differs from the official one.
    pub(crate) by_documented_route: bool,
    /// Which API is played.
    pub(crate) mode: Mode,
    /// The revision it is served at; nothing for apps without revisions.
    pub(crate) revision: Option<Revision>,
    /// The ids of the path, decoded.
    pub(crate) ids: Vec<String>,
    /// The query.
    pub(crate) query: Query,
    /// The body.
    pub(crate) body: Option<Value>,
    /// The simulator's time.
    pub(crate) now: Timestamp,
}

/// A query whose names, operators and sizes the operation allows.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// All its clauses hold.
    pub(crate) filter: Option<Filter>,
    /// The field, and whether it descends.
    pub(crate) sort: Option<(String, bool)>,
    /// Sparse fieldsets by type.
    pub(crate) fields: BTreeMap<String, Vec<String>>,
    /// Additional fields by type.
    pub(crate) additional_fields: BTreeMap<String, Vec<String>>,
    /// Relationships to include.
    pub(crate) include: Vec<String>,
    /// Rows asked for.
    pub(crate) page_size: Option<u32>,
    /// Where to go on, as the answer before gave it.
    pub(crate) cursor: Option<String>,
    /// Other plain parameters.
    pub(crate) parameters: BTreeMap<String, String>,
    /// The query as it came, decoded, in order and without the cursor: what the links of a page repeat.
    pub(crate) repeated: Vec<(String, String)>,
}

/// Where links of answers lead. They lead past the gateway, as the real ones do, so that a client that follows one is found out.
pub(crate) const LINK_BASE: &str = "https://a.klaviyo.com";

/// Everything but what RFC 3986 calls unreserved: brackets, commas and quotes of a query are encoded.
const LINK: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Exchange {
    /// The native path that was asked for.
    pub(crate) fn path(&self) -> String {
        let current = self.operation.route_at(self.revision);
        let route = match self.operation.documented {
            Some(documented) if self.by_documented_route => documented,
            _ => current,
        };
        let mut ids = self.ids.iter();
        let mut path = String::new();
        for segment in route.path.split('/').skip(1) {
            path.push('/');
            match segment.starts_with('{').then(|| ids.next()).flatten() {
                Some(id) => path.extend(utf8_percent_encode(id, LINK)),
                None => path.push_str(segment),
            }
        }
        path
    }
}

/// The `links` of an answer with many rows: itself and the next page, which repeats the query.
pub(crate) fn page_links(exchange: &Exchange, next_cursor: Option<&str>) -> Value {
    let own_cursor = exchange.query.cursor.as_deref();
    json!({
        "self": link(exchange, own_cursor),
        "first": null,
        "last": null,
        "prev": null,
        "next": next_cursor.map(|cursor| link(exchange, Some(cursor))),
    })
}

fn link(exchange: &Exchange, cursor: Option<&str>) -> String {
    let repeated =
        exchange.query.repeated.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs = repeated.chain(cursor.map(|cursor| ("page[cursor]", cursor)));
    let mut link = format!("{LINK_BASE}{}", exchange.path());
    for (index, (name, value)) in pairs.enumerate() {
        link.push(if index == 0 { '?' } else { '&' });
        link.extend(utf8_percent_encode(name, LINK));
        link.push('=');
        link.extend(utf8_percent_encode(value, LINK));
    }
    link
}

/// A success.
#[derive(Debug)]
pub(crate) struct Reply {
    /// 200, 201, 202 or 204.
    pub(crate) status: u16,
    /// Nothing for an empty answer.
    pub(crate) body: Option<Value>,
}

/// A refusal by the API, in its own words.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    pub(crate) detail: String,
    pub(crate) source: Option<Source>,
    pub(crate) meta: Value,
}

/// What a refusal points at.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A place in the body.
    Pointer(String),
    /// A parameter of the query.
    Parameter(String),
}

impl Refusal {
    /// 400 `invalid`, `Invalid input.`, as most refusals are.
    pub(crate) fn invalid(detail: impl Into<String>, source: Source) -> Self {
        let detail = detail.into();
        Self {
            status: 400,
            code: "invalid",
            title: "Invalid input.",
            detail,
            source: Some(source),
            meta: json!({}),
        }
    }

    /// 404 for an id that names nothing.
    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        let detail = format!("A {kind} with id {id} does not exist.");
        Self {
            status: 404,
            code: "not_found",
            title: "Not found.",
            detail,
            source: None,
            meta: json!({}),
        }
    }

    /// 409 with the id that is in the way.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>, meta: Value) -> Self {
        let source = Some(Source::Pointer("/data/attributes".to_owned()));
        Self { status: 409, code, title: "Conflict.", detail: detail.into(), source, meta }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use pianoroll_api::operation::find;

    use super::*;

    #[test]
    fn links_repeat_the_query_and_lead_past_the_gateway() {
        let operation = find("lists.list_profiles").unwrap();
        let repeated = [("filter", "any(email,[\"a+b@c.d\"])"), ("page[size]", "2")];
        let exchange = Exchange {
            operation,
            by_documented_route: false,
            mode: Mode::Strict,
            revision: Mode::Strict.revision(operation.app),
            ids: vec!["a/b".to_owned()],
            query: Query {
                cursor: Some("now".to_owned()),
                repeated: repeated.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                ..Query::default()
            },
            body: None,
            now: Timestamp::UNIX_EPOCH,
        };
        let links = page_links(&exchange, Some("bmV4dA=="));
        let next = links["next"].as_str().unwrap();
        expect!["https://a.klaviyo.com/api/lists/a%2Fb/profiles?filter=any%28email%2C%5B%22a%2Bb%40c.d%22%5D%29&page%5Bsize%5D=2&page%5Bcursor%5D=bmV4dA%3D%3D"].assert_eq(next);
        assert_eq!(pianoroll_api::request::cursor_of(next).as_deref(), Some("bmV4dA=="));
        assert!(links["self"].as_str().unwrap().ends_with("=now"));
        assert_eq!(page_links(&exchange, None)["next"], Value::Null);
    }
}
