//! `pianoroll completions`

use clap::CommandFactory as _;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use pianoroll_api::OPERATIONS;

use crate::arguments::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    pianoroll completions bash > ~/.local/share/bash-completion/completions/pianoroll\n  \
    pianoroll completions zsh > ~/.zfunc/_pianoroll\n  \
    pianoroll completions fish > ~/.config/fish/completions/pianoroll.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let ids = || PossibleValuesParser::new(OPERATIONS.iter().map(|operation| operation.id));
    let mut command = Cli::command()
        // Shells complete the operations; the parser itself tells mistypings in its own words.
        .mut_subcommand("call", |call| {
            // Changing an argument puts it behind the others, so both places are said.
            let call = call.mut_arg("operation", |arg| arg.value_parser(ids()).index(1));
            call.mut_arg("words", |arg| arg.index(2))
        })
        .mut_subcommand("operations", |operations| {
            operations.mut_subcommand("show", |show| {
                show.mut_arg("operation", |arg| arg.value_parser(ids()))
            })
        });
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "pianoroll", &mut script);
    let mut output = Output::new();
    output.text(&String::from_utf8_lossy(&script))?;
    output.finish()?;
    Ok(Exit::Completed)
}
