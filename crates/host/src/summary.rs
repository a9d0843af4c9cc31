//! What a run has done, in numbers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pianoroll_api::{OPERATIONS, Operation};
use pianoroll_gateway::Effort;
use pianoroll_model::EffectCounts;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::check::size;
use crate::ledger::LedgerCounts;

/// A run in numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Calls made, failed ones included; not those that a cancellation kept from being sent.
    pub calls: u64,
    /// Those among them that an earlier attempt has made, and whose recorded answers were given again.
    #[serde(skip_serializing_if = "is_zero")]
    pub replayed: u64,
    /// The same by effect. An unknown request other than GET counts as delete and as send.
    pub effects: EffectCounts,
    /// How the effects ended.
    pub outcomes: LedgerCounts,
    /// Requests sent.
    pub requests: u64,
    /// Those among them that repeated an earlier one.
    pub retries: u64,
    /// How often the API or the gateway said 429.
    pub throttled: u64,
    /// Time spent waiting for limits, summed over calls that may have waited side by side; in JSON seconds.
    #[serde(rename = "waited_seconds", serialize_with = "seconds")]
    pub waited: Duration,
    /// Problems that the program reported; all are counted here.
    pub problem_count: u64,
    /// The first of them, at most [`KEPT_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// What the program told its operator, or would have told in a dry run: how many notifications.
    #[serde(skip_serializing_if = "is_zero")]
    pub notifications: u64,
    /// Log lines beyond the first [`LOGGED_LINES`]: counted, and not shown.
    pub unlogged: u64,
    /// Calls by operation; `request` for native paths that are none.
    pub by_operation: BTreeMap<&'static str, u64>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    // Milliseconds are as exact as anybody reads them.
    serializer.serialize_f64(duration.as_millis() as f64 / 1000.0)
}

/// Something that a program found worth a person's look, without failing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// One line.
    pub text: String,
    /// What it is about; null where there is nothing. Long lists are cut.
    pub details: Value,
    /// How many items of a long list were cut off; for anything else that is too long 1.
    pub omitted: u64,
}

/// How many log lines of a run are shown: far more than anybody reads, far less than fills a disk.
pub const LOGGED_LINES: u64 = 10_000;

/// How many bytes of a log line are shown.
pub const LINE_BYTES: usize = 64 * 1024;

/// How many problems of a run are kept, and told while it runs.
pub const KEPT_PROBLEMS: usize = 100;

/// How many bytes of JSON the details of a problem may have.
pub const PROBLEM_BYTES: usize = 32 * 1024;

impl Problem {
    pub(crate) fn new(text: &str, details: Value) -> Self {
        let (details, omitted) = bounded(details);
        Self { text: text.to_owned(), details, omitted }
    }
}

fn bounded(details: Value) -> (Value, u64) {
    if !size::exceeds(&details, PROBLEM_BYTES) {
        return (details, 0);
    }
    let Value::Array(mut items) = details else { return (Value::Null, 1) };
    let mut bytes = 2;
    let fitting = items.iter().take_while(|item| {
        bytes += size::exact(item) + 1;
        bytes <= PROBLEM_BYTES
    });
    let fitting = fitting.count();
    let omitted = items.len() - fitting;
    items.truncate(fitting);
    (Value::Array(items), omitted as u64)
}

/// The problems of a run while it runs.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    count: u64,
    kept: Vec<Problem>,
}

impl Problems {
    /// Counts one, and answers whether it was kept.
    pub(crate) fn add(&mut self, problem: Problem) -> bool {
        self.count += 1;
        let keep = self.kept.len() < KEPT_PROBLEMS;
        if keep {
            self.kept.push(problem);
        }
        keep
    }

    pub(crate) fn snapshot(&self) -> (u64, Vec<Problem>) {
        (self.count, self.kept.clone())
    }
}

/// What all calls of a run took, and which they were. Counted without a lock.
#[derive(Debug)]
pub(crate) struct Tally {
    replayed: AtomicU64,
    requests: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    waited_nanoseconds: AtomicU64,
    /// One for each row of the table, and one for requests that are none.
    by_operation: Box<[AtomicU64]>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            replayed: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            throttled: AtomicU64::new(0),
            waited_nanoseconds: AtomicU64::new(0),
            by_operation: (0..=OPERATIONS.len()).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(crate) fn call(&self, operation: Option<&Operation>) {
        if let Some(count) = self.row(operation) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes back one that was counted and never made.
    pub(crate) fn not_called(&self, operation: Option<&Operation>) {
        if let Some(count) = self.row(operation) {
            count.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Counts a call that was answered from the journal.
    pub(crate) fn repeated(&self) {
        self.replayed.fetch_add(1, Ordering::Relaxed);
    }

    fn row(&self, operation: Option<&Operation>) -> Option<&AtomicU64> {
        let row = operation
            .and_then(|operation| OPERATIONS.binary_search_by(|row| row.id.cmp(operation.id)).ok());
        self.by_operation.get(row.unwrap_or(OPERATIONS.len()))
    }

    pub(crate) fn effort(&self, effort: Effort) {
        self.requests.fetch_add(effort.requests.into(), Ordering::Relaxed);
        self.retries.fetch_add(effort.retries.into(), Ordering::Relaxed);
        self.throttled.fetch_add(effort.throttled.into(), Ordering::Relaxed);
        // 2^64 nanoseconds are 584 years.
        let waited = u64::try_from(effort.waited.as_nanos()).unwrap_or(u64::MAX);
        self.waited_nanoseconds.fetch_add(waited, Ordering::Relaxed);
    }

    pub(crate) fn summary(
        &self,
        calls: u64,
        effects: EffectCounts,
        outcomes: LedgerCounts,
        (problem_count, problems): (u64, Vec<Problem>),
    ) -> Summary {
        let names = OPERATIONS.iter().map(|operation| operation.id).chain(["request"]);
        let counts = self.by_operation.iter().map(|count| count.load(Ordering::Relaxed));
        Summary {
            calls,
            replayed: self.replayed.load(Ordering::Relaxed),
            effects,
            outcomes,
            requests: self.requests.load(Ordering::Relaxed),
            retries: self.retries.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
            waited: Duration::from_nanos(self.waited_nanoseconds.load(Ordering::Relaxed)),
            problem_count,
            problems,
            notifications: 0,
            unlogged: 0,
            by_operation: names.zip(counts).filter(|(_, count)| *count > 0).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;

    #[test]
    fn problems_are_counted_and_the_first_kept() {
        let mut problems = Problems::default();
        for number in 0..250 {
            problems.add(Problem::new(&format!("problem {number}"), json!(number)));
        }
        let (count, kept) = problems.snapshot();
        assert_eq!((count, kept.len(), kept[0].text.as_str()), (250, KEPT_PROBLEMS, "problem 0"));
    }

    #[test]
    fn details_are_cut_where_they_are_long() {
        let check = |details: Value, kept: usize, omitted: u64| {
            let problem = Problem::new("x", details);
            assert_eq!((size::exact(&problem.details), problem.omitted), (kept, omitted));
        };
        check(json!(["a", "b"]), 9, 0);
        check(json!("x".repeat(PROBLEM_BYTES)), 4, 1);
        check(json!(vec!["x".repeat(1022); 40]), 31 * 1025 + 1, 9);
    }

    #[test]
    fn a_summary_reads_well_as_json() {
        let tally = Tally::new();
        tally.call(None);
        let waited = Duration::from_micros(1_234_567);
        tally.effort(Effort { requests: 3, retries: 1, throttled: 1, waited });
        let effects = EffectCounts { read: 1, ..EffectCounts::default() };
        let problems = (1, vec![Problem::new("two lists", json!(["a", "b"]))]);
        let summary = tally.summary(1, effects, LedgerCounts::default(), problems);
        expect![[r#"
            {
              "calls": 1,
              "effects": {
                "read": 1,
                "write": 0,
                "delete": 0,
                "send": 0
              },
              "outcomes": {
                "open": 0,
                "done": 0,
                "failed": 0,
                "unknown": 0
              },
              "requests": 3,
              "retries": 1,
              "throttled": 1,
              "waited_seconds": 1.234,
              "problem_count": 1,
              "problems": [
                {
                  "text": "two lists",
                  "details": [
                    "a",
                    "b"
                  ],
                  "omitted": 0
                }
              ],
              "unlogged": 0,
              "by_operation": {
                "request": 1
              }
            }"#]]
        .assert_eq(&serde_json::to_string_pretty(&summary).unwrap());
    }
}
