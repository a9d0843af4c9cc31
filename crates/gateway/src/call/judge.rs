//! What one exchange means (design section 8): done, certainly not done, or unknown.

use bytes::Bytes;
use pianoroll_api::operation::Host;
use pianoroll_model::Certainty;

use super::{Done, Target, document};
use crate::credential::Credential;
use crate::error::{ErrorKind, Failure, Parsed, Reason, Trouble, parse};
use crate::exchange::{Broken, Reply};

/// Whether an exchange was a success, and if not, what is known.
pub(super) fn judge(
    target: &Target<'_>,
    outcome: Result<Reply, Broken>,
    credential: &Credential,
) -> Result<Done, Box<Failure>> {
    let mut reply = outcome.map_err(|broken| {
        let failure = target.failure(broken.kind, broken.certainty).detail(broken.message);
        let trouble = (broken.kind == ErrorKind::Connect).then_some(Trouble::Gateway);
        Failure { trouble, ..failure }
    })?;
    if let Ok(text) = std::str::from_utf8(&reply.body)
        && credential.is_in(text)
    {
        // No guest and no log shall see the key, not even when a server repeats it.
        reply.body = credential.scrub(text.to_owned()).into();
    }
    let date = reply.date;
    let request_id = reply.request_id.take().map(|id| credential.scrub(id));
    let status = reply.status;
    let verdict = match status {
        200..=299 => success(target, reply, credential),
        300..=399 => Err(Box::new(redirect(target, &reply))),
        400..=499 => Err(Box::new(refusal(target, &reply))),
        _ => Err(Box::new(outage(target, &reply))),
    };
    match verdict {
        Ok(body) => Ok(Done { status, body, request_id, date }),
        Err(failure) => Err(Box::new(Failure { status: Some(status), request_id, ..*failure })),
    }
}

fn success(
    target: &Target<'_>,
    reply: Reply,
    credential: &Credential,
) -> Result<Bytes, Box<Failure>> {
    let lost = |kind: ErrorKind, detail: String| {
        Err(Box::new(target.failure(kind, Certainty::Unknown).detail(detail)))
    };
    if let Some(broken) = reply.broken {
        return lost(broken.kind, broken.message);
    }
    let unreadable = |detail: String| lost(ErrorKind::Unreadable, detail);
    if reply.body.iter().all(u8::is_ascii_whitespace) {
        return match target.wants_document && reply.status != 204 {
            true => unreadable("the answer is empty where a document was due".to_owned()),
            false => Ok(Bytes::new()),
        };
    }
    let Ok(text) = std::str::from_utf8(&reply.body) else {
        return unreadable("the answer is not UTF-8".to_owned());
    };
    match document::check(&reply.body, credential) {
        Ok(_) if target.wants_document && !text.trim_start().starts_with('{') => {
            unreadable("the answer is JSON, but no document".to_owned())
        }
        Ok(body) => Ok(body),
        Err(error) if error.is_eof() => unreadable(format!(
            "the answer ends in the middle of its JSON, after {} bytes",
            text.len()
        )),
        Err(error) => unreadable(match parse(&reply.body) {
            Parsed::Page(title) => page(title),
            _ => format!("the answer is not JSON: {error}"),
        }),
    }
}

fn redirect(target: &Target<'_>, reply: &Reply) -> Failure {
    let place = reply.location.as_deref().unwrap_or("nowhere");
    // Without its query, which may hold a session.
    let place = place.split(['?', '#']).next().unwrap_or_default();
    let failure = target.failure(ErrorKind::Unreadable, Certainty::Unknown);
    let failure = failure.detail(format!("the answer redirects to {place}"));
    failure
        .note("redirects are not followed, since they would take the key along; check the base URL")
}

fn refusal(target: &Target<'_>, reply: &Reply) -> Failure {
    let parsed = parse(&reply.body);
    let kind = match (reply.status, &parsed) {
        (429, _) => ErrorKind::Throttled,
        // A challenge between us and the gateway: it says nothing about the call.
        (_, Parsed::Page(_)) => ErrorKind::Unreadable,
        (401, _) => ErrorKind::Unauthorized,
        (403, _) => ErrorKind::Forbidden,
        (404, _) => ErrorKind::NotFound,
        (408, _) => ErrorKind::Timeout,
        (409, _) => ErrorKind::Conflict,
        (410, _) => ErrorKind::Gone,
        _ => ErrorKind::Invalid,
    };
    let trouble = trouble(target, reply.status, kind, &parsed);
    let failure = Failure { trouble, ..target.failure(kind, Certainty::NotDone) };
    let failure = match kind {
        ErrorKind::Unauthorized if parsed.is_api() => {
            failure.note("the API refuses the connection; authorise it anew")
        }
        ErrorKind::Unauthorized => failure.note("the gateway refuses the key"),
        _ => failure,
    };
    explain(Failure { retry_after: reply.retry_after, ..failure }, parsed)
}

fn outage(target: &Target<'_>, reply: &Reply) -> Failure {
    let parsed = parse(&reply.body);
    let refused = reply.status == 503 && reply.retry_after.is_some();
    let certainty = if refused { Certainty::NotDone } else { Certainty::Unknown };
    let by_gateway = reply.status == 500 && !parsed.is_api();
    let kind = if by_gateway { ErrorKind::Gateway } else { ErrorKind::Upstream };
    let trouble = trouble(target, reply.status, kind, &parsed);
    let failure = Failure { trouble, ..target.failure(kind, certainty) };
    let failure = match by_gateway && target.request.host == Host::Gateway {
        true => failure.note(
            "the API itself said nothing: the connection's authorisation may have expired; authorise it anew if this stays",
        ),
        false => failure,
    };
    explain(Failure { retry_after: reply.retry_after, ..failure }, parsed)
}

/// What a failure says about other calls; [`Trouble`] tells where each of these is known from.
fn trouble(target: &Target<'_>, status: u16, kind: ErrorKind, parsed: &Parsed) -> Option<Trouble> {
    if kind == ErrorKind::Unauthorized && !parsed.is_api() {
        return Some(Trouble::Credential);
    }
    let of_connection = match (kind, status, parsed) {
        (ErrorKind::Unauthorized | ErrorKind::Gateway, _, _) => true,
        (ErrorKind::Invalid, 412, Parsed::Gateway(_)) => true,
        (ErrorKind::Invalid, 400, Parsed::Gateway(reason)) => {
            let detail = reason.detail.as_deref().unwrap_or_default();
            detail.to_lowercase().contains("connection")
        }
        _ => false,
    };
    // The control plane is reached through no connection.
    (of_connection && target.request.host == Host::Gateway).then_some(Trouble::Connection)
}

fn explain(mut failure: Failure, parsed: Parsed) -> Failure {
    failure.by_api = parsed.is_api();
    match parsed {
        Parsed::Api(reasons) => {
            let mut reasons = reasons.into_iter();
            failure.reason = reasons.next().unwrap_or_default();
            failure.more = reasons.collect();
        }
        Parsed::Gateway(reason) => failure.reason = reason,
        Parsed::Page(title) => failure.reason.detail = Some(page(title)),
        Parsed::Other(text) => failure.reason = Reason { detail: text, ..Reason::default() },
    }
    failure
}

fn page(title: Option<String>) -> String {
    match title {
        Some(title) => format!("a web page came instead of an answer: \"{title}\""),
        None => "a web page came instead of an answer".to_owned(),
    }
}
