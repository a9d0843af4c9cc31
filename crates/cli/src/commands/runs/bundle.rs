//! `pianoroll runs bundle`

mod calls;
mod report;
mod words;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pianoroll_runtime::components::Components;
use pianoroll_runtime::state_folder::StateFolder;
use serde_json::Value;

use super::find;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::recorded::{Recorded, failed};

const EXAMPLES: &str = "Examples:\n  \
    pianoroll runs bundle last --output report.json\n  \
    pianoroll runs bundle 0193a5b2 --without-log | less\n\n\
    The report has the sequence of the calls with their sizes and times, and no body, parameter, id or name of an account.\n\
    Log lines are masked; what a program has written into them by name may still be there, so read the report before you send it.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Its id, the beginning of one, or `last`
    #[arg(value_name = "RUN")]
    run: String,

    /// The file to write, which must not be there yet [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The most calls that are listed one by one, half of them the first and half the last
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    calls: usize,

    /// Leave out what the program has said
    #[arg(long)]
    without_log: bool,
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    let nothing = || Failure::input(Recorded::nothing(folder));
    let recorded = Recorded::read(folder).await?.ok_or_else(nothing)?;
    let run = find::run(&*recorded.backend, folder, &args.run).await?;
    let wanted = report::Wanted { calls: args.calls, log: !args.without_log };
    let components = Components::of(folder);
    let report = report::of(&recorded, run, &components, wanted).await;
    let report = report.map_err(|error| failed(&error))?;
    match &args.output {
        None => {
            let mut output = Output::new();
            output.pretty(&report)?;
            output.finish()?;
        }
        Some(file) => {
            write(file, &report)?;
            output::note(format_args!(
                "wrote {}: read it before you send it",
                output::plain(&file.to_string_lossy())
            ));
        }
    }
    Ok(Exit::Completed)
}

/// Nobody else reads it before it is sent, and nothing is replaced by it.
fn write(file: &Path, report: &Value) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Failure::input(format!("`{}` is there already", file.display()))
                .hint("say another file: --output FILE")
        }
        _ => Failure::new(
            Exit::Failed,
            anyhow::Error::from(error).context(format!("cannot write `{}`", file.display())),
        ),
    });
    // Values always serialise.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    opened?
        .write_all(text.as_bytes())
        .with_context(|| format!("cannot write `{}`", file.display()))
        .or_exit(Exit::Failed)
}
