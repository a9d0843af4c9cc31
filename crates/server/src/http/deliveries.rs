//! Deliveries of webhooks: from the bytes to the site.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::StatusCode;
use tokio::sync::mpsc;

use crate::hooks::{Delivery, Hook, HookHeaders, HookRefusal};
use crate::http::Delivered;
use crate::http::intake::{Held, Unread};
use crate::http::paths::{Shared, later, refused, unknown};
use crate::refusal::{Refusal, RefusalKind};
use crate::routes::json;

/// What is never sent.
pub(crate) type Never = Infallible;

/// Whoever has one is waited for at the end. Nothing is sent on it.
pub(crate) type Guard = mpsc::Sender<Never>;

/// Why a delivery ended without its events being taken.
enum Untaken {
    Refused(HookRefusal),
    Unread(Unread),
    Site(Refusal),
    /// A task of ours ended without an answer: a defect, or the process ends.
    Lost,
}

pub(crate) async fn take(
    State(shared): State<Shared>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(name)) = name else { return unknown() };
    // Before anything is read: a stranger learns which hooks there are, and nothing of their secrets.
    let hook = match shared.site.hook(&name) {
        Ok(Some(hook)) => hook,
        Ok(None) => return unknown(),
        Err(refusal) => {
            tracing::error!(hook = name, "its deliveries cannot be looked at: {refusal}");
            return later("the hook is not ready");
        }
    };
    match delivered(&shared, &name, hook, request).await {
        Ok(delivered) => json(StatusCode::OK, &delivered),
        Err(untaken) => answer(&shared, &name, untaken),
    }
}

/// Reads a delivery to its end, and gives it to a task of its own: nobody knows whether the API would bring it again, so that a client
/// that goes away then, or a request that takes too long, does not end it half-way. The task holds a guard, and the end waits for it.
async fn delivered(
    shared: &Shared,
    name: &str,
    hook: Arc<Hook>,
    request: Request,
) -> Result<Delivered, Untaken> {
    let (head, body) = request.into_parts();
    let headers = HookHeaders::of(&head.headers).map_err(Untaken::Refused)?;
    let held = shared.room.read(&head.headers, body).await.map_err(|unread| match unread {
        Unread::TooLarge => Untaken::Refused(HookRefusal::TooLarge),
        unread => Untaken::Unread(unread),
    })?;
    let (guard, shared, name) = (shared.guard.clone(), shared.clone(), name.to_owned());
    let handed_over = async move {
        let delivered = hand_over(&shared, &name, hook, headers, held).await;
        drop(guard);
        delivered
    };
    tokio::spawn(handed_over).await.map_err(|_| Untaken::Lost)?
}

/// Looks at a delivery, and gives its events to the site.
async fn hand_over(
    shared: &Shared,
    name: &str,
    hook: Arc<Hook>,
    headers: HookHeaders,
    held: Held,
) -> Result<Delivered, Untaken> {
    let now = shared.clock.now();
    // Megabytes take milliseconds, and other requests wait on this thread.
    let opening = move || (hook.open(&headers, &held.bytes, now), held);
    // The bytes keep their room until the events are taken.
    let (opened, _held) = tokio::task::spawn_blocking(opening).await.map_err(|_| Untaken::Lost)?;
    let Delivery { events, repeated } = opened.map_err(Untaken::Refused)?;
    if events.is_empty() {
        return Ok(Delivered { accepted: 0, repeated });
    }
    let delivered = shared.site.deliver(name, events).await.map_err(|refusal| {
        tracing::warn!(hook = name, "the events of a delivery were not taken: {refusal}");
        Untaken::Site(refusal)
    })?;
    Ok(Delivered { repeated: delivered.repeated + repeated, ..delivered })
}

fn answer(shared: &Shared, name: &str, untaken: Untaken) -> Response {
    match untaken {
        Untaken::Refused(refusal) => {
            let hint = refusal.hint();
            tracing::warn!(hook = name, hint, "a delivery was refused: {refusal}");
            shared.site.refused(name, refusal);
            refused(refusal.status(), refusal.to_string())
        }
        Untaken::Unread(Unread::Full) => {
            tracing::warn!(hook = name, "a delivery was put off: too many come at once");
            later("too many deliveries come at once")
        }
        Untaken::Unread(_) => refused(StatusCode::BAD_REQUEST, "the body broke off"),
        Untaken::Site(refusal) if refusal.kind == RefusalKind::Closing => {
            later("the server is about to end")
        }
        Untaken::Site(_) => refused(StatusCode::INTERNAL_SERVER_ERROR, "the events were not taken"),
        Untaken::Lost => {
            tracing::error!(hook = name, "a delivery ended without an answer");
            refused(StatusCode::INTERNAL_SERVER_ERROR, "the events were not taken")
        }
    }
}
