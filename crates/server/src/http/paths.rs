//! The paths of the network.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderValue, StatusCode, header};
use pianoroll_model::Clock;
use serde_json::json;

use crate::http::Site;
use crate::http::deliveries::{self, Guard};
use crate::http::intake::Room;
use crate::routes::json;

/// How long a request may take, from the end of its head to the beginning of its answer.
pub(crate) const WHOLE: Duration = Duration::from_secs(30);

/// What the text of Prometheus is called.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// When to come again, in seconds.
const AGAIN: HeaderValue = HeaderValue::from_static("30");

/// What every request is answered with.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) site: Arc<dyn Site>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) room: Room,
    pub(crate) guard: Guard,
}

impl Shared {
    pub(crate) fn new(site: Arc<dyn Site>, clock: Arc<dyn Clock>, guard: Guard) -> Self {
        Self { site, clock, room: Room::new(), guard }
    }
}

pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/hooks/{name}", post(deliveries::take))
        .fallback(async || unknown())
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(shared.clone(), bounded))
        .with_state(shared)
}

/// Ends a request that takes too long: its client sends slowly, or the site is slow. A delivery that was read goes on.
async fn bounded(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    tokio::select! {
        response = next.run(request) => response,
        () = shared.clock.sleep(WHOLE) => {
            later(format!("the request took longer than {} seconds", WHOLE.as_secs()))
        }
    }
}

async fn health(State(shared): State<Shared>) -> Response {
    let health = shared.site.health();
    let status = if health.ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &health)
}

async fn metrics(State(shared): State<Shared>) -> Response {
    let text = shared.site.metrics();
    ([(header::CONTENT_TYPE, METRICS)], text).into_response()
}

async fn wrong_method() -> Response {
    refused(StatusCode::METHOD_NOT_ALLOWED, "this path has another method")
}

/// The same for a path and for a hook that is not there.
pub(crate) fn unknown() -> Response {
    refused(StatusCode::NOT_FOUND, "nothing is here")
}

/// Not now.
pub(crate) fn later(error: impl Into<String>) -> Response {
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, error);
    response.headers_mut().insert(header::RETRY_AFTER, AGAIN);
    response
}

pub(crate) fn refused(status: StatusCode, error: impl Into<String>) -> Response {
    json(status, &json!({ "error": error.into() }))
}
