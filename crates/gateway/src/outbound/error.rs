//! How a notification fails. No text holds any part of a URL but its host.

use std::time::Duration;

use crate::error::ErrorKind;
use crate::exchange::Broken;

/// Why a notification or heartbeat did not get through, or why a URL cannot be one's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// A text that is no usable URL. It is not repeated.
    #[error("the URL cannot be used: {0}")]
    Url(&'static str),
    /// An idempotency key that no header can carry. Nothing was sent.
    #[error("the idempotency key holds characters that no header can carry")]
    Key,
    /// No connection could be made: the name, the port or the encryption. Nothing was sent.
    #[error("{host} cannot be reached: {cause}")]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong.
        cause: String,
    },
    /// No answer in time. Whether it arrived is not known.
    #[error("{host} did not answer in time")]
    Timeout {
        /// The host.
        host: String,
    },
    /// The connection was lost before there was an answer. Whether it arrived is not known.
    #[error("the connection to {host} was lost: {cause}")]
    Lost {
        /// The host.
        host: String,
        /// What went wrong.
        cause: String,
    },
    /// An answer that is no success.
    #[error("{host} answered {status}{}", hint(*status))]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
}

impl OutboundError {
    pub(super) fn of_broken(host: String, broken: Broken) -> Self {
        match broken.kind {
            ErrorKind::Connect => Self::Unreachable { host, cause: broken.message },
            ErrorKind::Timeout => Self::Timeout { host },
            _ => Self::Lost { host, cause: broken.message },
        }
    }

    /// The status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether trying again later can help: no connection, no answer, 408, 425, 429 and 5xx.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Url(_) | Self::Key => false,
            Self::Unreachable { .. } | Self::Timeout { .. } | Self::Lost { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
        }
    }

    /// How long the receiver asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// What to do about a status that stays.
fn hint(status: u16) -> &'static str {
    match status {
        300..=399 => "; redirects are not followed: write the URL that it leads to",
        401 | 403 | 404 | 410 => "; the URL may be mistyped, or no longer valid",
        _ => "",
    }
}
