//! What comes from the API by itself: a delivery, who has signed it, and the events that are in it.
//!
//! Everything here is a function of its arguments, so that every refusal has a test; `http/deliveries.rs` brings the bytes.
//!
//! Invariants: nothing of a body is parsed before its signature was right; a secret is compared in constant time, and shown nowhere;
//! what a refusal says holds nothing of the body.

use jiff::{SignedDuration, Timestamp};

mod headers;
mod secret;

mod body;
mod refusal;

#[cfg(test)]
mod tests;

pub(crate) use body::Delivery;
pub use body::HookEvent;
pub(crate) use headers::HookHeaders;
pub use refusal::HookRefusal;
pub use secret::{HookSecret, HookSecretError};

/// The largest delivery, in bytes: a thousand events of 8 KB each.
pub(crate) const MOST_BYTES: usize = 8 << 20;

/// The most events of one delivery. The API sends at most as many.
pub(crate) const MOST_EVENTS: usize = 1000;

/// How far the time of a delivery may lie from ours, either way. Whoever has got hold of a delivery can repeat it for as long, and
/// its events are known by then.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// One place where deliveries are taken.
#[derive(Clone, Debug)]
pub struct Hook {
    /// What its deliveries are signed with.
    pub secret: HookSecret,
    /// The webhook that may deliver; any that knows the secret where there is none.
    pub webhook_id: Option<String>,
}

impl Hook {
    /// Looks at a delivery: the signature, then its age, then whose it is, and only then what is in it.
    pub(crate) fn open(
        &self,
        headers: &HookHeaders,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Delivery, HookRefusal> {
        if !self.secret.has_signed(body, &headers.timestamp, &headers.signature) {
            return Err(HookRefusal::Signature);
        }
        let age = now.duration_since(headers.sent_at()?);
        if age > TOLERANCE {
            return Err(HookRefusal::TooOld);
        }
        if age < -TOLERANCE {
            return Err(HookRefusal::Ahead);
        }
        if self.webhook_id.as_ref().is_some_and(|id| *id != headers.webhook_id) {
            return Err(HookRefusal::OtherWebhook);
        }
        Delivery::parse(headers, body)
    }
}
