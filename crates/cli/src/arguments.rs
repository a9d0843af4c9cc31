//! What can be typed. These types hold the words as they were given; what they mean is decided in [`crate::target`] and in
//! each command, as types of their own.

mod grants;
mod limits;
mod place;
mod target;

use clap::{Parser, Subcommand, ValueEnum};

use crate::commands::{
    backup, call, check, completions, connections, deploy, doctor, explain, fixtures, init,
    journal, operations, plugin, restore, run, runs, schedule, serve, simulate, state, test,
};
use crate::{exit, plugins, style};

pub(crate) use grants::GrantArguments;
pub(crate) use limits::LimitArguments;
pub(crate) use place::StateArguments;
#[cfg(test)]
pub(crate) use target::QuotaWord;
pub(crate) use target::{ModeWord, TargetArguments};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "pianoroll",
    version,
    about = "Runs small scripts and plugins against the Klaviyo API behind the Maton gateway",
    long_about = "Runs small scripts and plugins against the Klaviyo API behind the Maton gateway.\n\n\
        Everything can be tried without an account: `--simulate` plays the whole gateway on this machine.",
    after_help = "First time here? `pianoroll init demo && cd demo && pianoroll run scripts/quiet_profiles.rhai --simulate`",
    after_long_help = exit::table(),
    styles = style::help(),
    disable_help_subcommand = true,
    max_term_width = 110
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Whether to use colour; `auto` looks at the terminal, NO_COLOR and CLICOLOR
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        display_order = 900
    )]
    pub(crate) color: Color,
}

/// The table of commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a project: a commented pianoroll.toml, an example script with its test, a .gitignore
    Init(init::Args),
    /// Run a script, or an automation of the project
    Run(run::Args),
    /// Look after runs: what they did and said; cancel, retry, rerun and resolve them
    Runs(runs::Args),
    /// Keep schedules: run what is deployed when it is due, until told to stop
    Serve(serve::Args),
    /// Take a checked snapshot of the project for `serve`, and show what changes
    Deploy(deploy::Args),
    /// Look after schedules: when they are due and what came of it; pause, resume, trigger and fill them in
    Schedule(schedule::Args),
    /// Find the mistakes of scripts before they run
    Check(check::Args),
    /// Play the tests of scripts: files named NAME.test.rhai
    Test(test::Args),
    /// Store masked parts of an account for tests and simulators
    #[command(subcommand)]
    Fixtures(fixtures::Command),
    /// Call one operation
    Call(call::Args),
    /// List the operations, or show one
    #[command(subcommand)]
    Operations(operations::Command),
    /// Say what a permission covers, what an operation needs and does, or what an effect is
    Explain(explain::Args),
    /// Play the whole gateway on this machine
    Simulate(simulate::Args),
    /// Manage the accounts behind a gateway key
    Connections(connections::Args),
    /// Write, inspect, install and test plugins: what strangers wrote, with only what is granted
    Plugin(plugin::Args),
    /// Look at and set the values that scripts keep from run to run
    State(state::Args),
    /// Copy the journal to a new file, beside a run that goes on
    Backup(backup::Args),
    /// Put a backup in the place of the journal
    Restore(restore::Args),
    /// Take personal data out of the journal
    Journal(journal::Args),
    /// Look for what usually goes wrong: key, connections, base URLs, revision, clock, quota
    Doctor(doctor::Args),
    /// Print a script that completes commands in a shell
    Completions(completions::Args),
    /// What compiles the component of a plugin: a child of this program, with limits of its own
    #[command(name = plugins::COMPILE, hide = true)]
    CompilePlugin,
}

impl Command {
    /// Whether it only prints data: then a reader that stops early is no error.
    pub(crate) const fn is_listing(&self) -> bool {
        match self {
            Command::Operations(_)
            | Command::Check(_)
            | Command::Explain(_)
            | Command::Completions(_)
            | Command::Doctor(_) => true,
            Command::Runs(args) => args.is_listing(),
            Command::Schedule(args) => args.is_listing(),
            Command::State(args) => args.is_listing(),
            Command::Plugin(args) => args.is_listing(),
            _ => false,
        }
    }
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Sets it for everything that this process prints.
    pub(crate) fn write_global(self) {
        let choice = match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
