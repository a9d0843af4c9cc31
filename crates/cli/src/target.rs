//! Where calls go: the words of the command line, the environment and the project file become one [`Destination`], without
//! any I/O; [`Destination::open`] then starts the simulator or the client and chooses the connection.

mod choose;
mod open;

use std::time::Duration;

use jiff::civil::Date;
use pianoroll_api::APPS;
use pianoroll_api::operation::{App, Host, Mode};
use pianoroll_gateway::{Endpoints, Quota, served_revision};
use pianoroll_model::{AccountId, Revision};
use pianoroll_runtime::base_url;
use pianoroll_runtime::credential::Source;
use pianoroll_runtime::project::{ConnectionSettings, Project};

use crate::arguments::TargetArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

pub(crate) use choose::{account, only, time_zone};
pub(crate) use open::{Clients, Target, Wanted, random, read_key, seed, today};

/// Where calls will go.
#[derive(Debug)]
pub(crate) enum Destination {
    /// The simulator, in this process.
    Simulator(SimulatorSettings),
    /// A gateway, on this machine or elsewhere.
    Gateway(Box<GatewayDestination>),
}

/// What the simulator is started with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SimulatorSettings {
    pub(crate) mode: Mode,
    pub(crate) profiles: Option<u64>,
    pub(crate) seed: Option<u64>,
    pub(crate) quota: Quota,
    /// None for the client's own.
    pub(crate) request_timeout: Option<Duration>,
}

/// A gateway and how to talk to it.
#[derive(Debug)]
pub(crate) struct GatewayDestination {
    pub(crate) endpoints: Endpoints,
    pub(crate) quota: Quota,
    /// None for the client's own.
    pub(crate) request_timeout: Option<Duration>,
    pub(crate) source: Source,
    pub(crate) connection: Chosen,
    pub(crate) revision: Option<Revision>,
    /// Which simulator a gateway on loopback is, where `--mode` has told.
    pub(crate) mode: Option<Mode>,
}

/// Which connection was named.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Chosen {
    /// One of the project.
    Named(String, ConnectionSettings),
    /// An id that the project does not know.
    Id(pianoroll_model::ConnectionId),
    /// None: the only active one is meant.
    Any,
}

impl Chosen {
    /// What a person calls it; nothing where none was named.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Chosen::Named(name, _) => Some(name),
            Chosen::Id(id) => Some(id.as_str()),
            Chosen::Any => None,
        }
    }
}

impl Destination {
    /// What the words mean together. The command line comes before the environment, and that before the project file.
    pub(crate) fn new(
        args: &TargetArguments,
        environment: &Environment,
        project: Project,
    ) -> Result<Self, Failure> {
        let mode = args.mode.map(|word| word.0);
        let quota = given_quota(args, environment)?;
        let request_timeout = args.request_timeout.map(|word| word.0);
        if args.simulate {
            return Ok(Destination::Simulator(SimulatorSettings {
                mode: mode.unwrap_or_default(),
                profiles: args.profiles,
                seed: args.seed,
                quota: quota.unwrap_or_default(),
                request_timeout,
            }));
        }
        let endpoints = endpoints(args, environment, &project)?;
        if mode.is_some() && !endpoints.is_loopback() {
            return Err(Failure::input(
                "--mode is for simulators, and this gateway is not on this machine",
            )
            .hint("add --simulate to play the gateway in this process"));
        }
        let connection = chosen(args.connection.as_deref(), &project)?;
        let name = match &connection {
            Chosen::Named(_, settings) => settings.credential.as_deref(),
            _ => None,
        };
        let (source, credential_quota) = credential(name, &project)?;
        let quota = quota.or(credential_quota).or(project.gateway.quota).unwrap_or_default();
        let of_connection = match &connection {
            Chosen::Named(_, settings) => settings.revision,
            _ => None,
        };
        Ok(Destination::Gateway(Box::new(GatewayDestination {
            endpoints,
            quota,
            request_timeout,
            source,
            connection,
            revision: args.revision.or(of_connection).or(project.gateway.revision),
            mode,
        })))
    }

    /// As [`Destination::new`], for calls that may need no connection: then several of them are no error.
    pub(crate) fn for_calls(
        args: &TargetArguments,
        environment: &Environment,
        mut project: Project,
        wanted: Wanted,
    ) -> Result<Self, Failure> {
        if wanted == Wanted::Control && args.connection.is_none() {
            project.connections.clear();
        }
        Self::new(args, environment, project)
    }

    /// The revision that is sent and the one that is served, on a day.
    pub(crate) fn revisions(&self, today: Date) -> Result<(Revision, Revision), Failure> {
        let app = gateway_app()?;
        let default = app.revisions.first().copied();
        let default = default.ok_or_else(|| {
            Failure::text(Exit::Failed, format!("the spec of {} names no revision", app.name))
        })?;
        let of_mode = |mode: Mode| mode.revision(app).unwrap_or(default);
        let gateway = match self {
            Destination::Simulator(settings) => return Ok((default, of_mode(settings.mode))),
            Destination::Gateway(gateway) => gateway,
        };
        let sent = gateway.revision.unwrap_or(default);
        let told = match &gateway.connection {
            Chosen::Named(_, settings) => settings.served,
            Chosen::Id(_) | Chosen::Any => None,
        };
        let served = match told {
            Some(served) => served,
            // A simulator is served as its mode says, whatever the day.
            None if self.is_local() && gateway.revision.is_none() => {
                of_mode(gateway.mode.unwrap_or_default())
            }
            None if self.is_local() => sent,
            None => served_revision(app, sent, today),
        };
        Ok((sent, served))
    }

    /// Where the key comes from; nothing for the simulator, which takes any.
    pub(crate) fn source(&self) -> Option<&Source> {
        match self {
            Destination::Simulator(_) => None,
            Destination::Gateway(gateway) => Some(&gateway.source),
        }
    }

    /// Which connection was chosen; nothing for the simulator, which has one.
    pub(crate) fn chosen(&self) -> Option<&Chosen> {
        match self {
            Destination::Simulator(_) => None,
            Destination::Gateway(gateway) => Some(&gateway.connection),
        }
    }

    /// The account that the project pinned the connection to.
    pub(crate) fn pinned_account(&self) -> Option<&AccountId> {
        match self {
            Destination::Gateway(gateway) => match &gateway.connection {
                Chosen::Named(_, settings) => settings.account.as_ref(),
                _ => None,
            },
            Destination::Simulator(_) => None,
        }
    }

    /// Whether calls can only reach a simulator or another server on this machine.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Destination::Simulator(_) => true,
            Destination::Gateway(gateway) => gateway.endpoints.is_loopback(),
        }
    }

    /// Whether it is a server on this machine that may play any mode and revision: nobody has told which.
    pub(crate) fn may_play_any(&self) -> bool {
        match self {
            Destination::Simulator(_) => false,
            Destination::Gateway(gateway) => {
                self.is_local() && gateway.mode.is_none() && gateway.revision.is_none()
            }
        }
    }

    /// The simulator's mode: the one that is started, or the one that a gateway on loopback is said to play.
    pub(crate) fn mode(&self) -> Option<Mode> {
        match self {
            Destination::Simulator(settings) => Some(settings.mode),
            Destination::Gateway(gateway) => {
                self.is_local().then(|| gateway.mode.unwrap_or_default())
            }
        }
    }
}

/// The app behind the gateway that runs are for.
pub(crate) fn gateway_app() -> Result<&'static App, Failure> {
    let app = APPS.iter().find(|app| app.host == Host::Gateway);
    app.ok_or_else(|| Failure::text(Exit::Failed, "the table holds no app behind the gateway"))
}

/// The quota of `--quota` or `PIANOROLL_QUOTA`.
pub(crate) fn given_quota(
    args: &TargetArguments,
    environment: &Environment,
) -> Result<Option<Quota>, Failure> {
    match (&args.quota, &environment.quota) {
        (Some(word), _) => Ok(Some(word.0)),
        (None, Some(text)) => text
            .parse()
            .map(Some)
            .map_err(|error| Failure::input(format!("PIANOROLL_QUOTA: {error}"))),
        (None, None) => Ok(None),
    }
}

/// The two base URLs, each checked for the usual traps.
pub(crate) fn endpoints(
    args: &TargetArguments,
    environment: &Environment,
    project: &Project,
) -> Result<Endpoints, Failure> {
    let base = |flag: (&str, &Option<String>),
                variable: (&str, &Option<String>),
                file: &Option<String>| {
        let (place, url) = match (flag.1, variable.1) {
            (Some(url), _) => (flag.0, url),
            (None, Some(url)) => (variable.0, url),
            // The project file was checked when it was read.
            (None, None) => return Ok(file.clone()),
        };
        base_url::check(url).map(Some).map_err(|error| Failure::input(format!("{place}: {error}")))
    };
    let gateway = base(
        ("--gateway", &args.gateway),
        ("PIANOROLL_GATEWAY_URL", &environment.gateway),
        &project.gateway.url,
    )?;
    let control = base(
        ("--control", &args.control),
        ("PIANOROLL_CONTROL_URL", &environment.control),
        &project.gateway.control,
    )?;
    let official = Endpoints::default();
    let local =
        |url: &str| Endpoints { gateway: url.to_owned(), control: url.to_owned() }.is_loopback();
    // A key for a server on this machine has no business at Maton's, and the other way round.
    if let (Some(url), None) | (None, Some(url)) = (&gateway, &control)
        && local(url)
    {
        return Endpoints::new(url, url).or_exit(Exit::Input);
    }
    let gateway = gateway.unwrap_or(official.gateway);
    let control = control.unwrap_or(official.control);
    Endpoints::new(&gateway, &control).or_exit(Exit::Input)
}

/// Which connection a word names, or which one is meant without any.
pub(crate) fn chosen(word: Option<&str>, project: &Project) -> Result<Chosen, Failure> {
    let Some(word) = word else {
        let mut all = project.connections.iter();
        return match (all.next(), all.next()) {
            (None, _) => Ok(Chosen::Any),
            (Some((name, settings)), None) => Ok(Chosen::Named(name.clone(), settings.clone())),
            (Some(_), Some(_)) => Err(several(
                project
                    .connections
                    .iter()
                    .map(|(name, settings)| (name.clone(), settings.id.to_string())),
                "the project has several connections, and none was named",
            )),
        };
    };
    if let Some(settings) = project.connections.get(word) {
        return Ok(Chosen::Named(word.to_owned(), settings.clone()));
    }
    let names = project.connections.keys().map(String::as_str);
    if let Some(near) = crate::suggest::near(word, names) {
        return Err(Failure::text(
            Exit::Credential,
            format!("the project has no connection `{word}`"),
        )
        .hint(format!("did you mean `{near}`?")));
    }
    let by_id = project.connections.iter().find(|(_, settings)| settings.id.as_str() == word);
    match by_id {
        Some((name, settings)) => Ok(Chosen::Named(name.clone(), settings.clone())),
        None => word
            .parse()
            .map(Chosen::Id)
            .map_err(|error| Failure::text(Exit::Credential, format!("--connection: {error}"))),
    }
}

/// The error for several connections and none named.
pub(crate) fn several(found: impl IntoIterator<Item = (String, String)>, why: &str) -> Failure {
    let lines: Vec<String> = found
        .into_iter()
        .map(|(name, about)| format!("\n--connection {}   {about}", crate::words::quoted(&name)))
        .collect();
    Failure::text(Exit::Credential, why).hint(format!("choose one:{}", lines.concat()))
}

/// Where the key is, and the quota that its credential sets.
pub(crate) fn credential(
    name: Option<&str>,
    project: &Project,
) -> Result<(Source, Option<Quota>), Failure> {
    if let Some(name) = name {
        // The project was checked: the name is there.
        let found = project.credentials.get(name);
        let found = found.map(|settings| (settings.source.clone(), settings.quota));
        return found.ok_or_else(|| {
            Failure::text(Exit::Credential, format!("there is no credential `{name}`"))
        });
    }
    let mut all = project.credentials.iter();
    match (all.next(), all.next()) {
        (None, _) => Ok((Source::default(), None)),
        (Some((_, settings)), None) => Ok((settings.source.clone(), settings.quota)),
        (Some(_), Some(_)) => {
            let names: Vec<&str> = project.credentials.keys().map(String::as_str).collect();
            Err(Failure::text(
                Exit::Credential,
                format!(
                    "the project has several credentials ({}), and none was chosen",
                    names.join(", ")
                ),
            )
            .hint("name a connection that says which one it uses: --connection NAME"))
        }
    }
}

#[cfg(test)]
mod tests;
