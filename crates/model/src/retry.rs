//! What a lost answer allows.

use serde::{Deserialize, Serialize};

/// What may be done when an answer was lost, that is, when nobody knows whether the effect happened (design section 8).
/// What is *certainly not done* may be sent again whatever the class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Retry {
    /// A read: sent again.
    Safe,
    /// Twice is once: sent again. A 404 on a repeated delete counts as done.
    Idempotent,
    /// Sent again with the same key; a refusal of the duplicate counts as done.
    Keyed,
    /// Sent again; a 409 on the repetition means that the first one arrived.
    Conflicts,
    /// Never sent again by guess: the probe is read, or the outcome stays unknown.
    Once,
}

impl Retry {
    /// The word for it, as in the spec.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Retry::Safe => "safe",
            Retry::Idempotent => "idempotent",
            Retry::Keyed => "keyed",
            Retry::Conflicts => "conflicts",
            Retry::Once => "once",
        }
    }

    /// Whether a call whose answer was lost may be sent again.
    #[must_use]
    pub const fn resends_unknown(self) -> bool {
        !matches!(self, Retry::Once)
    }
}

impl std::fmt::Display for Retry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
