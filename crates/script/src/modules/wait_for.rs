//! `wait_for(job[, options])`: reads a job of the API, or each of several, until it is over.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_api::operation::{Answer as Shape, Method};
use pianoroll_api::{Arguments, OPERATIONS, Operation};
use pianoroll_host::plan::PLANNED;
use rhai::{Array, Dynamic, Module, NativeCallContext, Position};

use super::operations::{add_raw, answer};
use crate::context::{Context, context};
use crate::error::{Failure, Thrown, found};
use crate::record::{Asked, Record};
use crate::time::Span;
use crate::value::as_text;

/// The options of `wait_for`.
pub(crate) const OPTIONS: [&str; 1] = ["timeout"];

/// What the `status` of a job says when it is over: whether it went well. Klaviyo's jobs are queued, processing, complete or
/// cancelled; a word that is not here means that the job goes on.
const OVER: [(&str, bool); 5] = [
    ("complete", true),
    ("completed", true),
    ("cancelled", false),
    ("canceled", false),
    ("failed", false),
];

/// Between two reads: the first pause, which doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long a job is waited for unless told otherwise.
const TIMEOUT: Duration = Duration::from_secs(60 * 60);

/// Registers it.
pub(super) fn register(module: &mut Module) {
    for count in [1, 2] {
        add_raw(module, "wait_for", count, wait_for);
    }
}

fn wait_for(call: &NativeCallContext, given: &[&mut Dynamic]) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let at = |thrown: Thrown| thrown.at(position);
    let [job, options @ ..] = given else { return Ok(Dynamic::UNIT) };
    let context = context(call)?;
    let timeout = timeout(options.first().map(|options| &**options)).map_err(at)?;
    // Decided from moments that a replay sees again.
    let started = context.wait(position, context.branch.clock())?;
    let mut limit = Limit { timeout, started, now: started };
    // A list that became several calls has several jobs.
    if let Ok(jobs) = job.as_array_ref() {
        let over = jobs.iter().map(|job| wait(&context, job, &mut limit, position));
        return Ok(Dynamic::from_array(over.collect::<Result<Array, _>>()?));
    }
    wait(&context, job, &mut limit, position)
}

/// How long all that one `wait_for` waits for may take.
struct Limit {
    timeout: Duration,
    started: Timestamp,
    /// At the end of the last pause.
    now: Timestamp,
}

impl Limit {
    fn left(&self) -> Duration {
        // A clock that was put back has not moved.
        let passed = Duration::try_from(self.now.duration_since(self.started)).unwrap_or_default();
        self.timeout.saturating_sub(passed)
    }
}

fn wait(
    context: &Context,
    job: &Dynamic,
    limit: &mut Limit,
    position: Position,
) -> Result<Dynamic, Failure> {
    let at = |thrown: Thrown| thrown.at(position);
    let Some(mut record) = job.read_lock::<Record>().map(|record| record.clone()) else {
        let message =
            format!("`wait_for` takes a job or jobs as the API answered them, not {}", found(job));
        return Err(at(Thrown::argument(message)));
    };
    let get = reader(&record).map_err(at)?;
    let id = record.id().to_string();
    if id.starts_with(PLANNED) {
        return Ok(Dynamic::from(record));
    }
    let mut pause = FIRST_PAUSE;
    loop {
        if let Some((status, well)) = over(&record) {
            if well {
                return Ok(Dynamic::from(record));
            }
            let message = format!("the {} {id} ended as {status}", record.kind());
            return Err(at(Thrown::new("failed", message)));
        }
        let left = limit.left();
        if left.is_zero() {
            let status = record.attributes().map().get("status").and_then(as_text);
            let message = format!(
                "the {} {id} was not over after {}: its status is {}",
                record.kind(),
                crate::time::span_text(limit.timeout),
                status.as_deref().unwrap_or("unknown")
            );
            return Err(at(Thrown::new("timed_out", message)));
        }
        limit.now = context.wait(position, context.branch.sleep(pause.min(left), get.id))?;
        pause = (pause * 2).min(LONGEST_PAUSE);
        let arguments = Arguments::ids([id.as_str()]);
        let asked = Arc::new(Asked::of(get, &arguments.options));
        let reply = context.call(get, arguments, position)?;
        let read = answer(get, &reply, &asked).map_err(at)?.try_cast::<Record>();
        record = read.ok_or_else(|| {
            at(Thrown::new("unreadable", format!("the answer of {} holds no job", get.id)))
        })?;
    }
}

/// The status that a job ended with, and whether it went well; nothing while it goes on.
fn over(job: &Record) -> Option<(&'static str, bool)> {
    let status = as_text(job.attributes().map().get("status")?)?;
    OVER.into_iter().find(|(word, _)| status.eq_ignore_ascii_case(word))
}

/// The operation that reads a resource of this type, which has a status.
fn reader(record: &Record) -> Result<&'static Operation, Thrown> {
    let kind = record.kind();
    let reads = |operation: &&Operation| {
        matches!(operation.answer, Shape::One(of) if of == kind)
            && operation.route.method == Method::Get
            && operation.route.ids().count() == 1
            && operation.name.starts_with("get")
    };
    let reader = OPERATIONS.iter().find(reads).filter(|_| kind.ends_with("-job"));
    reader.ok_or_else(|| {
        let message = format!("`wait_for` waits for jobs that can be read, and a {kind} is none");
        Thrown::argument(message)
    })
}

fn timeout(options: Option<&Dynamic>) -> Result<Duration, Thrown> {
    let Some(options) = options else { return Ok(TIMEOUT) };
    let Ok(map) = options.as_map_ref() else {
        let message = format!("the options of `wait_for` are a map, not {}", found(options));
        return Err(Thrown::argument(message));
    };
    if let Some(unknown) = map.keys().find(|name| !OPTIONS.contains(&name.as_str())) {
        let message = format!("`wait_for` has no option `{unknown}`: it has `timeout`");
        return Err(Thrown::argument(message));
    }
    let Some(timeout) = map.get("timeout") else { return Ok(TIMEOUT) };
    let span = timeout.read_lock::<Span>().map(|span| *span);
    let span = span.and_then(|span| Duration::try_from(span.0).ok());
    span.ok_or_else(|| {
        let message =
            format!("`timeout` is a duration such as `minutes(30)`, not {}", found(timeout));
        Thrown::argument(message)
    })
}
