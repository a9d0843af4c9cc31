//! From the files of a project to a snapshot: everything is read, compiled and bound, or nothing is deployed.

use std::collections::BTreeMap;

use pianoroll_gateway::Cancel;
use pianoroll_journal::{Deployment, Program};
use pianoroll_runtime::deployment::{Deployed, DeployedRun, Snapshot};
use pianoroll_runtime::project::{
    AutomationSettings, FILE_NAME, Project, ScheduleSettings, ZoneSettings,
};
use pianoroll_runtime::schedule;
use pianoroll_runtime::scheduler::Definition;

use crate::arguments::TargetArguments;
use crate::commands::run::{Deployable, deployable};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::source;
use crate::target::{Clients, Destination, Wanted, time_zone};

/// A snapshot with all that it needs.
pub(super) struct Taken {
    pub(super) snapshot: Snapshot,
    pub(super) programs: Vec<Program>,
    /// The components of plugins, each with its digest.
    pub(super) components: Vec<(String, Vec<u8>)>,
}

/// Reads a project whole.
pub(super) async fn take(
    project: &Project,
    environment: &Environment,
    before: Option<&Deployment>,
) -> Result<Taken, Failure> {
    let Some(file) = &project.file else {
        return Err(Failure::input(format!("there is no {FILE_NAME} here, nor above"))
            .hint("`pianoroll init` starts a project"));
    };
    let text = source::read(file)?;
    let mut zones = Zones::new(project, environment, before);
    let mut snapshot = Snapshot::new(file.clone(), text);
    let (mut programs, mut components) = (Vec::new(), Vec::new());
    for (name, settings) in &project.automations {
        let Deployable { shown, program, component, params, runs } =
            deployable(name, project, environment)
                .map_err(|failure| at(name, settings, failure))?;
        let mut deployed =
            Deployed { program: program.digest.clone(), shown, params, runs: BTreeMap::new() };
        for (own, run) in runs {
            let connection = own.connection.unwrap_or_default();
            let schedule = match &settings.schedule {
                None => None,
                Some(schedule) => {
                    let zone = zones.of(&schedule.zone, &connection).await?;
                    Some(definition(schedule, zone, settings))
                }
            };
            deployed.runs.insert(connection, DeployedRun { settings: run, schedule });
        }
        snapshot.automations.insert(name.clone(), deployed);
        programs.push(program);
        components.extend(component);
    }
    Ok(Taken { snapshot, programs, components })
}

/// Where the automation stands that cannot be deployed.
fn at(name: &str, settings: &AutomationSettings, failure: Failure) -> Failure {
    let (line, column) = settings.at;
    let Failure { exit, error, hints, details, trouble } = failure;
    let text = format!("the automation `{name}` ({FILE_NAME}:{line}:{column}) cannot be deployed");
    Failure { exit, error: error.context(text), hints, details, trouble }
}

fn definition(
    schedule: &ScheduleSettings,
    zone: String,
    automation: &AutomationSettings,
) -> Definition {
    Definition {
        jitter: schedule.jitter,
        catch_up: schedule.catch_up,
        window: schedule.window,
        overlap: schedule.overlap,
        pause_after: automation.pause_after,
        ..Definition::new(schedule.schedule.expression(), &zone)
    }
}

/// The time zones of accounts, each asked for once.
struct Zones<'p> {
    project: &'p Project,
    environment: &'p Environment,
    clients: Clients,
    known: BTreeMap<String, String>,
    /// Those of the last deployment: an account seldom moves, and the gateway may be away.
    before: BTreeMap<String, String>,
}

impl<'p> Zones<'p> {
    fn new(
        project: &'p Project,
        environment: &'p Environment,
        before: Option<&Deployment>,
    ) -> Self {
        let snapshot = super::readable(before);
        let runs = snapshot.iter().flat_map(|snapshot| snapshot.automations.values());
        let zones = runs.flat_map(|deployed| &deployed.runs).filter_map(|(connection, run)| {
            Some((connection.clone(), run.schedule.as_ref()?.zone.clone()))
        });
        let before = zones.collect();
        Self { project, environment, clients: Clients::default(), known: BTreeMap::new(), before }
    }

    async fn of(&mut self, zone: &ZoneSettings, connection: &str) -> Result<String, Failure> {
        if let ZoneSettings::Named { name, .. } = zone {
            return Ok(name.clone());
        }
        if let Some(known) = self.known.get(connection) {
            return Ok(known.clone());
        }
        let found = match self.ask(connection).await {
            Ok(found) => found,
            Err(failure) => match self.before.get(connection) {
                Some(before) => {
                    crate::output::warn(format_args!(
                        "the account of `{connection}` cannot be asked for its time zone ({:#}): {before}, as before",
                        failure.error
                    ));
                    before.clone()
                }
                None => {
                    return Err(failure.hint(
                        "timezone = \"account\" asks the account; an IANA name asks nobody",
                    ));
                }
            },
        };
        self.known.insert(connection.to_owned(), found.clone());
        Ok(found)
    }

    async fn ask(&self, connection: &str) -> Result<String, Failure> {
        let named = Some(connection.to_owned()).filter(|name| !name.is_empty());
        let target = TargetArguments { connection: named, ..TargetArguments::default() };
        let destination = Destination::new(&target, self.environment, self.project.clone())?;
        let opened =
            destination.open_with(Wanted::Connection, &self.clients, &Cancel::new()).await?;
        let found = time_zone(&opened.gateway, &opened.connection, destination.source()).await;
        opened.close().await;
        let found = found?.ok_or_else(|| {
            Failure::text(Exit::Failed, format!("the account of `{connection}` tells no time zone"))
        })?;
        schedule::zone(&found).or_exit(Exit::Failed)?;
        Ok(found)
    }
}
