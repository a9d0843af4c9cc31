//! Calls that go to a simulator without the binary: the client, and the examples of the table.

use std::sync::Arc;

use pianoroll_api::Arguments;
use pianoroll_api::operation::{Example, Mode};
use pianoroll_gateway::{
    Config, Connection, Credential, Endpoints, Gateway, Quota, Retries, SystemClock,
};
use pianoroll_host::HostSettings;
use pianoroll_model::PermissionSet;
use pianoroll_simulator::{Settings, Simulator};

use crate::{KEY, simulator, unlimited};

/// A simulator, and the client of it, without a quota and without pauses.
pub struct Direct {
    /// The gateway that is played.
    pub simulator: Simulator,
    gateway: Gateway,
    /// The documented connection.
    pub connection: Connection,
}

impl Direct {
    /// A simulator of a mode.
    ///
    /// # Panics
    /// Where it does not start.
    pub async fn new(mode: Mode) -> Self {
        let simulator = simulator(Settings { mode, ..unlimited() }).await;
        let endpoints =
            Endpoints { gateway: simulator.gateway_url(), control: simulator.control_url() };
        let none = std::time::Duration::ZERO;
        let retries = Retries { first_pause: none, longest_pause: none, ..Retries::default() };
        let config = Config { endpoints, quota: Quota::Off, retries, ..Config::default() };
        let credential = Credential::new(KEY.to_owned()).expect("the key is one");
        let clock = Arc::new(SystemClock::new());
        let gateway = Gateway::new(config, credential, clock).expect("the client starts");
        let app = pianoroll_api::app("klaviyo").expect("the app is there");
        let sent = app.revisions.first().copied().expect("it has a revision");
        let served = mode.revision(app).expect("each mode serves one");
        let id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().ok();
        let connection = Connection::new(id, sent).served_as(served);
        Self { simulator, gateway, connection }
    }

    /// Settings of a run that is granted everything but what is not asked for by name.
    ///
    /// # Panics
    /// Where the name is none.
    #[must_use]
    pub fn settings(&self, run: &str) -> HostSettings {
        let run = run.parse().expect("a run's name");
        let clock = Arc::new(SystemClock::new());
        let settings =
            HostSettings::new(self.gateway.clone(), self.connection.clone(), clock, run, 7);
        let words = [
            "read",
            "write",
            "delete",
            "send",
            "request",
            "connections:write",
            "connections:delete",
        ];
        let grants = words.into_iter().fold(PermissionSet::none(), |grants, word| {
            grants.allow_word(word).expect("a word of a grant")
        });
        HostSettings { grants, ..settings }
    }
}

/// What an example of the table gives.
///
/// # Panics
/// Where it is no JSON.
#[must_use]
pub fn arguments(example: &Example) -> Arguments {
    let json = |text: &str| serde_json::from_str(text).expect("an example is JSON");
    Arguments {
        ids: example.args.iter().map(|&id| id.to_owned()).collect(),
        body: example.body.map(json),
        options: serde_json::from_str(example.options).expect("options are a map"),
    }
}
