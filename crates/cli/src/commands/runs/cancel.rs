//! `pianoroll runs cancel`

use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::CancelReply;
use serde_json::json;

use super::again;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::owner::Seat;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, the beginning of one, or `last`
    #[arg(value_name = "RUN")]
    run: String,

    /// Print one JSON object: run, cancelled
    #[arg(long)]
    json: bool,
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    output::probe()?;
    let seat = Seat::take(again::there(folder)?).await?;
    let done = cancel(args, &seat).await;
    seat.leave().await;
    done
}

async fn cancel(args: &Args, seat: &Seat) -> Result<Exit, Failure> {
    let owner = seat.owner();
    let run = owner.find(args.run.clone()).await?;
    let reply = owner.cancel(run.clone()).await?;
    let mut output = Output::new();
    if args.json {
        output.json(&json!({ "run": run, "cancelled": reply }))?;
    } else {
        output.line(match reply {
            CancelReply::Requested => format!("run {run} stops at its next call"),
            CancelReply::Closed => format!("run {run} is cancelled"),
        })?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}
