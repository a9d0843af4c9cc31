//! Answers: documents and errors of the API, errors of the gateway in its four shapes, challenge pages, compression.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::exchange::{Refusal, Reply, Source};
use crate::faults::Rule;
use crate::limits::whole_seconds;

const JSON_API: &str = "application/vnd.api+json";
const JSON: &str = "application/json";
const HTML: &str = "text/html; charset=UTF-8";

/// Where the API's errors about limits point.
const RATE_LIMIT_LINK: &str =
    "https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling#rate-limits";

/// Answers shorter than this are not worth compressing.
const MIN_COMPRESSED: usize = 512;

/// What goes back to the client.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let mut headers = HeaderMap::new();
        if !body.is_empty() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        Self { status, headers, body }
    }

    /// Plain JSON, as the gateway's own routes answer.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, JSON, body.to_string())
    }

    /// Nothing but a status.
    pub(crate) fn empty(status: u16) -> Self {
        Self::new(status, JSON, "")
    }

    /// A success of the API.
    pub(crate) fn reply(reply: &Reply) -> Self {
        Self::new(
            reply.status,
            JSON_API,
            reply.body.as_ref().map(Value::to_string).unwrap_or_default(),
        )
    }

    /// A refusal of the API, with the id of this one error.
    pub(crate) fn refusal(refusal: &Refusal, id: &str) -> Self {
        let source = match &refusal.source {
            Some(Source::Pointer(pointer)) => json!({ "pointer": pointer }),
            Some(Source::Parameter(parameter)) => json!({ "parameter": parameter }),
            None => json!({ "pointer": "/data/" }),
        };
        let links = match refusal.status {
            429 => json!({ "type": RATE_LIMIT_LINK }),
            _ => json!({}),
        };
        let error = json!({
            "id": id,
            // A number, against JSON:API, as the real one is.
            "status": refusal.status,
            "code": refusal.code,
            "title": refusal.title,
            "detail": refusal.detail,
            "source": source,
            "links": links,
            "meta": refusal.meta,
        });
        Self::new(refusal.status, JSON_API, json!({ "errors": [error] }).to_string())
    }

    /// 429 of the API: every window of the endpoint is open again after `wait`.
    pub(crate) fn throttled(wait: Duration, id: &str) -> Self {
        let seconds = whole_seconds(wait);
        let plural = if seconds == 1 { "" } else { "s" };
        let detail =
            format!("Request was throttled. Expected available in {seconds} second{plural}.");
        Self::refusal(&throttled_refusal(detail), id).with(header::RETRY_AFTER, seconds)
    }

    /// 401 of the gateway's key check.
    pub(crate) fn unauthorized() -> Self {
        Self::json(401, &json!({ "error": { "message": "Invalid or missing API key" } }))
    }

    /// An error of one of the gateway's own routes.
    pub(crate) fn message(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "message": message }))
    }

    /// An error of the gateway's web framework.
    pub(crate) fn detail(status: u16, detail: &str) -> Self {
        Self::json(status, &json!({ "detail": detail }))
    }

    /// 422 of the gateway's web framework, for an input that does not fit.
    pub(crate) fn unprocessable(place: &[&str], message: &str) -> Self {
        Self::json(
            422,
            &json!({ "detail": [{ "loc": place, "msg": message, "type": "value_error" }] }),
        )
    }

    /// 429 of the gateway: the key's quota is used up.
    pub(crate) fn over_quota(wait: Duration) -> Self {
        let answer = Self::message(429, "Rate limit exceeded: 10 requests per second");
        answer.with(header::RETRY_AFTER, whole_seconds(wait))
    }

    /// What a fault puts in an answer's place; nothing where it only changes the one that there is.
    pub(crate) fn of_fault(rule: &Rule, json_api: bool, id: &str) -> Option<Self> {
        if rule.html {
            return Some(Self::new(rule.status.unwrap_or(403), HTML, CHALLENGE));
        }
        let status = rule.status?;
        let mut headers = rule.headers.iter();
        let plain = headers.any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with(JSON)
        });
        Some(match status {
            200..=399 => Self::empty(status),
            _ if plain || !json_api => Self::message(status, "Injected by the simulator"),
            _ => Self::refusal(&injected(status), id),
        })
    }

    /// The success that a truncating fault cuts short where the effect was not made: never whole.
    pub(crate) fn stand_in(length: usize) -> Self {
        let mut text = json!({ "data": {}, "links": {} }).to_string();
        text.truncate(length.min(text.len() - 1));
        Self::new(200, JSON_API, text)
    }

    /// What the other parts of a fault do to an answer.
    #[must_use]
    pub(crate) fn spoiled(mut self, rule: &Rule) -> Self {
        for (name, value) in &rule.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                self.headers.insert(name, value);
            }
        }
        if let Some(length) = rule.truncate {
            self.body.truncate(length);
        }
        self
    }

    /// With a header.
    #[must_use]
    pub(crate) fn with(mut self, name: HeaderName, value: impl ToString) -> Self {
        if let Ok(value) = HeaderValue::try_from(value.to_string()) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The HTTP answer, compressed where that pays and the client takes it.
    pub(crate) fn into_response(mut self, accept_encoding: &str) -> Response<Full<Bytes>> {
        if self.body.len() >= MIN_COMPRESSED && takes_gzip(accept_encoding) {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            let packed = encoder.write_all(&self.body).and_then(|()| encoder.finish());
            if let Ok(packed) = packed {
                self.body = packed.into();
                self.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        response
    }
}

fn throttled_refusal(detail: String) -> Refusal {
    Refusal {
        status: 429,
        code: "throttled",
        title: "Request was throttled.",
        detail,
        source: None,
        meta: json!({}),
    }
}

/// The API's error for an injected status.
fn injected(status: u16) -> Refusal {
    let (code, title) = match status {
        400 => ("invalid", "Invalid input."),
        401 => ("not_authenticated", "Authentication credentials were not provided."),
        403 => ("permission_denied", "You do not have permission to perform this action."),
        404 => ("not_found", "Not found."),
        405 => ("method_not_allowed", "Method not allowed."),
        409 => ("conflict", "Conflict."),
        410 => ("gone", "Gone."),
        415 => ("unsupported_media_type", "Unsupported media type."),
        429 => ("throttled", "Request was throttled."),
        503 => ("service_unavailable", "Service unavailable."),
        _ => ("error", "An error has occurred."),
    };
    let detail = "Injected by the simulator.".to_owned();
    Refusal { status, code, title, detail, source: None, meta: json!({}) }
}

/// Whether an `Accept-Encoding` names gzip without forbidding it.
fn takes_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|part| {
        let (coding, weight) = part.split_once(';').unwrap_or((part, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        coding.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

/// A page like those that the content network in front of the API shows to clients that it takes for robots
/// (reference/gateway-behaviour, section 5).
const CHALLENGE: &str = "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>Just a moment...</title>\
<meta http-equiv=\"refresh\" content=\"360\"></head><body><h1>a.klaviyo.com</h1>\
<h2>Verifying you are human. This may take a few seconds.</h2>\
<noscript>Enable JavaScript and cookies to continue</noscript></body></html>\n";

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(answer: &Answer, expected: Expect) {
        let mut text = format!("{}\n", answer.status);
        for (name, value) in &answer.headers {
            text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
        }
        text.push_str(&String::from_utf8_lossy(&answer.body));
        expected.assert_eq(&text);
    }

    #[test]
    fn errors_have_the_shapes_of_the_real_ones() {
        check(
            &Answer::throttled(Duration::from_millis(300), "id-1"),
            expect![[r##"
                429
                content-type: application/vnd.api+json
                retry-after: 1
                {"errors":[{"code":"throttled","detail":"Request was throttled. Expected available in 1 second.","id":"id-1","links":{"type":"https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling#rate-limits"},"meta":{},"source":{"pointer":"/data/"},"status":429,"title":"Request was throttled."}]}"##]],
        );
        check(
            &Answer::unauthorized(),
            expect![[r#"
                401
                content-type: application/json
                {"error":{"message":"Invalid or missing API key"}}"#]],
        );
        check(
            &Answer::over_quota(Duration::from_millis(1001)),
            expect![[r#"
                429
                content-type: application/json
                retry-after: 2
                {"message":"Rate limit exceeded: 10 requests per second"}"#]],
        );
        check(
            &Answer::unprocessable(&["body", "app"], "Field required"),
            expect![[r#"
                422
                content-type: application/json
                {"detail":[{"loc":["body","app"],"msg":"Field required","type":"value_error"}]}"#]],
        );
    }

    #[test]
    fn a_fault_replaces_or_changes_an_answer() {
        let rule = |text: &str| serde_json::from_str::<Rule>(text).unwrap();
        let spoiled = |text: &str| {
            let rule = rule(text);
            let given = Answer::json(200, &json!({ "data": [] }));
            Answer::of_fault(&rule, true, "id-1").unwrap_or(given).spoiled(&rule)
        };
        check(
            &spoiled(r#"{"status":503,"headers":{"Retry-After":"3"}}"#),
            expect![[r#"
                503
                content-type: application/vnd.api+json
                retry-after: 3
                {"errors":[{"code":"service_unavailable","detail":"Injected by the simulator.","id":"id-1","links":{},"meta":{},"source":{"pointer":"/data/"},"status":503,"title":"Service unavailable."}]}"#]],
        );
        check(
            &spoiled(r#"{"status":500,"headers":{"content-type":"application/json"}}"#),
            expect![[r#"
                500
                content-type: application/json
                {"message":"Injected by the simulator"}"#]],
        );
        check(
            &spoiled(r#"{"truncate":5,"headers":{"x-a":"b"}}"#),
            expect![[r#"
                200
                content-type: application/json
                x-a: b
                {"dat"#]],
        );
        check(
            &spoiled(r#"{"html":true,"truncate":15}"#),
            expect![[r#"
                403
                content-type: text/html; charset=UTF-8
                <!DOCTYPE html>"#]],
        );
    }

    #[test]
    fn gzip_is_used_when_asked_for() {
        assert!(takes_gzip("gzip") && takes_gzip("br, GZIP;q=0.5"));
        assert!(!takes_gzip("") && !takes_gzip("br") && !takes_gzip("gzip;q=0"));
        let long = Answer::json(200, &json!("x".repeat(1000)));
        let packed = long.clone().into_response("gzip");
        assert_eq!(packed.headers()["content-encoding"], "gzip");
        assert!(!long.into_response("br").headers().contains_key("content-encoding"));
    }
}
