//! What a plugin may use, and what it has used.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

/// What one run of a plugin may use. The defaults let plugins in JavaScript and Python run, which bring their whole language
/// along; an operator sets others in `[plugins.NAME]` of the project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all its memories together. A Python plugin starts with some 30 MiB.
    pub memory: u64,
    /// Elements of all its tables together. Each takes a pointer of the host.
    pub table_elements: u64,
    /// Core instances, memories and tables, each. A Python plugin is made of some 40 core instances.
    pub instances: usize,
    /// Computing, without what it waits for: counted in slices of [`SLICE`].
    pub cpu: Duration,
    /// Wall clock of an attempt, waiting included.
    pub wall: Duration,
    /// Bytes of one host call, in either direction: a text, a document, a file's part, all answers of a batch.
    pub transfer: u64,
    /// Bytes that it may log in an attempt, problems included.
    pub log: u64,
    /// Host calls of an attempt, of any kind. Calls of operations have their own limits besides: the guardrails.
    pub host_calls: u64,
}

/// How finely computing is counted. A host call, however long, costs one at most.
pub const SLICE: Duration = Duration::from_millis(10);

const MIB: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 512 * MIB,
            table_elements: 1_000_000,
            instances: 200,
            cpu: Duration::from_secs(300),
            wall: Duration::from_secs(24 * 60 * 60),
            transfer: 16 * MIB,
            log: MIB,
            host_calls: 10_000_000,
        }
    }
}

impl Limits {
    /// The limits in the words and units of [`Usage`], for those who show both side by side.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        json!({
            "memory": self.memory,
            "table_elements": self.table_elements,
            "instances": self.instances,
            "cpu_ms": millis(self.cpu),
            "wall_ms": millis(self.wall),
            "largest": self.transfer,
            "log": self.log,
            "host_calls": self.host_calls,
        })
    }

    /// How many slices the computing may take.
    fn slices(&self) -> u64 {
        let slices = self.cpu.as_millis() / SLICE.as_millis();
        u64::try_from(slices).unwrap_or(u64::MAX).max(1)
    }
}

/// A limit that a plugin reached. It ended there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct LimitReached {
    /// What it did: `it computed longer than 300 s`.
    pub what: String,
    /// The setting in `[plugins.NAME] limits`.
    pub setting: &'static str,
}

/// Which limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limited {
    Memory,
    TableElements,
    Instances,
    Cpu,
    Wall,
    Transfer,
    Log,
    HostCalls,
}

impl Limited {
    pub(crate) fn reached(self, limits: &Limits) -> LimitReached {
        let (what, setting) = match self {
            Limited::Memory => {
                (format!("it wanted more memory than {}", bytes(limits.memory)), "memory_mib")
            }
            Limited::TableElements => {
                let most = limits.table_elements;
                (format!("it wanted tables of more than {most} elements"), "tables")
            }
            Limited::Instances => {
                let most = limits.instances;
                let parts = "core instances, memories or tables";
                (format!("it is made of more than {most} {parts}"), "instances")
            }
            Limited::Cpu => {
                (format!("it computed longer than {}", seconds(limits.cpu)), "cpu_seconds")
            }
            Limited::Wall => {
                (format!("it ran longer than {}", seconds(limits.wall)), "wall_seconds")
            }
            Limited::Transfer => {
                let most = bytes(limits.transfer);
                (format!("it moved more than {most} in one host call"), "transfer_mib")
            }
            Limited::Log => (format!("it logged more than {}", bytes(limits.log)), "log_kib"),
            Limited::HostCalls => {
                (format!("it made more than {} host calls", limits.host_calls), "host_calls")
            }
        };
        LimitReached { what, setting }
    }
}

fn bytes(count: u64) -> String {
    match count {
        count if count % MIB == 0 => format!("{} MiB", count / MIB),
        count if count % 1024 == 0 => format!("{} KiB", count / 1024),
        count => format!("{count} bytes"),
    }
}

fn seconds(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{} s", duration.as_secs()),
        millis => format!("{}.{millis:03} s", duration.as_secs()),
    }
}

/// What a run of a plugin has used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Usage {
    /// The most bytes of all memories together.
    pub memory: u64,
    /// The most elements of all tables together.
    pub table_elements: u64,
    /// Slices of computing, in milliseconds.
    pub cpu_ms: u64,
    /// Bytes that it gave to the host.
    pub bytes_out: u64,
    /// Bytes that it was given.
    pub bytes_in: u64,
    /// The most bytes of one host call, in either direction.
    pub largest: u64,
    /// Bytes that it logged.
    pub log: u64,
    /// Host calls.
    pub host_calls: u64,
}

/// Counts what is used. Shared by the run and those who look at it from outside.
#[derive(Debug)]
pub(crate) struct Meter {
    limits: Limits,
    memory: Gauge,
    table_elements: Gauge,
    slices: AtomicU64,
    bytes_out: AtomicU64,
    bytes_in: AtomicU64,
    largest: AtomicU64,
    log: AtomicU64,
    host_calls: AtomicU64,
    // The first limit that was reached: what the plugin's own language then says of it is an echo.
    reached: OnceLock<LimitReached>,
}

/// A number that goes up and down, and its highest.
#[derive(Debug, Default)]
struct Gauge {
    now: AtomicU64,
    highest: AtomicU64,
}

impl Gauge {
    fn grow(&self, more: u64) -> u64 {
        let now = self.now.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        self.highest.fetch_max(now, Ordering::Relaxed);
        now
    }

    fn would_be(&self, more: u64) -> u64 {
        self.now.load(Ordering::Relaxed).saturating_add(more)
    }
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            memory: Gauge::default(),
            table_elements: Gauge::default(),
            slices: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            bytes_in: AtomicU64::new(0),
            largest: AtomicU64::new(0),
            log: AtomicU64::new(0),
            host_calls: AtomicU64::new(0),
            reached: OnceLock::new(),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Notes that a limit is reached. The first one stays.
    pub(crate) fn reach(&self, limited: Limited) -> LimitReached {
        self.reached.get_or_init(|| limited.reached(&self.limits)).clone()
    }

    pub(crate) fn reached(&self) -> Option<&LimitReached> {
        self.reached.get()
    }

    /// One more slice of computing.
    pub(crate) fn slice(&self) -> Result<(), LimitReached> {
        let used = self.slices.fetch_add(1, Ordering::Relaxed) + 1;
        self.keep(used, self.limits.slices(), Limited::Cpu)
    }

    /// One more host call, with what it was given.
    pub(crate) fn host_call(&self, given: usize) -> Result<(), LimitReached> {
        if let Some(reached) = self.reached() {
            return Err(reached.clone());
        }
        let calls = self.host_calls.fetch_add(1, Ordering::Relaxed) + 1;
        self.keep(calls, self.limits.host_calls, Limited::HostCalls)?;
        self.moved(&self.bytes_out, given)
    }

    /// What a host call gives back.
    pub(crate) fn answered(&self, bytes: usize) -> Result<(), LimitReached> {
        self.moved(&self.bytes_in, bytes)
    }

    /// Bytes that are logged.
    pub(crate) fn logged(&self, bytes: usize) -> Result<(), LimitReached> {
        let bytes = bytes as u64;
        let logged = self.log.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        self.keep(logged, self.limits.log, Limited::Log)
    }

    fn moved(&self, sum: &AtomicU64, bytes: usize) -> Result<(), LimitReached> {
        let bytes = bytes as u64;
        sum.fetch_add(bytes, Ordering::Relaxed);
        self.largest.fetch_max(bytes, Ordering::Relaxed);
        self.keep(bytes, self.limits.transfer, Limited::Transfer)
    }

    fn keep(&self, used: u64, most: u64, limited: Limited) -> Result<(), LimitReached> {
        if used > most { Err(self.reach(limited)) } else { Ok(()) }
    }

    pub(crate) fn usage(&self) -> Usage {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Usage {
            memory: of(&self.memory.highest),
            table_elements: of(&self.table_elements.highest),
            cpu_ms: of(&self.slices).saturating_mul(SLICE.as_millis() as u64),
            bytes_out: of(&self.bytes_out),
            bytes_in: of(&self.bytes_in),
            largest: of(&self.largest),
            log: of(&self.log),
            host_calls: of(&self.host_calls),
        }
    }
}

/// What wasmtime asks before it gives memory away. Its own limits are for each memory; these are for all of a run.
#[derive(Debug)]
pub(crate) struct Grower {
    pub(crate) meter: std::sync::Arc<Meter>,
}

impl Grower {
    fn grow(
        &self,
        gauge: &Gauge,
        (current, desired): (usize, usize),
        most: u64,
        limited: Limited,
    ) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current) as u64;
        if gauge.would_be(more) > most {
            // An error ends the instance here and tells why; a plain no would be told by the plugin's language, as a panic.
            return Err(wasmtime::Error::from(self.meter.reach(limited)));
        }
        gauge.grow(more);
        Ok(true)
    }
}

impl wasmtime::ResourceLimiter for Grower {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let meter = &self.meter;
        self.grow(&meter.memory, (current, desired), meter.limits.memory, Limited::Memory)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let (meter, sizes) = (&self.meter, (current, desired));
        let most = meter.limits.table_elements;
        self.grow(&meter.table_elements, sizes, most, Limited::TableElements)
    }

    fn instances(&self) -> usize {
        self.meter.limits.instances
    }

    fn tables(&self) -> usize {
        self.meter.limits.instances
    }

    fn memories(&self) -> usize {
        self.meter.limits.instances
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { memory, cpu_ms, bytes_in, bytes_out, log, host_calls, .. } = self;
        write!(
            f,
            "{memory} bytes of memory, {cpu_ms} ms of computing, {host_calls} host calls, {bytes_in} bytes in, {bytes_out} out, {log} logged"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wasmtime::ResourceLimiter as _;

    use super::*;

    fn meter(change: impl FnOnce(&mut Limits)) -> Arc<Meter> {
        let mut limits = Limits::default();
        change(&mut limits);
        Arc::new(Meter::new(limits))
    }

    #[test]
    fn all_memories_count_together() {
        let meter = meter(|limits| limits.memory = 3 * MIB);
        let mut grower = Grower { meter: Arc::clone(&meter) };
        assert!(grower.memory_growing(0, 2 << 20, None).unwrap());
        assert!(grower.memory_growing(0, 1 << 20, None).unwrap());
        let error = grower.memory_growing(1 << 20, (1 << 20) + 65536, None).unwrap_err();
        let reached = error.downcast_ref::<LimitReached>().unwrap();
        assert_eq!(reached.to_string(), "it wanted more memory than 3 MiB");
        assert_eq!(meter.usage().memory, 3 * MIB);
    }

    #[test]
    fn the_first_limit_is_the_one_that_is_told() {
        let meter = meter(|limits| (limits.host_calls, limits.transfer) = (1, 10));
        assert!(meter.host_call(3).is_ok());
        let first = meter.host_call(3).unwrap_err();
        assert_eq!(meter.answered(11).unwrap_err(), first);
        assert_eq!(meter.host_call(0).unwrap_err(), first);
        assert_eq!(meter.usage().largest, 11);
    }

    #[test]
    fn computing_is_counted_in_slices() {
        let meter = meter(|limits| limits.cpu = Duration::from_millis(30));
        assert!((0..3).all(|_| meter.slice().is_ok()));
        let reached = meter.slice().unwrap_err().to_string();
        assert_eq!(reached, "it computed longer than 0.030 s");
        assert_eq!(meter.usage().cpu_ms, 40);
    }
}
