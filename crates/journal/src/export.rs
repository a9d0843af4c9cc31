//! A run as one document.

use pianoroll_model::RunId;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::entry::{Entry, Note};
use crate::error::JournalError;

/// How much of a run is read at once.
const CHUNK: u32 = 1000;
const CHUNK_BYTES: usize = 8 << 20;

/// A run as one JSON document: its record, and `program` (`digest`, `kind`, `content`), `attempts`, `calls` (all entries, in their
/// order) and `notes` beside it; none where there is no such run. Bodies that are JSON stand there as JSON, others as text.
///
/// # Errors
/// Something of it cannot be read.
pub async fn export(backend: &dyn Backend, run: &RunId) -> Result<Option<Value>, JournalError> {
    let Some(record) = backend.run(run).await? else { return Ok(None) };
    let program = backend.program(&record.new.program).await?;
    let content = program.as_ref().map(|program| parsed(program.content.as_bytes()));
    let mut calls = Vec::new();
    let mut from = 1;
    loop {
        let chunk = backend.entries(run, from, CHUNK, CHUNK_BYTES).await?;
        let Some(last) = chunk.last() else { break };
        from = last.number + 1;
        calls.extend(chunk.iter().map(call));
    }
    let notes = backend.notes(run).await?;
    let attempts = backend.attempts(run).await?;
    // Records are maps with texts as keys, so they always serialise.
    let mut document = serde_json::to_value(&record).unwrap_or_default();
    document["program"] = json!({
        "digest": record.new.program,
        "kind": program.as_ref().map(|program| &program.kind),
        "content": content,
    });
    document["attempts"] = serde_json::to_value(attempts).unwrap_or_default();
    document["calls"] = Value::Array(calls);
    document["notes"] = notes.iter().map(note).collect();
    Ok(Some(document))
}

fn call(entry: &Entry) -> Value {
    let intent = &entry.intent;
    let answer = entry.answer.as_ref();
    json!({
        "number": entry.number,
        "position": intent.position.to_string(),
        "kind": intent.kind,
        "name": intent.name,
        "effect": intent.effect,
        "account": intent.account,
        "target": intent.target,
        "items": intent.items,
        "arguments": parsed(&intent.arguments),
        "replaced": intent.replaced.as_ref().map(|replaced| parsed(replaced)),
        "at": intent.at,
        "attempt": entry.attempt,
        "tries": entry.tries,
        "state": entry.state(),
        "status": answer.and_then(|answer| answer.status),
        "answer": answer.map(|answer| parsed(&answer.body)),
        "settlement": answer.map(|answer| &answer.settlement),
        "requests": answer.map_or(0, |answer| answer.requests),
        "retries": answer.map_or(0, |answer| answer.retries),
        "throttled": answer.map_or(0, |answer| answer.throttled),
        "waited_seconds": answer.map_or(0.0, |answer| answer.waited.as_secs_f64()),
        "took_seconds": answer.map_or(0.0, |answer| answer.took.as_secs_f64()),
    })
}

fn note(note: &Note) -> Value {
    json!({
        "kind": note.kind,
        "level": note.level,
        "text": note.text,
        "details": note.details,
        "place": note.place,
        "at": note.at,
        "attempt": note.attempt,
    })
}

/// JSON as it is, and anything else as text; null where there is nothing.
fn parsed(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
