//! A guest and its host become an attempt of a run, and that a report.

mod halt;
mod next;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_host::ledger::EntryState;
use pianoroll_host::{
    Guest, GuestError, Host, HostSettings, LedgerEntry, OutputRecord, Plan, Summary,
};
use pianoroll_journal::{Attempt, JournalError};
use pianoroll_model::{Outcome, RunId};
use serde_json::Value;

pub use halt::{Halt, HaltReason};
pub use next::{Attempts, Next, Terms, reason_of};

/// How a run went.
#[derive(Clone, Debug)]
pub struct RunReport {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub outcome: Outcome,
    /// The program's result; null unless it completed.
    pub result: Value,
    /// What ended the program before its end.
    pub error: Option<GuestError>,
    /// What it did, in numbers.
    pub summary: Summary,
    /// The effects that may have happened: sent, and their answers never seen.
    pub unknown: Vec<LedgerEntry>,
    /// What it would have done; nothing where it was no dry run.
    pub plan: Option<Plan>,
    /// The files that it wrote, or would write, by path.
    pub files: Vec<OutputRecord>,
    /// What its random numbers came from, where it drew some.
    pub drawn_seed: Option<u64>,
    /// The state values as it left them, where nothing records it.
    pub state: BTreeMap<String, Value>,
    /// What the guest's engine has measured; null where it measures nothing.
    pub measured: Value,
    /// When it started, by the wall clock.
    pub started: Timestamp,
    /// How long it took, by the clock that never goes back; of a run of several attempts the last one.
    pub elapsed: Duration,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// What becomes of the run.
    pub next: Next,
    /// Why the end of the attempt is not in the journal, where it is not: the run then counts as interrupted.
    pub unrecorded: Option<JournalError>,
}

/// Runs a guest to its end, or to the end of an attempt where the settings have a journal: then what comes after it is
/// recorded too. Cancelling the settings' signal ends it at its next call.
pub async fn execute(guest: &dyn Guest, settings: HostSettings, terms: &Terms) -> RunReport {
    let (run, started, clock) = (settings.run.clone(), settings.started, settings.clock.clone());
    let (seed, journal) = (settings.seed, settings.journal.clone());
    let begin = clock.monotonic();
    let host = Host::new(settings);
    let mut ended = guest.run(host.trunk()).await;
    if ended.is_ok()
        && let Err(error) = host.check_replayed().await
    {
        ended = Err(error.into());
    }
    // The run is over, so that nobody waits while the disk does.
    let ended = match ended {
        Ok(result) => host.commit_files().map(|()| result).map_err(GuestError::from),
        Err(error) => {
            host.discard_files();
            Err(error)
        }
    };
    let unknown = host.ledger().entries.into_iter().filter(is_unknown).collect();
    let (outcome, result, error) = match ended {
        Ok(result) => (Outcome::Completed, result, None),
        Err(error) if error.is_cancelled() => match terms.halt.reason() {
            Some(HaltReason::Timeout { most }) => {
                let text = format!("the run took longer than its timeout of {most:?}");
                (Outcome::Failed, Value::Null, Some(GuestError::program(text)))
            }
            _ => (Outcome::Cancelled, Value::Null, Some(error)),
        },
        Err(error) => (Outcome::Failed, Value::Null, Some(error)),
    };
    let elapsed = clock.monotonic().saturating_sub(begin);
    let (summary, plan, files) = (host.summary(), host.plan(), host.outputs());
    let attempt = journal.as_ref().map_or(1, Attempt::number);
    let mut report = RunReport {
        run,
        outcome,
        result,
        error,
        summary,
        unknown,
        plan,
        files,
        drawn_seed: host.drawn_seed(),
        state: host.unrecorded_state(),
        measured: guest.measured(),
        started,
        elapsed,
        attempt,
        next: Next::Over,
        unrecorded: None,
    };
    if let Some(journal) = journal {
        report.next = next::after(report.error.as_ref(), attempt, terms, clock.now(), seed);
        report.unrecorded = close(&host, &journal, &report, clock.now()).await.err();
    }
    report
}

/// Writes the end of an attempt.
async fn close(
    host: &Host,
    journal: &Attempt,
    report: &RunReport,
    at: Timestamp,
) -> Result<(), JournalError> {
    if let Some(error) = report.error.as_ref().and_then(GuestError::host) {
        host.void_failed(error).await?;
    }
    journal.end(next::end(report, at)).await
}

/// A new run's id: a UUID of version 7, so that ids sort by time. `random` fills what the time leaves.
#[must_use]
pub fn run_id(now: Timestamp, random: [u8; 10]) -> RunId {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    match id.to_string().parse() {
        Ok(id) => id,
        Err(_) => unreachable!("a UUID is letters, digits and dashes"),
    }
}

fn is_unknown(entry: &LedgerEntry) -> bool {
    matches!(entry.state, EntryState::Sent | EntryState::Unknown { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_ids_sort_by_time() {
        let at = |second| run_id(Timestamp::from_second(second).unwrap(), [7; 10]);
        assert_eq!(at(1_800_000_000).as_str(), "01a3185c-5000-7707-8707-070707070707");
        assert!(at(1_800_000_000) < at(1_800_000_001));
    }
}
