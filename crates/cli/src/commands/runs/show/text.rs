//! A run for people.

use std::fmt::Write as _;

use jiff::Timestamp;
use pianoroll_host::GrantBy;
use pianoroll_journal::{AttemptEnd, AttemptRecord, Trigger};
use pianoroll_model::Effect;
use pianoroll_runtime::durable::RunSettings;
use serde_json::Value;

use super::gather::{Said, Shown, Things};
use super::next;
use crate::commands::runs::standing::{Standing, number, took};
use crate::moments;
use crate::numbers::{counted, duration, grouped};
use crate::output::plain;
use crate::style::{DIM, ERROR, HEADING, Styled, WARNING};
use crate::table::{self, Cell, short};

/// How many characters of a parameter, of a problem's details and of an error's line are shown.
const LONG: usize = 120;

/// How many digits of a program's digest tell it from others.
const DIGITS: usize = 12;

/// How many attempts are listed: the last ones.
const ATTEMPTS: usize = 10;

pub(super) fn text(shown: &Shown, run: &str, now: Timestamp) -> String {
    let mut text = head(shown, now);
    text.push_str(&attempts(&shown.attempts));
    text.push_str(&shown.calls.text());
    for (name, things) in [
        ("checkpoints", &shown.checkpoints),
        ("waits", &shown.waits),
        ("files", &shown.files),
        ("state", &shown.state),
    ] {
        text.push_str(&list(name, things));
    }
    text.push_str(&said("problems", &shown.problems, problem_count(shown)));
    text.push_str(&said("notifications", &shown.notifications, shown.notifications.count));
    text.push_str(&failure(shown));
    let next = next::lines(shown, run);
    if !next.is_empty() {
        text.push_str(&heading("next"));
        for line in next {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "  {}", plain(&line));
        }
    }
    text
}

fn heading(text: &str) -> String {
    format!("\n{}\n", Styled(HEADING, text))
}

fn head(shown: &Shown, now: Timestamp) -> String {
    let run = &shown.run;
    let new = &run.new;
    let mut text = format!(
        "{}  {}  {}\n",
        Styled(HEADING, plain(&new.name)),
        standing(shown, now),
        Styled(DIM, format!("run {}", new.id)),
    );
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:8}  {}", plain(value));
    };
    fact("why", &why(&new.trigger));
    let digest: String = new.program.chars().take(DIGITS).collect();
    let digest = match RunSettings::from_value(&new.settings).map(|settings| settings.grant_by) {
        Ok(GrantBy::Plugin(plugin)) => format!("{} {}  {digest}", plugin.name, plugin.version),
        _ => digest,
    };
    let program = match new.scope.automation.as_str() {
        automation if automation == new.name => digest,
        automation => format!("{automation}  {digest}"),
    };
    fact("program", &program);
    if let Some(params) = params(&new.params) {
        fact("params", &params);
    }
    fact("on", &new.target);
    fact("started", &moments::whole(new.started));
    if let Standing::Finished(_) = shown.standing {
        fact("ended", &moments::whole(run.changed));
    }
    if run.cancel_requested && !matches!(shown.standing, Standing::Finished(_)) {
        fact("cancel", "somebody asked for it to be cancelled");
    }
    fact("calls", &calls(shown));
    fact("requests", &requests(shown));
    if shown.log_lines > 0 {
        fact("log", &counted(shown.log_lines, "line", "lines"));
    }
    text
}

/// `completed with 2 problems in 3.2 s`
fn standing(shown: &Shown, now: Timestamp) -> String {
    let problems = problem_count(shown);
    let word = Styled(shown.standing.style(problems), shown.standing.as_str());
    let mut text = word.to_string();
    if let Standing::Finished(_) = shown.standing
        && problems > 0
    {
        let _ = write!(text, " with {}", counted(problems, "problem", "problems"));
    }
    let took = took(&shown.run, shown.standing, now).map(duration);
    match (shown.standing, took) {
        (Standing::Running, Some(took)) => {
            let _ = write!(text, " for {took}");
        }
        (_, Some(took)) => {
            let _ = write!(text, " in {took}");
        }
        (Standing::Waiting(_), None) if !shown.standing.waits_for().is_empty() => {
            let _ = write!(text, " for {}", shown.standing.waits_for());
        }
        (_, None) => {}
    }
    text
}

fn why(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Manual => "started by hand".to_owned(),
        Trigger::Rerun { of } => format!("run {of} once more"),
        Trigger::Schedule { schedule, due } => {
            format!("schedule {schedule}, due {}", moments::whole(*due))
        }
        Trigger::Webhook { hook, event } => format!("hook {hook}, event {event}"),
    }
}

/// `days=30  list=Y6nRLr`
fn params(params: &Value) -> Option<String> {
    let params = params.as_object().filter(|params| !params.is_empty())?;
    let shown = params.iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        format!("{name}={}", short(&value, LONG))
    });
    Some(shown.collect::<Vec<_>>().join("  "))
}

/// What the run itself has counted; before it has, what the journal holds.
fn count(shown: &Shown, name: &str, recorded: u64) -> u64 {
    number(&shown.run, name).unwrap_or(recorded)
}

fn calls(shown: &Shown) -> String {
    let counted_effects = shown.run.summary.get("effects");
    let mut parts = Vec::new();
    for effect in Effect::ALL {
        let count = counted_effects
            .and_then(|effects| effects.get(effect.as_str())?.as_u64())
            .unwrap_or_else(|| shown.calls.effects.of(effect));
        let word = effect.as_str();
        if count > 0 {
            parts.push(counted(count, word, &format!("{word}s")));
        }
    }
    let mut text = grouped(count(shown, "calls", shown.calls.count));
    if !parts.is_empty() {
        let _ = write!(text, " ({})", parts.join(", "));
    }
    text
}

fn requests(shown: &Shown) -> String {
    let calls = &shown.calls;
    let mut text = grouped(count(shown, "requests", calls.requests));
    let retries = count(shown, "retries", calls.retries);
    let waited = shown.run.summary.get("waited_seconds").and_then(Value::as_f64);
    let waited = waited.and_then(|seconds| std::time::Duration::try_from_secs_f64(seconds).ok());
    let _ = write!(text, ", {}", counted(retries, "retry", "retries"));
    let _ = write!(text, ", {} waited for quota", duration(waited.unwrap_or(calls.waited)));
    let throttled = count(shown, "throttled", calls.throttled);
    if throttled > 0 {
        let _ = write!(text, ", {} answered 429", grouped(throttled));
    }
    text
}

fn attempts(attempts: &[AttemptRecord]) -> String {
    // One that simply came to its end is told by the head.
    if attempts.len() < 2 {
        return String::new();
    }
    let left_out = attempts.len().saturating_sub(ATTEMPTS);
    let row = |attempt: &AttemptRecord| {
        let (word, style) = match attempt.end {
            None => ("not ended", DIM),
            Some(AttemptEnd::Completed) => ("completed", anstyle::Style::new()),
            Some(AttemptEnd::Failed) => ("failed", ERROR),
            Some(AttemptEnd::Cancelled) => ("cancelled", WARNING),
            Some(AttemptEnd::Parked) => ("waited", anstyle::Style::new()),
            Some(AttemptEnd::Interrupted) => ("interrupted", WARNING),
        };
        let took = match (attempt.end, attempt.ended) {
            // Its end was found out later, so nobody knows how long it lived.
            (Some(AttemptEnd::Interrupted), _) | (_, None) => String::new(),
            (_, Some(ended)) => duration(moments::between(attempt.started, ended)),
        };
        let error = attempt.error.get("message").and_then(Value::as_str).unwrap_or_default();
        vec![
            Cell::number(attempt.number.to_string()),
            Cell::new(word).styled(style),
            Cell::new(moments::plain(attempt.started)),
            Cell::number(took),
            Cell::whole(short(error, LONG)),
        ]
    };
    let rows: Vec<_> = attempts.iter().skip(left_out).map(row).collect();
    let title = match left_out {
        0 => "attempts".to_owned(),
        _ => format!("attempts, the last {ATTEMPTS} of {}", grouped(attempts.len() as u64)),
    };
    let headings = ["", "end", "started (UTC)", "took", ""];
    [heading(&title), table::text("  ", &headings, &rows)].concat()
}

fn list(name: &str, things: &Things) -> String {
    if things.count == 0 {
        return String::new();
    }
    let rows: Vec<_> = things
        .first
        .iter()
        .map(|(position, words)| vec![Cell::new(position), Cell::whole(short(words, LONG))])
        .collect();
    let mut text = [heading(name), table::text("  ", &["position", "name"], &rows)].concat();
    let more = things.count - things.first.len() as u64;
    if more > 0 {
        let _ = writeln!(text, "  and {} more", grouped(more));
    }
    text
}

/// All problems: the run counts them all, and keeps the first ones.
fn problem_count(shown: &Shown) -> u64 {
    count(shown, "problem_count", shown.problems.count).max(shown.problems.count)
}

fn said(name: &str, said: &Said, count: u64) -> String {
    if count == 0 {
        return String::new();
    }
    let mut text = heading(&format!("{name}: {}", grouped(count)));
    for note in &said.first {
        let details = match &note.details {
            Value::Null => String::new(),
            details => format!("  {}", Styled(DIM, short(&details.to_string(), LONG))),
        };
        let _ = writeln!(text, "  {}{details}", short(&note.text, LONG));
    }
    let more = count.saturating_sub(said.first.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "  and {} more: pianoroll runs logs", grouped(more));
    }
    text
}

/// What ended it, or its last attempt, as the run itself has printed it: with its place in the script.
fn failure(shown: &Shown) -> String {
    let part = |name: &str| shown.run.error.get(name).and_then(Value::as_str);
    let Some(message) = part("rendered").or_else(|| part("message")) else { return String::new() };
    format!("\n{}: {}\n", Styled(ERROR, "error"), plain(message).trim_end())
}
