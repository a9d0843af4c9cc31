//! `pianoroll schedule`

mod next;

use clap::Subcommand;

use crate::exit::{self, Exit};
use crate::failure::Failure;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll schedule next '0 6 * * MON' --tz America/New_York\n  \
    pianoroll schedule next @daily --tz Europe/London --from 2026-03-28 --count 3\n  \
    pianoroll schedule next '*/15 9-17 * * MON-FRI' --json";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show when an expression is due
    Next(next::Args),
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::Next(args) => next::execute(args),
    }
}
