//! The way to the owner, for a process that is not it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use pianoroll_model::RunId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;

use crate::PROTOCOL;
use crate::events::{Ended, Event, Line};
use crate::orders::{
    CancelReply, DeployOrder, DeployReply, EraseReply, OwnerInfo, RunOrder, ScheduleOrder,
    ScheduleReply, SetState,
};
use crate::owner::{Answering, Audience, Owner};
use crate::refusal::{Refusal, RefusalKind};
use crate::socket::Socket;

/// The largest answer, and the longest line of a stream, in bytes. A run's result is the largest of them.
const MOST_BYTES: usize = 1 << 30;

/// The way to the process that owns a state folder. Each request has a connection of its own.
#[derive(Clone, Debug)]
pub struct Client {
    path: PathBuf,
}

impl Client {
    /// The way to the owner of a state folder, whoever it is. Nothing is opened yet.
    #[must_use]
    pub fn new(state_folder: &Path) -> Self {
        Self { path: Socket::path_of(state_folder) }
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<hyper::Response<Incoming>, Refusal> {
        let nobody = |error: std::io::Error| {
            let message = format!("nobody answers on {}: {error}", self.path.display());
            Refusal::new(RefusalKind::Nobody, message)
        };
        let stream = UnixStream::connect(&self.path).await.map_err(nobody)?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(gone)?;
        // It ends with the answer, or when the sender below is dropped.
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(format!("/v{PROTOCOL}{path}"))
            .header(http::header::HOST, "pianoroll")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Refusal::new(RefusalKind::Request, error.to_string()))?;
        let response = sender.send_request(request).await.map_err(gone)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = collect(response).await?;
        Err(serde_json::from_slice(&body).unwrap_or_else(|_| {
            let message = format!("the owner of the state folder answered {status}");
            Refusal::new(RefusalKind::Request, message)
        }))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Refusal> {
        let response = self.send(method, path, written(body)?).await?;
        let body = collect(response).await?;
        serde_json::from_slice(&body).map_err(unreadable)
    }

    async fn follow(&self, order: RunOrder, audience: Arc<dyn Audience>) -> Result<Ended, Refusal> {
        let response = self.send(Method::POST, "/runs", written(&order)?).await?;
        let mut body = response.into_body();
        let mut read = BytesMut::new();
        // Where a question stands and the run ends without its answer.
        let over = Arc::new(AtomicBool::new(false));
        let ended = 'stream: loop {
            while let Some(end) = read.iter().position(|byte| *byte == b'\n') {
                let line = read.split_to(end + 1);
                match serde_json::from_slice(&line).map_err(unreadable) {
                    Ok(Line::Told(Event::Ask { question })) => {
                        self.put(order.run().clone(), question, audience.clone(), over.clone());
                    }
                    Ok(Line::Told(event)) => audience.hear(event),
                    Ok(Line::Ended(ended)) => break 'stream Ok(*ended),
                    Ok(Line::Refused(refusal)) | Err(refusal) => break 'stream Err(refusal),
                }
            }
            match body.frame().await {
                Some(Ok(frame)) => {
                    read.extend_from_slice(&frame.into_data().unwrap_or_default());
                    if read.len() > MOST_BYTES {
                        break Err(unreadable("a line is too long"));
                    }
                }
                Some(Err(error)) => break Err(gone(error)),
                None => break Err(gone("its answer broke off")),
            }
        };
        over.store(true, Ordering::Relaxed);
        ended
    }

    /// Asks a person, on a thread of its own, while the run is heard further.
    fn put(
        &self,
        run: RunId,
        question: String,
        audience: Arc<dyn Audience>,
        over: Arc<AtomicBool>,
    ) {
        let client = self.clone();
        tokio::spawn(async move {
            let asked = tokio::task::spawn_blocking(move || {
                audience.ask(&question, &|| over.load(Ordering::Relaxed))
            });
            let Ok(reply) = asked.await else { return };
            // A run that needs no answer any more says so, and that is as well.
            let path = format!("/runs/{run}/answer");
            let _: Result<(), Refusal> = client.ask(Method::POST, &path, &reply).await;
        });
    }
}

impl Owner for Client {
    fn info(&self) -> Answering<'_, OwnerInfo> {
        Box::pin(async { self.ask(Method::GET, "/owner", &()).await })
    }

    fn find(&self, word: String) -> Answering<'_, RunId> {
        Box::pin(async move {
            // What is no id, and no beginning of one, would not be one path segment.
            let plain = word.parse::<RunId>().map_err(|error| Refusal {
                exit: 2,
                ..Refusal::new(RefusalKind::Refused, error.to_string())
            })?;
            self.ask(Method::GET, &format!("/runs/find/{plain}"), &()).await
        })
    }

    fn run(&self, order: RunOrder, audience: Arc<dyn Audience>) -> Answering<'_, Ended> {
        Box::pin(self.follow(order, audience))
    }

    fn cancel(&self, run: RunId) -> Answering<'_, CancelReply> {
        Box::pin(async move { self.ask(Method::POST, &format!("/runs/{run}/cancel"), &()).await })
    }

    fn set_state(&self, value: SetState) -> Answering<'_, ()> {
        Box::pin(async move { self.ask(Method::POST, "/state", &value).await })
    }

    fn schedule(&self, order: ScheduleOrder) -> Answering<'_, ScheduleReply> {
        Box::pin(async move { self.ask(Method::POST, "/schedule", &order).await })
    }

    fn deploy(&self, order: DeployOrder) -> Answering<'_, DeployReply> {
        Box::pin(async move { self.ask(Method::POST, "/deploy", &order).await })
    }

    fn erase(&self, text: String) -> Answering<'_, EraseReply> {
        Box::pin(async move { self.ask(Method::POST, "/erase", &text).await })
    }
}

async fn collect(response: hyper::Response<Incoming>) -> Result<Bytes, Refusal> {
    let body = Limited::new(response.into_body(), MOST_BYTES);
    Ok(body.collect().await.map_err(gone)?.to_bytes())
}

fn written(value: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value).map_err(|error| Refusal::new(RefusalKind::Request, error.to_string()))
}

fn gone(error: impl std::fmt::Display) -> Refusal {
    let message = format!("the process that owns the state folder went away: {error}");
    Refusal::new(RefusalKind::Gone, message)
}

fn unreadable(error: impl std::fmt::Display) -> Refusal {
    let message = format!("what the owner of the state folder answered cannot be read: {error}");
    Refusal::new(RefusalKind::Request, message)
}
