//! `pianoroll deploy`

mod difference;
mod snapshot;

use pianoroll_journal::Deployment;
use pianoroll_runtime::components::Components;
use pianoroll_runtime::deployment::Snapshot;
use pianoroll_runtime::project::{FILE_NAME, Project};
use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::{DeployOrder, DeployReply};
use serde_json::json;

use super::check;
use super::run::deployable;
use crate::arguments::StateArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::owner::{Seat, Server};
use crate::recorded::{self, Recorded};
use crate::{asynchronous, numbers};
use difference::Difference;
use snapshot::Taken;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll deploy --dry-run      what would change, above all when things are due\n  \
    pianoroll deploy\n  \
    git pull && pianoroll deploy    a running `pianoroll serve` takes it at once";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print one JSON object: serial, serving, changes
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    state: StateArguments,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    asynchronous::block_on(deploy(args, &environment, &project))
}

async fn deploy(
    args: &Args,
    environment: &Environment,
    project: &Project,
) -> Result<Exit, Failure> {
    check::refuse_mistakes(environment)?;
    let folder = args.state.beside(environment, project.root())?;
    let before = before(&folder).await?;
    let taken = snapshot::take(project, environment, before.as_ref()).await?;
    let now = recorded::now();
    let difference = Difference::between(before.as_ref(), &taken.snapshot, now)?;
    let mut reply = None;
    let is_new = before.as_ref().is_none_or(|before| before.content != taken.snapshot.to_value());
    if !args.dry_run && is_new {
        let seat = Seat::take(folder.clone()).await?;
        let deployed = put(&seat, &folder, taken, before.as_ref()).await;
        seat.leave().await;
        reply = Some(deployed?);
    }
    let mut output = Output::new();
    if args.json {
        output.json(&json!({
            "serial": reply.map(|reply| reply.serial),
            "serving": reply.is_some_and(|reply| reply.serving),
            "changes": difference.to_json(),
        }))?;
    } else {
        output.text(&difference.text())?;
        match (&before, is_new) {
            (Some(before), false) => output.line(format_args!("number {} stays", before.serial))?,
            _ => output.line(said(reply))?,
        }
    }
    output.finish()?;
    Ok(Exit::Completed)
}

fn said(reply: Option<DeployReply>) -> String {
    match reply {
        None => "nothing was deployed: --dry-run".to_owned(),
        Some(DeployReply { serial, serving: true }) => {
            format!("deployed as number {serial}, and running from now on")
        }
        Some(DeployReply { serial, serving: false }) => {
            format!("deployed as number {serial}; `pianoroll serve` runs it")
        }
    }
}

/// Deploys in the process that is about to serve.
pub(super) async fn before_serving(
    seat: &Seat,
    environment: &Environment,
    project: &Project,
) -> Result<(), Failure> {
    check::refuse_mistakes(environment)?;
    let folder = seat.folder()?;
    let before = before(&folder).await?;
    let taken = snapshot::take(project, environment, before.as_ref()).await?;
    let count =
        numbers::counted(taken.snapshot.automations.len() as u64, "automation", "automations");
    let DeployReply { serial, .. } = put(seat, &folder, taken, before.as_ref()).await?;
    tracing::info!("deployed {count} as number {serial}");
    Ok(())
}

/// Says where the project is another one than what was deployed, and what will be missed.
pub(super) fn warn_before_serving(server: &Server, environment: &Environment) {
    let (deployed, project) = server.deployed();
    for secret in missing_secrets(&project) {
        tracing::warn!("{secret}");
    }
    let Ok(today) = Project::find(&environment.folder) else {
        tracing::warn!("{FILE_NAME} has mistakes, and what is deployed runs: `pianoroll check`");
        return;
    };
    let text = today.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
    let program = |name: &String| {
        let program = deployable(name, &today, environment).ok()?.program.digest;
        Some(deployed.automations.get(name)?.program == program)
    };
    let is_same = |name: &String| program(name).unwrap_or(false);
    if text.is_some_and(|text| text != deployed.text) || !today.automations.keys().all(is_same) {
        tracing::warn!(
            "the project is another one than what is deployed: `pianoroll deploy` takes it"
        );
    }
}

/// The secrets that cannot be read here, each with its reason. Where a service has them and a person does not, that is as it should be.
fn missing_secrets(project: &Project) -> Vec<String> {
    let hooks = project.automations.iter().filter_map(|(name, settings)| {
        let webhook = settings.webhook.as_ref()?;
        Some((format!("the events of `{name}` cannot be taken"), &webhook.secret))
    });
    let notices = project
        .notify
        .iter()
        .map(|(name, notify)| (format!("`{name}` cannot be notified"), &notify.webhook));
    let heartbeat = project.serve.heartbeat.iter();
    let heartbeat = heartbeat.map(|source| ("no sign of life can be sent".to_owned(), source));
    let missing = hooks.chain(notices).chain(heartbeat).filter_map(|(what, source)| {
        let error = source.read_secret().err()?;
        Some(format!("{what}: {error}"))
    });
    missing.collect()
}

async fn before(folder: &StateFolder) -> Result<Option<Deployment>, Failure> {
    match Recorded::read(folder).await? {
        Some(recorded) => recorded.deployment().await,
        None => Ok(None),
    }
}

async fn put(
    seat: &Seat,
    folder: &StateFolder,
    taken: Taken,
    before: Option<&Deployment>,
) -> Result<DeployReply, Failure> {
    let Taken { snapshot, programs, components } = taken;
    // Before anything needs them: whichever process owns the folder finds them there.
    for (digest, bytes) in &components {
        Components::of(folder).keep(digest, bytes, recorded::now()).or_exit(Exit::Failed)?;
    }
    let compared_with = before.map(|before| before.serial);
    let order = DeployOrder { snapshot, programs, compared_with };
    Ok(seat.owner().deploy(order).await?)
}

/// The snapshot of a deployment; none where another version has written it.
fn readable(before: Option<&Deployment>) -> Option<Snapshot> {
    before.and_then(|before| Snapshot::of(before).ok()).map(|(snapshot, _)| snapshot)
}
