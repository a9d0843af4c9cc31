//! What a hundred thousand schedules cost: `cargo bench -p pianoroll-runtime`. Read the ratios: both columns are measured in one run.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench measures real time, prints what it found, and ends at the first failure"
)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{Backend, Fate, Keep, Occurrence, ScheduleRecord, Sqlite};
use pianoroll_runtime::scheduler::{Book, Definition, Scheduler, schedule_name};

const SCHEDULES: usize = 100_000;
const AT_ONCE: usize = 10_000;
const IDLE: u32 = 100_000;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    memory();
    idle();
    decisions();
    runtime.block_on(async {
        load().await;
        written().await;
    });
}

/// A thousand automations on a hundred connections each, in twelve zones and at five hundred times of a week.
fn record(number: usize) -> ScheduleRecord {
    const ZONES: [&str; 12] = [
        "America/New_York",
        "America/Santiago",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Europe/London",
        "Asia/Kolkata",
        "Asia/Kathmandu",
        "Australia/Sydney",
        "Asia/Tokyo",
        "UTC",
        "America/Sao_Paulo",
    ];
    let cron = format!("{} {} * * {}", number % 4 * 15, number % 18 + 5, number % 7);
    at_times(number, &Definition::new(&cron, ZONES[number % 12]))
}

fn at_times(number: usize, definition: &Definition) -> ScheduleRecord {
    let (automation, connection) =
        (format!("automation-{}", number / 100), format!("connection-{}", number % 100));
    ScheduleRecord {
        name: schedule_name(&automation, &connection),
        automation,
        connection,
        definition: definition.to_value(),
        watermark: begin(),
        rewound: None,
        paused: None,
        failures: 0,
    }
}

/// A Monday at 00:00 UTC.
fn begin() -> Timestamp {
    Timestamp::from_second(1_767_571_200).unwrap()
}

fn book(records: Vec<ScheduleRecord>) -> Book {
    Book::load(records, Vec::new(), Vec::new(), Vec::new()).unwrap()
}

/// What a schedule takes in memory, beside what its name and its two parts take.
fn memory() {
    let before = resident();
    let names: Vec<_> =
        (0..SCHEDULES).map(record).map(|r| (r.name, r.automation, r.connection)).collect();
    let bare = resident() - before;
    let before = resident();
    let book = book((0..SCHEDULES).map(record).collect());
    let ours = resident() - before;
    assert_eq!(book.count().0, names.len());
    println!(
        "memory of a schedule {:7} bytes   its three names {:6} bytes   ratio {:.1}   ({} MB for {SCHEDULES})",
        ours / SCHEDULES,
        bare / SCHEDULES,
        ours as f64 / bare as f64,
        ours / 1_000_000
    );
}

/// A look at the clock at which nothing is due.
fn idle() {
    let mut book = book((0..SCHEDULES).map(record).collect());
    // Only what waits is left.
    book.tick(begin());
    let now = begin();
    let start = Instant::now();
    for _ in 0..IDLE {
        assert!(std::hint::black_box(&mut book).tick(now).keeps.is_empty());
    }
    let ours = start.elapsed() / IDLE;
    let set: BTreeSet<_> = (0..SCHEDULES).map(|n| (begin() + seconds(n), record(n).name)).collect();
    let start = Instant::now();
    for _ in 0..IDLE {
        std::hint::black_box(std::hint::black_box(&set).first());
    }
    let bare = start.elapsed() / IDLE;
    line("a look at nothing", ours, "first of a BTreeSet", bare);
}

/// What comes due in one moment: a decision each, without the journal.
fn decisions() {
    let daily = Definition::new("0 9 * * *", "America/New_York");
    let mut book = book((0..AT_ONCE).map(|number| at_times(number, &daily)).collect());
    let start = Instant::now();
    let turn = book.tick(begin() + SignedDuration::from_hours(14));
    let ours = start.elapsed();
    assert_eq!(turn.begin.len(), AT_ONCE);
    let mut set: BTreeSet<_> = (0..AT_ONCE).map(|n| (begin(), record(n).name)).collect();
    let start = Instant::now();
    for number in 0..AT_ONCE {
        let (at, name) = set.pop_first().unwrap();
        set.insert((at + seconds(86_400 + number), name));
    }
    let bare = start.elapsed();
    line("deciding one of 10,000", per(ours), "pop and insert in a BTreeSet", per(bare));
}

/// From the file to the first wake.
async fn load() {
    let folder = tempfile::tempdir().unwrap();
    let backend: Arc<dyn Backend> = Arc::new(Sqlite::open(folder.path()).await.unwrap());
    let keeps = (0..SCHEDULES).map(record).map(Keep::Schedule).collect();
    backend.keep(keeps).await.unwrap();
    let start = Instant::now();
    let records = backend.schedules().await.unwrap();
    let bare = start.elapsed();
    drop(records);
    let start = Instant::now();
    let scheduler = Scheduler::open(Arc::clone(&backend), begin()).await.unwrap();
    assert!(scheduler.next_wake().await.is_some());
    let ours = start.elapsed();
    println!(
        "loading {SCHEDULES}      {:7.2} s       reading their rows {:5.2} s       ratio {:.2}",
        ours.as_secs_f64(),
        bare.as_secs_f64(),
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}

/// What comes due in one moment, with its rows on disk before anything begins.
async fn written() {
    let folder = tempfile::tempdir().unwrap();
    let backend: Arc<dyn Backend> = Arc::new(Sqlite::open(folder.path()).await.unwrap());
    let daily = Definition::new("0 9 * * *", "America/New_York");
    let keeps = (0..AT_ONCE).map(|number| Keep::Schedule(at_times(number, &daily))).collect();
    backend.keep(keeps).await.unwrap();
    let scheduler = Scheduler::open(Arc::clone(&backend), begin()).await.unwrap();
    let now = begin() + SignedDuration::from_hours(14);
    let start = Instant::now();
    assert_eq!(scheduler.tick(now).await.unwrap().begin.len(), AT_ONCE);
    let ours = start.elapsed();
    // The same two rows each, of other due times.
    let mut keeps = Vec::new();
    for number in 0..AT_ONCE {
        let schedule = at_times(number, &daily);
        keeps.push(Keep::Occurrence(Occurrence {
            schedule: schedule.name.clone(),
            due: now + seconds(1),
            fate: Fate::Missed,
            reason: String::new(),
            starts: now,
            decided: now,
            run: None,
        }));
        keeps.push(Keep::Schedule(schedule));
    }
    let start = Instant::now();
    backend.keep(keeps).await.unwrap();
    let bare = start.elapsed();
    line("deciding, written", per(ours), "its two rows, written", per(bare));
}

fn line(what: &str, ours: Duration, other: &str, bare: Duration) {
    println!(
        "{what:22} {:9.3} us   {other:28} {:9.3} us   ratio {:.2}",
        us(ours),
        us(bare),
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}

fn per(all: Duration) -> Duration {
    all / u32::try_from(AT_ONCE).unwrap()
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn seconds(count: usize) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(count).unwrap())
}

/// What of this process is in memory, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}
