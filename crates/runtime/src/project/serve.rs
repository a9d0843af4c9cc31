//! `[serve]`: how `pianoroll serve` runs.

use std::net::SocketAddr;
use std::path::Path;

use jiff::SignedDuration;

use super::mistake::Mistakes;
use super::source::{self, Kept};
use super::walk::Section;
use crate::credential::Source;

/// A checked `[serve]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ServeSettings {
    /// Runs at once, from 1 to 1,000.
    pub runs: u32,
    /// How long a stop waits for runs.
    pub grace: SignedDuration,
    /// The address for health, metrics and webhooks; without one, nothing listens.
    pub listen: Option<SocketAddr>,
    /// Where the URL is that is asked for once a minute while all is well; it is a secret.
    pub heartbeat: Option<Source>,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self { runs: 64, grace: SignedDuration::from_secs(30), listen: None, heartbeat: None }
    }
}

const URL: Kept =
    Kept { what: "a URL", env: "env = \"HEARTBEAT_URL\"", file: "file = \"secrets/heartbeat\"" };

pub(super) fn read(
    section: &Section<'_, '_>,
    root: &Path,
    mistakes: &mut Mistakes<'_>,
) -> ServeSettings {
    let default = ServeSettings::default();
    let runs = section.number("runs", mistakes).and_then(|runs| u32::try_from(runs.value).ok());
    ServeSettings {
        runs: runs.unwrap_or(default.runs),
        grace: section.duration("grace", mistakes).map_or(default.grace, |grace| grace.value),
        listen: listen(section, mistakes),
        heartbeat: source::of(section, "heartbeat", &URL, root, mistakes),
    }
}

fn listen(section: &Section<'_, '_>, mistakes: &mut Mistakes<'_>) -> Option<SocketAddr> {
    let text = section.text("listen", mistakes)?;
    let refusal = match text.value.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 => return Some(address),
        Ok(_) => {
            let hint = "name a port, so that others find it: \"127.0.0.1:7717\"".to_owned();
            ("port 0 is another one each time".to_owned(), hint)
        }
        Err(_) => {
            let port = text.value.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok());
            let hint = format!(
                "write numbers: \"127.0.0.1:{0}\" for this machine alone, \"0.0.0.0:{0}\" for all",
                port.unwrap_or("7717")
            );
            (format!("`{}` is no address with a port", text.value), hint)
        }
    };
    mistakes.add(text.span, refusal.0, Some(refusal.1));
    None
}
