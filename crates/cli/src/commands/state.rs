//! `pianoroll state`

mod scope;
mod show;

use clap::Subcommand;
use pianoroll_host::state_values;
use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::SetState;
use serde_json::{Value, json};

use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::owner::Seat;
use crate::recorded::{self, Recorded, failed};

const EXAMPLES: &str = "Examples:\n  \
    pianoroll state list --automation retag\n  \
    pianoroll state get retag cursor --connection acme\n  \
    pianoroll state set retag cursor '\"2026-11-01\"' --connection acme\n  \
    pianoroll state delete retag cursor\n\n\
    Of a script that is no automation the path within the project stands for AUTOMATION.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    state: StateArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the values, with what they belong to
    List {
        /// Only those of this automation, or of this script
        #[arg(long, value_name = "NAME")]
        automation: Option<String>,
        /// Only those on this connection
        #[arg(long, value_name = "NAME|ID")]
        connection: Option<String>,
        /// Print a JSON array, with the whole values
        #[arg(long)]
        json: bool,
    },
    /// Print a value as JSON
    Get {
        #[command(flatten)]
        key: Key,
        /// Print it on one line
        #[arg(long)]
        json: bool,
    },
    /// Set a value: the next run finds it
    Set {
        #[command(flatten)]
        key: Key,
        /// The value as JSON, at most 256 KiB; a text stands in quotes: '"text"'
        #[arg(value_name = "JSON", allow_hyphen_values = true)]
        value: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Take a value away
    Delete {
        #[command(flatten)]
        key: Key,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

/// Which value is meant.
#[derive(Debug, clap::Args)]
struct Key {
    /// The automation's name, or the script's path within the project
    #[arg(value_name = "AUTOMATION")]
    automation: String,
    /// The value's name, at most 200 characters
    #[arg(value_name = "KEY")]
    key: String,
    /// The connection that it belongs to, where there are several; '' for the simulator
    #[arg(long, value_name = "NAME|ID")]
    connection: Option<String>,
}

impl Args {
    /// Whether it only prints data.
    pub(crate) const fn is_listing(&self) -> bool {
        matches!(self.command, Command::List { .. } | Command::Get { .. })
    }
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let folder = recorded::folder(&args.state)?;
    asynchronous::block_on(async {
        match &args.command {
            Command::List { automation, connection, json } => {
                list(&folder, automation.as_deref(), connection.as_deref(), *json).await
            }
            Command::Get { key, json } => get(&folder, key, *json).await,
            Command::Set { key, value, json } => {
                change(&folder, key, Some(parsed(value)?), *json).await
            }
            Command::Delete { key, json } => change(&folder, key, None, *json).await,
        }
    })
}

async fn list(
    folder: &StateFolder,
    automation: Option<&str>,
    connection: Option<&str>,
    json: bool,
) -> Result<Exit, Failure> {
    let Some(recorded) = Recorded::read(folder).await? else {
        return recorded::say_nothing(folder, json);
    };
    let mut values = recorded.backend.states(None).await.map_err(|error| failed(&error))?;
    values.retain(|value| {
        automation.is_none_or(|wanted| value.scope.automation == wanted)
            && connection.is_none_or(|wanted| value.scope.connection == wanted)
    });
    let mut output = Output::new();
    match (json, values.is_empty()) {
        (true, _) => output.json(&values.iter().map(show::json).collect::<Vec<_>>())?,
        (false, true) => {
            output.line(format_args!("no such values in {}", folder.path().display()))?;
        }
        (false, false) => output.text(&show::list(&values))?,
    }
    output.finish()?;
    Ok(Exit::Completed)
}

async fn get(folder: &StateFolder, key: &Key, json: bool) -> Result<Exit, Failure> {
    let recorded = Recorded::read(folder).await?;
    let recorded = recorded.ok_or_else(|| Failure::input(Recorded::nothing(folder)))?;
    let backend = &*recorded.backend;
    let known = backend.states(None).await.map_err(|error| failed(&error))?;
    let scope = scope::find(key, &known)?;
    let value = known.iter().find(|value| value.scope == scope && value.key == key.key);
    let value = value.ok_or_else(|| scope::no_value(key, &scope, &known))?;
    let mut output = Output::new();
    if json {
        output.json(&value.value)?;
    } else {
        output.pretty(&value.value)?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}

/// Sets a value, or takes it away, in whichever process owns the folder.
async fn change(
    folder: &StateFolder,
    key: &Key,
    value: Option<Value>,
    json: bool,
) -> Result<Exit, Failure> {
    output::probe()?;
    state_values::check(&key.key, value.as_ref()).or_exit(Exit::Input)?;
    let known = match Recorded::read(folder).await? {
        Some(recorded) => recorded.backend.states(None).await.map_err(|error| failed(&error))?,
        // A folder is not made for a value that is not there, nor for a connection that nobody has named.
        None if value.is_none() || key.connection.is_none() => {
            return Err(Failure::input(Recorded::nothing(folder)));
        }
        None => Vec::new(),
    };
    let scope = scope::find(key, &known)?;
    let before = known.iter().any(|known| known.scope == scope && known.key == key.key);
    let done = if value.is_none() { "deleted" } else { "set" };
    if value.is_none() && !before {
        return Err(scope::no_value(key, &scope, &known));
    }
    let seat = Seat::take(folder.clone()).await?;
    let order = SetState { scope: scope.clone(), key: key.key.clone(), value };
    let set = seat.owner().set_state(order).await;
    seat.leave().await;
    set?;
    let mut output = Output::new();
    if json {
        output.json(&json!({
            done: key.key,
            "automation": scope.automation,
            "connection": scope.connection,
            "replaced": before,
        }))?;
    } else {
        output.line(format_args!("{done} {} of {}", key.key, show::scope(&scope)))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}

fn parsed(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| {
        let failure = Failure::input(format!("the value is no JSON: {error}"));
        match text.starts_with(['{', '[', '"']) {
            true => failure,
            false => failure.hint(format!(
                "a text stands in quotes, and those in quotes of the shell: {}",
                crate::words::quoted(&Value::from(text).to_string())
            )),
        }
    })
}
