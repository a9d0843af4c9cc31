//! `pianoroll runs resolve`

use pianoroll_model::Position;
use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::{Decision, ResolveRun, RunOrder};
use serde_json::Value;

use super::again;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("word").required(true).args(["done", "retry", "fail"])))]
pub(crate) struct Args {
    /// Its id, the beginning of one, or `last`
    #[arg(value_name = "RUN")]
    run: String,

    /// It happened: the run goes on behind it
    #[arg(long)]
    done: bool,

    /// It did not happen: it is sent again
    #[arg(long)]
    retry: bool,

    /// The run is given up
    #[arg(long)]
    fail: bool,

    /// With --done: what the API would have answered, as JSON, or from a file; without it the program is given an empty answer
    #[arg(long, value_name = "JSON|@FILE", requires = "done")]
    answer: Option<String>,

    /// Only the call at this position, as `runs show` tells it; without it all of the run whose outcome is unknown
    #[arg(long, value_name = "POSITION", conflicts_with = "fail")]
    call: Option<String>,

    /// Print one JSON object, as `run --json` does
    #[arg(long)]
    json: bool,
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    let call = args.call.as_deref().map(position).transpose()?;
    let decision = match (args.done, args.retry) {
        (true, _) => Decision::Done { answer: args.answer.as_deref().map(answer).transpose()? },
        (_, true) => Decision::Retry,
        _ => Decision::Fail,
    };
    let order = |run| Ok(RunOrder::Resolve(ResolveRun { run, call, decision }));
    again::order(folder, &args.run, args.json, order).await
}

fn answer(word: &str) -> Result<Value, Failure> {
    let text = match word.strip_prefix('@') {
        None => word.to_owned(),
        Some(file) => std::fs::read_to_string(file)
            .or_exit(Exit::Input)
            .map_err(|failure| failure.hint(format!("--answer @{file}")))?,
    };
    serde_json::from_str(&text)
        .map_err(|error| Failure::input(format!("--answer is no JSON: {error}")))
}

/// `4`, `4.2`, `17/3:2.4`
fn position(text: &str) -> Result<Position, Failure> {
    let read = || {
        let (branch, rest) = match text.split_once(':') {
            None => (None, text),
            Some((branch, rest)) => {
                let (parallel, item) = branch.split_once('/')?;
                (Some((parallel.parse().ok()?, item.parse().ok()?)), rest)
            }
        };
        let (sequence, part) = rest.split_once('.').unwrap_or((rest, "1"));
        let position = Position::new(branch, sequence.parse().ok()?).part(part.parse().ok()?);
        (position.sequence > 0 && position.part > 0).then_some(position)
    };
    read().ok_or_else(|| {
        Failure::input(format!("--call: `{text}` is no position"))
            .hint("write it as `pianoroll runs show` does: 4, 4.2 or 17/3:2.4")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_are_shown() {
        for text in ["4", "4.2", "17/3:2.4", "17/0:1"] {
            assert_eq!(position(text).unwrap().to_string(), text);
        }
        for text in ["", "0", "4.0", "17:2", "x", "17/3:", "4.2.1"] {
            assert!(position(text).is_err(), "{text}");
        }
    }
}
