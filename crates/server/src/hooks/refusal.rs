//! Why a delivery is not taken.

use http::StatusCode;

use crate::hooks::{MOST_BYTES, MOST_EVENTS};

/// Why a delivery is not taken. What it says goes to whoever has sent it, and holds nothing of the body and of the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum HookRefusal {
    /// Not one header of that name, with a value.
    #[error("the header {name} is missing, empty or there more than once")]
    Header {
        /// Which one.
        name: &'static str,
    },
    /// Somebody else has sent it, or it was changed on the way.
    #[error("the signature is wrong")]
    Signature,
    /// The signed time is none.
    #[error("the header klaviyo-timestamp is no HTTP date")]
    Date,
    /// It was made more than five minutes ago: somebody may be repeating it.
    #[error("the delivery is too old")]
    TooOld,
    /// It will be made in more than five minutes: one of the two clocks is wrong.
    #[error("the delivery is ahead of the clock")]
    Ahead,
    /// The webhook is another one than the hook names, or than the body names.
    #[error("the delivery is from another webhook")]
    OtherWebhook,
    /// It is too long.
    #[error("a delivery is at most {MOST_BYTES} bytes long")]
    TooLarge,
    /// It is no JSON, or other JSON. Both figures count from 1.
    #[error("the body is no delivery of a webhook (line {line}, column {column})")]
    Malformed {
        /// Where reading it ended.
        line: usize,
        /// Where in that line.
        column: usize,
    },
    /// It has too many events.
    #[error("a delivery has at most {MOST_EVENTS} events")]
    TooMany,
}

impl HookRefusal {
    /// One word for it, for metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            HookRefusal::Header { .. } => "header",
            HookRefusal::Signature => "signature",
            HookRefusal::Date => "date",
            HookRefusal::TooOld => "too_old",
            HookRefusal::Ahead => "ahead",
            HookRefusal::OtherWebhook => "other_webhook",
            HookRefusal::TooLarge => "too_large",
            HookRefusal::Malformed { .. } => "malformed",
            HookRefusal::TooMany => "too_many",
        }
    }

    /// What to do about it, for the operator's log.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            HookRefusal::Header { .. } | HookRefusal::Date => {
                "something else than a webhook of Klaviyo has sent it, or a proxy in between drops headers"
            }
            HookRefusal::Signature => {
                "compare the hook's secret with the webhook's, and look whether a proxy in between changes bodies"
            }
            HookRefusal::TooOld | HookRefusal::Ahead => {
                "look whether this machine's clock is right; where it is, somebody repeats an old delivery"
            }
            HookRefusal::OtherWebhook => {
                "compare `id` of the automation's webhook with that of the webhook"
            }
            HookRefusal::TooLarge | HookRefusal::Malformed { .. } | HookRefusal::TooMany => {
                "whoever knows the secret sends what webhooks of Klaviyo do not"
            }
        }
    }

    /// How it is answered.
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            HookRefusal::Header { .. }
            | HookRefusal::Date
            | HookRefusal::Malformed { .. }
            | HookRefusal::TooMany => StatusCode::BAD_REQUEST,
            HookRefusal::Signature
            | HookRefusal::TooOld
            | HookRefusal::Ahead
            | HookRefusal::OtherWebhook => StatusCode::UNAUTHORIZED,
            HookRefusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }
}
