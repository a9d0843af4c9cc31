//! `pianoroll schedule trigger`

use pianoroll_runtime::deployment::Snapshot;
use pianoroll_server::RunOrder;

use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::front::{self, Front};
use crate::output::Output;
use crate::owner::{Seat, new_run_id};
use crate::recorded::{self, Recorded};
use crate::suggest;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The automation, as it is deployed
    #[arg(value_name = "AUTOMATION")]
    automation: String,

    /// On which of its connections; on each of them without
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,

    /// Print a JSON object a run
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    state: StateArguments,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    crate::output::probe()?;
    asynchronous::block_on(trigger(args))
}

async fn trigger(args: &Args) -> Result<Exit, Failure> {
    let folder = recorded::folder(&args.state)?;
    let nothing = || {
        Failure::input("nothing is deployed")
            .hint("`pianoroll deploy` takes a checked snapshot of the project")
    };
    let recorded = Recorded::read(&folder).await?.ok_or_else(nothing)?;
    let deployment = recorded.deployment().await?.ok_or_else(nothing)?;
    drop(recorded);
    let (snapshot, _) = Snapshot::of(&deployment).or_exit(Exit::Failed)?;
    let connections = connections(args, &snapshot)?;
    let mut front = Front::new(Seat::take(folder).await?);
    let mut gravest = Exit::Completed;
    let mut output = Output::new();
    for connection in connections {
        let automation = args.automation.clone();
        let order = RunOrder::Trigger { run: new_run_id()?, automation, connection };
        let exit = match front.run(order).await {
            Ok(ended) => {
                front::show(&ended, args.json)?;
                if args.json {
                    output.json(&ended.report)?;
                }
                Exit::from_code(ended.exit)
            }
            Err(failure) => {
                crate::output::show(&failure);
                failure.exit
            }
        };
        gravest = if exit.gravity() > gravest.gravity() { exit } else { gravest };
    }
    front.leave().await;
    output.finish()?;
    Ok(gravest)
}

fn connections(args: &Args, snapshot: &Snapshot) -> Result<Vec<String>, Failure> {
    let Some(deployed) = snapshot.automations.get(&args.automation) else {
        let names: Vec<&str> = snapshot.automations.keys().map(String::as_str).collect();
        let text = format!("no automation `{}` is deployed", args.automation);
        return Err(Failure::input(text).hint_if(suggest::hint(&args.automation, names)));
    };
    match &args.connection {
        None => Ok(deployed.runs.keys().cloned().collect()),
        Some(name) if deployed.runs.contains_key(name) => Ok(vec![name.clone()]),
        Some(name) => {
            let names: Vec<&str> = deployed.runs.keys().map(String::as_str).collect();
            let text = format!("`{}` is not deployed on `{name}`", args.automation);
            Err(Failure::input(text).hint_if(suggest::hint(name, names)))
        }
    }
}
