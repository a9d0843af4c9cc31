//! What attempts write.

use std::sync::Arc;

use pianoroll_journal::*;
use pianoroll_model::{Effect, Outcome, Position};
use serde_json::{Value, json};

use super::given::*;

pub(crate) async fn entries_come_back_as_they_were_written(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let rich = Intent {
        position: Position { branch: Some((17, 0)), sequence: 2, part: 4 },
        kind: EntryKind::Checkpoint,
        account: Some("second".into()),
        items: u64::MAX,
        replaced: Some("{\"old\":1}".into()),
        arguments: vec![0xff, 0, 1].into(),
        ..intent(1, Effect::Read)
    };
    let plain = Intent { arguments: Vec::new().into(), ..intent(2, Effect::Send) };
    let lost = Answer { status: None, ..answer(EntryState::Unknown, &Value::Null) };
    wrote(
        &*backend,
        vec![
            Write::Record { claim: claim.clone(), number: 1, intent: rich.clone(), answer: done() },
            Write::Intent { claim: claim.clone(), number: 2, intent: plain.clone() },
            intend(&claim, 3),
            Write::Answer { claim: claim.clone(), number: 3, answer: lost.clone() },
        ],
    )
    .await;
    let entry = |number, intent, answer| Entry { number, attempt: 1, tries: 1, intent, answer };
    assert_eq!(
        all(&*backend, &claim.run).await,
        [
            entry(1, rich.clone(), Some(done())),
            entry(2, plain.clone(), None),
            entry(3, intent(3, Effect::Write), Some(lost)),
        ]
    );
    let positions = backend.positions(&claim.run).await.unwrap();
    assert_eq!(
        positions,
        [(1, rich.position, false), (2, plain.position, false), (3, Position::new(None, 3), false),]
    );
    // An intent of an attempt before is answered by the next.
    let next = backend.claim(&claim.run, at(5)).await.unwrap();
    wrote(&*backend, vec![Write::Answer { claim: next, number: 2, answer: done() }]).await;
    let second = &all(&*backend, &claim.run).await[1];
    assert_eq!((second.attempt, second.answer.as_ref()), (2, Some(&done())));
}

pub(crate) async fn a_commit_is_whole_or_nothing(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let other = claimed(&*backend, "r2").await;
    wrote(&*backend, vec![record(&claim, 1, Effect::Write)]).await;
    let nowhere = Write::Answer { claim: claim.clone(), number: 9, answer: done() };
    let same_number =
        Write::Intent { claim: claim.clone(), number: 1, intent: intent(7, Effect::Write) };
    let same_place =
        Write::Intent { claim: claim.clone(), number: 7, intent: intent(1, Effect::Write) };
    for (bad, wanted) in [
        (nowhere, JournalErrorKind::NotFound),
        (same_number, JournalErrorKind::State),
        (same_place, JournalErrorKind::State),
    ] {
        let said = Write::Note { claim: other.clone(), note: note(1, "hello") };
        let kept = Write::State {
            claim: other.clone(),
            scope: scope(),
            key: "a".into(),
            value: Some(json!(1)),
            at: at(1),
        };
        let writes = vec![intend(&other, 1), said, kept, intend(&claim, 2), bad];
        assert_eq!(kind(backend.commit(writes).await), wanted);
        assert_eq!(all(&*backend, &claim.run).await.len(), 1);
        assert_eq!(all(&*backend, &other.run).await.len(), 0);
        assert_eq!(backend.notes(&other.run).await.unwrap(), Vec::new());
        assert_eq!(backend.states(None).await.unwrap(), Vec::new());
    }
    // Nothing of it is left behind.
    wrote(&*backend, vec![intend(&other, 1), intend(&claim, 2)]).await;
    assert_eq!(backend.positions(&claim.run).await.unwrap().len(), 2);
    assert_eq!(backend.run(&other.run).await.unwrap().unwrap().entries, 1);
}

pub(crate) async fn a_void_entry_is_made_again(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let void = |number| Write::Void { claim: claim.clone(), number };
    wrote(&*backend, vec![intend(&claim, 1), record(&claim, 2, Effect::Read)]).await;
    wrote(&*backend, vec![void(0), void(99), void(u64::MAX), void(1), void(2)]).await;
    let states: Vec<_> = all(&*backend, &claim.run).await.iter().map(Entry::state).collect();
    assert_eq!(states, [EntryState::Void, EntryState::Void]);
    let next = backend.claim(&claim.run, at(4)).await.unwrap();
    let positions = backend.positions(&claim.run).await.unwrap();
    assert!(positions.iter().all(|(.., void)| *void));
    wrote(&*backend, vec![record(&next, 2, Effect::Read), intend(&next, 1)]).await;
    let again = all(&*backend, &claim.run).await;
    let told: Vec<_> = again
        .iter()
        .map(|entry| (entry.number, entry.attempt, entry.tries, entry.state()))
        .collect();
    assert_eq!(told, [(1, 2, 2, EntryState::Sent), (2, 2, 2, EntryState::Done)]);
    assert_eq!(backend.run(&claim.run).await.unwrap().unwrap().entries, 2);
    // What counts is not replaced.
    assert_eq!(kind(backend.commit(vec![intend(&next, 1)]).await), JournalErrorKind::State);
}

pub(crate) async fn an_operator_resolves_what_is_open(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let unknown = answer(EntryState::Unknown, &Value::Null);
    wrote(
        &*backend,
        vec![
            intend(&claim, 1),
            intend(&claim, 2),
            Write::Answer { claim: claim.clone(), number: 2, answer: unknown },
            record(&claim, 3, Effect::Write),
        ],
    )
    .await;
    let resolve = |number, state| backend.resolve(&claim.run, number, answer(state, &json!(7)));
    assert_eq!(kind(resolve(1, EntryState::Done).await), JournalErrorKind::State);
    backend.end(&claim, park(WaitingReason::UnknownOutcome, 3)).await.unwrap();
    assert_eq!(kind(resolve(3, EntryState::Done).await), JournalErrorKind::State);
    assert_eq!(kind(resolve(9, EntryState::Done).await), JournalErrorKind::NotFound);
    resolve(1, EntryState::Done).await.unwrap();
    resolve(2, EntryState::Void).await.unwrap();
    assert_eq!(kind(resolve(1, EntryState::Done).await), JournalErrorKind::State);
    let states: Vec<_> = all(&*backend, &claim.run).await.iter().map(Entry::state).collect();
    assert_eq!(states, [EntryState::Done, EntryState::Void, EntryState::Done]);
    assert!(backend.run(&claim.run).await.unwrap().unwrap().epoch > claim.epoch);
    assert_eq!(backend.commit(vec![intend(&claim, 4)]).await.unwrap(), vec![claim.clone()]);
    let next = backend.claim(&claim.run, at(9)).await.unwrap();
    wrote(&*backend, vec![intend(&next, 2)]).await;
}

pub(crate) async fn completing_deletes_what_reads_were_answered(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let checkpoint = Intent { kind: EntryKind::Checkpoint, ..intent(3, Effect::Read) };
    wrote(
        &*backend,
        vec![
            record(&claim, 1, Effect::Read),
            record(&claim, 2, Effect::Write),
            Write::Record {
                claim: claim.clone(),
                number: 3,
                intent: checkpoint.clone(),
                answer: done(),
            },
        ],
    )
    .await;
    backend.end(&claim, finish(Outcome::Completed, 4)).await.unwrap();
    let entries = all(&*backend, &claim.run).await;
    let bodies: Vec<_> =
        entries.iter().map(|entry| entry.answer.as_ref().unwrap().body.len()).collect();
    assert_eq!(bodies, [0, done().body.len(), 0]);
    assert_eq!(entries[2].intent, checkpoint);
    assert_eq!(entries[0].answer, Some(Answer { body: Vec::new().into(), ..done() }));
}

pub(crate) async fn a_failed_run_keeps_what_it_has_read_until_that_is_old(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    wrote(&*backend, vec![record(&claim, 1, Effect::Read), record(&claim, 2, Effect::Write)]).await;
    backend.end(&claim, finish(Outcome::Failed, 4)).await.unwrap();
    let bodies = async || {
        let entries = all(&*backend, &id("r1")).await;
        entries.iter().map(|entry| entry.answer.as_ref().unwrap().body.len()).collect::<Vec<_>>()
    };
    let whole = done().body.len();
    assert_eq!(bodies().await, [whole, whole]);
    let next = backend.claim(&id("r1"), at(5)).await.unwrap();
    let positions = backend.positions(&id("r1")).await.unwrap();
    assert!(positions.iter().all(|(.., void)| !void), "a replay answers them");
    backend.end(&next, finish(Outcome::Cancelled, 6)).await.unwrap();
    backend.sweep(at(0), at(0), at(7)).await.unwrap();
    assert_eq!(bodies().await, [0, whole]);
    assert!(backend.run(&id("r1")).await.unwrap().unwrap().reads_gone);
    let refused = backend.claim(&id("r1"), at(8)).await.unwrap_err();
    assert_eq!(refused.kind, JournalErrorKind::State);
    assert!(refused.to_string().contains("pianoroll runs rerun r1"), "{refused}");
}

pub(crate) async fn notes_are_kept_once_and_in_order(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let problem = Note {
        branch: Some((3, 1)),
        kind: NoteKind::Problem,
        details: json!({ "id": 1 }),
        place: None,
        ..note(1, "problem")
    };
    let long = note(1, &"a line\n".repeat(200));
    let say = |note: &Note| Write::Note { claim: claim.clone(), note: note.clone() };
    wrote(&*backend, vec![say(&note(2, "second")), say(&problem), say(&long)]).await;
    wrote(&*backend, vec![say(&note(2, "again")), say(&note(3, "third"))]).await;
    let said = backend.notes(&claim.run).await.unwrap();
    assert_eq!(said, [note(2, "second"), problem, long, note(3, "third")]);
}

pub(crate) async fn state_values_belong_to_their_scope(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let other = StateScope { connection: "second".into(), ..scope() };
    let set = |value: Option<Value>, second| Write::State {
        claim: claim.clone(),
        scope: scope(),
        key: "seen".into(),
        value,
        at: at(second),
    };
    wrote(&*backend, vec![set(Some(json!(1)), 1), set(Some(json!([0.1, "x"])), 2)]).await;
    backend.set_state(&other, "seen", Some(json!("theirs")), at(3)).await.unwrap();
    let value = |scope: StateScope, value, second, by| StateValue {
        scope,
        key: "seen".into(),
        value,
        changed: at(second),
        by,
    };
    let ours = value(scope(), json!([0.1, "x"]), 2, Some(claim.run.clone()));
    let theirs = value(other.clone(), json!("theirs"), 3, None);
    assert_eq!(backend.state(&scope(), "seen").await.unwrap(), Some(ours.clone()));
    assert_eq!(backend.state(&scope(), "unseen").await.unwrap(), None);
    assert_eq!(backend.states(None).await.unwrap(), [ours, theirs.clone()]);
    wrote(&*backend, vec![set(None, 4)]).await;
    assert_eq!(backend.states(Some(&scope())).await.unwrap(), []);
    assert_eq!(backend.states(None).await.unwrap(), [theirs]);
    backend.set_state(&other, "seen", None, at(5)).await.unwrap();
    assert_eq!(backend.states(None).await.unwrap(), []);
}

pub(crate) async fn what_was_handed_over_is_there_behind_a_durable_write(backend: Shared) {
    let run = created(&*backend, "r1").await;
    let journal = Journal::new(Arc::clone(&backend));
    let attempt = journal.begin(&run, at(1)).await.unwrap();
    for sequence in 1..=700 {
        attempt.record(intent(sequence, Effect::Read), done()).await.unwrap();
    }
    attempt.note(note(1, "hello")).await.unwrap();
    let number = attempt.intend(intent(701, Effect::Write)).await.unwrap();
    // As a crash leaves it: nothing is ended, and what the first one still holds is gone.
    let second = Journal::new(Arc::clone(&backend));
    let next = second.begin(&run, at(9)).await.unwrap();
    assert_eq!((next.left(), next.said().len(), number), (701, 1, 701));
    for sequence in (1..=700).step_by(2).chain((2..=700).step_by(2)) {
        let found = next.take(Position::new(None, sequence)).await.unwrap().unwrap();
        assert_eq!((found.number, found.answer), (sequence, Some(done())));
    }
    assert_eq!(next.first_left(), Some(Position::new(None, 701)));
    assert_eq!(
        next.take(Position::new(None, 701)).await.unwrap().unwrap().state(),
        EntryState::Sent
    );
    assert_eq!(next.take(Position::new(None, 701)).await.unwrap(), None);
    assert_eq!(kind(attempt.intend(intent(702, Effect::Write)).await), JournalErrorKind::Fenced);
    next.end(finish(Outcome::Completed, 10)).await.unwrap();
}

pub(crate) async fn chunks_end_where_they_should(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let writes = (1..=300).map(|number| record(&claim, number, Effect::Read));
    wrote(&*backend, writes.collect()).await;
    let chunk = async |from, count, bytes| -> (usize, Option<u64>) {
        let entries = backend.entries(&claim.run, from, count, bytes).await.unwrap();
        (entries.len(), entries.first().map(|entry| entry.number))
    };
    assert_eq!(chunk(1, 512, usize::MAX).await, (300, Some(1)));
    assert_eq!(chunk(200, 150, usize::MAX).await, (101, Some(200)));
    assert_eq!(chunk(5, 7, usize::MAX).await, (7, Some(5)));
    assert_eq!(chunk(5, 7, 1).await, (1, Some(5)));
    assert_eq!(chunk(5, 0, 1).await, (0, None));
    assert_eq!(chunk(301, 7, 1000).await, (0, None));
    assert_eq!(chunk(u64::MAX, 7, 1000).await, (0, None));
    assert_eq!(backend.entries(&id("none"), 1, 7, 1000).await.unwrap(), []);
    assert_eq!(backend.positions(&id("none")).await.unwrap(), []);
}

pub(crate) async fn a_group_with_old_and_new_claims_fences_the_old(backend: Shared) {
    let old = claimed(&*backend, "r1").await;
    let new = backend.claim(&old.run, at(2)).await.unwrap();
    let fenced = backend.commit(vec![intend(&old, 1), intend(&new, 1)]).await.unwrap();
    assert_eq!(fenced, vec![old.clone()]);
    assert_eq!(all(&*backend, &old.run).await.len(), 1);
}
