//! `pianoroll runs`

mod again;
mod cancel;
mod rerun;
mod resolve;
mod retry;

use clap::Subcommand;

use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll runs cancel last\n  \
    pianoroll runs retry 0193a5b2\n  \
    pianoroll runs resolve last --done\n\n\
    RUN is a run's id, the beginning of one that no other run has, or `last`.";

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
    /// Stop a run at its next call, or close one that waits or was interrupted
    Cancel(cancel::Args),
    /// Go on with a run that was interrupted, waits, failed or was cancelled: what is recorded is not sent again
    Retry(retry::Args),
    /// Start a new run with the program and parameters of an earlier one
    Rerun(rerun::Args),
    /// Say what became of calls whose outcome is unknown, and go on
    Resolve(resolve::Args),
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let folder = args.state.found(&Environment::read())?;
    asynchronous::block_on(async {
        match &args.command {
            Command::Cancel(args) => cancel::execute(args, &folder).await,
            Command::Retry(args) => retry::execute(args, &folder).await,
            Command::Rerun(args) => rerun::execute(args, &folder).await,
            Command::Resolve(args) => resolve::execute(args, &folder).await,
        }
    })
}
