//! What the API behind the gateway checks before it looks at its data: revision, route, media type, windows, query, body.

use http::HeaderName;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use pianoroll_api::operation::{App, Mode, Operation};
use pianoroll_model::Revision;
use serde_json::json;

use crate::arrival::{Arrival, Payload};
use crate::exchange::{Query, Refusal, Source};
use crate::limits::{BURST, DAY, Demand, Limits, STEADY, Scope, whole_seconds};
use crate::route::Target;

/// The revision that a request is served at.
///
/// The mode decides it: `documented` and `strict` play the time when the default revision was young, `today` the present,
/// where a retired revision falls forward to the oldest that is not.
///
/// # Errors
/// A header that is missing, no date, in the future or before the first revision; 410 for a retired revision whose client
/// has opted out of falling forward.
pub(crate) fn revision(
    app: &App,
    mode: Mode,
    arrival: &Arrival,
    now: Timestamp,
) -> Result<Option<Revision>, Refusal> {
    let Some(name) = app.revision_header else { return Ok(None) };
    let refused = |detail: String| Refusal::invalid(detail, Source::Parameter(name.to_owned()));
    let given = arrival.header(name);
    if given.is_empty() {
        return Err(refused(format!("The {name} header is required.")));
    }
    let asked: Revision =
        given.parse().map_err(|_| refused(format!("'{given}' is not a valid revision.")))?;
    let today = now.to_zoned(TimeZone::UTC).date();
    if asked.date() > today {
        return Err(refused("unable to specify a future revision date".to_owned()));
    }
    if let Some(earliest) = app.revisions.first().filter(|earliest| asked < **earliest) {
        return Err(refused(format!("before the earliest available, use a date after {earliest}")));
    }
    let retired = app.retired_after_years.is_some_and(|years| asked.retired_on(years) <= today);
    if mode == Mode::Today
        && retired
        && arrival.header("x-klaviyo-revision-fall-forward-opt-out") == "1"
    {
        return Err(Refusal {
            status: 410,
            code: "gone",
            title: "Gone.",
            detail: format!("Revision {asked} has been retired."),
            source: None,
            meta: json!({}),
        });
    }
    Ok(mode.revision(app))
}

/// The operation of a target.
///
/// # Errors
/// 404 or 405, in the API's words.
pub(crate) fn operation(target: &Target, arrival: &Arrival) -> Result<&'static Operation, Refusal> {
    let refused = |status, code, title, detail| {
        Err(Refusal { status, code, title, detail, source: None, meta: json!({}) })
    };
    match target {
        Target::Operation { operation, .. } => Ok(operation),
        Target::NotInRevision(_) => refused(
            404,
            "not_found",
            "Not found.",
            "No valid revisions found for method".to_owned(),
        ),
        Target::WrongMethod(_) => {
            let detail = format!("Method \"{}\" not allowed.", arrival.method);
            refused(405, "method_not_allowed", "Method not allowed.", detail)
        }
        Target::UnknownPath(_) | Target::UnknownApp => {
            let detail = format!("The path {} does not exist.", arrival.path);
            refused(404, "not_found", "Not found.", detail)
        }
    }
}

/// Checks that a body comes as JSON, is not too large, and is there where one is needed.
///
/// # Errors
/// 400, 413 or 415.
pub(crate) fn media(
    operation: &Operation,
    revision: Option<Revision>,
    arrival: &Arrival,
) -> Result<(), Refusal> {
    let refused = |status, code, title, detail| {
        Err(Refusal { status, code, title, detail, source: None, meta: json!({}) })
    };
    if operation.body_at(revision).is_none() {
        return Ok(());
    }
    let content_type = arrival.header("content-type");
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !matches!(essence.as_str(), "application/json" | "application/vnd.api+json") {
        let detail = format!("Unsupported media type \"{content_type}\" in request.");
        return refused(415, "unsupported_media_type", "Unsupported media type.", detail);
    }
    match &arrival.body {
        Payload::Encoding(encoding) => {
            let detail = format!("Unsupported content encoding \"{encoding}\" in request.");
            refused(415, "unsupported_media_type", "Unsupported media type.", detail)
        }
        Payload::TooLarge => {
            let detail = "The request body must not exceed 5 MB.".to_owned();
            refused(413, "payload_too_large", "Payload too large.", detail)
        }
        Payload::Empty | Payload::Json { .. } | Payload::Unreadable { .. } => Ok(()),
    }
}

/// Checks that a body is JSON, and there.
///
/// # Errors
/// 400.
pub(crate) fn body(
    operation: &Operation,
    revision: Option<Revision>,
    arrival: &Arrival,
) -> Result<(), Refusal> {
    if operation.body_at(revision).is_none() {
        return Ok(());
    }
    match &arrival.body {
        Payload::Unreadable { why, .. } => Err(Refusal {
            status: 400,
            code: "parse_error",
            title: "Malformed request.",
            detail: format!("JSON parse error - {why}"),
            source: None,
            meta: json!({}),
        }),
        Payload::Empty => Err(Refusal::invalid(
            "A request body is required.",
            Source::Pointer("/data".to_owned()),
        )),
        _ => Ok(()),
    }
}

/// The windows that a request of one account needs room in, the steady one of its endpoint first where it has one.
pub(crate) fn demands(
    account: usize,
    operation: &'static Operation,
    query: Option<&Query>,
) -> Vec<Demand> {
    let endpoint = Scope::Endpoint(account, operation.id);
    let own =
        [(operation.tier.steady, STEADY), (operation.tier.burst, BURST), (operation.daily, DAY)];
    let own = own
        .into_iter()
        .filter_map(|(limit, length)| Some(Demand { scope: endpoint, length, limit: limit? }));
    let budgets = operation.app.budgets.iter().filter(|budget| {
        query.is_some_and(|query| match budget.option {
            "include" => query.include.iter().any(|name| name == budget.value),
            "additional_fields" => {
                query.additional_fields.values().flatten().any(|name| name == budget.value)
            }
            _ => false,
        })
    });
    let shared = budgets.flat_map(|budget| {
        let scope = Scope::Budget(account, budget.id);
        [
            Demand { scope, length: BURST, limit: budget.burst },
            Demand { scope, length: STEADY, limit: budget.steady },
        ]
    });
    own.chain(shared).collect()
}

/// The `RateLimit-*` headers: how the endpoint's window of a minute stands.
pub(crate) fn rate_headers(
    limits: &mut Limits,
    now: std::time::Duration,
    demands: &[Demand],
) -> Vec<(HeaderName, u64)> {
    let steady = demands
        .iter()
        .find(|demand| demand.length == STEADY && matches!(demand.scope, Scope::Endpoint(..)));
    let Some(steady) = steady else { return Vec::new() };
    let standing = limits.standing(now, steady);
    vec![
        (HeaderName::from_static("ratelimit-limit"), u64::from(steady.limit)),
        (HeaderName::from_static("ratelimit-remaining"), u64::from(standing.remaining)),
        (HeaderName::from_static("ratelimit-reset"), whole_seconds(standing.reset)),
    ]
}
