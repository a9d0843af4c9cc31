//! `pianoroll backup`

use std::path::PathBuf;

use serde_json::json;

use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::recorded::{self, Recorded, failed};

const EXAMPLES: &str = "Examples:\n  pianoroll backup /backups/pianoroll-monday.db\n\n\
    The copy holds what the journal holds, personal data included: keep it as safe.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// The file to write; it must not be there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print a JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    state: StateArguments,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let folder = recorded::folder(&args.state)?;
    let file = std::path::absolute(&args.file).unwrap_or_else(|_| args.file.clone());
    if file.symlink_metadata().is_ok() {
        return Err(Failure::input(format!("`{}` is there already", file.display()))
            .hint("a backup overwrites nothing: give it another name"));
    }
    if let Some(parent) = file.parent().filter(|parent| !parent.is_dir()) {
        return Err(Failure::input(format!("there is no folder `{}`", parent.display())));
    }
    asynchronous::block_on(async {
        let recorded = Recorded::read(&folder).await?;
        let recorded = recorded.ok_or_else(|| Failure::input(Recorded::nothing(&folder)))?;
        recorded.backend.backup(&file).await.map_err(|error| failed(&error))
    })?;
    let bytes = std::fs::metadata(&file).map(|metadata| metadata.len()).unwrap_or_default();
    let mut output = Output::new();
    if args.json {
        output.json(&json!({
            "backup": file,
            "bytes": bytes,
            "state": folder.path(),
        }))?;
    } else {
        let bytes = crate::numbers::counted(bytes, "byte", "bytes");
        output.line(format_args!(
            "{} holds the journal of {} ({bytes})",
            file.display(),
            folder.path().display()
        ))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}
