//! A run against a simulator without limits.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::{Host, HostSettings, LedgerEntry, Observer, Problem};
use pianoroll_gateway::{
    Config, Connection, Credential, Endpoints, Gateway, Quota, Retries, SystemClock,
};
use pianoroll_model::{Clock, PermissionSet, Revision};
use pianoroll_simulator::{LoggedRequest, Rule, Settings, Simulator};
use serde_json::Value;

/// The documented connection, which every simulator has.
const CONNECTION: &str = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";

/// A simulator and what a run against it needs.
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    pub(crate) heard: Arc<Heard>,
    gateway: Gateway,
}

/// What a run told.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) effects: Mutex<Vec<LedgerEntry>>,
    pub(crate) problems: Mutex<Vec<Problem>>,
    pub(crate) notifications: Mutex<Vec<String>>,
}

impl Observer for Heard {
    fn effect(&self, entry: &LedgerEntry) {
        self.effects.lock().unwrap().push(entry.clone());
    }

    fn problem(&self, problem: &Problem) {
        self.problems.lock().unwrap().push(problem.clone());
    }

    fn notify(&self, text: &str, details: &Value) {
        self.notifications.lock().unwrap().push(format!("{text} {details}"));
    }
}

/// A client of a gateway at an address, without limits and without pauses.
pub(crate) fn gateway(base: &str) -> Gateway {
    gateway_at(base, Quota::Off, Arc::new(SystemClock::new()))
}

/// The same with a quota that runs by this clock.
pub(crate) fn gateway_at(base: &str, quota: Quota, clock: Arc<dyn Clock>) -> Gateway {
    let retries = Retries {
        attempts: 2,
        first_pause: Duration::ZERO,
        longest_pause: Duration::ZERO,
        ..Retries::default()
    };
    let config = Config {
        endpoints: Endpoints::new(base, base).unwrap(),
        quota,
        retries,
        ..Config::default()
    };
    let credential = Credential::new("a-key-of-the-tests".to_owned()).unwrap();
    Gateway::new(config, credential, clock).unwrap()
}

/// Settings of a run that is granted these words.
pub(crate) fn settings(gateway: Gateway, grants: &str) -> HostSettings {
    let revision = Revision::constant(2024, 10, 15);
    let connection = Connection::new(Some(CONNECTION.parse().unwrap()), revision);
    let run = "run-1".parse().unwrap();
    let mut settings = HostSettings::new(gateway, connection, Arc::new(SystemClock::new()), run, 7);
    let words = grants.split_whitespace();
    settings.grants = words.fold(PermissionSet::none(), |set, word| set.allow_word(word).unwrap());
    settings
}

impl Stage {
    pub(crate) async fn new(profiles: u64) -> Stage {
        Self::with_connections(profiles, &[]).await
    }

    /// With these connections behind the documented one.
    pub(crate) async fn with_connections(profiles: u64, others: &[&str]) -> Stage {
        let mut settings = Settings { profiles, limits: false, ..Settings::default() };
        settings.connections.extend(others.iter().map(|id| id.parse().unwrap()));
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let clock = Arc::new(SystemClock::new());
        let simulator = Simulator::start(settings, listen, clock).await.unwrap();
        let gateway = gateway(&simulator.gateway_url());
        Stage { simulator, gateway, heard: Arc::default() }
    }

    pub(crate) fn settings(&self, grants: &str) -> HostSettings {
        let observer = Arc::clone(&self.heard) as Arc<dyn Observer>;
        HostSettings { observer, ..settings(self.gateway.clone(), grants) }
    }

    /// A run that is granted these words.
    pub(crate) fn host(&self, grants: &str) -> Arc<Host> {
        Host::new(self.settings(grants))
    }

    /// The requests that reached the simulator, as `METHOD path status`.
    pub(crate) fn sent(&self) -> Vec<String> {
        let line = |request: LoggedRequest| {
            let path = request.path.split('?').next().unwrap_or_default().to_owned();
            let status = request.status.map_or("dropped".to_owned(), |status| status.to_string());
            format!("{} {path} {status}", request.method)
        };
        self.simulator.requests().into_iter().map(line).collect()
    }

    /// Spoils the answers to requests of a method and path.
    pub(crate) fn spoil(&self, method: &str, path: &str, rule: Rule) {
        let rule = Rule { method: Some(method.into()), path: Some(path.into()), ..rule };
        self.simulator.set_faults(vec![rule]);
    }
}

/// The ids of a reply's `data`.
pub(crate) fn ids(document: &Value) -> Vec<String> {
    let rows = document["data"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}
