//! From a destination to something that answers.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::civil::Date;
use pianoroll_gateway::{
    Cancel, Config, Connection, Credential, Endpoints, Gateway, Quota, Statistics, SystemClock,
    Trouble, shared_quota_file,
};
use pianoroll_model::{Clock, Revision};
use pianoroll_runtime::credential::{CredentialError, Source};
use pianoroll_simulator::{Settings, Simulator};

use super::{Chosen, Destination, GatewayDestination, SimulatorSettings, choose, gateway_app};
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output;

/// What is wanted of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// An account of the app behind the gateway.
    Connection,
    /// The control plane alone, which needs no account.
    Control,
}

/// The clients that are open, by where their keys are: a credential has one quota, however many connections use it.
#[derive(Default)]
pub(crate) struct Clients {
    // Held while a client is made, which does no I/O but for reading the key.
    open: Mutex<Vec<(ClientKey, Gateway)>>,
}

/// What makes two clients one.
#[derive(Clone, PartialEq)]
struct ClientKey {
    source: Source,
    endpoints: Endpoints,
    quota: Quota,
    request_timeout: Option<Duration>,
}

impl Clients {
    /// Reads every key again: what has changed is used from now on. A key that cannot be read at the moment stays what it was. Answers
    /// whether one has changed.
    pub(crate) fn refresh(&self) -> bool {
        let open: Vec<(Source, Gateway)> = {
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.iter().map(|(key, gateway)| (key.source.clone(), gateway.clone())).collect()
        };
        let mut has_changed = false;
        for (source, gateway) in open {
            if let Ok(credential) = source.read()
                && gateway.replace_credential(credential)
            {
                tracing::info!(key = %source, "the key has changed, and the new one is used");
                has_changed = true;
            }
        }
        has_changed
    }

    /// What all open clients have done, each with the place of its key.
    pub(crate) fn statistics(&self) -> Vec<(Source, Statistics)> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.iter().map(|(key, gateway)| (key.source.clone(), gateway.statistics())).collect()
    }

    fn of(
        &self,
        destination: &GatewayDestination,
        local: bool,
        clock: &Arc<dyn Clock>,
    ) -> Result<Gateway, Failure> {
        let GatewayDestination { endpoints, quota, source, request_timeout, .. } = destination;
        let key = ClientKey {
            source: source.clone(),
            endpoints: endpoints.clone(),
            quota: *quota,
            request_timeout: *request_timeout,
        };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, gateway)) = open.iter().find(|(known, _)| *known == key) {
            return Ok(gateway.clone());
        }
        let credential = read_key(source)?;
        // A server on this machine is no account whose quota others share.
        let shared = if local { None } else { shared_quota_file(&credential) };
        let config = config(endpoints.clone(), *quota, *request_timeout);
        let config = Config { shared_quota: shared, ..config };
        let gateway = client(config, credential, clock)?;
        open.push((key, gateway.clone()));
        Ok(gateway)
    }
}

/// Something that answers calls.
pub(crate) struct Target {
    pub(crate) gateway: Gateway,
    pub(crate) connection: Connection,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether real customers may be behind it.
    pub(crate) live: bool,
    /// What it is, for people: `the simulator`, `connection acme`.
    pub(crate) about: String,
    simulator: Option<Simulator>,
}

impl Destination {
    /// Starts the simulator or the client, and chooses the connection. Must be called within the async runtime.
    pub(crate) async fn open(&self, wanted: Wanted, cancel: &Cancel) -> Result<Target, Failure> {
        self.open_with(wanted, &Clients::default(), cancel).await
    }

    /// The same, with the clients of credentials that are open already.
    pub(crate) async fn open_with(
        &self,
        wanted: Wanted,
        clients: &Clients,
        cancel: &Cancel,
    ) -> Result<Target, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let revisions = self.revisions(date(&*clock))?;
        match self {
            Destination::Simulator(settings) => simulate(settings, revisions, clock).await,
            Destination::Gateway(destination) => {
                let opening = connect(destination, wanted, revisions, clock, clients, cancel);
                tokio::select! {
                    target = opening => target,
                    () = cancel.cancelled() => Err(Failure::text(Exit::Cancelled, "cancelled before anything was done")),
                }
            }
        }
    }
}

impl Target {
    /// Whether the account is the one that the project pinned. Asked before the first effect.
    pub(crate) async fn verify_account(&self, destination: &Destination) -> Result<(), Failure> {
        let Some(pinned) = destination.pinned_account() else { return Ok(()) };
        let found = choose::account(&self.gateway, &self.connection, destination.source()).await?;
        if found.as_deref() == Some(pinned.as_str()) {
            return Ok(());
        }
        let found = found.unwrap_or_else(|| "none".to_owned());
        Err(Failure::text(
            Exit::Credential,
            format!(
                "{} leads to the account {found}, and not to {pinned} as pianoroll.toml says",
                self.about
            ),
        )
        .hint("nothing was changed; correct `account` or `id` of the connection"))
    }

    /// Stops what was started.
    pub(crate) async fn close(self) {
        if let Some(simulator) = self.simulator {
            simulator.stop().await;
        }
    }
}

async fn simulate(
    given: &SimulatorSettings,
    (sent, served): (Revision, Revision),
    clock: Arc<dyn Clock>,
) -> Result<Target, Failure> {
    let default = Settings::default();
    let settings = Settings {
        profiles: given.profiles.unwrap_or(default.profiles),
        seed: given.seed.unwrap_or(default.seed),
        mode: given.mode,
        limits: given.quota != Quota::Off,
        ..default
    };
    let id = settings.connections.first().cloned();
    let profiles = settings.profiles;
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let simulator =
        Simulator::start(settings, listen, clock.clone()).await.or_exit(Exit::Failed)?;
    let endpoints =
        Endpoints { gateway: simulator.gateway_url(), control: simulator.control_url() };
    let credential = Credential::new("simulated".to_owned()).or_exit(Exit::Credential)?;
    let config = config(endpoints, given.quota, given.request_timeout);
    let gateway = client(config, credential, &clock)?;
    let connection = Connection::new(id, sent).served_as(served);
    Ok(Target {
        gateway,
        connection,
        clock,
        live: false,
        about: format!("the simulator ({}, {profiles} profiles)", given.mode),
        simulator: Some(simulator),
    })
}

async fn connect(
    destination: &GatewayDestination,
    wanted: Wanted,
    (sent, served): (Revision, Revision),
    clock: Arc<dyn Clock>,
    clients: &Clients,
    cancel: &Cancel,
) -> Result<Target, Failure> {
    let local = destination.endpoints.is_loopback();
    let gateway = clients.of(destination, local, &clock)?;
    let mut connection = Connection::new(None, sent).served_as(served);
    let mut live = !local;
    let about = match &destination.connection {
        Chosen::Named(name, settings) => {
            connection.name = Some(name.clone());
            connection.id = Some(settings.id.clone());
            connection.documented_routes = settings.documented_routes;
            live = settings.is_live(local);
            format!("connection {name}")
        }
        Chosen::Id(id) => {
            connection.id = Some(id.clone());
            format!("connection {id}")
        }
        Chosen::Any if wanted == Wanted::Control => "the control plane".to_owned(),
        Chosen::Any => {
            let app = gateway_app()?;
            let only = choose::only(&gateway, app, Some(&destination.source), cancel).await?;
            connection.id = Some(only.clone());
            format!("connection {only}")
        }
    };
    Ok(Target { gateway, connection, clock, live, about, simulator: None })
}

/// Reads the key, and says what to do where there is none.
pub(crate) fn read_key(source: &Source) -> Result<Credential, Failure> {
    if let Some(warning) = source.warning() {
        output::warn(warning);
    }
    source.read().map_err(|error| {
        let missing = matches!(error, CredentialError::Missing(_));
        let failure = Failure::new(Exit::Credential, error);
        let failure = Failure { trouble: Some(Trouble::Credential), ..failure };
        match (missing, source) {
            (true, Source::Env(name)) => failure
                .hint(format!(
                    "copy your key from https://maton.ai/settings, then `export {name}=…`"
                ))
                .hint("no account? add `--simulate` to play the whole gateway on this machine"),
            _ => failure,
        }
    })
}

/// What a client is told; what is not said has its default.
pub(crate) fn config(
    endpoints: Endpoints,
    quota: Quota,
    request_timeout: Option<Duration>,
) -> Config {
    let default = Config::default();
    let request_timeout = request_timeout.unwrap_or(default.request_timeout);
    Config { endpoints, quota, request_timeout, ..default }
}

/// A client of the gateway.
pub(crate) fn client(
    config: Config,
    credential: Credential,
    clock: &Arc<dyn Clock>,
) -> Result<Gateway, Failure> {
    let config = Config { seed: seed()?, ..config };
    let gateway = Gateway::new(config, credential, clock.clone()).or_exit(Exit::Input)?;
    // All that this program does so far was asked for by a person, who waits.
    Ok(gateway.by_hand())
}

/// Chance from the operating system: the one place where it comes in.
pub(crate) fn seed() -> Result<u64, Failure> {
    getrandom::u64().map_err(|error| {
        Failure::text(Exit::Failed, format!("the system gives no random numbers: {error}"))
    })
}

/// Random bytes: the random part of a run's id, or a key.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut random = [0; N];
    getrandom::fill(&mut random).map_err(|error| {
        Failure::text(Exit::Failed, format!("the system gives no random numbers: {error}"))
    })?;
    Ok(random)
}

/// The day by the machine's clock.
pub(crate) fn today() -> Date {
    date(&SystemClock::new())
}

fn date(clock: &dyn Clock) -> Date {
    clock.now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
