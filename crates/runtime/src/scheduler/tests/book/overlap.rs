//! What is due while another run of the same automation and connection is under way.

use expect_test::expect;
use pianoroll_model::Outcome;

use super::*;

/// From nine to twelve on one day.
fn hourly_with(overlap: Overlap) -> Definition {
    Definition { overlap, ..Definition::new("0 9-12 5 1 *", "UTC") }
}

/// A run of 09:00 is under way, and 10:00 comes.
async fn overlapping(overlap: Overlap) -> (Stage, Vec<pianoroll_model::RunId>) {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly_with(overlap)).await;
    stage.look("2026-01-05T09:00Z").await;
    let cancelled = stage.look("2026-01-05T10:00Z").await;
    (stage, cancelled)
}

#[tokio::test]
async fn skip_leaves_it_out() {
    let (mut stage, cancelled) = overlapping(Overlap::Skip).await;
    assert_eq!(cancelled, []);
    stage.end("r1", Outcome::Completed).await;
    stage.look("2026-01-05T11:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 skipped: run r1 was under way
        2026-01-05 11:00+00:00 fired r2
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn skip_counts_runs_that_were_begun_by_hand() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.by_hand("retag", "acme", "hand").await;
    stage.by_hand("retag", "bolt", "other").await;
    stage.look("2026-01-05T09:00Z").await;
    stage.restart().await;
    stage.look("2026-01-05T10:00Z").await;
    stage.end("hand", Outcome::Completed).await;
    stage.look("2026-01-05T11:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 skipped: run hand was under way
        2026-01-05 10:00+00:00 skipped: run hand was under way
        2026-01-05 11:00+00:00 fired r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn queue_waits_for_the_end_of_the_other() {
    let (mut stage, cancelled) = overlapping(Overlap::Queue).await;
    assert_eq!(cancelled, []);
    stage.look("2026-01-05T11:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 waiting: queued behind run r1
        2026-01-05 11:00+00:00 waiting: queued behind run r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
    // Days later: what waits for a reason is not late.
    stage.restart().await;
    stage.look("2026-01-08T11:00Z").await;
    stage.end("r1", Outcome::Completed).await;
    stage.look("2026-01-08T11:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 fired r2: queued behind run r1
        2026-01-05 11:00+00:00 waiting: queued behind run r1
        2026-01-05 12:00+00:00 missed: noticed 2d 23h late, outside of the window of 1d
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_is_queued_runs_in_order() {
    let (mut stage, _) = overlapping(Overlap::Queue).await;
    stage.look("2026-01-05T11:00Z").await;
    stage.end("r1", Outcome::Completed).await;
    // A due time that is looked at in the same moment is behind those that wait.
    stage.look("2026-01-05T12:00Z").await;
    stage.end("r2", Outcome::Completed).await;
    stage.look("2026-01-05T12:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 fired r2: queued behind run r1
        2026-01-05 11:00+00:00 fired r3: queued behind run r1
        2026-01-05 12:00+00:00 waiting: queued behind a run that was about to begin
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn cancel_other_begins_when_the_other_has_ended() {
    let (mut stage, cancelled) = overlapping(Overlap::CancelOther).await;
    assert_eq!(cancelled, [run("r1")]);
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 waiting: queued behind run r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
    // A process that ended before it has cancelled anything does it after all.
    stage.restart().await;
    assert_eq!(stage.look("2026-01-05T10:01Z").await, [run("r1")]);
    stage.end("r1", Outcome::Cancelled).await;
    stage.look("2026-01-05T10:01Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 fired r2: queued behind run r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn allow_begins_beside_the_other() {
    let (stage, cancelled) = overlapping(Overlap::Allow).await;
    assert_eq!(cancelled, []);
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 fired r2
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn what_is_caught_up_neither_skips_nor_cancels_its_like() {
    for overlap in [Overlap::Skip, Overlap::Queue, Overlap::CancelOther] {
        let definition = Definition { catch_up: CatchUp::All, ..hourly_with(overlap) };
        let mut stage = Stage::with("2026-01-05T08:30Z", definition).await;
        stage.look("2026-01-05T11:30Z").await;
        stage.restart().await;
        for ended in ["r1", "r2"] {
            assert_eq!(stage.look("2026-01-05T11:40Z").await, [], "{overlap:?}");
            stage.end(ended, Outcome::Completed).await;
        }
        assert_eq!(stage.look("2026-01-05T11:50Z").await, [], "{overlap:?}");
        expect![[r#"
            2026-01-05 09:00+00:00 fired r1: caught up, noticed 2h 30m late
            2026-01-05 10:00+00:00 fired r2: caught up, noticed 1h 30m late
            2026-01-05 11:00+00:00 fired r3: caught up, noticed 30m late
        "#]]
        .assert_eq(&stage.fates("UTC").await);
    }
}

#[tokio::test]
async fn a_policy_that_changes_is_that_of_what_waits() {
    let (mut stage, _) = overlapping(Overlap::Queue).await;
    stage.put(RETAG, hourly_with(Overlap::Allow)).await;
    stage.look("2026-01-05T10:01Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 fired r2: queued behind run r1
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}

#[tokio::test]
async fn runs_count_that_were_there_before_the_schedule() {
    let mut stage = Stage::with("2026-01-05T08:30Z", hourly()).await;
    stage.look("2026-01-05T09:00Z").await;
    stage.remove(RETAG).await;
    stage.by_hand("retag", "acme", "hand").await;
    stage.end("r1", Outcome::Completed).await;
    stage.put(RETAG, hourly()).await;
    stage.look("2026-01-05T10:00Z").await;
    expect![[r#"
        2026-01-05 09:00+00:00 fired r1
        2026-01-05 10:00+00:00 skipped: run hand was under way
    "#]]
    .assert_eq(&stage.fates("UTC").await);
}
