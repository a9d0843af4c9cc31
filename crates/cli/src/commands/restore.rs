//! `pianoroll restore`

use std::path::PathBuf;

use pianoroll_journal::{Restored, Sqlite};
use serde_json::json;

use crate::arguments::StateArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::counted;
use crate::output::{self, Output};
use crate::recorded::{self, failed};
use crate::style::{HEADING, Styled};
use crate::{asynchronous, confirm, moments};

/// How many parked runs are listed for people.
const LISTED: usize = 20;

const EXAMPLES: &str = "Examples:\n  pianoroll restore /backups/pianoroll-monday.db\n\n\
    Nothing goes on by itself afterwards: runs that were not over wait for a word, and schedules are paused. What ran after the\n\
    backup is not in it, so a run that goes on may do again what it has done since.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// A file that `pianoroll backup` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    /// Print a JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    state: StateArguments,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let folder = recorded::folder(&args.state)?;
    if !args.file.is_file() {
        return Err(Failure::input(format!("there is no file `{}`", args.file.display())));
    }
    let question = format!(
        "put {} in the place of the journal in {}?",
        args.file.display(),
        folder.path().display()
    );
    if !args.yes && !confirm::yes(&question) {
        return Err(Failure::text(Exit::Denied, "nothing was restored")
            .hint("say --yes, or answer y on a terminal"));
    }
    let restored = asynchronous::block_on(async {
        let restored = Sqlite::restore(folder.path(), &args.file, recorded::now()).await;
        restored.map_err(|error| failed(&error))
    })?;
    let mut output = Output::new();
    if args.json {
        output.json(&json!({
            "restored": args.file,
            "state": folder.path(),
            "parked": restored.parked,
            "replaced": restored.replaced,
            "as_of": restored.as_of,
        }))?;
    } else {
        output.text(&text(&restored))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}

fn text(restored: &Restored) -> String {
    let mut text =
        format!("restored; the newest that it knows is of {}\n", moments::whole(restored.as_of));
    if let Some(replaced) = &restored.replaced {
        text.push_str(&format!("  what was there is kept as {}\n", replaced.display()));
    }
    if restored.parked.is_empty() {
        text += "  no run was open\n";
    } else {
        let runs = counted(
            restored.parked.len() as u64,
            "run that was open waits for a word",
            "runs that were open wait for a word",
        );
        text.push_str(&format!("  {runs}:\n"));
        for run in restored.parked.iter().take(LISTED) {
            text.push_str(&format!("    {run}\n"));
        }
        if restored.parked.len() > LISTED {
            text.push_str(&format!("    and {} more\n", restored.parked.len() - LISTED));
        }
        let hint = "`pianoroll runs show RUN` says what it has done and what to do next";
        text.push_str(&format!("  {}: {hint}\n", Styled(HEADING, "hint")));
    }
    text += "  schedules are paused\n";
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_was_parked_is_named() {
        let as_of = Timestamp::constant(1_764_000_000, 0);
        let run = "0193a5b2-0000-7000-8000-000000000001".parse().unwrap();
        let replaced = Some("/state/journal.db.replaced-1".into());
        let open = text(&Restored { parked: vec![run], replaced, as_of });
        let told = [open, text(&Restored { parked: Vec::new(), replaced: None, as_of })].concat();
        expect![[r#"
            restored; the newest that it knows is of 2025-11-24 16:00:00 UTC
              what was there is kept as /state/journal.db.replaced-1
              1 run that was open waits for a word:
                0193a5b2-0000-7000-8000-000000000001
              hint: `pianoroll runs show RUN` says what it has done and what to do next
              schedules are paused
            restored; the newest that it knows is of 2025-11-24 16:00:00 UTC
              no run was open
              schedules are paused
        "#]]
        .assert_eq(&anstream::adapter::strip_str(&told).to_string());
    }
}
