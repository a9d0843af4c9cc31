//! `pianoroll journal`

use clap::Subcommand;
use pianoroll_model::RunId;
use serde_json::json;

use crate::arguments::StateArguments;
use crate::asynchronous;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::counted;
use crate::output::{self, Output, plain};
use crate::owner::Seat;
use crate::recorded::{self, Recorded};
use crate::style::{HEADING, Styled};

/// How many characters a text has at least: a shorter one stands in what has nothing to do with the person.
const LEAST: usize = 6;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll journal erase --profile 01GDDKASAP8TKDDA2GRZDSVP4H --profile sarah@example.com\n\n\
    Erasing goes through everything that is kept of finished runs, and through the values that scripts keep.\n\
    Backups that were made before, and what a restore has set aside, hold it still. Files that scripts wrote, and the account itself, are not touched.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    state: StateArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take a person out of the journal
    Erase {
        /// The profile's id, its email address, its phone number: a text that only this person has, repeatable
        #[arg(long = "profile", value_name = "ID", required = true)]
        profiles: Vec<String>,
        /// Print a JSON object
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    let Command::Erase { profiles, json } = &args.command;
    output::probe()?;
    for text in profiles {
        check(text)?;
    }
    let folder = recorded::folder(&args.state)?;
    if !folder.exists() {
        return Err(Failure::input(Recorded::nothing(&folder)));
    }
    let (erased, open) = asynchronous::block_on(async {
        let seat = Seat::take(folder.clone()).await?;
        let erased = erase(&seat, profiles).await;
        seat.leave().await;
        erased
    })?;
    let mut output = Output::new();
    if *json {
        output.json(&json!({ "erased": erased, "open_runs": open }))?;
    } else {
        output.text(&text(erased, &open))?;
    }
    output.finish()?;
    Ok(if open.is_empty() { Exit::Completed } else { Exit::Problems })
}

/// Takes all texts out, in whichever process owns the folder; answers from how many records, and which open runs hold one still.
async fn erase(seat: &Seat, texts: &[String]) -> Result<(u64, Vec<RunId>), Failure> {
    let (mut erased, mut open) = (0, Vec::new());
    for text in texts {
        let reply = seat.owner().erase(text.clone()).await?;
        erased += reply.records;
        open.extend(reply.open);
    }
    open.sort();
    open.dedup();
    Ok((erased, open))
}

fn check(text: &str) -> Result<(), Failure> {
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(Failure::input(
            "--profile: the text begins or ends with white space, or holds a control character",
        ));
    }
    if text.chars().count() < LEAST {
        return Err(Failure::input(format!("--profile: `{}` is too short", plain(text))).hint(
            format!(
                "{LEAST} characters at least, so that only what belongs to the person is erased"
            ),
        ));
    }
    Ok(())
}

fn text(erased: u64, open: &[RunId]) -> String {
    let mut text = format!("erased from {}\n", counted(erased, "record", "records"));
    if !open.is_empty() {
        let runs =
            counted(open.len() as u64, "run that is not over holds", "runs that are not over hold");
        text.push_str(&format!("{runs} it still, since without it they could not go on:\n"));
        for run in open {
            text.push_str(&format!("  {run}\n"));
        }
        let hint = "let them end, or cancel them, and erase again";
        text.push_str(&format!("  {}: {hint}\n", Styled(HEADING, "hint")));
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn what_still_holds_it_is_named() {
        let open = ["0193a5b2-0000-7000-8000-000000000001".parse().unwrap()];
        let told = format!("{}{}", text(1, &[]), text(1_204, &open));
        expect![[r#"
            erased from 1 record
            erased from 1,204 records
            1 run that is not over holds it still, since without it they could not go on:
              0193a5b2-0000-7000-8000-000000000001
              hint: let them end, or cancel them, and erase again
        "#]]
        .assert_eq(&anstream::adapter::strip_str(&told).to_string());
    }

    #[test]
    fn texts_that_everybody_has_are_refused() {
        assert!(check("01GDDKASAP8TKDDA2GRZDSVP4H").is_ok());
        assert!(check("a@b.ch").is_ok());
        for text in ["", "01", "  01GDDKASAP", "01GDDK\nASAP"] {
            assert_eq!(check(text).unwrap_err().exit, Exit::Input, "{text:?}");
        }
    }
}
