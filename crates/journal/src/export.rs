//! A run as one JSON document.

use pianoroll_model::RunId;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::entry::{Answer, Entry, Note};
use crate::error::{JournalError, JournalErrorKind};
use crate::rules;

/// How many entries, and bytes of them, are read at once.
const CHUNK: u32 = 512;
const CHUNK_BYTES: usize = 4 << 20;

/// All that is kept of a run as one JSON document: `run` (its record), `program`, `attempts`, `entries` and `notes`. Bodies are
/// JSON, or text where they are none. Durations are in nanoseconds.
///
/// # Errors
/// There is no such run, or it cannot be read.
pub async fn export(backend: &dyn Backend, run: &RunId) -> Result<Value, JournalError> {
    let record = backend.run(run).await?.ok_or_else(|| rules::no_run(run))?;
    let program = backend.program(&record.new.program).await?;
    let attempts = backend.attempts(run).await?;
    let (mut entries, mut from) = (Vec::new(), 1);
    loop {
        let chunk = backend.entries(run, from, CHUNK, CHUNK_BYTES).await?;
        let Some(last) = chunk.last() else { break };
        from = last.number + 1;
        entries.extend(chunk.iter().map(entry));
    }
    let notes: Vec<_> = backend.notes(run).await?.iter().map(note).collect();
    let plain = |error: serde_json::Error| {
        JournalError::new(JournalErrorKind::State, format!("cannot write run {run}: {error}"))
    };
    Ok(json!({
        "run": serde_json::to_value(&record).map_err(plain)?,
        "program": serde_json::to_value(&program).map_err(plain)?,
        "attempts": serde_json::to_value(&attempts).map_err(plain)?,
        "entries": entries,
        "notes": notes,
    }))
}

fn entry(entry: &Entry) -> Value {
    let intent = &entry.intent;
    json!({
        "number": entry.number,
        "position": intent.position.to_string(),
        "kind": intent.kind.as_str(),
        "name": intent.name,
        "effect": intent.effect.as_str(),
        "state": entry.state().as_str(),
        "attempt": entry.attempt,
        "tries": entry.tries,
        "account": intent.account,
        "target": intent.target,
        "items": intent.items,
        "at": intent.at.to_string(),
        "arguments": body(&intent.arguments),
        "replaced": intent.replaced.as_deref().map(body),
        "answer": entry.answer.as_ref().map(answer),
    })
}

fn answer(answer: &Answer) -> Value {
    json!({
        "status": answer.status,
        "settlement": answer.settlement,
        "requests": answer.requests,
        "retries": answer.retries,
        "throttled": answer.throttled,
        "waited": nanoseconds(answer.waited),
        "took": nanoseconds(answer.took),
        "body": body(&answer.body),
    })
}

fn note(note: &Note) -> Value {
    json!({
        "branch": note.branch.map(|(parallel, item)| format!("{parallel}/{item}")),
        "number": note.number,
        "kind": note.kind,
        "level": note.level,
        "text": note.text,
        "details": note.details,
        "place": note.place,
        "at": note.at.to_string(),
        "attempt": note.attempt,
    })
}

fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    let text = || Value::String(String::from_utf8_lossy(bytes).into_owned());
    serde_json::from_slice(bytes).unwrap_or_else(|_| text())
}

fn nanoseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
