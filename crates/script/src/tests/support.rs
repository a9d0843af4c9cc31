//! A run of a script, with or without a simulator.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use pianoroll_gateway::{
    Cancel, Config, Connection, Credential, Endpoints, Gateway, Quota, Retries, SystemClock,
};
use pianoroll_host::{
    Account, Files, Guardrails, Guest, GuestError, Host, HostSettings, Ledger, Level, NoFiles,
    Observer, Place, Summary,
};
use pianoroll_model::{Clock, Effect, PermissionSet, Revision, Sleep};
use pianoroll_simulator::{Mode, Settings, Simulator};
use serde_json::Value;

use crate::Script;

/// Where scripts run in tests.
pub(crate) struct World {
    pub(crate) simulator: Option<Simulator>,
    pub(crate) guardrails: Guardrails,
    pub(crate) grants: PermissionSet,
    pub(crate) cancel: Cancel,
    pub(crate) clock: Arc<dyn Clock>,
    others: BTreeMap<String, Account>,
    pub(crate) files: Arc<dyn Files>,
    gateway: Gateway,
    connection: Connection,
}

/// The connection of the account `target`, where a world has it.
pub(crate) const TARGET: &str = "6b6a4a4e-0d5c-4d1f-9c43-5d8b9c1a2f30";

/// A clock on which every sleep is over at once, as if so much time had passed.
#[derive(Debug)]
pub(crate) struct Hurried {
    start: Timestamp,
    pub(crate) slept: Mutex<Vec<Duration>>,
}

impl Hurried {
    pub(crate) fn at(start: &str) -> Self {
        Self { start: start.parse().unwrap(), slept: Mutex::default() }
    }

    /// Lets so much time pass that it is this moment.
    pub(crate) fn reach(&self, moment: Timestamp) {
        let left = Duration::try_from(moment.duration_since(self.now())).unwrap_or_default();
        self.slept.lock().unwrap().push(left);
    }
}

impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        self.start + self.monotonic()
    }

    fn monotonic(&self) -> Duration {
        self.slept.lock().unwrap().iter().sum()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        self.slept.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }
}

/// What came of a run.
pub(crate) struct Ended {
    pub(crate) result: Result<Value, GuestError>,
    pub(crate) logs: Vec<String>,
    pub(crate) summary: Summary,
    pub(crate) ledger: Ledger,
}

impl Ended {
    /// The result as JSON, or the error as people see it.
    pub(crate) fn text(&self) -> String {
        match &self.result {
            Ok(value) => value.to_string(),
            Err(error) => error.rendered.clone(),
        }
    }
}

impl World {
    /// A world whose API is not there: for scripts that call nothing.
    pub(crate) fn offline() -> Self {
        Self::new(None, "http://127.0.0.1:9".to_owned(), Mode::Documented)
    }

    /// A world with a simulator.
    pub(crate) async fn simulated(settings: Settings) -> Self {
        let mode = settings.mode;
        let clock = Arc::new(SystemClock::new());
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let simulator = Simulator::start(settings, listen, clock).await.unwrap();
        let url = simulator.gateway_url();
        Self::new(Some(simulator), url, mode)
    }

    /// A world with a simulator of two accounts: the run's own, and `target`.
    pub(crate) async fn with_target() -> Self {
        let mut settings = settings();
        settings.connections.push(TARGET.parse().unwrap());
        let mut world = Self::simulated(settings).await;
        let connection = Connection::new(Some(TARGET.parse().unwrap()), world.connection.served);
        let account = Account { gateway: world.gateway.clone(), connection };
        world.others.insert("target".to_owned(), account);
        world
    }

    fn new(simulator: Option<Simulator>, url: String, mode: Mode) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let endpoints = Endpoints { gateway: url.clone(), control: url };
        let connect_timeout = Duration::from_secs(1);
        let pause = Duration::from_millis(1);
        let retries = Retries {
            attempts: 3,
            // A 429 is answered at once, so that no test waits.
            throttles: 0,
            first_pause: pause,
            longest_pause: pause,
            ..Retries::default()
        };
        let quota = Quota::Off;
        let config = Config { endpoints, quota, connect_timeout, retries, ..Config::default() };
        let credential = Credential::new("test".to_owned()).unwrap();
        let gateway = Gateway::new(config, credential, Arc::clone(&clock)).unwrap();
        let id = "21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().unwrap();
        let revision = Revision::constant(2024, 10, 15);
        let served = match mode {
            Mode::Today => Revision::constant(2025, 1, 15),
            Mode::Documented | Mode::Strict => revision,
        };
        let connection = Connection::new(Some(id), revision).served_as(served);
        Self {
            simulator,
            guardrails: Guardrails::default(),
            grants: [Effect::Read, Effect::Write, Effect::Delete]
                .into_iter()
                .fold(PermissionSet::none(), PermissionSet::with_effect),
            cancel: Cancel::new(),
            clock,
            others: BTreeMap::new(),
            files: Arc::new(NoFiles),
            gateway,
            connection,
        }
    }

    /// Runs a script as `test.rhai`.
    pub(crate) async fn run(&self, source: &str) -> Ended {
        match Script::compile(source, "test.rhai") {
            Ok(script) => self.run_script(&script, &[]).await,
            Err(error) => panic!("does not compile:\n{error}"),
        }
    }

    /// Runs a script with parameters.
    pub(crate) async fn run_script(&self, script: &Script, params: &[(&str, &str)]) -> Ended {
        let given = params.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let heard = Arc::new(Heard::default());
        let mut settings = self.host_settings();
        settings.params = script.bind(&given.collect::<BTreeMap<_, _>>()).unwrap();
        settings.observer = Arc::clone(&heard) as Arc<dyn Observer>;
        let host = Host::new(settings);
        let result = script.guest().run(host.trunk()).await;
        let result = match result {
            Ok(value) => host.commit_files().map(|()| value).map_err(GuestError::from),
            Err(error) => Err(error),
        };
        let logs = heard.lines.lock().unwrap().clone();
        Ended { result, logs, summary: host.summary(), ledger: host.ledger() }
    }

    /// The host of a run without parameters.
    pub(crate) fn host(&self) -> Arc<Host> {
        Host::new(self.host_settings())
    }

    pub(crate) fn host_settings(&self) -> HostSettings {
        let run = "test-run".parse().unwrap();
        let (gateway, connection) = (self.gateway.clone(), self.connection.clone());
        let mut settings = HostSettings::new(gateway, connection, Arc::clone(&self.clock), run, 7);
        settings.grants = self.grants.clone();
        settings.guardrails = self.guardrails.clone();
        settings.cancel = self.cancel.clone();
        settings.others = self.others.clone();
        settings.files = Arc::clone(&self.files);
        settings
    }

    /// The simulator.
    pub(crate) fn simulator(&self) -> &Simulator {
        self.simulator.as_ref().unwrap()
    }

    /// Method and path of every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.simulator().requests();
        requests.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }
}

/// What a run told.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) lines: Mutex<Vec<String>>,
}

impl Observer for Heard {
    fn log(&self, level: Level, text: &str, place: Option<&Place>) {
        let place = place.map(|place| match place.file.as_str() {
            "test.rhai" => format!("{}:{}", place.line, place.column),
            _ => place.to_string(),
        });
        self.lines.lock().unwrap().push(format!("{level} {} {text}", place.unwrap_or_default()));
    }

    fn progress(&self, done: u64, total: Option<u64>) {
        self.lines.lock().unwrap().push(format!("progress {done} of {total:?}"));
    }

    fn notify(&self, text: &str, details: &Value) {
        self.lines.lock().unwrap().push(format!("notify {text} {details}"));
    }
}

/// Runs a script that calls nothing.
pub(crate) fn run_offline(source: &str) -> Ended {
    runtime().block_on(World::offline().run(source))
}

/// Runs a script with a simulator of the default data, without limits.
pub(crate) fn run_simulated(source: &str) -> Ended {
    runtime().block_on(async { World::simulated(settings()).await.run(source).await })
}

/// A simulator that is never slow.
pub(crate) fn settings() -> Settings {
    Settings { limits: false, ..Settings::default() }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
