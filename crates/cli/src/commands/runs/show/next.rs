//! What to do next with a run.

use pianoroll_journal::{EntryState, WaitingReason};
use pianoroll_model::Outcome;

use super::gather::Shown;
use crate::commands::runs::standing::Standing;
use crate::report;

/// How many calls without a known end are told with what to look at.
const TOLD: usize = 5;

/// What a person may do, a line each; `run` is how the run is called on the command line.
pub(super) fn lines(shown: &Shown, run: &str) -> Vec<String> {
    let retry = |why: &str| format!("`pianoroll runs retry {run}` {why}");
    let goes_on = "goes on where it stopped: what is recorded is answered from the journal and not sent again";
    let cancel = format!("`pianoroll runs cancel {run}` gives it up");
    let simulated = shown.run.new.settings["target"]["simulate"] == true;
    if simulated
        && !matches!(shown.standing, Standing::Running | Standing::Finished(Outcome::Completed))
    {
        // Its account is gone with the process that played it.
        let again = format!("`pianoroll runs rerun {run}` starts a new run on a fresh simulator");
        return match shown.standing {
            Standing::Finished(_) => vec![again],
            _ => vec![again, cancel],
        };
    }
    match shown.standing {
        Standing::Running => vec![
            format!("`pianoroll runs logs {run} --follow` shows what it says"),
            format!("`pianoroll runs cancel {run}` stops it"),
        ],
        Standing::Pending | Standing::Interrupted => vec![retry(goes_on), cancel],
        Standing::Waiting(Some(waiting)) => match waiting.reason {
            WaitingReason::UnknownOutcome => unknown(shown, run),
            WaitingReason::Time
            | WaitingReason::Retry
            | WaitingReason::Stopped
            | WaitingReason::Credential
            | WaitingReason::Connection
            | WaitingReason::Gateway => vec![
                format!("it waits for {}", shown.standing.waits_for()),
                retry("does not wait for that"),
                cancel,
            ],
            WaitingReason::Restored => vec![
                "what it did after the backup is not in the journal: look into the account first"
                    .to_owned(),
                format!(
                    "`pianoroll runs resolve {run} --retry` lets it go on; what it did after the backup, it does again"
                ),
                cancel,
            ],
        },
        Standing::Waiting(None) => vec![retry(goes_on), cancel],
        Standing::Finished(Outcome::Failed | Outcome::Cancelled) => vec![
            retry("makes another attempt: effects that happened are not sent again"),
            format!(
                "`pianoroll runs rerun {run}` starts a new run with the same program and parameters"
            ),
        ],
        Standing::Finished(Outcome::Completed | Outcome::Skipped) => Vec::new(),
    }
}

/// What settles an unknown outcome: first a look, then a word.
fn unknown(shown: &Shown, run: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let unknown: Vec<_> =
        shown.calls.open.iter().filter(|call| call.state == EntryState::Unknown).collect();
    for call in unknown.iter().take(TOLD) {
        lines.push(format!(
            "did {} at {} happen? {}",
            call.operation,
            call.position,
            report::advice(&call.operation, call.effect, &call.target)
        ));
    }
    if unknown.len() > TOLD {
        lines.push("look at the others above in the same way".to_owned());
    }
    if unknown.len() > 1 {
        lines.push("where they differ, `--call POSITION` says which one a word is for".to_owned());
    }
    for (word, meaning) in [
        ("--done", "it happened: the run goes on behind it"),
        ("--retry", "it did not happen: it is sent again"),
        ("--fail", "the run is given up"),
    ] {
        lines.push(format!("`pianoroll runs resolve {run} {word}`: {meaning}"));
    }
    lines
}
