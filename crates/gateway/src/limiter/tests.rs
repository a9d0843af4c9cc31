//! Waiting, in virtual time.

use std::sync::Mutex;

use jiff::Timestamp;
use pianoroll_api::operation;
use pianoroll_model::ManualClock;

use super::*;

mod shares;

const LONGEST: Duration = Duration::from_secs(900);

struct Bench {
    clock: ManualClock,
    limiter: Arc<Limiter>,
    /// Who left, and when in milliseconds.
    left: Arc<Mutex<Vec<(String, u128)>>>,
}

impl Bench {
    fn new(per_second: u32) -> Self {
        Self::with(per_second, None, ManualClock::new(Timestamp::UNIX_EPOCH))
    }

    fn with(per_second: u32, shared: Option<Shared>, clock: ManualClock) -> Self {
        let limiter = Limiter::new(per_second, shared, LONGEST, Arc::new(clock.clone()));
        Self { clock, limiter: Arc::new(limiter), left: Arc::default() }
    }

    /// Somebody who sends once it is their turn, and is answered at once.
    fn send(&self, name: &str, want: Want) -> tokio::task::JoinHandle<()> {
        let (limiter, clock) = (Arc::clone(&self.limiter), self.clock.clone());
        let (left, name) = (Arc::clone(&self.left), name.to_owned());
        tokio::spawn(async move {
            let permit = limiter.admit(want, None).await.unwrap();
            left.lock().unwrap().push((name, clock.monotonic().as_millis()));
            permit.answered(Limits::default());
        })
    }

    /// Moves the clock from wake to wake for so long.
    async fn run(&self, duration: Duration) {
        let end = self.clock.monotonic() + duration;
        loop {
            settle().await;
            let left = end.saturating_sub(self.clock.monotonic());
            match self.clock.next_wake().filter(|wake| *wake <= left) {
                // Sleeps that are over leave a wake of nothing until they are polled.
                Some(wake) => self.clock.advance(wake),
                None => break self.clock.advance(left),
            }
        }
        settle().await;
    }

    fn left(&self) -> Vec<(String, u128)> {
        std::mem::take(&mut self.left.lock().unwrap())
    }

    fn names(&self) -> String {
        self.left().into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    }
}

/// Lets everybody go on who can.
async fn settle() {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
}

fn want(connection: &str, id: &str) -> Want {
    Want {
        connection: connection.into(),
        endpoint: id.into(),
        operation: operation::find(id),
        budgets: Vec::new(),
        by_hand: false,
    }
}

#[tokio::test]
async fn connections_take_turns_and_calls_by_hand_go_first() {
    let bench = Bench::new(1);
    for index in 0..4 {
        bench.send(&format!("a{index}"), want("a", "profiles.list"));
    }
    settle().await;
    for index in 0..2 {
        bench.send(&format!("b{index}"), want("b", "profiles.list"));
    }
    bench.send("hand", Want { by_hand: true, ..want("c", "profiles.list") });
    bench.run(Duration::from_secs(10)).await;
    assert_eq!(bench.names(), "a0 hand b0 a1 b1 a2 a3");
}

#[tokio::test]
async fn an_endpoint_that_is_used_up_holds_nobody_else_up() {
    let bench = Bench::new(10);
    // Webhooks take 1 a second and 15 a minute.
    for index in 0..17 {
        bench.send(&format!("w{index}"), want("a", "webhooks.list"));
    }
    settle().await;
    bench.send("other", want("b", "webhooks.list"));
    bench.send("profile", want("a", "profiles.list"));
    bench.run(Duration::from_secs(62)).await;
    let left = bench.left();
    let at = |name: &str| left.iter().find(|(who, _)| who == name).map(|(_, millis)| *millis);
    assert_eq!(at("w0"), Some(0));
    assert_eq!(at("other"), Some(0));
    assert_eq!(at("profile"), Some(0));
    let gaps = (1..15)
        .map(|index| at(&format!("w{index}")).unwrap() - at(&format!("w{}", index - 1)).unwrap());
    assert!(gaps.clone().all(|gap| (1000..1010).contains(&gap)), "{:?}", gaps.collect::<Vec<_>>());
    assert!((60_000..60_010).contains(&at("w15").unwrap()), "{left:?}");
}

#[tokio::test]
async fn a_budget_is_charged_across_endpoints() {
    let bench = Bench::new(10);
    let budget = operation::app("klaviyo").unwrap().budgets;
    let budget = budget.iter().find(|budget| budget.id == "profile_count").unwrap();
    let charged = |id: &str| Want { budgets: vec![budget], ..want("a", id) };
    bench.send("list", charged("lists.get"));
    bench.send("segment", charged("segments.get"));
    bench.send("plain", want("a", "segments.get"));
    bench.run(Duration::from_secs(3)).await;
    assert_eq!(bench.names(), "list plain segment");
}

#[tokio::test]
async fn a_refusal_blocks_its_endpoint_or_everything() {
    let bench = Bench::new(10);
    let permit = bench.limiter.admit(want("a", "profiles.list"), None).await.unwrap();
    permit.refused(Refuser::Api, Duration::from_secs(60));
    bench.send("same", want("a", "profiles.list"));
    bench.send("account", want("b", "profiles.list"));
    bench.send("endpoint", want("a", "lists.list"));
    bench.run(Duration::from_secs(59)).await;
    assert_eq!(bench.names(), "account endpoint");
    bench.run(Duration::from_secs(2)).await;
    assert_eq!(bench.left(), [("same".to_owned(), 60_000)]);

    let permit = bench.limiter.admit(want("a", "profiles.list"), None).await.unwrap();
    permit.refused(Refuser::Gateway, Duration::from_secs(3));
    bench.send("all", want("b", "lists.list"));
    bench.run(Duration::from_secs(5)).await;
    assert_eq!(bench.left(), [("all".to_owned(), 64_000)]);
}

#[tokio::test]
async fn who_stops_waiting_leaves_no_trace() {
    let bench = Bench::new(1);
    bench.send("first", want("a", "profiles.list"));
    settle().await;
    let cancel = Cancel::new();
    let (limiter, listens) = (Arc::clone(&bench.limiter), cancel.clone());
    let waiting = tokio::spawn(async move {
        limiter.admit(want("a", "profiles.list"), Some(&listens)).await.map(|_| ())
    });
    settle().await;
    // It watched the clock; whoever comes next must.
    let next = bench.send("next", want("a", "profiles.list"));
    settle().await;
    cancel.cancel();
    assert_eq!(waiting.await.unwrap(), Err(Refusal::Stopped));
    bench.run(Duration::from_secs(2)).await;
    next.await.unwrap();
    assert_eq!(bench.names(), "first next");
    // One that was dropped in the middle of its wait, without a word.
    let third = bench.send("third", want("a", "profiles.list"));
    let fourth = bench.send("fourth", want("a", "profiles.list"));
    settle().await;
    third.abort();
    bench.run(Duration::from_secs(3)).await;
    fourth.await.unwrap();
    assert_eq!(bench.names(), "fourth");
}

#[tokio::test]
async fn a_wait_past_the_longest_is_refused_at_once() {
    let bench = Bench::new(10);
    let permit = bench.limiter.admit(want("a", "lists.create"), None).await.unwrap();
    permit.refused(Refuser::Api, Duration::from_secs(7200));
    let refused = bench.limiter.admit(want("a", "lists.create"), None).await.map(|_| ());
    assert_eq!(refused, Err(Refusal::TooLong(Duration::from_secs(7200))));
}

#[tokio::test]
async fn a_thousand_who_wait_all_leave_at_the_quota() {
    let bench = Bench::new(10);
    for index in 0..1000 {
        bench.send("x", want(&format!("{}", index % 60), "profiles.list"));
    }
    bench.run(Duration::from_secs(120)).await;
    let left = bench.left();
    assert_eq!(left.len(), 1000);
    for (early, late) in left.iter().zip(&left[10..]) {
        assert!(late.1 - early.1 >= 1000, "{early:?} {late:?}");
    }
    assert!(left[999].1 < 100_500, "{:?}", left[999]);
}

#[tokio::test]
async fn processes_share_a_quota_through_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quota");
    let clock = ManualClock::new("2026-11-21T10:00:00Z".parse().unwrap());
    let process = || Bench::with(10, Some(Shared::new(&path).unwrap()), clock.clone());
    let (one, two) = (process(), process());
    // Two processes have ids of their own; these share one.
    two.limiter.lock().start_ids_at(1 << 40);
    for _ in 0..50 {
        one.send("one", want("a", "profiles.list"));
        two.send("two", want("a", "profiles.list"));
    }
    one.run(Duration::from_secs(20)).await;
    let mut left = one.left();
    left.extend(two.left());
    assert_eq!(left.len(), 100);
    left.sort_by_key(|(_, millis)| *millis);
    for (early, late) in left.iter().zip(&left[10..]) {
        assert!(late.1 - early.1 >= 1000, "{early:?} {late:?}");
    }
    assert!(left[99].1 < 9_300, "{:?}", left[99]);

    // What the gateway refuses one process, all have heard.
    let permit = one.limiter.admit(want("a", "profiles.list"), None).await.unwrap();
    permit.refused(Refuser::Gateway, Duration::from_secs(30));
    two.send("two", want("b", "lists.list"));
    one.run(Duration::from_secs(40)).await;
    assert_eq!(two.left(), [("two".to_owned(), 50_000)]);
}

#[tokio::test]
async fn a_damaged_file_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quota");
    let damaged: [&[u8]; 6] = [
        b"",
        b"\xff\xfe\x00garbage",
        b"pianoroll quota 1\n",
        b"pianoroll quota 1\nblocked 99999999999999999999\n1 x\n\n2\n",
        // A place and a block under another time.
        b"pianoroll quota 1\nblocked 9999999999999999\n7 9999999999999999\n",
        b"pianoroll quota 1\nblocked -1\n7 -5\nblo",
    ];
    for bytes in damaged {
        std::fs::write(&path, bytes).unwrap();
        let clock = ManualClock::new("2026-11-21T10:00:00Z".parse().unwrap());
        let bench = Bench::with(2, Some(Shared::new(&path).unwrap()), clock);
        for _ in 0..4 {
            bench.send("x", want("a", "profiles.list"));
        }
        bench.run(Duration::from_secs(3)).await;
        assert_eq!(bench.left().len(), 4, "{bytes:?}");
    }
}

#[tokio::test]
async fn a_lock_that_is_held_too_long_is_waited_for_and_then_ignored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quota");
    let bench =
        Bench::with(2, Some(Shared::new(&path).unwrap()), ManualClock::new(Timestamp::UNIX_EPOCH));
    let stuck = std::fs::File::options().read(true).write(true).open(&path).unwrap();
    stuck.lock().unwrap();
    bench.send("x", want("a", "profiles.list"));
    bench.run(Duration::from_millis(900)).await;
    assert_eq!(bench.left(), []);
    bench.run(Duration::from_millis(200)).await;
    assert_eq!(bench.left().len(), 1);
}

#[cfg(unix)]
#[test]
fn the_shared_file_lies_where_nobody_else_can_enter() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("pianoroll");
    assert!(shared::private(&inside));
    assert_eq!(std::fs::metadata(&inside).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(shared::private(&inside));
    std::fs::set_permissions(&inside, PermissionsExt::from_mode(0o755)).unwrap();
    assert!(!shared::private(&inside));
    let link = folder.path().join("link");
    symlink(folder.path(), &link).unwrap();
    assert!(!shared::private(&link));
}
