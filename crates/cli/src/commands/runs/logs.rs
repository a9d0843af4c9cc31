//! `pianoroll runs logs`

use std::time::Duration;

use clap::ValueEnum;
use pianoroll_journal::{Note, NoteKind};
use pianoroll_model::RunId;
use pianoroll_runtime::state_folder::StateFolder;
use serde_json::{Value, json};

use super::find;
use super::standing::{Owner, Standing};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::moments;
use crate::output::{Output, plain};
use crate::recorded::{Recorded, failed};
use crate::style::{DIM, ERROR, Styled, WARNING};

/// How often a run that is followed is looked at: soon enough for eyes, seldom enough to cost nothing.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Its id, the beginning of one, or `last`
    #[arg(value_name = "RUN")]
    run: String,

    /// Only lines of this level and above; problems and notifications always
    #[arg(long, value_name = "LEVEL", default_value = "debug", hide_default_value = true)]
    level: LevelWord,

    /// Go on until the run ends or waits
    #[arg(long)]
    follow: bool,

    /// Print a JSON object for each line
    #[arg(long)]
    json: bool,
}

/// How loud a line is, from the quietest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum LevelWord {
    Debug,
    Info,
    Warn,
    Error,
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    let nothing = || Failure::input(Recorded::nothing(folder));
    let mut recorded = Recorded::read(folder).await?.ok_or_else(nothing)?;
    let run = find::run(&*recorded.backend, folder, &args.run).await?.new.id;
    let mut output = Output::new();
    let mut printed = 0;
    loop {
        // Looked at before the notes: what is said between both is not missed.
        let over = is_over(&recorded, &run).await?;
        let notes = recorded.backend.notes(&run).await.map_err(|error| failed(&error))?;
        for note in notes.iter().skip(printed).filter(|note| is_wanted(note, args.level)) {
            if args.json {
                output.json(&note_json(note))?;
            } else {
                output.line(line(note))?;
            }
        }
        printed = notes.len();
        output.finish()?;
        if over || !args.follow {
            return Ok(Exit::Completed);
        }
        tokio::time::sleep(LOOK).await;
        recorded.owned = folder.is_owned();
    }
}

/// Whether nothing more will be said for now.
async fn is_over(recorded: &Recorded, run: &RunId) -> Result<bool, Failure> {
    let owner = Owner::of(&*recorded.backend, recorded.owned);
    let record = recorded.backend.run(run).await.map_err(|error| failed(&error))?;
    let standing = record.map(|record| Standing::of(&record, owner));
    Ok(!matches!(standing, Some(Standing::Running | Standing::Pending)))
}

fn is_wanted(note: &Note, least: LevelWord) -> bool {
    // A level that this version does not know is shown.
    let level = LevelWord::from_str(&note.level, true).unwrap_or(LevelWord::Error);
    note.kind != NoteKind::Log || level >= least
}

fn word(note: &Note) -> &str {
    match note.kind {
        NoteKind::Log => &note.level,
        kind => kind.as_str(),
    }
}

fn line(note: &Note) -> String {
    let style = match word(note) {
        "error" => ERROR,
        "warn" | "problem" => WARNING,
        _ => DIM,
    };
    let place = match &note.place {
        Some(place) => format!("{}  ", Styled(DIM, plain(place))),
        None => String::new(),
    };
    let details = match &note.details {
        Value::Null => String::new(),
        details => format!("  {}", Styled(DIM, plain(&details.to_string()))),
    };
    format!(
        "{}  {:7}  {place}{}{details}",
        Styled(DIM, moments::plain(note.at)),
        Styled(style, word(note)),
        // A line of several lines stays below itself.
        plain(&note.text).replace('\n', "\n    "),
    )
}

fn note_json(note: &Note) -> Value {
    json!({
        "at": note.at,
        "kind": note.kind,
        "level": note.level,
        "text": note.text,
        "details": note.details,
        "place": note.place,
        "attempt": note.attempt,
        "branch": note.branch,
    })
}

/// What is printed of notes.
#[cfg(test)]
pub(super) fn lines(notes: &[Note], level: &str, json: bool) -> String {
    let level = LevelWord::from_str(level, false).unwrap_or(LevelWord::Debug);
    let wanted = notes.iter().filter(|note| is_wanted(note, level));
    wanted
        .map(|note| match json {
            true => format!("{}\n", note_json(note)),
            false => format!("{}\n", line(note)),
        })
        .collect()
}
