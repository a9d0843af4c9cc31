//! `pianoroll connections`

mod import;
mod show;

use clap::Subcommand;
use pianoroll_api::{Arguments, operation};
use pianoroll_gateway::{Call, Cancel, ConnectionInfo};
use pianoroll_model::ConnectionId;
use pianoroll_runtime::credential::Source;
use pianoroll_runtime::project::{ConnectionSettings, Project};
use serde_json::{Value, json};

use crate::arguments::TargetArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::target::{self, Destination, Target, Wanted};
use crate::{asynchronous, confirm, refusal};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    target: TargetArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the connections of the key
    List {
        /// Only those in this state: ACTIVE, PENDING or FAILED
        #[arg(long, value_name = "STATUS")]
        status: Option<String>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Start a connection: prints the page on which to authorise it
    Create {
        /// The app
        #[arg(long, value_name = "APP", default_value = "klaviyo")]
        app: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show one connection
    Get {
        /// Its id, or its name in pianoroll.toml
        #[arg(value_name = "ID|NAME")]
        which: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Delete a connection: what uses it stops working
    Delete {
        /// Its id, or its name in pianoroll.toml
        #[arg(value_name = "ID|NAME")]
        which: String,
        /// Do not ask; a simulator's connection without a name is never asked about
        #[arg(long)]
        yes: bool,
        /// Print a JSON object: the id that was deleted
        #[arg(long)]
        json: bool,
    },
    /// Give a connection a name in pianoroll.toml, with the account that it leads to
    Import {
        /// Its name in the project
        #[arg(value_name = "NAME")]
        name: String,
        /// Its id; without one the only active connection
        #[arg(value_name = "ID")]
        id: Option<ConnectionId>,
        /// It is a test account: runs by hand never ask
        #[arg(long)]
        not_live: bool,
    },
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    asynchronous::block_on(run(args, &environment, project))
}

async fn run(args: &Args, environment: &Environment, project: Project) -> Result<Exit, Failure> {
    let destination =
        Destination::for_calls(&args.target, environment, project.clone(), Wanted::Control)?;
    let target = destination.open(Wanted::Control, &Cancel::new()).await?;
    let control = Control { target: &target, source: destination.source() };
    let mut output = Output::new();
    match &args.command {
        Command::List { status, json } => {
            let mut arguments = Arguments::default();
            if let Some(status) = status {
                arguments = arguments.with_option("status", status.to_uppercase());
            }
            let rows = show::rows(&control.call("connections.list", arguments).await?);
            if *json {
                output.json(&rows)?;
            } else {
                show::list(&mut output, &rows, &project)?;
            }
        }
        Command::Create { app, json } => {
            let arguments = Arguments::default().with_body(json!({"app": app}));
            let started = control.call("connections.create", arguments).await?;
            // What the answer holds is not documented; the id is enough to read the rest.
            let row = match ConnectionInfo::parse(&started) {
                Some(connection) => control.get(&connection.id).await?,
                None => started,
            };
            if *json {
                output.json(&row)?;
            } else {
                show::created(&mut output, &row)?;
            }
        }
        Command::Get { which, json } => {
            let row = control.get(&id(which, &project)?).await?;
            if *json {
                output.json(&show::without_token(row))?;
            } else {
                show::one(&mut output, &row, &project)?;
            }
        }
        Command::Delete { which, yes, json } => {
            let id = id(which, &project)?;
            let local = destination.is_local();
            let live = |named: &ConnectionSettings| named.id == id && named.is_live(local);
            let harmless = local && !project.connections.values().any(live);
            let question = format!("delete the connection {id}? what uses it stops working");
            if !yes && !harmless && !confirm::yes(&question) {
                return Err(Failure::text(
                    Exit::Denied,
                    format!("the connection {id} was not deleted"),
                )
                .hint("say --yes, or answer y on a terminal"));
            }
            control.call("connections.delete", Arguments::ids([id.as_str()])).await?;
            if *json {
                output.json(&json!({"deleted": id}))?;
            } else {
                output.line(format_args!("deleted {id}"))?;
            }
        }
        Command::Import { name, id, not_live } => {
            let wish = import::Wish { name, id: id.as_ref(), live: !not_live };
            import::import(&wish, &control, &project, environment, &mut output).await?;
        }
    }
    output.finish()?;
    target.close().await;
    Ok(Exit::Completed)
}

/// The control plane.
struct Control<'t> {
    target: &'t Target,
    source: Option<&'t Source>,
}

impl Control<'_> {
    async fn call(&self, id: &str, arguments: Arguments) -> Result<Value, Failure> {
        let operation = operation::find(id)
            .ok_or_else(|| Failure::text(Exit::Failed, format!("the table holds no `{id}`")))?;
        pianoroll_host::check::check(operation, &arguments, None)
            .map_err(|errors| Failure::text(Exit::Input, errors))?;
        let Target { gateway, connection, .. } = self.target;
        match gateway.call(connection, Call::new(operation, &arguments)).await {
            Ok(answer) => Ok(answer.json()),
            Err(error) => Err(refusal::of_call(&error, self.source)),
        }
    }

    async fn get(&self, id: &ConnectionId) -> Result<Value, Failure> {
        let answer = self.call("connections.get", Arguments::ids([id.as_str()])).await?;
        Ok(answer.get("connection").cloned().unwrap_or(answer))
    }
}

fn id(word: &str, project: &Project) -> Result<ConnectionId, Failure> {
    match target::chosen(Some(word), project)? {
        target::Chosen::Named(_, settings) => Ok(settings.id),
        target::Chosen::Id(id) => Ok(id),
        target::Chosen::Any => Err(Failure::input("no connection was named")),
    }
}
