//! `pianoroll plugin`

mod files;
mod inspect;
mod install;
mod keygen;
mod list;
mod new;
mod pack;
mod remove;
mod show;
mod sign;
mod test;

use clap::Subcommand;
use pianoroll_plugin::Action;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll plugin inspect win-back-1.0.0.wasm\n  \
    pianoroll plugin install win-back-1.0.0.wasm --grant profiles:read,lists:read,lists:write\n  \
    pianoroll run plugin:win-back --simulate\n  \
    pianoroll plugin upgrade win-back-1.1.0.wasm\n  \
    pianoroll plugin new my-plugin --lang rust\n\n\
    A plugin touches nothing but what it was granted, through the same road as scripts; everything else is not there for it.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what a package is, who signed it, what it asks for and what it could call; nothing of it is run
    Inspect(inspect::Args),
    /// Let a package into the project, with what it is granted; also changes the grants of one that is there
    Install(install::Args),
    /// Put a package in place of the newest version that is installed
    Upgrade(install::Args),
    /// List the plugins of the project, with what they were granted
    List(list::Args),
    /// Take a plugin out of the project; whose it was stays known
    Remove(remove::Args),
    /// Start a plugin: a folder with its manifest, its code and what is between the code and the host
    New(new::Args),
    /// Make a package of a component and its manifest
    Pack(pack::Args),
    /// Make a pair of keys to sign packages with
    Keygen(keygen::Args),
    /// Sign a package
    Sign(sign::Args),
    /// Run a package against the simulator, with all that it asks for, and show what it used
    Test(test::Args),
}

impl Args {
    /// Whether it only prints data.
    pub(crate) const fn is_listing(&self) -> bool {
        matches!(self.command, Command::List(_) | Command::Inspect(_))
    }
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    match &args.command {
        Command::Inspect(args) => inspect::execute(args),
        Command::Install(args) => install::execute(args, Action::Install),
        Command::Upgrade(args) => install::execute(args, Action::Upgrade),
        Command::List(args) => list::execute(args),
        Command::Remove(args) => remove::execute(args),
        Command::New(args) => new::execute(args),
        Command::Pack(args) => pack::execute(args),
        Command::Keygen(args) => keygen::execute(args),
        Command::Sign(args) => sign::execute(args),
        Command::Test(args) => test::execute(args),
    }
}
