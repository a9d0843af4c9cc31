//! Sixty accounts behind one key, all due at once, with faults: the quota is shared evenly and kept, and all complete.

use std::collections::BTreeMap;

use jiff::Timestamp;
use pianoroll_simulator::{LoggedRequest, Settings};
use pianoroll_tests::serving::{Past, Station};
use serde_json::json;

use crate::{PROFILE, automation, completed, connections};

const SHOPS: usize = 60;
const CALLS: usize = 10;

/// What the gateway takes for one key, by the second.
const QUOTA: usize = 10;

/// How many requests are looked at to see how they are shared.
const SEEN: usize = 400;

/// How long one that is refused for its rate is told to wait, in seconds.
const RETRY_AFTER: i64 = 2;

#[tokio::test(flavor = "multi_thread")]
async fn sixty_accounts_share_a_quota_evenly_and_keep_it() {
    let (table, ids) = connections(SHOPS);
    let latency = std::time::Duration::from_millis(40);
    let station = Station::new(Settings { connections: ids, latency, ..Settings::default() }).await;
    let past = Past::hours(1, Station::now());
    station.write("x.rhai", &format!("for n in 0..{CALLS} {{ profiles::get(\"{PROFILE}\"); }}"));
    let rest = format!("connections = \"label:retail\"\nschedule = \"{}\"", past.cron);
    station.project_with(&format!("quota = {QUOTA}"), &(table + &automation("x", "x.rhai", &rest)));
    station.deploy_before(&past).await;
    let after = RETRY_AFTER.to_string();
    station.faults(json!([
        { "skip": 20, "times": 4, "status": 503 },
        { "skip": 100, "times": 4, "status": 429, "headers": { "Retry-After": after } },
        { "skip": 200, "times": 4, "drop": true },
        { "skip": 300, "times": 4, "delay_ms": 1_500 },
    ]));
    let mut serving = station.serve(&["--runs", "100"]);
    let what = format!("{} requests", SHOPS * CALLS);
    serving.until_seen(&what, async |_| station.simulator.requests().len() >= SHOPS * CALLS).await;
    completed(&station, &mut serving, SHOPS).await;
    let log = station.simulator.requests();
    evenly_shared(&log[..SEEN]);
    within_the_quota(&log);
    not_before_its_time(&log);
    assert_eq!(log.iter().filter(|request| request.applied).count(), SHOPS * CALLS);
    let _ = serving.stop().await;
}

fn account(request: &LoggedRequest) -> &str {
    &request.headers["maton-connection"]
}

/// Each account has its share, give or take one call.
fn evenly_shared(log: &[LoggedRequest]) {
    let mut shares: BTreeMap<&str, usize> = BTreeMap::new();
    for request in log {
        *shares.entry(account(request)).or_default() += 1;
    }
    assert_eq!(shares.len(), SHOPS, "{shares:?}");
    let mean = log.len() as f64 / SHOPS as f64;
    let allowed = (mean * 0.1).max(1.0);
    let uneven = shares.iter().filter(|(_, share)| (**share as f64 - mean).abs() > allowed);
    let uneven: Vec<_> = uneven.collect();
    assert!(uneven.is_empty(), "{mean:.1} each, give or take {allowed:.1}, but {uneven:?}");
}

/// What the simulator counts: no second of the clock has more, so that it refuses none but those of the rule.
fn within_the_quota(log: &[LoggedRequest]) {
    let mut seconds: BTreeMap<i64, usize> = BTreeMap::new();
    for request in log {
        *seconds.entry(request.time.as_second()).or_default() += 1;
    }
    let over: Vec<_> = seconds.iter().filter(|(_, count)| **count > QUOTA).collect();
    assert!(over.is_empty(), "{over:?}");
    assert_eq!(log.iter().filter(|request| request.status == Some(429)).count(), 4);
}

/// What was refused for its rate comes again when it was told to, and not before.
fn not_before_its_time(log: &[LoggedRequest]) {
    for (place, refused) in log.iter().enumerate() {
        if refused.status != Some(429) {
            continue;
        }
        let mut later = log[place + 1..].iter();
        let next = later.find(|request| account(request) == account(refused)).unwrap();
        let soonest: Timestamp = refused.time + jiff::SignedDuration::from_secs(RETRY_AFTER);
        assert!(next.time >= soonest, "{} after {}", next.time, refused.time);
    }
}
