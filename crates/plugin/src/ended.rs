//! What ends a plugin in the middle of a host call. The plugin cannot catch it: its instance is never entered again.

use pianoroll_host::{GuestError, HostError};

use crate::limits::LimitReached;

/// Why a host call does not come back.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Ended {
    /// The host's error, of those that end a run.
    #[error(transparent)]
    Host(HostError),
    /// A limit.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The plugin did what no plugin may do: an effect in a checkpoint, a batch without a width.
    #[error("{0}")]
    Misuse(String),
    /// The run was cancelled, or ended by something else, while the plugin computed.
    #[error("the run is over")]
    Stopped,
}

impl Ended {
    /// As the end of a run.
    pub(crate) fn into_guest_error(self) -> GuestError {
        use pianoroll_host::GuestErrorKind;
        match self {
            Ended::Host(error) => GuestError::from(error),
            Ended::Limit(reached) => GuestError {
                kind: GuestErrorKind::Limit,
                ..GuestError::program(reached.to_string())
            },
            Ended::Misuse(message) => GuestError::program(message),
            Ended::Stopped => GuestError {
                kind: GuestErrorKind::Cancelled,
                ..GuestError::program("the run was cancelled while the plugin computed")
            },
        }
    }
}
