//! `pianoroll runs retry`

use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::RunOrder;

use super::again;
use crate::exit::Exit;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, the beginning of one, or `last`
    #[arg(value_name = "RUN")]
    run: String,

    /// Print one JSON object, as `run --json` does
    #[arg(long)]
    json: bool,
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    again::order(folder, &args.run, args.json, |run| Ok(RunOrder::Retry { run })).await
}
