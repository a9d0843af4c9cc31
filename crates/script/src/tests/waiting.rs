//! `wait_for`.

use std::sync::Arc;
use std::time::Duration;

use expect_test::{Expect, expect};
use pianoroll_host::{GuestErrorKind, Limit};

use super::support::{Ended, Hurried, World, run_offline, run_simulated, runtime, settings};

/// A campaign that goes out later than any of these tests wait.
const SCHEDULED: &str = "01GDDKASAP8TKDDA2GRZDSVP4K";

fn hurried(seconds: Option<u64>, source: &str) -> (Ended, Vec<Duration>) {
    runtime().block_on(async {
        let mut world = World::simulated(settings()).await;
        let clock = Arc::new(Hurried::at("2026-05-20T10:00:00Z"));
        world.clock = Arc::<Hurried>::clone(&clock);
        world.guardrails.seconds = seconds.map(|most| Limit::new(most, "--limit seconds"));
        let ended = world.run(source).await;
        let slept = clock.slept.lock().unwrap().clone();
        (ended, slept)
    })
}

#[test]
fn a_job_is_read_until_it_is_over() {
    let (ended, slept) = hurried(
        None,
        "let jobs = profiles::bulk_import([#{ email: \"ann@example.com\" }]);
        let codes = coupon_codes::bulk_create([#{ unique_code: \"A1\", coupon: coupons::each().to_array()[0].id }]);
        [jobs[0].attributes.status, wait_for(jobs)[0].attributes.status, wait_for(codes[0]).attributes.status]",
    );
    assert_eq!(ended.text(), r#"["queued","complete","complete"]"#);
    assert_eq!(slept, [Duration::from_secs(1); 2]);
}

#[test]
fn pauses_grow_and_end_with_the_timeout() {
    let (ended, slept) = hurried(
        None,
        &format!(
            "let job = campaigns::get_send_job(\"{SCHEDULED}\"); let told = (); try {{ wait_for(job, #{{ timeout: seconds(50) }}); }} catch (e) {{ told = e; }} told"
        ),
    );
    expect![[r#"{"code":"timed_out","message":"the campaign-send-job 01GDDKASAP8TKDDA2GRZDSVP4K was not over after 50s: its status is queued"}"#]].assert_eq(&ended.text());
    let seconds: Vec<u64> = slept.iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [1, 2, 4, 8, 15, 15, 5]);
    assert_eq!(ended.summary.calls, 8);
}

#[test]
fn a_job_that_was_cancelled_throws() {
    let (ended, _) = hurried(
        None,
        &format!(
            "campaigns::cancel_send(\"{SCHEDULED}\", #{{ action: \"revert\" }}); let told = (); try {{ wait_for(campaigns::get_send_job(\"{SCHEDULED}\")); }} catch (e) {{ told = e; }} told"
        ),
    );
    expect![[r#"{"code":"failed","message":"the campaign-send-job 01GDDKASAP8TKDDA2GRZDSVP4K ended as cancelled"}"#]].assert_eq(&ended.text());
}

#[test]
fn a_limit_on_time_ends_the_wait() {
    let (ended, slept) =
        hurried(Some(5), &format!("wait_for(campaigns::get_send_job(\"{SCHEDULED}\"))"));
    expect![[r#"
        test.rhai:1:1: campaigns.get_send_job of 01GDDKASAP8TKDDA2GRZDSVP4K: not called, the run was stopped: it has run longer than the 5 seconds that `--limit seconds` allows
          |
        1 | wait_for(campaigns::get_send_job("01GDDKASAP8TKDDA2GRZDSVP4K"))
          | ^^^^^^^^"#]].assert_eq(&ended.text());
    let seconds: Vec<u64> = slept.iter().map(Duration::as_secs).collect();
    assert_eq!(seconds, [1, 2, 2]);
}

#[test]
fn a_cancelled_run_stops_waiting() {
    runtime().block_on(async {
        let mut world = World::simulated(settings()).await;
        // Nobody moves this clock: only the cancellation ends the wait.
        let clock = pianoroll_model::ManualClock::new(jiff::Timestamp::UNIX_EPOCH);
        world.clock = Arc::new(clock.clone());
        let cancel = world.cancel.clone();
        let watcher = tokio::spawn(async move {
            while clock.next_wake().is_none() {
                tokio::task::yield_now().await;
            }
            cancel.cancel();
        });
        let source = format!("wait_for(campaigns::get_send_job(\"{SCHEDULED}\"))");
        let ended = world.run(&source).await;
        watcher.await.unwrap();
        assert!(matches!(&ended.result, Err(error) if error.is_cancelled()), "{}", ended.text());
        assert!(!matches!(ended.result.unwrap_err().kind, GuestErrorKind::Program));
    });
}

#[test]
fn what_is_no_job_is_refused() {
    let check = |ended: Ended, expected: Expect| expected.assert_eq(&ended.text());
    check(
        run_offline("wait_for(\"job-1\")"),
        expect![[r#"
        test.rhai:1:1: `wait_for` takes a job or jobs as the API answered them, not the string "job-1"
          |
        1 | wait_for("job-1")
          | ^^^^^^^^"#]],
    );
    check(
        run_simulated("wait_for(lists::find(\"Y6nRLr\"))"),
        expect![[r#"
        test.rhai:1:1: `wait_for` waits for jobs that can be read, and a list is none
          |
        1 | wait_for(lists::find("Y6nRLr"))
          | ^^^^^^^^"#]],
    );
    check(
        run_offline("let o = #{ timeot: 1 }; wait_for([], o)"),
        expect![[r#"
        test.rhai:1:25: `wait_for` has no option `timeot`: it has `timeout`
          |
        1 | let o = #{ timeot: 1 }; wait_for([], o)
          |                         ^^^^^^^^"#]],
    );
    check(
        run_offline("wait_for([], #{ timeout: 30 })"),
        expect![[r#"
        test.rhai:1:1: `timeout` is a duration such as `minutes(30)`, not the int 30
          |
        1 | wait_for([], #{ timeout: 30 })
          | ^^^^^^^^"#]],
    );
    let error = crate::Script::compile("wait_for([], #{ timeot: 1 })", "test.rhai").unwrap_err();
    expect![[r#"
        test.rhai:1:17: `wait_for` has no option `timeot`
          |
        1 | wait_for([], #{ timeot: 1 })
          |                 ^^^^^^
          = did you mean `timeout`?"#]]
    .assert_eq(&error.to_string());
}
