//! `pianoroll runs show`

mod calls;
mod gather;
mod next;
mod text;

use std::str::FromStr;

use pianoroll_runtime::state_folder::StateFolder;

use super::find;
use super::standing::{Owner, Standing};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::recorded::{Recorded, failed};

/// How many calls are listed one by one before they are folded: as many as fit on a screen.
const LISTED: usize = 50;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, the beginning of one, or `last`
    #[arg(value_name = "RUN")]
    run: String,

    /// List up to N calls one by one, or all; more are folded by operation [default: 50]
    #[arg(long, value_name = "N|all", conflicts_with = "json")]
    calls: Option<Most>,

    /// Print everything that is recorded of the run as one JSON object
    #[arg(long)]
    json: bool,
}

/// How many calls are listed one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Most(usize);

impl FromStr for Most {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self(usize::MAX)),
            _ => text.parse().map(Self).map_err(|_| "say a number, or all".to_owned()),
        }
    }
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    let nothing = || Failure::input(Recorded::nothing(folder));
    let recorded = Recorded::read(folder).await?.ok_or_else(nothing)?;
    let backend = &*recorded.backend;
    let mut output = Output::new();
    if args.json {
        let run = find::run(backend, folder, &args.run).await?;
        let whole = pianoroll_journal::export(backend, &run.new.id);
        output.json(&whole.await.map_err(|error| failed(&error))?)?;
    } else {
        let most = args.calls.map_or(LISTED, |most| most.0);
        output.text(&shown_text(&args.run, most, &recorded).await?)?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}

/// The run that a word means, for people.
pub(super) async fn shown_text(
    word: &str,
    most: usize,
    recorded: &Recorded,
) -> Result<String, Failure> {
    let backend = &*recorded.backend;
    let run = find::run(backend, &recorded.folder, word).await?;
    let standing = Standing::of(&run, Owner::of(backend, recorded.owned));
    let short = find::short(backend, &run.new.id).await?;
    let shown = gather::gather(backend, run, standing, most).await;
    Ok(text::text(&shown.map_err(|error| failed(&error))?, &short, recorded.now))
}
