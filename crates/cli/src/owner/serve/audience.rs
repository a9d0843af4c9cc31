//! What runs tell goes to the log, where nobody looks at the moment.

use pianoroll_model::RunId;
use pianoroll_server::{Audience, Event, Reply};

use crate::output::plain;

/// The log, as the audience of one run.
pub(super) struct Logged {
    pub(super) run: RunId,
    pub(super) automation: String,
    pub(super) connection: String,
}

impl Audience for Logged {
    fn hear(&self, event: Event) {
        let Self { run, automation, connection } = self;
        match event {
            Event::Started { attempt, .. } => {
                tracing::info!(%run, automation, connection, attempt, "begins");
            }
            Event::Note { text } => {
                let text = anstream::adapter::strip_str(&text).to_string();
                tracing::debug!(%run, automation, connection, "{}", plain(&text));
            }
            Event::Log { level, text, place } => {
                let (text, place) = (plain(&text), place.unwrap_or_default());
                match level.as_str() {
                    "debug" => tracing::debug!(%run, automation, connection, place, "{text}"),
                    "warn" => tracing::warn!(%run, automation, connection, place, "{text}"),
                    "error" => tracing::error!(%run, automation, connection, place, "{text}"),
                    _ => tracing::info!(%run, automation, connection, place, "{text}"),
                }
            }
            Event::Problem { text } => {
                tracing::warn!(%run, automation, connection, "problem: {}", plain(&text));
            }
            Event::Notify { text } => {
                tracing::info!(%run, automation, connection, "notify: {}", plain(&text));
            }
            Event::Call { .. }
            | Event::Progress { .. }
            | Event::Effect { .. }
            | Event::Ask { .. } => {}
        }
    }

    fn ask(&self, _question: &str, _given_up: &(dyn Fn() -> bool + Sync)) -> Reply {
        // What is deployed was agreed to when it was.
        Reply::Nobody
    }
}
