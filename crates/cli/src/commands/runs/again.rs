//! What the commands that let a run go on have in common.

use pianoroll_model::RunId;
use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::RunOrder;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::front::{self, Front};
use crate::output::{self, Output};
use crate::owner::Seat;

/// The folder, which must be there: a command about a run makes none.
pub(super) fn there(folder: &StateFolder) -> Result<StateFolder, Failure> {
    if folder.exists() {
        return Ok(folder.clone());
    }
    Err(Failure::input(format!("no runs yet in {}", folder.path().display())))
}

/// Has an order about a run carried out, and prints what `pianoroll run` would.
pub(super) async fn order(
    folder: &StateFolder,
    word: &str,
    json: bool,
    order: impl FnOnce(RunId) -> Result<RunOrder, Failure>,
) -> Result<Exit, Failure> {
    output::probe()?;
    let mut front = Front::new(Seat::take(there(folder)?).await?);
    let ended = ordered(&mut front, word, json, order).await;
    front.leave().await;
    ended
}

async fn ordered(
    front: &mut Front,
    word: &str,
    json: bool,
    order: impl FnOnce(RunId) -> Result<RunOrder, Failure>,
) -> Result<Exit, Failure> {
    let run = front.seat.owner().find(word.to_owned()).await?;
    let ended = front.run(order(run)?).await?;
    front::show(&ended, json)?;
    if json {
        let mut output = Output::new();
        output.json(&ended.report)?;
        output.finish()?;
    }
    Ok(Exit::from_code(ended.exit))
}
