//! `RUN`: an id, the beginning of one, or `last`.

use pianoroll_journal::{Backend, RunFilter, RunRecord};
use pianoroll_model::RunId;
use pianoroll_runtime::state_folder::StateFolder;

use crate::failure::Failure;
use crate::recorded::{Recorded, failed};
use crate::{moments, suggest};

/// The word for the newest run.
const LAST: &str = "last";

/// How many candidates an ambiguous beginning names.
const NAMED: usize = 5;

/// How many runs are looked through for the one that was probably meant.
const NEAR: u32 = 200;

/// How many characters of an id are shown at least, where more are not needed to tell runs apart.
const SHORT: usize = 8;

/// The run that is meant.
pub(crate) async fn run(
    backend: &dyn Backend,
    folder: &StateFolder,
    word: &str,
) -> Result<RunRecord, Failure> {
    let runs =
        async |filter: RunFilter| backend.runs(&filter).await.map_err(|error| failed(&error));
    if word == LAST {
        let newest = runs(RunFilter { limit: 1, ..RunFilter::default() }).await?;
        return newest.into_iter().next().ok_or_else(|| Failure::input(Recorded::nothing(folder)));
    }
    // Ids are written in small letters; whoever copies one out of a ticket may have others.
    let prefix = word.to_lowercase();
    if prefix.parse::<RunId>().is_ok() {
        let limit = NAMED as u32 + 1;
        let found =
            runs(RunFilter { id_prefix: Some(prefix.clone()), limit, ..RunFilter::default() });
        let mut found = found.await?;
        if let Some(at) = found.iter().position(|run| run.new.id.as_str() == prefix) {
            return Ok(found.swap_remove(at));
        }
        match found.len() {
            0 => {}
            1 => return Ok(found.swap_remove(0)),
            _ => return Err(ambiguous(word, &found)),
        }
    }
    let newest = runs(RunFilter { limit: NEAR, ..RunFilter::default() }).await?;
    Err(unknown(word, folder, &newest))
}

fn ambiguous(word: &str, found: &[RunRecord]) -> Failure {
    let lines = found.iter().take(NAMED).map(|run| {
        format!("{}  {}  {}", run.new.id, moments::whole(run.new.started), run.new.name)
    });
    let mut lines: Vec<String> = lines.collect();
    if found.len() > NAMED {
        lines.push("and more".to_owned());
    }
    Failure::input(format!("several runs begin with `{word}`")).hint(lines.join("\n"))
}

fn unknown(word: &str, folder: &StateFolder, newest: &[RunRecord]) -> Failure {
    if newest.is_empty() {
        return Failure::input(Recorded::nothing(folder));
    }
    let failure =
        Failure::input(format!("there is no run `{word}` in {}", folder.path().display()));
    let of_name = |run: &&RunRecord| run.new.name == word || run.new.scope.automation == word;
    if let Some(run) = newest.iter().find(of_name) {
        return failure.hint(format!(
            "`{word}` is what was run; its newest run is {}: `pianoroll runs list --automation {}` lists them",
            run.new.id,
            crate::words::quoted(&run.new.scope.automation)
        ));
    }
    let ids = newest.iter().map(|run| run.new.id.as_str());
    match suggest::near(word, std::iter::once(LAST).chain(ids)) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`pianoroll runs list` lists them"),
    }
}

/// The beginning of a run's id that no other run has, for people.
pub(crate) async fn short(backend: &dyn Backend, id: &RunId) -> Result<String, Failure> {
    let id = id.as_str();
    // Ids begin with the time, so that two of the same minute differ behind the first group, and of the same second behind
    // the second one.
    for length in [SHORT, 13, 18, 23] {
        let Some(prefix) = id.get(..length) else { break };
        let filter =
            RunFilter { id_prefix: Some(prefix.to_owned()), limit: 2, ..RunFilter::default() };
        let found = backend.runs(&filter).await.map_err(|error| failed(&error))?;
        if found.len() <= 1 {
            return Ok(prefix.to_owned());
        }
    }
    Ok(id.to_owned())
}
