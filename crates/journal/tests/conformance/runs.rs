//! How runs begin, go on and end.

use pianoroll_journal::*;
use pianoroll_model::{Effect, Outcome, Status};
use serde_json::Value;

use super::given::*;

pub(crate) async fn a_run_goes_from_pending_to_its_end(backend: Shared) {
    let run = created(&*backend, "r1").await;
    let pending = backend.run(&run).await.unwrap().unwrap();
    assert_eq!(pending.new, new_run("r1", Trigger::Manual));
    assert_eq!((pending.status, pending.attempt, pending.entries), (Status::Pending, 0, 0));
    assert_eq!(backend.program(&program().digest).await.unwrap(), Some(program()));
    assert_eq!(backend.program("none").await.unwrap(), None);
    assert_eq!(backend.run(&id("none")).await.unwrap(), None);
    assert_eq!(
        kind(backend.create(new_run("r1", Trigger::Manual), program()).await),
        JournalErrorKind::State
    );
    assert_eq!(kind(backend.claim(&id("none"), at(1)).await), JournalErrorKind::NotFound);

    let claim = backend.claim(&run, at(1)).await.unwrap();
    assert_eq!(claim.attempt, 1);
    assert!(claim.epoch > backend.owner_epoch());
    wrote(&*backend, vec![record(&claim, 1, Effect::Read)]).await;
    let running = backend.run(&run).await.unwrap().unwrap();
    assert_eq!((running.status, running.attempt, running.entries), (Status::Running, 1, 1));
    assert_eq!((running.epoch, running.changed), (claim.epoch, at(1)));

    backend.end(&claim, park(WaitingReason::Time, 5)).await.unwrap();
    let waiting = backend.run(&run).await.unwrap().unwrap();
    assert_eq!(
        (waiting.status, waiting.waiting),
        (Status::Waiting, park(WaitingReason::Time, 5).waiting)
    );
    assert_eq!(
        kind(backend.end(&claim, park(WaitingReason::Time, 5)).await),
        JournalErrorKind::Fenced
    );

    let second = backend.claim(&run, at(70)).await.unwrap();
    assert_eq!((second.attempt, second.epoch > claim.epoch), (2, true));
    backend.end(&second, finish(Outcome::Completed, 80)).await.unwrap();
    let finished = backend.run(&run).await.unwrap().unwrap();
    assert_eq!((finished.status, finished.outcome), (Status::Finished, Some(Outcome::Completed)));
    assert_eq!((finished.waiting, finished.changed, finished.entries), (None, at(80), 1));
    let ends: Vec<_> = backend
        .attempts(&run)
        .await
        .unwrap()
        .iter()
        .map(|attempt| (attempt.started, attempt.ended, attempt.end))
        .collect();
    assert_eq!(
        ends,
        [
            (at(1), Some(at(5)), Some(AttemptEnd::Parked)),
            (at(70), Some(at(80)), Some(AttemptEnd::Completed)),
        ]
    );
}

pub(crate) async fn a_newer_claim_fences_the_older(backend: Shared) {
    let old = claimed(&*backend, "r1").await;
    let new = backend.claim(&old.run, at(2)).await.unwrap();
    assert_eq!(backend.commit(vec![intend(&old, 1)]).await.unwrap(), vec![old.clone()]);
    assert_eq!(all(&*backend, &old.run).await, Vec::new());
    assert_eq!(
        kind(backend.end(&old, finish(Outcome::Completed, 3)).await),
        JournalErrorKind::Fenced
    );
    wrote(&*backend, vec![intend(&new, 1)]).await;
    backend.end(&new, finish(Outcome::Failed, 3)).await.unwrap();
    // Nor does an attempt write that has ended.
    assert_eq!(backend.commit(vec![intend(&new, 2)]).await.unwrap(), vec![new.clone()]);
    let flush = Write::Void { claim: new.clone(), number: 0 };
    assert_eq!(backend.commit(vec![flush]).await.unwrap(), vec![new]);
}

pub(crate) async fn an_attempt_without_an_end_was_interrupted(backend: Shared) {
    let old = claimed(&*backend, "r1").await;
    wrote(&*backend, vec![intend(&old, 1)]).await;
    backend.claim(&old.run, at(9)).await.unwrap();
    let attempts = backend.attempts(&old.run).await.unwrap();
    assert_eq!((attempts[0].end, attempts[0].ended), (Some(AttemptEnd::Interrupted), Some(at(9))));
    assert_eq!((attempts[1].end, attempts[1].number), (None, 2));
    assert_eq!(all(&*backend, &old.run).await[0].state(), EntryState::Sent);
}

pub(crate) async fn completed_runs_are_not_claimed_again_and_failed_ones_are(backend: Shared) {
    for (run, outcome, again) in [
        ("r1", Outcome::Completed, false),
        ("r2", Outcome::Skipped, false),
        ("r3", Outcome::Failed, true),
        ("r4", Outcome::Cancelled, true),
    ] {
        let claim = claimed(&*backend, run).await;
        wrote(&*backend, vec![record(&claim, 1, Effect::Read), record(&claim, 2, Effect::Write)])
            .await;
        backend.end(&claim, finish(outcome, 5)).await.unwrap();
        let next = backend.claim(&claim.run, at(6)).await;
        if !again {
            assert_eq!(kind(next), JournalErrorKind::State);
            continue;
        }
        assert_eq!(next.unwrap().attempt, 2);
        assert_eq!(backend.run(&claim.run).await.unwrap().unwrap().outcome, None);
    }
}

pub(crate) async fn unique_triggers_make_one_run(backend: Shared) {
    let due = Trigger::Schedule { schedule: "nightly".into(), due: at(0) };
    let later = Trigger::Schedule { schedule: "nightly".into(), due: at(60) };
    let event = Trigger::Webhook { hook: "orders".into(), event: "e1".into() };
    let make =
        |run: &str, trigger: &Trigger| backend.create(new_run(run, trigger.clone()), program());
    assert_eq!(make("s1", &due).await.unwrap(), None);
    assert_eq!(make("s2", &due).await.unwrap(), Some(id("s1")));
    assert_eq!(make("s3", &later).await.unwrap(), None);
    assert_eq!(make("e1", &event).await.unwrap(), None);
    assert_eq!(make("e2", &event).await.unwrap(), Some(id("e1")));
    let rerun = Trigger::Rerun { of: id("s1") };
    assert_eq!(make("a1", &rerun).await.unwrap(), None);
    assert_eq!(make("a2", &rerun).await.unwrap(), None);
    assert_eq!(backend.run(&id("s2")).await.unwrap(), None);
    assert_eq!(backend.run(&id("e1")).await.unwrap().unwrap().new.trigger, event);
}

pub(crate) async fn runs_are_listed_in_pages(backend: Shared) {
    for run in ["a1", "a2", "b1", "b2"] {
        created(&*backend, run).await;
    }
    let mut other = new_run("c_1", Trigger::Manual);
    other.scope.automation = "other".into();
    other.scope.connection = "second".into();
    backend.create(other, program()).await.unwrap();
    let claim = backend.claim(&id("a2"), at(1)).await.unwrap();
    backend.end(&claim, finish(Outcome::Failed, 2)).await.unwrap();

    let list = async |filter: RunFilter| -> Vec<String> {
        let runs = backend.runs(&filter).await.unwrap();
        runs.iter().map(|run| run.new.id.to_string()).collect()
    };
    assert_eq!(list(RunFilter::default()).await, ["c_1", "b2", "b1", "a2", "a1"]);
    let page = RunFilter { limit: 2, before: Some(id("b2")), ..RunFilter::default() };
    assert_eq!(list(page).await, ["b1", "a2"]);
    let prefix = RunFilter { id_prefix: Some("a".into()), ..RunFilter::default() };
    assert_eq!(list(prefix).await, ["a2", "a1"]);
    let odd = RunFilter { id_prefix: Some("a%".into()), ..RunFilter::default() };
    assert_eq!(list(odd).await, Vec::<String>::new());
    let failed = RunFilter { outcome: vec![Outcome::Failed], ..RunFilter::default() };
    assert_eq!(list(failed).await, ["a2"]);
    let open = RunFilter {
        status: vec![Status::Pending, Status::Running],
        limit: 3,
        ..RunFilter::default()
    };
    assert_eq!(list(open).await, ["c_1", "b2", "b1"]);
    let other = RunFilter { automation: Some("other".into()), ..RunFilter::default() };
    assert_eq!(list(other).await, ["c_1"]);
    let second = RunFilter { connection: Some("second".into()), ..RunFilter::default() };
    assert_eq!(list(second).await, ["c_1"]);
    let nobody = RunFilter { before: Some(id("none")), ..RunFilter::default() };
    assert_eq!(list(nobody).await, Vec::<String>::new());
}

pub(crate) async fn last_run_is_the_newest_that_completed(backend: Shared) {
    assert_eq!(backend.last_run(&scope()).await.unwrap(), None);
    for (run, outcome, end) in
        [("r1", Outcome::Completed, 5), ("r2", Outcome::Completed, 6), ("r3", Outcome::Failed, 7)]
    {
        let claim = claimed(&*backend, run).await;
        backend.end(&claim, finish(outcome, end)).await.unwrap();
    }
    let last = LastRun { run: id("r2"), started: at(0), finished: at(6), problems: 2 };
    assert_eq!(backend.last_run(&scope()).await.unwrap(), Some(last));
    let other = StateScope { automation: "other".into(), ..scope() };
    assert_eq!(backend.last_run(&other).await.unwrap(), None);
}

pub(crate) async fn closing_ends_what_waits(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    let given_up = End { summary: Value::Null, ..finish(Outcome::Failed, 9) };
    assert_eq!(kind(backend.close(&claim.run, given_up.clone()).await), JournalErrorKind::State);
    backend.end(&claim, park(WaitingReason::UnknownOutcome, 5)).await.unwrap();
    backend.close(&claim.run, given_up.clone()).await.unwrap();
    let run = backend.run(&claim.run).await.unwrap().unwrap();
    assert_eq!(
        (run.status, run.outcome, run.waiting),
        (Status::Finished, Some(Outcome::Failed), None)
    );
    assert!(run.epoch > claim.epoch);
    assert_eq!(kind(backend.close(&claim.run, given_up).await), JournalErrorKind::State);
    assert_eq!(kind(backend.release(&claim.run, at(9)).await), JournalErrorKind::State);
}

pub(crate) async fn cancelling_is_remembered(backend: Shared) {
    let claim = claimed(&*backend, "r1").await;
    backend.request_cancel(&claim.run).await.unwrap();
    wrote(&*backend, vec![intend(&claim, 1)]).await;
    assert!(backend.run(&claim.run).await.unwrap().unwrap().cancel_requested);
    let next = backend.claim(&claim.run, at(3)).await.unwrap();
    assert!(backend.run(&claim.run).await.unwrap().unwrap().cancel_requested);
    backend.end(&next, finish(Outcome::Cancelled, 4)).await.unwrap();
    assert_eq!(kind(backend.request_cancel(&claim.run).await), JournalErrorKind::State);
    backend.claim(&claim.run, at(5)).await.unwrap();
    assert!(!backend.run(&claim.run).await.unwrap().unwrap().cancel_requested);
}

pub(crate) async fn a_program_must_be_what_its_digest_says(backend: Shared) {
    let other = Program::new("script", "log(2)");
    assert_eq!(
        kind(backend.create(new_run("r1", Trigger::Manual), other).await),
        JournalErrorKind::State
    );
    let forged = Program { content: "log(2)".into(), ..program() };
    assert_eq!(
        kind(backend.create(new_run("r1", Trigger::Manual), forged).await),
        JournalErrorKind::State
    );
    created(&*backend, "r1").await;
}
