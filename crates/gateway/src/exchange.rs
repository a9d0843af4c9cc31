//! One request and its answer, or how it broke.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use pianoroll_model::Certainty;
use reqwest::header::{DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};

use crate::client::describe;
use crate::config::Config;
use crate::credential::Credential;
use crate::error::ErrorKind;
use crate::request::HttpRequest;

/// An answer as it came. A body that broke off keeps what was there.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    /// Why the body is not whole.
    pub(crate) broken: Option<Broken>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) limits: Limits,
    pub(crate) location: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) date: Option<Timestamp>,
}

/// The `RateLimit-*` headers: the API's steady window after this request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) limit: Option<u32>,
    pub(crate) remaining: Option<u32>,
    pub(crate) reset: Option<Duration>,
}

/// An exchange without a whole answer.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) kind: ErrorKind,
    pub(crate) certainty: Certainty,
    pub(crate) message: String,
}

/// Sends one request and reads its answer.
pub(crate) async fn exchange(
    client: &reqwest::Client,
    config: &Config,
    credential: &Credential,
    request: &HttpRequest,
    now: impl Fn() -> Timestamp,
) -> Result<Reply, Broken> {
    let request = assemble(config, credential, request)?;
    let mut response = client.execute(request).await.map_err(|error| broken(&error))?;
    let headers = response.headers();
    let mut reply = Reply {
        status: response.status().as_u16(),
        body: Bytes::new(),
        broken: None,
        retry_after: retry_after(headers, now()),
        limits: limits(headers),
        location: text(headers, LOCATION).map(str::to_owned),
        request_id: text(headers, HeaderName::from_static("x-request-id")).map(str::to_owned),
        date: text(headers, DATE).and_then(date),
    };
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            // Most answers are one chunk, which needs no copy.
            Ok(Some(chunk))
                if reply.body.is_empty() && body.is_empty() && fits(chunk.len(), config) =>
            {
                reply.body = chunk;
            }
            Ok(Some(chunk)) => {
                let so_far = std::mem::take(&mut reply.body);
                body.extend_from_slice(&so_far);
                if !fits(body.len() + chunk.len(), config) {
                    reply.broken = Some(Broken {
                        kind: ErrorKind::TooLarge,
                        certainty: Certainty::Unknown,
                        message: format!(
                            "the answer is larger than {} bytes",
                            config.max_response_bytes
                        ),
                    });
                    break;
                }
                body.extend_from_slice(&chunk);
            }
            Ok(None) => break,
            Err(error) => {
                reply.broken = Some(broken(&error));
                break;
            }
        }
    }
    if !body.is_empty() {
        reply.body = body.freeze();
    }
    Ok(reply)
}

fn fits(bytes: usize, config: &Config) -> bool {
    bytes <= config.max_response_bytes
}

fn assemble(
    config: &Config,
    credential: &Credential,
    request: &HttpRequest,
) -> Result<reqwest::Request, Broken> {
    let wrong = |message: String| Broken {
        kind: ErrorKind::Arguments,
        certainty: Certainty::NotDone,
        message,
    };
    let url = format!("{}{}", config.endpoints.base(request.host), request.target);
    let url =
        reqwest::Url::parse(&url).map_err(|error| wrong(format!("no URL can be made: {error}")))?;
    let method = match request.method {
        pianoroll_api::operation::Method::Get => reqwest::Method::GET,
        pianoroll_api::operation::Method::Post => reqwest::Method::POST,
        pianoroll_api::operation::Method::Patch => reqwest::Method::PATCH,
        pianoroll_api::operation::Method::Put => reqwest::Method::PUT,
        pianoroll_api::operation::Method::Delete => reqwest::Method::DELETE,
    };
    let mut assembled = reqwest::Request::new(method, url);
    let headers = assembled.headers_mut();
    for (name, value) in &request.headers {
        let value = HeaderValue::from_str(value);
        let value = value.map_err(|_| wrong(format!("header {name} cannot be sent")))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    let key = credential.header().ok_or_else(|| wrong("the key cannot be sent".to_owned()))?;
    headers.insert(reqwest::header::AUTHORIZATION, key);
    if let Some(body) = &request.body {
        *assembled.body_mut() = Some(body.clone().into());
    }
    Ok(assembled)
}

/// What is known of an exchange that broke.
pub(crate) fn broken(error: &reqwest::Error) -> Broken {
    let (kind, certainty) = if error.is_connect() {
        // The name, the port, the handshake or the patience for them: no request has left.
        (ErrorKind::Connect, Certainty::NotDone)
    } else if refused_stream(error) {
        (ErrorKind::Dropped, Certainty::NotDone)
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Certainty::Unknown)
    } else if error.is_builder() {
        (ErrorKind::Arguments, Certainty::NotDone)
    } else if error.is_decode() {
        (ErrorKind::Unreadable, Certainty::Unknown)
    } else {
        (ErrorKind::Dropped, Certainty::Unknown)
    };
    Broken { kind, certainty, message: describe(error) }
}

/// HTTP/2's word that a stream was never looked at (RFC 9113, section 8.7).
fn refused_stream(error: &reqwest::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let refused = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
            let going = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
            return error.is_remote() && (refused || going);
        }
        source = error.source();
    }
    false
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

fn limits(headers: &HeaderMap) -> Limits {
    let number = |name: &'static str| {
        let text = text(headers, HeaderName::from_static(name))?;
        text.trim().parse::<u32>().ok()
    };
    Limits {
        // A limit of nothing would be no limit but a refusal, which comes as a 429.
        limit: number("ratelimit-limit").filter(|limit| *limit > 0),
        remaining: number("ratelimit-remaining"),
        reset: number("ratelimit-reset").map(|seconds| Duration::from_secs(seconds.into())),
    }
}

/// A server's own time, as HTTP writes it.
fn date(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp())
}

/// How long an answer asks to wait: seconds, or a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER)?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = date(text)?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let check = |text: &str, seconds: Option<f64>| {
            let headers =
                HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_str(text).unwrap())]);
            let wait = retry_after(&headers, now);
            assert_eq!(wait.map(|wait| wait.as_secs_f64()), seconds, "{text}");
        };
        check("1", Some(1.0));
        check(" 60 ", Some(60.0));
        check("0.5", Some(0.5));
        check("Sat, 21 Nov 2026 10:00:30 GMT", Some(30.0));
        check("Sat, 21 Nov 2026 09:00:30 GMT", Some(0.0));
        check("-1", None);
        check("soon", None);
    }
}
