//! `pianoroll runs rerun`

use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::RunOrder;

use super::again;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::owner::new_run_id;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The earlier run: its id, the beginning of one, or `last`
    #[arg(value_name = "RUN")]
    run: String,

    /// Do not ask on a live connection before the 101st effect
    #[arg(long)]
    yes: bool,

    /// Print one JSON object, as `run --json` does
    #[arg(long)]
    json: bool,
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    let order = |of| Ok(RunOrder::Rerun { of, run: new_run_id()?, yes: args.yes });
    again::order(folder, &args.run, args.json, order).await
}
