//! A run's report for people and programs.

use std::fmt::Write as _;
use std::time::Duration;

use pianoroll_host::{
    Cause, GuestError, HostError, LedgerEntry, OutputEnd, OutputRecord, Problem, Summary,
};
use pianoroll_model::{Effect, EffectCounts, Outcome};
use pianoroll_runtime::execution::RunReport;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::{counted, duration, grouped};
use crate::output::plain;
use crate::style::{DIM, ERROR, GOOD, HEADING, Styled, WARNING};
use crate::{describe, planned, refusal};

/// How many problems are listed for people; programs get all that were kept.
const LISTED: usize = 10;

/// How the process ends after the run.
pub(crate) fn exit(report: &RunReport) -> Exit {
    match (&report.error, report.summary.problem_count) {
        (Some(error), _) => refusal::exit_of_guest(error),
        (None, 0) => Exit::Completed,
        (None, _) => Exit::Problems,
    }
}

/// The one object of `run --json`.
pub(crate) fn json(report: &RunReport, about: &str, exit: Exit) -> Value {
    let mut object = json!({
        "run": report.run,
        "outcome": report.outcome,
        "exit_code": exit.code(),
        "result": report.result,
        "target": about,
        "random_seed": report.drawn_seed,
        "started": report.started.to_string(),
        "elapsed_seconds": report.elapsed.as_millis() as f64 / 1000.0,
        "files": report.files.iter().map(file_json).collect::<Vec<_>>(),
        "unknown": report.unknown.iter().map(|entry| unknown_json(entry, report)).collect::<Vec<_>>(),
    });
    if let (Value::Object(object), Some(plan)) = (&mut object, &report.plan) {
        object.extend(planned::json(plan));
    }
    // A summary is made of numbers and texts, so it always serialises.
    let summary = serde_json::to_value(&report.summary).unwrap_or_default();
    if let (Value::Object(object), Value::Object(summary)) = (&mut object, summary) {
        object.extend(summary);
        if !report.measured.is_null() {
            object.insert("measured".to_owned(), report.measured.clone());
        }
        if let Some(error) = &report.error {
            object.insert("error".to_owned(), error.to_map());
        }
    }
    object
}

/// The object of `run --json` for a run that never started.
pub(crate) fn not_started(failure: &Failure) -> Value {
    json!({
        "run": null,
        "outcome": if failure.exit == Exit::Cancelled { Outcome::Cancelled } else { Outcome::Failed },
        "exit_code": failure.exit.code(),
        "result": null,
        "calls": 0,
        "effects": EffectCounts::default(),
        "requests": 0,
        "retries": 0,
        "throttled": 0,
        "waited_seconds": 0.0,
        "problem_count": 0,
        "problems": [],
        "files": [],
        "unknown": [],
        "error": failure.to_json(),
    })
}

fn unknown_json(entry: &LedgerEntry, report: &RunReport) -> Value {
    let host = report.error.as_ref().and_then(GuestError::host);
    let host = host.filter(|host| host.position() == entry.position);
    json!({
        "operation": entry.operation,
        "account": entry.account,
        "target": entry.target,
        "effect": entry.effect,
        "position": entry.position.to_string(),
        "arguments": host.and_then(HostError::arguments),
        "check": advice(&entry.operation, entry.effect, &entry.target),
    })
}

fn file_json(file: &OutputRecord) -> Value {
    let mut object = json!({ "path": file.path, "bytes": file.bytes, "end": file.end.as_str() });
    if let (Value::Object(object), OutputEnd::Failed(why)) = (&mut object, &file.end) {
        object.insert("because".to_owned(), why.clone().into());
    }
    object
}

/// The summary for people.
pub(crate) fn text(report: &RunReport) -> String {
    let mut text = String::new();
    let summary = &report.summary;
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{}  {}", headline(report), Styled(DIM, format!("run {}", report.run)));
    let _ = writeln!(text, "  calls     {}", calls(summary));
    let _ = writeln!(text, "  requests  {}", requests(summary, report.elapsed));
    let _ = writeln!(text, "  problems  {}", grouped(summary.problem_count));
    for problem in summary.problems.iter().take(LISTED) {
        let _ = writeln!(text, "    {}", problem_line(problem));
    }
    let listed = summary.problems.len().min(LISTED) as u64;
    if summary.problem_count > listed {
        let _ = writeln!(text, "    and {} more", grouped(summary.problem_count - listed));
    }
    if summary.notifications > 0 && report.plan.is_none() {
        let told = counted(summary.notifications, "notification", "notifications");
        let _ = writeln!(text, "  told      {told}");
    }
    if summary.unlogged > 0 {
        let more = counted(summary.unlogged, "more line was", "more lines were");
        let _ = writeln!(text, "  log       {more} not shown");
    }
    for (index, file) in report.files.iter().take(LISTED).enumerate() {
        let head = if index == 0 { "files" } else { "" };
        let _ = writeln!(text, "  {head:8}  {}", file_line(file));
    }
    if report.files.len() > LISTED {
        let more = (report.files.len() - LISTED) as u64;
        let _ = writeln!(text, "            and {} more", grouped(more));
    }
    if let Some(plan) = &report.plan {
        text.push_str(&planned::text(plan, report.drawn_seed));
    }
    text
}

/// The runs of an automation, a line a connection: its name, the outcome, and how the process would have ended.
pub(crate) fn group(automation: &str, runs: &[(&str, Option<&str>, Exit)]) -> String {
    let done = runs.iter().filter(|(.., exit)| matches!(exit, Exit::Completed | Exit::Problems));
    let (done, of) = (grouped(done.count() as u64), counted(runs.len() as u64, "run", "runs"));
    let width = runs.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or_default();
    let mut text = format!("{}: {done} of {of} completed\n", Styled(HEADING, automation));
    for (connection, outcome, exit) in runs {
        let style = match exit {
            Exit::Completed => GOOD,
            Exit::Problems | Exit::Cancelled => WARNING,
            _ => ERROR,
        };
        let outcome = outcome.unwrap_or("failed");
        let meaning = match exit {
            Exit::Completed | Exit::Cancelled => String::new(),
            exit => format!("  {}", Styled(DIM, exit.meaning())),
        };
        let _ = writeln!(text, "  {connection:width$}  {}{meaning}", Styled(style, outcome));
    }
    text
}

fn file_line(file: &OutputRecord) -> String {
    let bytes = counted(file.bytes, "byte", "bytes");
    let end = match &file.end {
        OutputEnd::Written => String::new(),
        OutputEnd::Planned => ", would be written".to_owned(),
        OutputEnd::Open | OutputEnd::Discarded => {
            ", not written: the run did not complete".to_owned()
        }
        OutputEnd::Failed(why) => format!(", not written: {}", plain(why)),
    };
    format!("{} ({bytes}{end})", plain(&file.path))
}

/// What ended the program, for people: the place, the line, the caret; and what to do about it.
pub(crate) fn error(report: &RunReport, hint: Option<String>) -> Option<String> {
    let error = report.error.as_ref()?;
    let mut text = String::new();
    if !error.is_cancelled() {
        let _ = write!(text, "{}: {}", Styled(ERROR, "error"), plain(&error.rendered));
    } else {
        let _ = write!(text, "{}: {}", Styled(WARNING, "cancelled"), plain(&error.message));
    }
    if let Some(hint) = hint {
        let _ = write!(text, "\n  {}: {hint}", Styled(HEADING, "hint"));
    }
    for entry in &report.unknown {
        let _ = write!(text, "\n\n{}", unknown(entry, error));
    }
    Some(text)
}

/// An effect whose answer was never seen: the call, and what to check.
fn unknown(entry: &LedgerEntry, error: &GuestError) -> String {
    let mut text =
        format!("{}: nobody knows whether this happened", Styled(ERROR, "unknown outcome"));
    let mut line = |name: &str, value: &str| {
        let _ = write!(text, "\n  {name:9}  {}", plain(value));
    };
    line("operation", &entry.operation);
    if let Some(account) = &entry.account {
        line("account", account);
    }
    if !entry.target.is_empty() {
        line("target", &entry.target);
    }
    line("effect", entry.effect.as_str());
    line("position", &entry.position.to_string());
    let host = error.host().filter(|host| host.position() == entry.position);
    if let Some(Cause::UnknownOutcome(error)) = host.map(HostError::cause) {
        line("because", &error.to_string());
    }
    if let Some(call) = host.and_then(call_line) {
        line("call", &call);
    }
    line("check", &advice(&entry.operation, entry.effect, &entry.target));
    text
}

/// The line that would make the call whose outcome is unknown.
fn call_line(error: &HostError) -> Option<String> {
    let operation = pianoroll_api::operation::find(error.operation())?;
    Some(describe::text::words_of(operation, error.arguments()?))
}

/// What a person can look at to settle an unknown outcome.
pub(crate) fn advice(operation: &str, effect: Effect, target: &str) -> String {
    let row = pianoroll_api::operation::find(operation);
    let probe = row.and_then(|row| row.probe);
    let target = if target.is_empty() { "ID".to_owned() } else { crate::words::quoted(target) };
    let again = match effect {
        Effect::Send => "do not send it again before you know",
        _ => "do not repeat it before you know",
    };
    match (probe, row) {
        (Some(probe), _) => format!("`pianoroll call {probe} {target}`; {again}"),
        (None, Some(row)) => {
            // What was to be made has no id yet, so the list shows it.
            let words = if target == "ID" {
                [("list", String::new()), ("get", " ID".to_owned())]
            } else {
                [("get", format!(" {target}")), ("list", String::new())]
            };
            let read = words.iter().find_map(|(name, words)| {
                let id = format!("{}.{name}", row.module);
                pianoroll_api::operation::find(&id).map(|read| format!("{}{words}", read.id))
            });
            match read {
                Some(read) => format!("`pianoroll call {read}` shows what is there; {again}"),
                None => format!("look in the account; {again}"),
            }
        }
        (None, None) => format!("look in the account; {again}"),
    }
}

fn headline(report: &RunReport) -> String {
    let took = duration(report.elapsed);
    let problems = report.summary.problem_count;
    if report.plan.is_some() {
        // Nothing here may read as done.
        let end = match report.outcome {
            Outcome::Completed => Styled(WARNING, "dry run ended"),
            Outcome::Cancelled => Styled(WARNING, "dry run cancelled"),
            Outcome::Failed | Outcome::Skipped => Styled(ERROR, "dry run failed"),
        };
        return format!("{end} after {took}, nothing was sent but reads");
    }
    match report.outcome {
        Outcome::Completed if problems > 0 => {
            let problems = counted(problems, "problem", "problems");
            format!("{} with {problems} in {took}", Styled(WARNING, "completed"))
        }
        Outcome::Completed => format!("{} in {took}", Styled(GOOD, "completed")),
        Outcome::Cancelled => format!("{} after {took}", Styled(WARNING, "cancelled")),
        Outcome::Failed | Outcome::Skipped => {
            format!("{} after {took}", Styled(ERROR, report.outcome))
        }
    }
}

fn calls(summary: &Summary) -> String {
    let mut parts = Vec::new();
    for effect in Effect::ALL {
        let count = summary.effects.of(effect);
        let (one, many) = match effect {
            Effect::Read => ("read", "reads"),
            Effect::Write => ("write", "writes"),
            Effect::Delete => ("delete", "deletes"),
            Effect::Send => ("send", "sends"),
        };
        if count > 0 {
            parts.push(counted(count, one, many));
        }
    }
    let mut text = grouped(summary.calls);
    if !parts.is_empty() {
        let _ = write!(text, " ({})", parts.join(", "));
    }
    if summary.outcomes.failed > 0 {
        let _ = write!(text, ", {} of them not done", grouped(summary.outcomes.failed));
    }
    text
}

fn requests(summary: &Summary, elapsed: Duration) -> String {
    let mut text = grouped(summary.requests);
    let _ = write!(text, ", {}", counted(summary.retries, "retry", "retries"));
    let _ = write!(text, ", {} waited for quota", duration(summary.waited));
    if summary.waited > elapsed {
        text.push_str(" by calls side by side");
    }
    if summary.throttled > 0 {
        let _ = write!(text, ", {} answered 429", grouped(summary.throttled));
    }
    text
}

fn problem_line(problem: &Problem) -> String {
    let details = match &problem.details {
        Value::Null => String::new(),
        details => {
            let details = details.to_string();
            let short: String = details.chars().take(120).collect();
            let more = if short.len() < details.len() || problem.omitted > 0 { "…" } else { "" };
            format!("  {}", Styled(DIM, format!("{short}{more}")))
        }
    };
    format!("{}{details}", plain(&problem.text))
}
