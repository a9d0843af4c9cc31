//! The paths of the control socket.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{StatusCode, header};
use pianoroll_model::RunId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::PROTOCOL;
use crate::events::{Line, Reply};
use crate::orders::{DeployOrder, RunOrder, ScheduleOrder, SetState};
use crate::owner::Owner;
use crate::refusal::{Refusal, RefusalKind};
use crate::stream::{Questions, listening};

/// The largest request, in bytes: a script and all its libraries fit in it many times.
const MOST_BYTES: usize = 64 << 20;

#[derive(Clone)]
struct Shared {
    owner: Arc<dyn Owner>,
    questions: Arc<Questions>,
}

pub(crate) fn router(owner: Arc<dyn Owner>) -> Router {
    let shared = Shared { owner, questions: Arc::default() };
    let version = Router::new()
        .route("/owner", get(info))
        .route("/runs", post(run))
        .route("/runs/find/{word}", get(find))
        .route("/runs/{run}/cancel", post(cancel))
        .route("/runs/{run}/answer", post(answer))
        .route("/state", post(set_state))
        .route("/schedule", post(schedule))
        .route("/deploy", post(deploy))
        .route("/erase", post(erase))
        .with_state(shared);
    Router::new()
        .nest(&format!("/v{PROTOCOL}"), version)
        .fallback(unknown)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::from_fn(bounded))
}

/// Refuses what announces to be too large, before any of it is read.
async fn bounded(request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MOST_BYTES as u64) {
        let message = format!("a request to the owner is at most {MOST_BYTES} bytes long");
        let refusal = Refusal::new(RefusalKind::Request, message);
        return json(StatusCode::PAYLOAD_TOO_LARGE, &refusal);
    }
    next.run(request).await
}

async fn unknown() -> Response {
    let message = format!(
        "the process that owns the state folder (process {}, pianoroll {}) speaks version {PROTOCOL} of the control \
         protocol, and was asked for something else",
        std::process::id(),
        env!("CARGO_PKG_VERSION"),
    );
    let refusal = Refusal::new(RefusalKind::Request, message);
    refused(refusal.hint("use the pianoroll that it is, or let it end"))
}

async fn info(State(shared): State<Shared>) -> Response {
    respond(shared.owner.info().await)
}

async fn find(State(shared): State<Shared>, Path(word): Path<String>) -> Response {
    respond(shared.owner.find(word).await)
}

async fn run(State(shared): State<Shared>, body: Bytes) -> Response {
    let order: RunOrder = match read(&body) {
        Ok(order) => order,
        Err(refusal) => return refused(refusal),
    };
    let (audience, lines) = listening(order.run().clone(), Arc::clone(&shared.questions));
    // Not part of the answer: when the client goes away, the run goes on. The owner counts its runs, and waits for them.
    tokio::spawn(async move {
        let audience = Arc::new(audience);
        let last = match shared.owner.run(order, audience.clone()).await {
            Ok(ended) => Line::Ended(Box::new(ended)),
            Err(refusal) => Line::Refused(refusal),
        };
        audience.finish(&last);
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], lines.into_body()).into_response()
}

async fn cancel(State(shared): State<Shared>, Path(run): Path<RunId>) -> Response {
    respond(shared.owner.cancel(run).await)
}

async fn answer(State(shared): State<Shared>, Path(run): Path<RunId>, body: Bytes) -> Response {
    let reply: Reply = match read(&body) {
        Ok(reply) => reply,
        Err(refusal) => return refused(refusal),
    };
    match shared.questions.answer(&run, reply) {
        true => respond(Ok(())),
        false => {
            let message = format!("run {run} has asked nothing, or has its answer already");
            refused(Refusal::new(RefusalKind::Refused, message))
        }
    }
}

async fn set_state(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<SetState>(&body) {
        Ok(value) => respond(shared.owner.set_state(value).await),
        Err(refusal) => refused(refusal),
    }
}

async fn schedule(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<ScheduleOrder>(&body) {
        Ok(order) => respond(shared.owner.schedule(order).await),
        Err(refusal) => refused(refusal),
    }
}

async fn deploy(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<DeployOrder>(&body) {
        Ok(order) => respond(shared.owner.deploy(order).await),
        Err(refusal) => refused(refusal),
    }
}

async fn erase(State(shared): State<Shared>, body: Bytes) -> Response {
    match read::<String>(&body) {
        Ok(text) => respond(shared.owner.erase(text).await),
        Err(refusal) => refused(refusal),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        let message =
            format!("the request to the owner of the state folder cannot be read: {error}");
        Refusal::new(RefusalKind::Request, message)
    })
}

fn respond<T: Serialize>(answer: Result<T, Refusal>) -> Response {
    match answer {
        Ok(value) => json(StatusCode::OK, &value),
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: Refusal) -> Response {
    let status = match refusal.kind {
        RefusalKind::Request => StatusCode::BAD_REQUEST,
        RefusalKind::Closing => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::CONFLICT,
    };
    json(status, &refusal)
}

pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Texts, numbers and JSON always serialise.
    let body = serde_json::to_vec(value).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response()
}
