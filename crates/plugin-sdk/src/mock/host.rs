//! The functions of the host, played. What ends a real run panics here, with the reason.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::{STAGE, Stage};
use crate::log::Level;
use crate::{Call, Error, ErrorKind, Options, Response};

/// A file that is open.
pub(super) enum Handle {
    Reading { bytes: Vec<u8>, at: usize },
    Writing { path: String, bytes: Vec<u8> },
}

/// The stage, which is left alone while a mocked answer is made: it may look at time or state itself.
fn stage<T>(act: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with_borrow_mut(|stage| match stage {
        Some(stage) => act(stage),
        None => panic!(
            "there is no host: outside of WebAssembly a plugin runs within `mock::Host::new().run(|| …)`, on its thread"
        ),
    })
}

pub(crate) fn make(call: Call) -> Result<Response, Error> {
    let call = call.checked()?;
    let operation = call.operation.clone();
    let answer = stage(|stage| {
        stage.played.calls.push(call.clone());
        stage.host.answers.remove(&operation)
    });
    let Some(answer) = answer else {
        let (ids, body) = (&call.ids, call.body.as_ref().unwrap_or(&Value::Null));
        panic!(
            "the plugin called `{operation}` (ids {ids:?}, body {body}, options {options}), which nothing answers; write `.on(\"{operation}\", |call| …)`",
            options = Value::from(call.options.clone())
        );
    };
    let answered = answer(&call);
    stage(|stage| {
        let number = stage.played.calls.len();
        stage.host.answers.insert(operation.clone(), answer);
        // As the host would tell it.
        answered.map_err(|error| {
            let mut failure = error.into_failure();
            if failure.operation.is_empty() {
                failure.operation = operation;
            }
            if failure.position.is_empty() {
                failure.position = number.to_string();
            }
            Error::from(failure)
        })
    })
}

pub(crate) fn batch(calls: Vec<Call>, width: u8) -> Vec<Result<Response, Error>> {
    assert!((1..=16).contains(&width), "a batch is 1 to 16 wide, not {width}");
    calls.into_iter().map(make).collect()
}

pub(crate) fn request(
    method: &str,
    path: &str,
    query: &Options,
    body: Option<&Value>,
) -> Result<Response, Error> {
    let mut call = Call::new("request").id(method).id(path).options(query.clone());
    call.body = body.cloned();
    make(call)
}

pub(crate) fn begin(name: &str) -> Result<Option<Result<Value, Value>>, Error> {
    stage(|stage| {
        if let Some(open) = &stage.open_checkpoint {
            panic!("the checkpoint `{name}` stands inside of `{open}`; they do not nest");
        }
        assert!(
            stage.names.insert(name.to_owned()),
            "there are two checkpoints `{name}` in this run"
        );
        let recorded = stage.host.recorded.get(name).cloned();
        if recorded.is_none() {
            stage.open_checkpoint = Some(name.to_owned());
        }
        Ok(recorded)
    })
}

pub(crate) fn end(value: Result<Value, Value>) -> Result<(), Error> {
    stage(|stage| {
        let Some(name) = stage.open_checkpoint.take() else { panic!("no checkpoint was begun") };
        stage.played.checkpoints.push((name, value));
        Ok(())
    })
}

pub(crate) fn log(level: Level, text: &str) {
    stage(|stage| stage.played.logs.push((level, text.to_owned())));
}

pub(crate) fn started() -> i64 {
    stage(|stage| stage.host.now)
}

pub(crate) fn now() -> i64 {
    stage(|stage| stage.host.now + i64::try_from(stage.played.paused.as_millis()).unwrap_or(0))
}

/// SplitMix64: small, and good enough for tests.
pub(crate) fn random() -> u64 {
    stage(|stage| {
        stage.random = stage.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = stage.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    })
}

pub(crate) fn state(key: &str) -> Result<Value, Error> {
    stage(|stage| Ok(stage.played.state.get(key).cloned().unwrap_or_default()))
}

pub(crate) fn set_state(key: &str, value: &Value) -> Result<(), Error> {
    stage(|stage| {
        if value.is_null() {
            stage.played.state.remove(key);
        } else {
            stage.played.state.insert(key.to_owned(), value.clone());
        }
        Ok(())
    })
}

pub(crate) fn params() -> Result<Value, Error> {
    stage(|stage| Ok(stage.params()))
}

pub(crate) fn last_run() -> Result<Value, Error> {
    stage(|stage| Ok(stage.host.last_run.clone()))
}

pub(crate) fn open(path: &str) -> Result<u32, Error> {
    stage(|stage| {
        let bytes = stage.host.files.get(path).cloned().ok_or_else(|| {
            let message = format!("{path} is not there; the mock has it by `.file(\"{path}\", …)`");
            Error::of(ErrorKind::File, "file", message)
        })?;
        Ok(taken(stage, Handle::Reading { bytes, at: 0 }))
    })
}

pub(crate) fn read(file: u32, most: u32) -> Result<Vec<u8>, Error> {
    stage(|stage| match handle(stage, file)? {
        Handle::Reading { bytes, at } => {
            let end = bytes.len().min(*at + most as usize);
            let part = bytes[*at..end].to_vec();
            *at = end;
            Ok(part)
        }
        Handle::Writing { path, .. } => Err(wrong(format!("{path} is being written"))),
    })
}

pub(crate) fn create(path: &str) -> Result<u32, Error> {
    stage(|stage| Ok(taken(stage, Handle::Writing { path: path.to_owned(), bytes: Vec::new() })))
}

pub(crate) fn write(file: u32, more: &[u8]) -> Result<(), Error> {
    stage(|stage| match handle(stage, file)? {
        Handle::Writing { bytes, .. } => {
            bytes.extend_from_slice(more);
            Ok(())
        }
        Handle::Reading { .. } => Err(wrong("the file is being read".to_owned())),
    })
}

pub(crate) fn close(file: u32) -> Result<(), Error> {
    stage(|stage| {
        handle(stage, file)?;
        let closed = stage.handles.get_mut(file as usize).and_then(Option::take);
        if let Some(Handle::Writing { path, bytes }) = closed {
            stage.played.written.insert(path, bytes);
        }
        Ok(())
    })
}

pub(crate) fn exists(path: &str) -> Result<bool, Error> {
    let has = |files: &BTreeMap<String, Vec<u8>>| files.contains_key(path);
    stage(|stage| Ok(has(&stage.host.files) || has(&stage.played.written)))
}

pub(crate) fn report(done: u64, total: Option<u64>) {
    stage(|stage| stage.played.progress.push((done, total)));
}

pub(crate) fn problem(text: &str, details: &Value) {
    stage(|stage| stage.played.problems.push((text.to_owned(), details.clone())));
}

pub(crate) fn notify(text: &str, details: &Value) -> Result<(), Error> {
    stage(|stage| {
        if let Some(open) = &stage.open_checkpoint {
            panic!("notify has no place in the checkpoint `{open}`: move it behind the block");
        }
        stage.played.notifications.push((text.to_owned(), details.clone()));
        Ok(())
    })
}

pub(crate) fn pause(milliseconds: u64) -> Result<(), Error> {
    stage(|stage| {
        stage.played.paused += Duration::from_millis(milliseconds);
        Ok(())
    })
}

fn taken(stage: &mut Stage, handle: Handle) -> u32 {
    stage.handles.push(Some(handle));
    u32::try_from(stage.handles.len() - 1).unwrap_or(u32::MAX)
}

fn handle(stage: &mut Stage, file: u32) -> Result<&mut Handle, Error> {
    let handle = stage.handles.get_mut(file as usize).and_then(Option::as_mut);
    handle.ok_or_else(|| wrong(format!("no file {file} is open")))
}

fn wrong(message: String) -> Error {
    Error::of(ErrorKind::File, "file", message)
}
