//! Who gets how much of the quota, when all ask for more than there is.

use std::collections::BTreeMap;

use super::*;

/// What a request takes, there and back.
const LATENCY: Duration = Duration::from_millis(250);
/// Who calls by hand.
const HAND: &str = "hand";

impl Bench {
    /// One who calls for ever, each time so long after the last answer.
    fn call_on(&self, name: &str, want: &Want, pause: Duration) {
        let (limiter, clock) = (Arc::clone(&self.limiter), self.clock.clone());
        let (left, name, want) = (Arc::clone(&self.left), name.to_owned(), want.clone());
        tokio::spawn(async move {
            loop {
                let permit = limiter.admit(want.clone(), None).await.unwrap();
                left.lock().unwrap().push((name.clone(), clock.monotonic().as_millis()));
                clock.sleep(LATENCY).await;
                permit.answered(Limits::default());
                clock.sleep(pause).await;
            }
        });
    }
}

fn counts(left: &[(String, u128)]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (name, _) in left {
        *counts.entry(name.as_str()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn sixty_connections_of_unequal_demand_have_equal_shares() {
    const SECONDS: usize = 120;
    const GREEDY: usize = 57;
    let bench = Bench::new(10);
    // Limits of their own that are wider than a share, some of them barely: 10 a minute.
    let endpoints = ["profiles.list", "campaigns.list", "flows.list", "webhooks.list"];
    for index in 0..GREEDY {
        let name = format!("c{index}");
        // From one call at a time to fifty.
        let width = if index == 20 { 50 } else { 1 + index * 5 % 12 };
        for endpoint in endpoints.iter().cycle().skip(index).take(width) {
            bench.call_on(&name, &want(&name, endpoint), Duration::ZERO);
        }
    }
    settle().await;
    for index in GREEDY..60 {
        let name = format!("modest{index}");
        bench.call_on(&name, &want(&name, "profiles.list"), Duration::from_secs(20));
    }
    // Somebody looks at an account whose runs go on.
    let hand = Want { by_hand: true, ..want("c3", "lists.list") };
    bench.call_on(HAND, &hand, Duration::from_millis(1750));
    bench.run(Duration::from_secs(SECONDS as u64)).await;

    let left = bench.left();
    for (early, late) in left.iter().zip(&left[10..]) {
        assert!(late.1 - early.1 >= 1000, "{early:?} {late:?}");
    }
    assert!(left.len() >= SECONDS * 10 * 98 / 100, "{} in {SECONDS} s", left.len());

    // The first places of all went to whoever came first, before the others were there.
    let mut counts = counts(&left[10..]);
    // A turn is waited for as long as the others' turns before it take: less than seven seconds.
    for index in GREEDY..60 {
        let count = counts.remove(&*format!("modest{index}")).unwrap();
        assert!(count >= SECONDS / 27, "modest{index}: {count}");
    }
    // First of all means the next place that is free: at most a second away.
    let by_hand = counts.remove(HAND).unwrap();
    assert!(by_hand >= SECONDS / 3, "{by_hand}");
    let share = counts.values().sum::<usize>() as f64 / GREEDY as f64;
    assert_eq!(counts.len(), GREEDY);
    for (name, count) in counts {
        assert!((count as f64 / share - 1.0).abs() < 0.1, "{name}: {count} of {share}");
    }
}

#[tokio::test]
async fn a_person_at_work_on_an_account_does_not_hold_its_runs_up() {
    let bench = Bench::new(2);
    let hand = Want { by_hand: true, ..want("a", "lists.list") };
    bench.call_on(HAND, &hand, Duration::from_millis(750));
    for name in ["a", "b", "c"] {
        for _ in 0..3 {
            bench.call_on(name, &want(name, "profiles.list"), Duration::ZERO);
        }
    }
    bench.run(Duration::from_secs(60)).await;
    let left = bench.left();
    let counts = counts(&left);
    let share = (left.len() - counts[HAND]) as f64 / 3.0;
    for name in ["a", "b", "c"] {
        assert!((counts[name] as f64 / share - 1.0).abs() < 0.1, "{counts:?}");
    }
}
