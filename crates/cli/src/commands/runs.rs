//! `pianoroll runs`

mod again;
mod bundle;
mod cancel;
pub(crate) mod find;
mod list;
mod logs;
mod rerun;
mod resolve;
mod retry;
mod show;
mod standing;
#[cfg(test)]
mod tests;

use clap::Subcommand;

use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::recorded;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll runs list --status interrupted --status waiting\n  \
    pianoroll runs show last\n  \
    pianoroll runs show 0193a5b2 --calls all\n  \
    pianoroll runs logs last --level warn --follow\n  \
    pianoroll runs cancel last\n  \
    pianoroll runs retry last\n  \
    pianoroll runs resolve last --done\n  \
    pianoroll runs bundle last --output report.json\n\n\
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
    /// List runs, the newest first
    List(list::Args),
    /// Show a run: why it ran, what it did, how it ended, and what to do next
    Show(show::Args),
    /// Print what a run has said: its log and its problems
    Logs(logs::Args),
    /// Stop a run at its next call, or close one that waits or was interrupted
    Cancel(cancel::Args),
    /// Go on with a run that was interrupted, waits, failed or was cancelled: what is recorded is not sent again
    Retry(retry::Args),
    /// Start a new run with the program and parameters of an earlier one
    Rerun(rerun::Args),
    /// Write a report for whoever wrote the program: what happened, and nothing of the account, its people and the parameters
    Bundle(bundle::Args),
    /// Say what became of calls whose outcome is unknown, and go on
    Resolve(resolve::Args),
}

impl Args {
    /// Whether it only prints data.
    pub(crate) const fn is_listing(&self) -> bool {
        matches!(
            self.command,
            Command::List(_) | Command::Show(_) | Command::Logs(_) | Command::Bundle(_)
        )
    }
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let folder = recorded::folder(&args.state)?;
    asynchronous::block_on(async {
        match &args.command {
            Command::List(args) => list::execute(args, &folder).await,
            Command::Show(args) => show::execute(args, &folder).await,
            Command::Logs(args) => logs::execute(args, &folder).await,
            Command::Cancel(args) => cancel::execute(args, &folder).await,
            Command::Retry(args) => retry::execute(args, &folder).await,
            Command::Rerun(args) => rerun::execute(args, &folder).await,
            Command::Bundle(args) => bundle::execute(args, &folder).await,
            Command::Resolve(args) => resolve::execute(args, &folder).await,
        }
    })
}
