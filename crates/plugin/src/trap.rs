//! How a plugin ended before its end, in words: which plugin, which limit, and where in it.

use pianoroll_host::{GuestError, GuestErrorKind, HostError, HostErrorKind};
use wasmtime::{Trap, WasmBacktrace};

use crate::ended::Ended;
use crate::limits::{LimitReached, Limited, Meter};
use crate::manifest::Manifest;

/// How many functions of a plugin's stack are told.
const FRAMES: usize = 12;

/// The most characters of a function's name: a stranger chose it.
const NAME: usize = 120;

/// The end of a run by an error of wasmtime.
pub(crate) fn guest_error(
    error: &wasmtime::Error,
    meter: &Meter,
    manifest: &Manifest,
) -> GuestError {
    let trap = error.downcast_ref::<Trap>().copied();
    let known = error.downcast_ref::<Ended>().cloned();
    let limit = error.downcast_ref::<LimitReached>().cloned();
    let is_cancelled = |error: &HostError| error.kind() == HostErrorKind::Cancelled;
    let ended = match (known, limit, meter.reached(), trap) {
        // Whose time is over is cancelled.
        (Some(Ended::Host(error)), _, Some(reached), _) if is_cancelled(&error) => {
            Ended::Limit(reached.clone())
        }
        (Some(ended @ (Ended::Host(_) | Ended::Misuse(_))), ..) => ended,
        (Some(Ended::Limit(reached)), ..) | (_, Some(reached), ..) => Ended::Limit(reached),
        // What a plugin's language makes of a limit is an echo of it.
        (_, _, Some(reached), _) => Ended::Limit(reached.clone()),
        (Some(Ended::Stopped), ..) => Ended::Stopped,
        (None, None, None, Some(Trap::StackOverflow)) => return stack(error, manifest),
        (None, None, None, trap) => return plain(error, trap, meter, manifest),
    };
    let hint = match &ended {
        Ended::Limit(reached) => format!(
            "\n  = `[plugins.{}]` of pianoroll.toml may set another: limits = {{ {} = … }}",
            manifest.name, reached.setting
        ),
        _ => String::new(),
    };
    let is_own = matches!(ended, Ended::Limit(_) | Ended::Misuse(_));
    let base = ended.into_guest_error();
    if !is_own {
        return base;
    }
    let message = format!("the plugin {} was ended: {}", title(manifest), base.message);
    let rendered = format!("{message}{}{hint}", place(error));
    GuestError { message, rendered, ..base }
}

fn stack(error: &wasmtime::Error, manifest: &Manifest) -> GuestError {
    let message = format!(
        "the plugin {} was ended: its functions call each other too deeply",
        title(manifest)
    );
    let rendered = format!("{message}{}", place(error));
    GuestError { rendered, kind: GuestErrorKind::Limit, ..GuestError::program(message) }
}

fn plain(
    error: &wasmtime::Error,
    trap: Option<Trap>,
    meter: &Meter,
    manifest: &Manifest,
) -> GuestError {
    let text = error.root_cause().to_string();
    // Wasmtime's own texts for what has no type of its own.
    let limited = [
        ("too much data is being copied", Limited::Transfer),
        ("resource limit exceeded", Limited::Instances),
    ];
    if let Some((_, limited)) = limited.iter().find(|(part, _)| text.contains(part)) {
        let reached = meter.reach(*limited);
        return guest_error(&wasmtime::Error::from(reached), meter, manifest);
    }
    let what = match trap {
        Some(Trap::UnreachableCodeReached) => {
            "it gave up (a panic, an abort, or an error that it did not handle)".to_owned()
        }
        // A language that keeps its stack in the memory ends so where functions call each other too deeply.
        Some(Trap::MemoryOutOfBounds) => {
            "it reached beyond its memory (too deep a recursion, or a fault of its own)".to_owned()
        }
        Some(trap) => trap.to_string(),
        None => text,
    };
    let message = format!("the plugin {} was ended: {what}", title(manifest));
    let rendered = format!("{message}{}", place(error));
    GuestError { rendered, ..GuestError::program(message) }
}

/// `win-back 1.0.0`, as messages name a plugin.
pub(crate) fn title(manifest: &Manifest) -> String {
    format!("`{}` {}", manifest.name, manifest.version)
}

/// The functions that it was in, the innermost first.
fn place(error: &wasmtime::Error) -> String {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return String::new() };
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => plain_name(name),
        None => format!("function {}", frame.func_index()),
    };
    // Functions that call themselves are told once.
    let mut frames: Vec<(String, usize)> = Vec::new();
    for frame in trace.frames() {
        let name = name(frame);
        match frames.last_mut() {
            Some((last, times)) if *last == name => *times += 1,
            _ => frames.push((name, 1)),
        }
    }
    let more = frames.len().saturating_sub(FRAMES);
    let line = |(name, times): (String, usize)| match times {
        1 => format!("\n  in {name}"),
        _ => format!("\n  in {name}, in itself, …"),
    };
    let mut lines: Vec<String> = frames.into_iter().take(FRAMES).map(line).collect();
    if more > 0 {
        lines.push(format!("\n  … and {more} more"));
    }
    lines.concat()
}

/// A name as it can be shown: as its author wrote it, and so that what a stranger's file holds does not steer a terminal.
fn plain_name(name: &str) -> String {
    // Without the hash, which says nothing to anybody.
    let name = format!("{:#}", rustc_demangle::demangle(name));
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let shown: String = name.chars().take(NAME).map(plain).collect();
    if name.chars().count() > NAME { format!("{shown}…") } else { shown }
}
