//! `pianoroll operations`

use clap::Subcommand;
use pianoroll_api::operation::Operation;
use pianoroll_api::{OPERATIONS, operation};
use serde_json::Value;

use crate::describe;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::suggest;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the operations, all or those that hold a word
    List {
        /// Only those whose id, path or description holds this
        #[arg(value_name = "WORD")]
        word: Option<String>,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show everything about one operation, with examples to copy
    Show {
        /// The operation, such as `profiles.list`
        #[arg(value_name = "OPERATION")]
        operation: String,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn execute(command: &Command) -> Result<Exit, Failure> {
    let mut output = Output::new();
    match command {
        Command::List { word, json } => list(&mut output, word.as_deref(), *json)?,
        Command::Show { operation, json: true } => {
            output.json(&describe::json::operation(find(operation)?))?;
        }
        Command::Show { operation, json: false } => {
            output.text(&describe::text::operation(find(operation)?))?;
        }
    }
    output.finish()?;
    Ok(Exit::Completed)
}

/// The operation of this id, or what was probably meant.
pub(crate) fn find(id: &str) -> Result<&'static Operation, Failure> {
    if let Some(found) = operation::find(id) {
        return Ok(found);
    }
    // `profiles::list` is how scripts write it, `profiles/list` how others do.
    let plain = id.replace("::", ".").replace('/', ".");
    let ids = || OPERATIONS.iter().map(|operation| operation.id);
    let module = plain.split('.').next().unwrap_or_default();
    let of_module: Vec<&str> =
        ids().filter(|id| id.split('.').next().is_some_and(|other| other == module)).collect();
    let hint = match suggest::near(&plain, ids()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if !of_module.is_empty() => format!("`{module}` has {}", of_module.join(", ")),
        None => "`pianoroll operations list` shows all of them".to_owned(),
    };
    Err(Failure::input(format!("there is no operation `{id}`")).hint(hint))
}

fn list(output: &mut Output, word: Option<&str>, json: bool) -> Result<(), Failure> {
    let found: Vec<&Operation> = OPERATIONS.iter().filter(|row| holds(row, word)).collect();
    if json {
        let rows: Vec<Value> = found.iter().map(|row| describe::json::operation(row)).collect();
        return output.json(&rows);
    }
    if found.is_empty() {
        let word = word.unwrap_or_default();
        return Err(Failure::text(Exit::Failed, format!("no operation holds `{word}`")));
    }
    output.text(&describe::text::list(&found))
}

fn holds(operation: &Operation, word: Option<&str>) -> bool {
    let Some(word) = word.map(str::to_lowercase) else { return true };
    let texts = [operation.id, operation.route.path, operation.doc, operation.title];
    texts.iter().any(|text| text.to_lowercase().contains(&word))
}
