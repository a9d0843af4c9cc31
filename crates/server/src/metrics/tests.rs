use expect_test::expect;

use super::*;

#[test]
fn a_small_history_reads_so() {
    let metrics = Metrics::new("0.1.0");
    metrics.run_dispatched(0.2);
    metrics.run_ended("retag", Outcome::Completed, 75.0);
    metrics.attempt_ended("completed");
    metrics.occurrence("fired");
    metrics.occurrence("fired");
    metrics.notification(true);
    metrics.hook_delivery("klaviyo", "accepted");
    metrics.requests("agency", 41);
    metrics.requests("agency", 42);
    metrics.throttled("agency", 1);
    metrics.runs_under_way(3);
    metrics.runs_waiting(&[("approval", 2)]);
    metrics.schedules(5, 1);
    metrics.parked(&[("credential", 1)]);
    metrics.ticked("2026-03-01T06:00:00.5Z".parse().unwrap());
    expect![[r#""#]].assert_eq(&metrics.encode());
}

#[test]
fn label_values_are_escaped() {
    let metrics = Metrics::new("0.1.0");
    metrics.run_ended("a \"b\" \\c\nd", Outcome::Failed, 0.0);
    let text = metrics.encode();
    let line = text.lines().find(|line| line.starts_with("pianoroll_runs_total")).unwrap();
    expect![[r#""#]].assert_eq(line);
}

#[test]
fn what_is_replaced_is_gone() {
    let metrics = Metrics::new("0.1.0");
    metrics.runs_waiting(&[("approval", 2), ("retry", 1)]);
    metrics.runs_waiting(&[("retry", 4)]);
    let text = metrics.encode();
    assert!(text.contains("runs_waiting{reason=\"retry\"} 4\n"), "{text}");
    assert!(!text.contains("approval"), "{text}");
}

#[test]
fn times_that_went_back_count_as_none() {
    let metrics = Metrics::new("0.1.0");
    metrics.run_dispatched(-5.0);
    metrics.run_ended("retag", Outcome::Completed, f64::NAN);
    let text = metrics.encode();
    assert!(text.contains("dispatch_delay_seconds_sum 0.0\n"), "{text}");
    assert!(text.contains("run_duration_seconds_sum 0.0\n"), "{text}");
}
