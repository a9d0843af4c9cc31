//! A run for the one who wrote its program: what happened in which order, and nothing of whose account it was.

use pianoroll_api::OPERATIONS;
use pianoroll_journal::{AttemptRecord, JournalError, Note, NoteKind, Program, RunRecord, Trigger};
use pianoroll_plugin::Package;
use pianoroll_runtime::components::{Components, PluginProgram};
use pianoroll_runtime::durable::RunSettings;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::words::Words;
use crate::output::plain;
use crate::plugins;
use crate::recorded::Recorded;

/// The form of the report.
const FORM: u32 = 1;

/// How many entries are read at once, and how many bytes of them.
const CHUNK: u32 = 512;
const CHUNK_BYTES: usize = 4 << 20;

/// What is asked for.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// The most entries that are listed.
    pub(super) calls: usize,
    /// Whether what the program has said is in it.
    pub(super) log: bool,
}

/// The report of a run.
pub(super) async fn of(
    recorded: &Recorded,
    run: RunRecord,
    components: &Components,
    wanted: Wanted,
) -> Result<Value, JournalError> {
    let backend = &*recorded.backend;
    let id = &run.new.id;
    let program = backend.program(&run.new.program).await?;
    let settings = RunSettings::from_value(&run.new.settings).ok();
    let mut words = Words::default();
    know_run(&run, settings.as_ref(), &mut words);
    let mut calls = Calls::new(wanted.calls, run.new.started);
    let mut from = 1;
    loop {
        let chunk = backend.entries(id, from, CHUNK, CHUNK_BYTES).await?;
        let Some(last) = chunk.last() else { break };
        from = last.number + 1;
        for entry in &chunk {
            know_entry(entry, &mut words);
            calls.add(entry, &mut words);
        }
    }
    let attempts = backend.attempts(id).await?;
    let notes = backend.notes(id).await?;
    let (calls, left_out) = calls.finish();
    let mut report = json!({
        "form": FORM,
        "made_by": {
            "pianoroll": env!("CARGO_PKG_VERSION"),
            "system": std::env::consts::OS,
            "processor": std::env::consts::ARCH,
        },
        "program": program.as_ref().map(|program| self::program(program, components)),
        "run": self::run(&run, attempts.len()),
        "settings": settings.as_ref().map(settings_of),
        "parameters": parameters(&run.new.params),
        "numbers": numbers(&run.summary),
        "measured": run.summary.get("measured"),
        "error": error(&run.error, &mut words),
        "attempts": attempts.iter().map(|one| attempt(one, &run, &mut words)).collect::<Vec<_>>(),
        "calls": calls,
        "calls_left_out": left_out,
    });
    if let (Value::Object(report), true) = (&mut report, wanted.log) {
        report.insert("log".to_owned(), log(&notes, &run, &mut words));
    }
    Ok(report)
}

/// What is surely about the account.
fn know_run(run: &RunRecord, settings: Option<&RunSettings>, words: &mut Words) {
    let new = &run.new;
    words.know(&new.params);
    words.know_text(&new.scope.connection);
    words.know(&run.result);
    let Some(settings) = settings else { return };
    let others = settings.with.iter().map(|(_, account)| account);
    for account in [&settings.own].into_iter().chain(others) {
        account.connection.iter().for_each(|name| words.know_text(name));
        account.id.iter().for_each(|id| words.know_text(id.as_str()));
        account.account.iter().for_each(|id| words.know_text(id.as_str()));
    }
    // Lists and campaigns that it may touch.
    let guardrails = serde_json::to_value(&settings.guardrails).unwrap_or_default();
    words.know(&guardrails);
    words.know_text(&settings.folder.to_string_lossy());
}

fn know_entry(entry: &pianoroll_journal::Entry, words: &mut Words) {
    let intent = &entry.intent;
    words.know_text(&intent.target);
    words.know_json(&intent.arguments);
    intent.replaced.iter().for_each(|replaced| words.know_json(replaced));
    entry.answer.iter().for_each(|answer| words.know_json(&answer.body));
}

fn program(program: &Program, components: &Components) -> Value {
    let Some(plugin) = PluginProgram::of_program(program) else {
        // The sources are the operator's own.
        return json!({ "kind": program.kind, "digest": program.digest });
    };
    let package = components.read(&plugin.digest).ok().and_then(|bytes| Package::read(bytes).ok());
    json!({
        "kind": program.kind,
        "name": plugin.name,
        "version": plugin.version,
        "digest": plugin.digest,
        // It says nothing but what the vendor has written.
        "manifest": package.map(|package| plugins::manifest_json(package.manifest())),
    })
}

fn run(run: &RunRecord, attempts: usize) -> Value {
    let trigger = match &run.new.trigger {
        Trigger::Manual => "manual",
        Trigger::Rerun { .. } => "rerun",
        Trigger::Schedule { .. } => "schedule",
        Trigger::Webhook { .. } => "webhook",
    };
    json!({
        "status": run.status,
        "outcome": run.outcome,
        "waiting": run.waiting.map(|waiting| waiting.reason.as_str()),
        "trigger": trigger,
        "started": run.new.started.to_string(),
        "changed_ms": run.changed.duration_since(run.new.started).as_millis() as i64,
        "attempts": attempts,
        "entries": run.entries,
        "cancel_requested": run.cancel_requested,
    })
}

/// What it was allowed, and where it ran: in words that every account has.
fn settings_of(settings: &RunSettings) -> Value {
    let guardrails = &settings.guardrails;
    let most = |limit: &Option<pianoroll_host::Limit>| limit.as_ref().map(|limit| limit.most);
    json!({
        "grants": settings.grants,
        "limits": {
            "calls": most(&guardrails.calls),
            "writes": most(&guardrails.writes),
            "deletes": most(&guardrails.deletes),
            "sends": most(&guardrails.sends),
            "seconds": most(&guardrails.seconds),
        },
        "simulated": settings.target.simulate,
        "mode": settings.target.mode,
        "revision": settings.target.revision,
        "quota": settings.target.quota,
        "other_accounts": settings.with.len(),
        "attempts": settings.attempts,
    })
}

/// The parameters by name and type; what they were is the operator's.
fn parameters(params: &Value) -> Value {
    let Value::Object(params) = params else { return json!({}) };
    let kind = |value: &Value| match value {
        Value::Null => "none",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    let kinds = params.iter().map(|(name, value)| (name.clone(), kind(value).into()));
    Value::Object(kinds.collect::<Map<_, _>>())
}

/// The numbers of a summary; its texts are the program's.
fn numbers(summary: &Value) -> Value {
    let Value::Object(summary) = summary else { return Value::Null };
    let mut kept = Map::new();
    for (name, value) in summary {
        match value {
            Value::Number(_) => drop(kept.insert(name.clone(), value.clone())),
            Value::Object(counts) if ["effects", "outcomes"].contains(&name.as_str()) => {
                let counts = counts.iter().filter(|(_, count)| count.is_number());
                let counts = counts.map(|(name, count)| (name.clone(), count.clone()));
                kept.insert(name.clone(), Value::Object(counts.collect()));
            }
            Value::Object(counts) if name == "by_operation" => {
                let known = |name: &str| OPERATIONS.iter().any(|row| row.id == name);
                let counts = counts.iter().filter(|(name, _)| known(name) || *name == "request");
                let counts = counts.map(|(name, count)| (name.clone(), count.clone()));
                kept.insert(name.clone(), Value::Object(counts.collect()));
            }
            _ => {}
        }
    }
    Value::Object(kept)
}

/// What ended it: words and numbers of the API as they are, texts masked.
fn error(error: &Value, words: &mut Words) -> Value {
    let Value::Object(error) = error else { return Value::Null };
    let mut kept = Map::new();
    for (name, value) in error {
        let shown = match (name.as_str(), value) {
            ("kind" | "operation" | "position" | "effect" | "pointer", Value::String(_)) => {
                value.clone()
            }
            ("status" | "retryable" | "done" | "code", Value::Number(_) | Value::Bool(_)) => {
                value.clone()
            }
            (
                "code" | "message" | "rendered" | "title" | "detail" | "resolved",
                Value::String(text),
            ) => text_of(text, words),
            ("place", Value::Object(place)) => {
                json!({ "line": place.get("line"), "column": place.get("column") })
            }
            _ => continue,
        };
        kept.insert(name.clone(), shown);
    }
    Value::Object(kept)
}

fn attempt(attempt: &AttemptRecord, run: &RunRecord, words: &mut Words) -> Value {
    let since = |at: jiff::Timestamp| at.duration_since(run.new.started).as_millis() as i64;
    json!({
        "number": attempt.number,
        "started_ms": since(attempt.started),
        "ended_ms": attempt.ended.map(since),
        "end": attempt.end,
        "error": error(&attempt.error, words),
    })
}

fn log(notes: &[Note], run: &RunRecord, words: &mut Words) -> Value {
    let line = |note: &Note| {
        json!({
            "at_ms": note.at.duration_since(run.new.started).as_millis() as i64,
            "attempt": note.attempt,
            "level": match note.kind {
                NoteKind::Log => &note.level,
                kind => kind.as_str(),
            },
            "text": text_of(&note.text, words),
            "detail_bytes": if note.details.is_null() { 0 } else { note.details.to_string().len() },
            "branch": note.branch.map(|(parallel, item)| format!("{parallel}/{item}")),
        })
    };
    notes.iter().map(line).collect()
}

/// A text of the program, or nothing where nobody can say what is in it.
fn text_of(text: &str, words: &mut Words) -> Value {
    if !words.can_vouch() {
        return Value::Null;
    }
    // Whoever reads it before it is sent must see what is sent.
    plain(&words.masked(text)).into()
}
