//! What a simulator is started with.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use pianoroll_api::operation::Mode;
use pianoroll_model::ConnectionId;

/// The connection that the gateway's document uses, and the one that a simulator has unless told otherwise.
pub(crate) const DOCUMENTED_CONNECTION: &str = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";

/// What an account holds at its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Data {
    /// A shop that has been busy for some years, computed from the seed.
    #[default]
    Busy,
    /// Nothing but what every account has: itself, a default tag group, the topics of webhooks.
    Empty,
}

/// What a simulator is started with. The default is the one of `pianoroll simulate`.
#[derive(Clone)]
pub struct Settings {
    /// What each account holds; a busy shop.
    pub data: Data,
    /// Profiles in each busy account; 500. They are computed, so that any number costs no memory.
    pub profiles: u64,
    /// What all chance comes from; 7. The same seed gives the same data, ids and jitter.
    pub seed: u64,
    /// Which API is played.
    pub mode: Mode,
    /// Whether the gateway's and the endpoints' limits hold; true.
    pub limits: bool,
    /// How long a request takes on the way there and back together; none.
    pub latency: Duration,
    /// By how much a single request's latency may lie above or below it; none.
    pub jitter: Duration,
    /// How the limits count.
    pub windows: Windows,
    /// The only right key. Without one, any bearer token that is not empty is right.
    pub key: Option<String>,
    /// The active connections, oldest first, each with an account of its own; the documented one.
    pub connections: Vec<ConnectionId>,
    /// How long new events stay invisible to reads; none.
    pub event_lag: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: Data::Busy,
            profiles: 500,
            seed: 7,
            mode: Mode::Documented,
            limits: true,
            latency: Duration::ZERO,
            jitter: Duration::ZERO,
            windows: Windows::Fixed,
            key: None,
            connections: DOCUMENTED_CONNECTION.parse().into_iter().collect(),
            event_lag: Duration::ZERO,
        }
    }
}

// The key may be a real one, given by mistake.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("data", &self.data)
            .field("profiles", &self.profiles)
            .field("seed", &self.seed)
            .field("mode", &self.mode)
            .field("limits", &self.limits)
            .field("latency", &self.latency)
            .field("jitter", &self.jitter)
            .field("windows", &self.windows)
            .field("key", &self.key.as_ref().map(|_| "(redacted)"))
            .field("connections", &self.connections)
            .field("event_lag", &self.event_lag)
            .finish()
    }
}

/// How limits count requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Windows {
    /// Windows that begin at whole seconds and whole minutes of the wall clock, as Klaviyo documents its own.
    #[default]
    Fixed,
    /// The last second, the last minute: at no time more than the limit in any span of that length.
    Sliding,
}

impl Windows {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Windows::Fixed => "fixed",
            Windows::Sliding => "sliding",
        }
    }
}

impl fmt::Display for Windows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Windows {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found =
            [Windows::Fixed, Windows::Sliding].into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("`{text}` is no kind of window; there are fixed and sliding"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_has_the_documented_connection() {
        let settings = Settings::default();
        assert_eq!(settings.connections, [DOCUMENTED_CONNECTION.parse().unwrap()]);
    }

    #[test]
    fn a_key_is_not_printed() {
        let settings = Settings { key: Some("v3ry-s3cret".to_owned()), ..Settings::default() };
        let printed = format!("{settings:?}");
        assert!(printed.contains("redacted") && !printed.contains("v3ry-s3cret"), "{printed}");
    }
}
