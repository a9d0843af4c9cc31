//! The way out that is not the API: notifications and heartbeats. No credential of the gateway is known here, and every URL
//! is taken for a secret, as those of chat webhooks are.
//!
//! Everything is sent once. Whoever notifies decides by [`OutboundError::is_transient`] whether to try again, and then uses
//! the same key.

use std::sync::Arc;
use std::time::Duration;

use pianoroll_model::Clock;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Request, Response};
use serde_json::Value;

use crate::client::client;
use crate::config::ConfigError;
use crate::exchange::{broken, retry_after};

mod error;
mod url;

pub use error::OutboundError;
pub use url::SecretUrl;

/// From the start of a request until its answer has been read.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How much of an answer is read, so that its connection can be used again; what is longer costs a new one.
const MAX_READ: usize = 4096;

/// Sends to URLs that an operator has named. Clones share their connections.
#[derive(Clone)]
pub struct Outbound {
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound").finish_non_exhaustive()
    }
}

impl Outbound {
    /// A client without any credential. Nothing is sent yet.
    ///
    /// # Errors
    /// Root certificates of the system that cannot be read.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, ConfigError> {
        Ok(Self { http: client(TIMEOUT, true, &[])?, clock })
    }

    /// Posts a document as JSON, once. `key` goes along as `Idempotency-Key`, by which a receiver can tell a repetition.
    ///
    /// # Errors
    /// Everything but a status from 200 to 299. A redirect is not followed.
    pub async fn post(
        &self,
        url: &SecretUrl,
        body: &Value,
        key: &str,
    ) -> Result<(), OutboundError> {
        let key = HeaderValue::from_str(key).map_err(|_| OutboundError::Key)?;
        let mut request = Request::new(Method::POST, url.url().clone());
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(HeaderName::from_static("idempotency-key"), key);
        // Values always serialise.
        *request.body_mut() = Some(serde_json::to_vec(body).unwrap_or_default().into());
        self.send(url, request).await
    }

    /// Asks for a URL, once: a sign of life for a monitor that tells when it stays away.
    ///
    /// # Errors
    /// As [`Outbound::post`].
    pub async fn ping(&self, url: &SecretUrl) -> Result<(), OutboundError> {
        self.send(url, Request::new(Method::GET, url.url().clone())).await
    }

    async fn send(&self, url: &SecretUrl, request: Request) -> Result<(), OutboundError> {
        let host = || url.host().to_owned();
        let mut patience = self.clock.sleep(TIMEOUT);
        let response = tokio::select! {
            biased;
            outcome = self.http.execute(request) => outcome,
            () = &mut patience => return Err(OutboundError::Timeout { host: host() }),
        };
        let response =
            response.map_err(|error| OutboundError::of_broken(host(), broken(&error)))?;
        let status = response.status().as_u16();
        let retry_after = retry_after(response.headers(), self.clock.now());
        // The status has settled it, whatever becomes of the rest.
        tokio::select! {
            biased;
            () = read(response) => {}
            () = patience => {}
        }
        match status {
            200..=299 => Ok(()),
            _ => Err(OutboundError::Status { host: host(), status, retry_after }),
        }
    }
}

/// Reads the beginning of an answer's body and drops it.
async fn read(mut response: Response) {
    let mut bytes = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes += chunk.len();
        if bytes > MAX_READ {
            return;
        }
    }
}
