//! `pianoroll schedule`

mod backfill;
mod change;
mod choose;
mod list;
mod next;
mod trigger;

use clap::Subcommand;

use crate::exit::{self, Exit};
use crate::failure::Failure;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll schedule list\n  \
    pianoroll schedule list retag --history\n  \
    pianoroll schedule next retag\n  \
    pianoroll schedule next '0 6 * * MON' --tz America/New_York\n  \
    pianoroll schedule pause retag --note 'until the sale is over'\n  \
    pianoroll schedule trigger retag --connection acme\n  \
    pianoroll schedule backfill retag --from 2026-03-01 --to 2026-03-07";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List schedules: when they are due next, and what came of their last due times
    List(list::Args),
    /// Show when an expression or an automation is due
    Next(next::Args),
    /// Let nothing of a schedule begin; runs that have begun go on
    Pause(change::PauseArgs),
    /// Let a schedule go on with its next due time
    Resume(change::ResumeArgs),
    /// Run an automation now, as it is deployed
    Trigger(trigger::Args),
    /// Make runs of due times that have made none
    Backfill(backfill::Args),
}

impl Args {
    /// Whether it only prints data.
    pub(crate) const fn is_listing(&self) -> bool {
        matches!(self.command, Command::List(_) | Command::Next(_))
    }
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    match &args.command {
        Command::List(args) => list::execute(args),
        Command::Next(args) => next::execute(args),
        Command::Pause(args) => change::pause(args),
        Command::Resume(args) => change::resume(args),
        Command::Trigger(args) => trigger::execute(args),
        Command::Backfill(args) => backfill::execute(args),
    }
}
