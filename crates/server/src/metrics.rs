//! The figures of a serving process, in the text that Prometheus reads.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use pianoroll_model::Outcome;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry, Unit};

#[cfg(test)]
mod tests;

/// What every name begins with.
const PREFIX: &str = "pianoroll";

/// How late a run begins: at best it waits for the next look at the clock, at worst for the run before it. In seconds.
const DELAYS: [f64; 11] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0];

/// How long a run takes: from a few calls to a night. In seconds.
const DURATIONS: [f64; 11] =
    [0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 10_800.0, 28_800.0, 86_400.0];

type Labels<const N: usize> = [(&'static str, String); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Gauges = Family<Labels<1>, Gauge>;

/// The figures of a serving process. Counting costs a look into a map; it does no I/O and waits for nobody but another count.
///
/// How many series there are is bounded by what the operator has written: automations, hooks and credentials are the project's, and
/// every other label is a word of ours, which its type (`&'static str`) keeps so. Labels hold no connection and no run.
pub struct Metrics {
    registry: Registry,
    runs: Counters<2>,
    occurrences: Counters<1>,
    notifications: Counters<1>,
    hook_deliveries: Counters<2>,
    attempts: Counters<1>,
    requests: Counters<1>,
    throttled: Counters<1>,
    runs_under_way: Gauge,
    runs_waiting: Gauges,
    schedules: Gauge,
    schedules_paused: Gauge,
    parked: Gauges,
    last_tick: Gauge<f64, AtomicU64>,
    dispatch_delay: Histogram,
    run_duration: Histogram,
    // Held while a family is replaced and while all is written, so that nobody reads half of one.
    replacing: Mutex<()>,
}

impl Metrics {
    /// With nothing counted.
    #[must_use]
    pub fn new(version: &str) -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let build = Info::new([("version", version.to_owned())]);
        registry.register("build", "The pianoroll that serves", build);
        let mut known = Known(registry);
        Self {
            runs: known.add("runs", "Runs that ended, by automation and outcome"),
            occurrences: known.add("occurrences", "Due times of schedules, by what became of them"),
            notifications: known.add("notifications", "Notifications, by whether they were sent"),
            hook_deliveries: known
                .add("hook_deliveries", "Deliveries of webhooks, by hook and result"),
            attempts: known.add("attempts", "Attempts of runs, by how they ended"),
            requests: known.add("requests", "Requests to the gateway, by credential"),
            throttled: known.add(
                "throttled",
                "Requests that the gateway turned away as too many, by credential",
            ),
            runs_under_way: known.add("runs_under_way", "Runs that are being executed"),
            runs_waiting: known.add("runs_waiting", "Runs that wait, by what they wait for"),
            schedules: known.add("schedules", "Schedules, paused ones among them"),
            schedules_paused: known.add("schedules_paused", "Schedules that are paused"),
            parked: known
                .add("parked", "Credentials and connections whose runs are held back, by cause"),
            last_tick: known.seconds(
                "last_tick_timestamp",
                "When the schedules were last looked at, in seconds since 1970",
                Gauge::default(),
            ),
            dispatch_delay: known.seconds(
                "dispatch_delay",
                "From the due time of an occurrence to the start of its run",
                Histogram::new(DELAYS),
            ),
            run_duration: known.seconds(
                "run_duration",
                "From the start of a run to its end",
                Histogram::new(DURATIONS),
            ),
            registry: known.0,
            replacing: Mutex::default(),
        }
    }

    /// A run of a schedule has begun, so long after its due time.
    pub fn run_dispatched(&self, delay_seconds: f64) {
        self.dispatch_delay.observe(delay_seconds.max(0.0));
    }

    /// A run has ended, so long after it began.
    pub fn run_ended(&self, automation: &str, outcome: Outcome, seconds: f64) {
        let labels = [("automation", automation.to_owned()), ("outcome", outcome.to_string())];
        self.runs.get_or_create(&labels).inc();
        self.run_duration.observe(seconds.max(0.0));
    }

    /// An attempt has ended.
    pub fn attempt_ended(&self, end: &'static str) {
        self.attempts.get_or_create(&one("end", end)).inc();
    }

    /// An occurrence has met its fate.
    pub fn occurrence(&self, fate: &'static str) {
        self.occurrences.get_or_create(&one("fate", fate)).inc();
    }

    /// A notification was sent, or given up.
    pub fn notification(&self, sent: bool) {
        let result = if sent { "sent" } else { "failed" };
        self.notifications.get_or_create(&one("result", result)).inc();
    }

    /// A delivery has come to a hook that is there: `accepted`, what became of it else, or
    /// [why it was refused](crate::HookRefusal::as_str).
    pub fn hook_delivery(&self, hook: &str, result: &'static str) {
        let labels = [("hook", hook.to_owned()), ("result", result.to_owned())];
        self.hook_deliveries.get_or_create(&labels).inc();
    }

    /// How many requests the gateway has counted for a credential, ever since it began. A smaller figure than the last one says that it
    /// began anew. The name is the project's, and never a part of the key.
    pub fn requests(&self, credential: &str, all: u64) {
        set(&self.requests, credential, all);
    }

    /// How many of them were turned away as too many; counted as in [`Metrics::requests`].
    pub fn throttled(&self, credential: &str, all: u64) {
        set(&self.throttled, credential, all);
    }

    /// How many runs are being executed.
    pub fn runs_under_way(&self, count: u64) {
        self.runs_under_way.set(figure(count));
    }

    /// How many runs wait, by what they wait for. It replaces what was said before: a reason that is left out has none.
    pub fn runs_waiting(&self, counts: &[(&'static str, u64)]) {
        self.replace(&self.runs_waiting, "reason", counts);
    }

    /// How many schedules there are, and how many of them are paused.
    pub fn schedules(&self, all: u64, paused: u64) {
        self.schedules.set(figure(all));
        self.schedules_paused.set(figure(paused));
    }

    /// How many credentials and connections are parked, by cause. It replaces what was said before.
    pub fn parked(&self, counts: &[(&'static str, u64)]) {
        self.replace(&self.parked, "cause", counts);
    }

    /// The schedules were looked at.
    pub fn ticked(&self, at: Timestamp) {
        self.last_tick.set(at.as_duration().as_secs_f64());
    }

    /// All of them, as text of Prometheus (version 0.0.4).
    #[must_use]
    pub fn encode(&self) -> String {
        let _whole = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        text
    }

    fn replace(&self, gauges: &Gauges, label: &'static str, counts: &[(&'static str, u64)]) {
        let _whole = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.clear();
        for (word, count) in counts {
            gauges.get_or_create(&one(label, word)).set(figure(*count));
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

/// A registry under way: what is added to it is kept here as well.
struct Known(Registry);

impl Known {
    fn add<M: Metric + Clone + Default>(&mut self, name: &str, help: &str) -> M {
        let metric = M::default();
        self.0.register(name, help, metric.clone());
        metric
    }

    fn seconds<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register_with_unit(name, help, Unit::Seconds, metric.clone());
        metric
    }
}

fn one(name: &'static str, value: &str) -> Labels<1> {
    [(name, value.to_owned())]
}

fn set(counters: &Counters<1>, credential: &str, all: u64) {
    let counter = counters.get_or_create(&one("credential", credential));
    counter.inner().store(all, Ordering::Relaxed);
}

fn figure(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
