//! The binary `pianoroll`: arguments, files, wiring, colour, progress and exit codes.
//!
//! In reading order: [`arguments`] is what can be typed, [`commands`] what each command does with it; [`target`] decides
//! where calls go, [`words`] turns `name=value` into arguments by the table; [`output`], [`failure`] and [`exit`] are how
//! things are said. Nothing is started that a command does not need: `--version` and `operations` make no async runtime, no
//! client and no simulator.

mod allocator;
mod arguments;
mod commands;

mod environment;
mod recorded;
mod source;
mod target;
mod testing;
mod words;

mod asynchronous;
mod cancellation;
mod confirm;
mod front;
mod owner;
mod plugins;
mod progress;

mod describe;
mod moments;
mod numbers;
mod report;
mod table;

mod exit;
mod failure;
mod fixtures;
mod library;
mod output;
mod planned;
mod refusal;
mod style;
mod suggest;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::WriteError;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    if matches!(cli.command, Command::CompilePlugin) {
        return pianoroll_plugin::compile_child();
    }
    cli.color.write_global();
    let quiet_pipe = cli.command.is_listing();
    match commands::execute(cli.command) {
        Ok(exit) => exit.into(),
        // `pianoroll operations list | head` is no mistake.
        Err(failure) if quiet_pipe && is_broken_pipe(&failure) => Exit::Completed.into(),
        Err(failure) => {
            output::show(&failure);
            failure.exit.into()
        }
    }
}

/// Prints a usage error, the help or the version.
fn explain(error: &clap::Error) -> ExitCode {
    let wanted = !error.use_stderr();
    match error.print() {
        Err(io) if wanted && io.kind() != std::io::ErrorKind::BrokenPipe => {
            output::show(&Failure::new(Exit::Failed, WriteError(io)));
            Exit::Failed.into()
        }
        _ if wanted => Exit::Completed.into(),
        _ => Exit::Input.into(),
    }
}

fn is_broken_pipe(failure: &Failure) -> bool {
    let write = failure.error.downcast_ref::<WriteError>();
    write.is_some_and(|WriteError(io)| io.kind() == std::io::ErrorKind::BrokenPipe)
}
