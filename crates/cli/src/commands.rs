//! One file a command: what can be typed after it, and what it does.

pub(crate) mod backup;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod connections;
pub(crate) mod deploy;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod fixtures;
pub(crate) mod init;
pub(crate) mod journal;
pub(crate) mod operations;
pub(crate) mod plugin;
pub(crate) mod restore;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schedule;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod state;
pub(crate) mod test;

use crate::arguments::Command;
use crate::exit::Exit;
use crate::failure::Failure;

/// Does what was asked.
pub(crate) fn execute(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::execute(&args),
        Command::Run(args) => run::execute(&args),
        Command::Runs(args) => runs::execute(&args),
        Command::Serve(args) => serve::execute(&args),
        Command::Deploy(args) => deploy::execute(&args),
        Command::Schedule(args) => schedule::execute(&args),
        Command::Plugin(args) => plugin::execute(&args),
        Command::State(args) => state::execute(&args),
        Command::Backup(args) => backup::execute(&args),
        Command::Restore(args) => restore::execute(&args),
        Command::Journal(args) => journal::execute(&args),
        Command::Fixtures(command) => fixtures::execute(&command),
        Command::Test(args) => test::execute(&args),
        Command::Call(args) => call::execute(&args),
        Command::Check(args) => check::execute(&args),
        Command::Operations(command) => operations::execute(&command),
        Command::Explain(args) => explain::execute(&args),
        Command::Simulate(args) => simulate::execute(&args),
        Command::Connections(args) => connections::execute(&args),
        Command::Doctor(args) => doctor::execute(&args),
        Command::Completions(args) => completions::execute(&args),
        // Told apart before anything else is done: such a child is given nothing.
        Command::CompilePlugin => Ok(Exit::Failed),
    }
}
