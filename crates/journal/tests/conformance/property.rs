//! Random operations: SQLite answers as the journal in memory does.

use pianoroll_journal::*;
use pianoroll_model::{Effect, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::given::*;

const RUNS: [&str; 3] = ["r1", "r2", "x1"];

#[derive(Clone, Debug)]
enum Operation {
    Create(usize),
    Claim(usize),
    /// By the newest claim of each run, or the one before where `true`.
    Commit(Vec<(usize, bool, Change)>),
    End(usize, bool, Option<Outcome>),
    Resolve(usize, u64, EntryState),
    Close(usize, Outcome),
    Cancel(usize),
    SetState(usize, Option<u8>),
    Sweep(i64, i64, i64),
    Erase(u64),
    /// Of SQLite alone: the process ends, with a word or without.
    Reopen,
}

#[derive(Clone, Debug)]
enum Change {
    Intend(u64, u64, Effect),
    Record(u64, u64, Effect, EntryState),
    Answer(u64, EntryState),
    Void(u64),
    Note(u64),
    State(u8),
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let run = || 0..RUNS.len();
    let outcome = || {
        prop_oneof![
            Just(Outcome::Completed),
            Just(Outcome::Failed),
            Just(Outcome::Failed),
            Just(Outcome::Cancelled),
            Just(Outcome::Skipped)
        ]
    };
    let state = || {
        prop_oneof![
            Just(EntryState::Done),
            Just(EntryState::Failed),
            Just(EntryState::Unknown),
            Just(EntryState::Void)
        ]
    };
    let effect = || prop_oneof![Just(Effect::Read), Just(Effect::Write), Just(Effect::Send)];
    let number = || prop_oneof![6 => 1..9_u64, 1 => Just(0), 1 => Just(u64::MAX)];
    // Mostly each at its own place.
    let place = || (1..9_u64, prop_oneof![8 => Just(0), 1 => 1..3_u64]);
    let change = prop_oneof![
        4 => (place(), effect()).prop_map(|((number, by), effect)| Change::Intend(number, number + by, effect)),
        4 => (place(), effect(), state()).prop_map(|((number, by), effect, state)| Change::Record(number, number + by, effect, state)),
        3 => (1..9_u64, state()).prop_map(|(number, state)| Change::Answer(number, state)),
        2 => number().prop_map(Change::Void),
        1 => (1..4_u64).prop_map(Change::Note),
        1 => any::<u8>().prop_map(Change::State),
    ];
    let old = || prop_oneof![6 => Just(false), 1 => Just(true)];
    let commit = proptest::collection::vec((run(), old(), change), 1..5);
    let operation = prop_oneof![
        2 => run().prop_map(Operation::Create),
        3 => run().prop_map(Operation::Claim),
        10 => commit.prop_map(Operation::Commit),
        2 => (run(), old(), proptest::option::of(outcome())).prop_map(|(run, old, outcome)| Operation::End(run, old, outcome)),
        1 => (run(), 1..9_u64, state()).prop_map(|(run, number, state)| Operation::Resolve(run, number, state)),
        1 => (run(), outcome()).prop_map(|(run, outcome)| Operation::Close(run, outcome)),
        1 => run().prop_map(Operation::Cancel),
        1 => (0..3_usize, proptest::option::of(any::<u8>())).prop_map(|(key, value)| Operation::SetState(key, value)),
        1 => (0..200_i64, 0..200_i64, 0..200_i64)
            .prop_map(|(runs, replaced, reads)| Operation::Sweep(runs, replaced, reads)),
        1 => (1..9_u64).prop_map(Operation::Erase),
        1 => Just(Operation::Reopen),
    ];
    proptest::collection::vec(operation, 1..60)
}

/// The claims of each run, the newest last.
type Claims = [Vec<Claim>; RUNS.len()];

fn claim_of(claims: &Claims, run: usize, old: bool) -> Claim {
    let claims = claims[run].iter().rev();
    let none = Claim { run: id(RUNS[run]), attempt: 1, epoch: u64::MAX >> 1 };
    claims.clone().nth(usize::from(old)).cloned().unwrap_or(none)
}

fn write(claim: Claim, change: &Change) -> Write {
    match *change {
        Change::Intend(number, sequence, effect) => {
            Write::Intent { claim, number, intent: asked(sequence, effect) }
        }
        Change::Record(number, sequence, effect, state) => Write::Record {
            claim,
            number,
            intent: asked(sequence, effect),
            answer: answer(state, &json!({ "n": number })),
        },
        Change::Answer(number, state) => {
            Write::Answer { claim, number, answer: answer(state, &json!([number])) }
        }
        Change::Void(number) => Write::Void { claim, number },
        Change::Note(number) => Write::Note { claim, note: note(number, "said") },
        Change::State(value) => Write::State {
            claim,
            scope: scope(),
            key: "k".into(),
            value: Some(json!(value)),
            at: at(3),
        },
    }
}

fn asked(sequence: u64, effect: Effect) -> Intent {
    let replaced =
        (effect == Effect::Write).then(|| format!("{{\"was\":\"01H{sequence}\"}}").into());
    Intent { replaced, ..intent(sequence, effect) }
}

/// Does it, and tells what came of it.
async fn perform(
    backend: &dyn Backend,
    claims: &mut Claims,
    operation: &Operation,
    second: i64,
) -> String {
    match operation {
        Operation::Create(run) => {
            told(backend.create(new_run(RUNS[*run], Trigger::Manual), program()).await)
        }
        Operation::Claim(run) => {
            let claim = backend.claim(&id(RUNS[*run]), at(second)).await;
            if let Ok(claim) = &claim {
                claims[*run].push(claim.clone());
            }
            told(claim.map(|claim| claim.attempt))
        }
        Operation::Commit(changes) => {
            let writes = changes
                .iter()
                .map(|(run, old, change)| write(claim_of(claims, *run, *old), change));
            // Epochs are their own; which claims were fenced is not.
            let fenced = backend.commit(writes.collect()).await;
            told(fenced.map(|fenced| {
                fenced.into_iter().map(|claim| (claim.run, claim.attempt)).collect::<Vec<_>>()
            }))
        }
        Operation::End(run, old, outcome) => {
            let end = outcome.map_or_else(
                || park(WaitingReason::Time, second),
                |outcome| finish(outcome, second),
            );
            told(backend.end(&claim_of(claims, *run, *old), end).await)
        }
        Operation::Resolve(run, number, state) => {
            told(backend.resolve(&id(RUNS[*run]), *number, answer(*state, &json!(1))).await)
        }
        Operation::Close(run, outcome) => {
            told(backend.close(&id(RUNS[*run]), finish(*outcome, second)).await)
        }
        Operation::Cancel(run) => told(backend.request_cancel(&id(RUNS[*run])).await),
        Operation::SetState(key, value) => {
            told(backend.set_state(&scope(), RUNS[*key], value.map(Value::from), at(second)).await)
        }
        Operation::Sweep(runs, replaced, reads) => {
            told(backend.sweep(at(*runs), at(*replaced), at(*reads)).await)
        }
        Operation::Erase(number) => told(backend.erase(&format!("01H{number}")).await),
        Operation::Reopen => String::new(),
    }
}

fn told<T: std::fmt::Debug>(result: Result<T, JournalError>) -> String {
    format!("{:?}", result.map_err(|error| error.kind))
}

/// Everything that a journal tells, but epochs: an owner that comes anew takes one.
async fn content(backend: &dyn Backend) -> String {
    let mut content = Vec::new();
    for run in backend.runs(&RunFilter::default()).await.unwrap() {
        let id = run.new.id.clone();
        content.push(format!("{:?}", RunRecord { epoch: 0, ..run }));
        content.push(format!("{:?}", backend.attempts(&id).await.unwrap()));
        content.push(format!("{:?}", backend.positions(&id).await.unwrap()));
        content.push(format!("{:?}", all(backend, &id).await));
        content.push(format!("{:?}", backend.notes(&id).await.unwrap()));
    }
    content.push(format!("{:?}", backend.states(None).await.unwrap()));
    content.push(format!("{:?}", backend.last_run(&scope()).await.unwrap()));
    content.push(format!("{:?}", backend.program(&program().digest).await.unwrap()));
    content.join("\n")
}

async fn compare(operations: Vec<Operation>) {
    let folder = tempfile::tempdir().unwrap();
    let (memory, mut sqlite) = (Memory::new(), Sqlite::open(folder.path()).await.unwrap());
    let (mut ours, mut theirs) = (Claims::default(), Claims::default());
    for (count, operation) in operations.iter().enumerate() {
        // What is under way in memory was interrupted in the other: an operator may close it there.
        let after_reopen = operations[..count].iter().any(|it| matches!(it, Operation::Reopen));
        if after_reopen && matches!(operation, Operation::Close(..) | Operation::Resolve(..)) {
            continue;
        }
        if matches!(operation, Operation::Reopen) {
            if count % 2 == 0 {
                sqlite.shut().await.unwrap();
            }
            drop(sqlite);
            sqlite = Sqlite::open(folder.path()).await.unwrap();
            continue;
        }
        let second = i64::try_from(count).unwrap() + 5;
        let wanted = perform(&memory, &mut ours, operation, second).await;
        let found = perform(&sqlite, &mut theirs, operation, second).await;
        assert_eq!(found, wanted, "{operation:?}");
        assert_eq!(content(&sqlite).await, content(&memory).await, "after {operation:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_answers_as_memory_does(operations in operations()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(operations));
    }
}
