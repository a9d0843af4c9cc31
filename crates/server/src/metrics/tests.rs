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
    expect![[r##"
        # HELP pianoroll_build_info The pianoroll that serves.
        # TYPE pianoroll_build_info gauge
        pianoroll_build_info{version="0.1.0"} 1
        # HELP pianoroll_runs_total Runs that ended, by automation and outcome.
        # TYPE pianoroll_runs_total counter
        pianoroll_runs_total{automation="retag",outcome="completed"} 1
        # HELP pianoroll_occurrences_total Due times of schedules, by what became of them.
        # TYPE pianoroll_occurrences_total counter
        pianoroll_occurrences_total{fate="fired"} 2
        # HELP pianoroll_notifications_total Notifications, by whether they were sent.
        # TYPE pianoroll_notifications_total counter
        pianoroll_notifications_total{result="sent"} 1
        # HELP pianoroll_hook_deliveries_total Deliveries of webhooks, by hook and result.
        # TYPE pianoroll_hook_deliveries_total counter
        pianoroll_hook_deliveries_total{hook="klaviyo",result="accepted"} 1
        # HELP pianoroll_attempts_total Attempts of runs, by how they ended.
        # TYPE pianoroll_attempts_total counter
        pianoroll_attempts_total{end="completed"} 1
        # HELP pianoroll_requests_total Requests to the gateway, by credential.
        # TYPE pianoroll_requests_total counter
        pianoroll_requests_total{credential="agency"} 42
        # HELP pianoroll_throttled_total Requests that the gateway turned away as too many, by credential.
        # TYPE pianoroll_throttled_total counter
        pianoroll_throttled_total{credential="agency"} 1
        # HELP pianoroll_runs_under_way Runs that are being executed.
        # TYPE pianoroll_runs_under_way gauge
        pianoroll_runs_under_way 3
        # HELP pianoroll_runs_waiting Runs that wait, by what they wait for.
        # TYPE pianoroll_runs_waiting gauge
        pianoroll_runs_waiting{reason="approval"} 2
        # HELP pianoroll_schedules Schedules, paused ones among them.
        # TYPE pianoroll_schedules gauge
        pianoroll_schedules 5
        # HELP pianoroll_schedules_paused Schedules that are paused.
        # TYPE pianoroll_schedules_paused gauge
        pianoroll_schedules_paused 1
        # HELP pianoroll_parked Credentials and connections whose runs are held back, by cause.
        # TYPE pianoroll_parked gauge
        pianoroll_parked{cause="credential"} 1
        # HELP pianoroll_last_tick_timestamp_seconds When the schedules were last looked at, in seconds since 1970.
        # TYPE pianoroll_last_tick_timestamp_seconds gauge
        pianoroll_last_tick_timestamp_seconds 1772344800.5
        # HELP pianoroll_dispatch_delay_seconds From the due time of an occurrence to the start of its run.
        # TYPE pianoroll_dispatch_delay_seconds histogram
        pianoroll_dispatch_delay_seconds_bucket{le="0.1"} 0
        pianoroll_dispatch_delay_seconds_bucket{le="0.25"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="0.5"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="1"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="2.5"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="5"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="15"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="60"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="300"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="900"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="3600"} 1
        pianoroll_dispatch_delay_seconds_bucket{le="+Inf"} 1
        pianoroll_dispatch_delay_seconds_sum 0.2
        pianoroll_dispatch_delay_seconds_count 1
        # HELP pianoroll_run_duration_seconds From the start of a run to its end.
        # TYPE pianoroll_run_duration_seconds histogram
        pianoroll_run_duration_seconds_bucket{le="0.5"} 0
        pianoroll_run_duration_seconds_bucket{le="1"} 0
        pianoroll_run_duration_seconds_bucket{le="5"} 0
        pianoroll_run_duration_seconds_bucket{le="15"} 0
        pianoroll_run_duration_seconds_bucket{le="60"} 0
        pianoroll_run_duration_seconds_bucket{le="300"} 1
        pianoroll_run_duration_seconds_bucket{le="900"} 1
        pianoroll_run_duration_seconds_bucket{le="3600"} 1
        pianoroll_run_duration_seconds_bucket{le="10800"} 1
        pianoroll_run_duration_seconds_bucket{le="28800"} 1
        pianoroll_run_duration_seconds_bucket{le="86400"} 1
        pianoroll_run_duration_seconds_bucket{le="+Inf"} 1
        pianoroll_run_duration_seconds_sum 75.0
        pianoroll_run_duration_seconds_count 1
    "##]].assert_eq(&metrics.encode());
}

#[test]
fn label_values_are_escaped() {
    let metrics = Metrics::new("0.1.0");
    metrics.run_ended("a \"b\" \\c\nd", Outcome::Failed, 0.0);
    let text = metrics.encode();
    let line = text.lines().find(|line| line.starts_with("pianoroll_runs_total")).unwrap();
    expect![[r#"pianoroll_runs_total{automation="a \"b\" \\c\nd",outcome="failed"} 1"#]]
        .assert_eq(line);
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
