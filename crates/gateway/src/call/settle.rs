//! Settling a lost answer: by what a repetition is refused with, by a read of what should be there, by the probe.

use bytes::Bytes;
use pianoroll_api::Arguments;
use pianoroll_api::operation::{self, BodyId, Method, Operation};
use pianoroll_model::{Certainty, Effect, Retry};
use serde_json::Value;

use super::{Call, Done, Target};
use crate::answer::{Effort, Settlement};
use crate::connection::Connection;
use crate::error::{ErrorKind, Failure};
use crate::gateway::Gateway;

/// What settled a call.
pub(super) type Settled = Result<(Done, Settlement), Failure>;

/// The ids that a probe is called with: those of the path, or else the one that the body holds.
pub(super) fn ids(
    operation: &Operation,
    connection: &Connection,
    arguments: &Arguments,
) -> Vec<String> {
    if !arguments.ids.is_empty() {
        return arguments.ids.clone();
    }
    let Some(given) = &arguments.body else { return Vec::new() };
    let by_key = match operation.body_at(Some(connection.served)).map(|body| body.id) {
        Some(BodyId::Key(key)) => given.get(key),
        _ => None,
    };
    let id = given.pointer("/data/id").or(by_key).and_then(Value::as_str);
    id.map(str::to_owned).into_iter().collect()
}

impl Gateway {
    /// What the refusal of a repetition tells about the first request, whose answer was lost; nothing where it tells nothing.
    pub(super) async fn repeated(
        &self,
        target: &Target<'_>,
        failure: &Failure,
        effort: &mut Effort,
    ) -> Option<Settled> {
        match (target.class, failure.kind) {
            (Retry::Idempotent, ErrorKind::NotFound) if is_delete(target) => {
                Some(Ok((nothing(204, failure), Settlement::AlreadyGone)))
            }
            (Retry::Keyed, _) if is_duplicate(target, failure) => {
                let status = target.operation.and_then(|operation| operation.ok.first().copied());
                Some(Ok((nothing(status.unwrap_or(200), failure), Settlement::AlreadyRecorded)))
            }
            (Retry::Conflicts, ErrorKind::Conflict) => {
                Some(match self.existing(target, failure, effort).await {
                    Some(done) => Ok((done, Settlement::AlreadyExists)),
                    None => Err(Failure { certainty: Certainty::Unknown, ..failure.clone() }.note(
                        "an earlier answer to this call was lost: it exists, perhaps made by that very request",
                    )),
                })
            }
            _ => None,
        }
    }

    /// What stands in the way of a repeated creation, if it is what was to be created.
    async fn existing(
        &self,
        target: &Target<'_>,
        failure: &Failure,
        effort: &mut Effort,
    ) -> Option<Done> {
        let id = duplicate_id(failure.reason.meta.as_ref()?)?;
        let get = operation::find(&format!("{}.get", target.operation?.module))?;
        let found = self.read(target, get, vec![id], effort).await.ok()?;
        let sent: Value = serde_json::from_slice(target.request.body.as_ref()?).ok()?;
        let document: Value = serde_json::from_slice(&found.body).ok()?;
        let same = holds(document.pointer("/data/attributes")?, sent.pointer("/data/attributes")?);
        same.then_some(found)
    }

    /// Reads whether an operation that must not be sent twice has happened.
    pub(super) async fn settle_by_probe(
        &self,
        target: &Target<'_>,
        mut failure: Failure,
        effort: &mut Effort,
    ) -> Settled {
        let cancelled = target.cancel.is_some_and(crate::Cancel::is_cancelled);
        let probe = target.operation.and_then(|operation| operation.probe);
        if let Some(probe) = probe.and_then(operation::find).filter(|_| !cancelled) {
            match self.read(target, probe, target.ids.clone(), effort).await {
                Ok(found) if shows_the_effect(&found.body) => {
                    return Ok((found, Settlement::Probed));
                }
                // That it is not there (yet) proves nothing: the request may still be on its way.
                Ok(_) => {
                    failure.note = Some(format!("{probe} shows nothing of it", probe = probe.id));
                    // The same key and connection have just brought an answer.
                    failure.trouble = None;
                }
                Err(error) => {
                    failure.note = Some(format!("the probe did not tell: {error}"));
                    failure.trouble = error.trouble().or(failure.trouble);
                }
            }
        }
        failure.certainty = Certainty::Unknown;
        failure.unknown_outcome = true;
        Err(failure)
    }

    /// A read on behalf of a call, with its own limits and repetitions.
    async fn read(
        &self,
        target: &Target<'_>,
        operation: &'static Operation,
        ids: Vec<String>,
        effort: &mut Effort,
    ) -> Result<Done, crate::CallError> {
        if operation.effect != Effect::Read || ids.len() != operation.route.ids().count() {
            let failure = Failure::new(operation.id, ErrorKind::Arguments, Certainty::NotDone);
            return Err(failure.detail("it cannot be called with the same ids").into());
        }
        let arguments = Arguments::ids(ids);
        let call = Call { cancel: target.cancel, ..Call::new(operation, &arguments) };
        let result = Box::pin(self.uncounted(target.connection, call)).await;
        *effort += match &result {
            Ok(answer) => answer.attempts,
            Err(error) => error.effort,
        };
        let answer = result?;
        Ok(Done {
            status: answer.status,
            body: answer.body,
            request_id: answer.request_id,
            date: answer.date,
        })
    }
}

fn nothing(status: u16, failure: &Failure) -> Done {
    Done { status, body: Bytes::new(), request_id: failure.request_id.clone(), date: None }
}

fn is_delete(target: &Target<'_>) -> bool {
    let deletes = target.operation.is_some_and(|operation| operation.effect == Effect::Delete);
    deletes && target.request.method == Method::Delete
}

/// Whether a refusal is about the key that the first request has brought already.
fn is_duplicate(target: &Target<'_>, failure: &Failure) -> bool {
    if !matches!(failure.kind, ErrorKind::Conflict | ErrorKind::Invalid) {
        return false;
    }
    let key = target.operation.and_then(|operation| operation.key).unwrap_or_default();
    let mut reasons = std::iter::once(&failure.reason).chain(&failure.more);
    reasons.all(|reason| {
        let code = reason.code.as_deref().unwrap_or_default();
        let detail = reason.detail.as_deref().unwrap_or_default().to_lowercase();
        let pointed = reason.pointer.as_deref().is_some_and(|pointer| pointer.ends_with(key));
        let about = pointed || detail.contains(key) || code.contains(key);
        let repeats = code.contains("duplicate")
            || detail.contains("duplicate")
            || detail.contains("already");
        repeats && (about || failure.kind == ErrorKind::Conflict)
    })
}

/// `duplicate_profile_id` and its like.
fn duplicate_id(meta: &Value) -> Option<String> {
    let mut entries = meta.as_object()?.iter();
    let named = |name: &str| name.starts_with("duplicate_") && name.ends_with("_id");
    entries.find(|(name, _)| named(name)).and_then(|(_, id)| id.as_str()).map(str::to_owned)
}

/// Whether what was found holds all that was sent. What was sent as null may be missing.
fn holds(found: &Value, sent: &Value) -> bool {
    match (found, sent) {
        (_, Value::Null) => true,
        (Value::Object(found), Value::Object(sent)) => sent.iter().all(|(name, sent)| {
            sent.is_null() || found.get(name).is_some_and(|found| holds(found, sent))
        }),
        (found, sent) => found == sent,
    }
}

/// Whether a probe's answer shows the effect: a job that was cancelled is an older one.
fn shows_the_effect(body: &Bytes) -> bool {
    let document: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let status = document.pointer("/data/attributes/status").and_then(Value::as_str);
    document.get("data").is_some_and(|data| !data.is_null()) && status != Some("cancelled")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_found_must_hold_all_that_was_sent() {
        let found = json!({"email": "a@b.c", "properties": {"x": 1, "y": [1]}, "title": null});
        assert!(holds(&found, &json!({"email": "a@b.c", "properties": {"x": 1}, "image": null})));
        assert!(!holds(&found, &json!({"email": "a@b.d"})));
        assert!(!holds(&found, &json!({"properties": {"y": [1, 2]}})));
        assert!(!holds(&found, &json!({"title": "Dr"})));
    }

    #[test]
    fn the_id_in_the_way_is_found_by_its_name() {
        let id = |meta: Value| duplicate_id(&meta);
        assert_eq!(id(json!({"duplicate_profile_id": "01"})).as_deref(), Some("01"));
        assert_eq!(id(json!({"duplicate_profile_id": 1, "other": "x"})), None);
        assert_eq!(id(json!({"profile_id": "01"})), None);
    }

    #[test]
    fn only_a_job_that_lives_shows_its_effect() {
        let shows = |text: &str| shows_the_effect(&Bytes::from(text.to_owned()));
        assert!(shows(r#"{"data":{"attributes":{"status":"queued"}}}"#));
        assert!(!shows(r#"{"data":{"attributes":{"status":"cancelled"}}}"#));
        assert!(!shows(r#"{"data":null}"#));
        assert!(!shows(""));
    }
}
