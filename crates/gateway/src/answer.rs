//! What a call brings back.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The answer of a successful call.
#[derive(Clone, Debug)]
pub struct Answer {
    /// 200, 201, 202 or 204.
    pub status: u16,
    /// Valid JSON, or empty. Checked without building a value, so that nobody pays for one who does not want it.
    pub body: Bytes,
    /// The gateway's `X-Request-Id`.
    pub request_id: Option<String>,
    /// The server's own time when it answered, in whole seconds; for telling a clock that is wrong.
    pub date: Option<Timestamp>,
    /// How it is known.
    pub settlement: Settlement,
    /// What it took.
    pub attempts: Effort,
}

impl Answer {
    /// The body as a value; null where it is empty.
    #[must_use]
    pub fn json(&self) -> Value {
        // The body was checked when it came in.
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The cursor of the next page, cut out of `links.next`.
    #[must_use]
    pub fn next_cursor(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Page {
            #[serde(default)]
            links: Option<pianoroll_api::request::Links>,
        }
        serde_json::from_slice::<Page>(&self.body).ok()?.links?.next_cursor()
    }
}

/// How the success of a call is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The API said so.
    #[default]
    Answered,
    /// An answer was lost, and the repeated delete found nothing left.
    AlreadyGone,
    /// An answer was lost, and the repetition was refused as a duplicate of the same key.
    AlreadyRecorded,
    /// An answer was lost, the repetition conflicted, and a read shows what was to be created.
    AlreadyExists,
    /// An answer was lost, and the operation's probe shows its effect.
    Probed,
}

/// What a call took, beyond the one request that it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Requests sent.
    pub requests: u32,
    /// Those among them that repeated an earlier one.
    pub retries: u32,
    /// How often the API or the gateway said 429.
    pub throttled: u32,
    /// Time spent waiting for limits.
    pub waited: Duration,
}

impl std::ops::AddAssign for Effort {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.retries += other.retries;
        self.throttled += other.throttled;
        self.waited += other.waited;
    }
}

/// What all calls of a gateway client took together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statistics {
    /// Calls made.
    pub calls: u64,
    /// Requests sent.
    pub requests: u64,
    /// Those among them that repeated an earlier one.
    pub retries: u64,
    /// How often the API or the gateway said 429.
    pub throttled: u64,
    /// Time spent waiting for limits, summed over calls that may have waited side by side.
    pub waited: Duration,
}
