//! `files`: what is in the project's folder, where the operator has granted it. A stranger's plugin sees no file otherwise.

#![expect(
    clippy::result_large_err,
    reason = "the size is the host's choice, and an error ends a call"
)]

use std::io::{Read as _, Write as _};

use pianoroll_host::{FileError, OpenError};
use tokio::runtime::Handle;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use super::{Outcome, answer};
use crate::ended::Ended;
use crate::instance::{Instance, MOST_FILES, OpenFile};
use crate::manifest::{FileAccess, PluginPermission};
use crate::values::{ErrorKind, ErrorRecord};

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap_async("open", |store: StoreContextMut<'_, Instance>, (path,)| {
        Box::new(open(store, path))
    })?;
    instance.func_wrap_async("read", |store: StoreContextMut<'_, Instance>, (file, most)| {
        Box::new(read(store, file, most))
    })?;
    instance.func_wrap_async("create", |store: StoreContextMut<'_, Instance>, (path,)| {
        Box::new(create(store, path))
    })?;
    instance.func_wrap_async("write", |store: StoreContextMut<'_, Instance>, (file, bytes)| {
        Box::new(write(store, file, bytes))
    })?;
    instance.func_wrap_async("close", |store: StoreContextMut<'_, Instance>, (file,)| {
        Box::new(close(store, file))
    })?;
    instance.func_wrap_async("exists", |store: StoreContextMut<'_, Instance>, (path,)| {
        Box::new(exists(store, path))
    })
}

async fn open(
    mut store: StoreContextMut<'_, Instance>,
    path: String,
) -> wasmtime::Result<(Result<u32, ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(path.len())?;
    if let Err(error) = may(instance, FileAccess::Read).and_then(|()| room(instance)) {
        return Ok((Err(error),));
    }
    let branch = instance.branch.clone();
    let opened = blocking(move |handle| handle.block_on(branch.open_file(&path))).await?;
    let outcome = match opened {
        Ok(input) => instance.keep(OpenFile::Input(input)).map(Ok),
        Err(error) => refuse(instance, error),
    };
    answer(instance, outcome, |_| 4)
}

async fn read(
    mut store: StoreContextMut<'_, Instance>,
    file: u32,
    most: u32,
) -> wasmtime::Result<(Result<Vec<u8>, ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(0)?;
    // Taken for as long as a thread reads from it.
    let mut input = match instance.files.remove(&file) {
        Some(OpenFile::Input(input)) => input,
        other => {
            if let Some(output) = other {
                instance.files.insert(file, output);
            }
            return Ok((Err(not_open(file, "be read from")),));
        }
    };
    let most = u64::from(most).min(instance.meter.limits().transfer);
    let (input, read) = blocking(move |_| {
        let mut bytes = Vec::new();
        let read = input.by_ref().take(most).read_to_end(&mut bytes);
        (input, read.map(|_| bytes))
    })
    .await?;
    instance.files.insert(file, OpenFile::Input(input));
    let outcome = Ok(read.map_err(|error| file_error(error.to_string())));
    answer(instance, outcome, Vec::len)
}

async fn create(
    mut store: StoreContextMut<'_, Instance>,
    path: String,
) -> wasmtime::Result<(Result<u32, ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(path.len())?;
    instance.refuse_in_checkpoint("files.create")?;
    if let Err(error) = may(instance, FileAccess::Write).and_then(|()| room(instance)) {
        return Ok((Err(error),));
    }
    let host = instance.branch.host().clone();
    let created = blocking(move |_| host.create_file(&path)).await?;
    let outcome = match created {
        Ok(output) => instance.keep(OpenFile::Output(output)).map(Ok),
        Err(error) => Ok(Err(file_error(error.to_string()))),
    };
    answer(instance, outcome, |_| 4)
}

async fn write(
    mut store: StoreContextMut<'_, Instance>,
    file: u32,
    bytes: Vec<u8>,
) -> wasmtime::Result<(Result<(), ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(bytes.len())?;
    instance.refuse_in_checkpoint("files.write")?;
    let mut output = match instance.files.remove(&file) {
        Some(OpenFile::Output(output)) => output,
        other => {
            if let Some(input) = other {
                instance.files.insert(file, input);
            }
            return Ok((Err(not_open(file, "be written to")),));
        }
    };
    let (output, written) = blocking(move |_| {
        let written = output.write_all(&bytes);
        (output, written)
    })
    .await?;
    instance.files.insert(file, OpenFile::Output(output));
    Ok((written.map_err(|error| file_error(error.to_string())),))
}

async fn close(
    mut store: StoreContextMut<'_, Instance>,
    file: u32,
) -> wasmtime::Result<(Result<(), ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(0)?;
    match instance.files.remove(&file) {
        None => Ok((Err(not_open(file, "be closed")),)),
        Some(OpenFile::Input(_)) => Ok((Ok(()),)),
        Some(OpenFile::Output(output)) => {
            let closed = blocking(move |_| output.close()).await?;
            Ok((closed.map_err(|error| file_error(error.to_string())),))
        }
    }
}

async fn exists(
    mut store: StoreContextMut<'_, Instance>,
    path: String,
) -> wasmtime::Result<(Result<bool, ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(path.len())?;
    if let Err(error) = may(instance, FileAccess::Read) {
        return Ok((Err(error),));
    }
    let branch = instance.branch.clone();
    let found = blocking(move |handle| handle.block_on(branch.file_exists(&path))).await?;
    let outcome = match found {
        Ok(found) => Ok(Ok(found)),
        Err(error) => refuse(instance, error),
    };
    answer(instance, outcome, |_| 1)
}

fn may(instance: &Instance, access: FileAccess) -> Result<(), ErrorRecord> {
    let granted = match access {
        FileAccess::Read => instance.granted.files.read,
        FileAccess::Write => instance.granted.files.write,
    };
    if granted { Ok(()) } else { Err(instance.denied("files", &PluginPermission::Files(access))) }
}

fn room(instance: &Instance) -> Result<(), ErrorRecord> {
    if instance.files.len() < MOST_FILES {
        return Ok(());
    }
    Err(file_error(format!("a plugin holds at most {MOST_FILES} files open: close some first")))
}

fn refuse<T>(instance: &mut Instance, error: OpenError) -> Outcome<T> {
    match error {
        OpenError::File(error) => Ok(Err(of_file(&error))),
        OpenError::Host(error) => instance.refuse(error).map(Err),
    }
}

fn of_file(error: &FileError) -> ErrorRecord {
    file_error(error.to_string())
}

fn file_error(message: String) -> ErrorRecord {
    ErrorRecord::new(ErrorKind::File, "file", message)
}

fn not_open(file: u32, what: &str) -> ErrorRecord {
    file_error(format!("there is no open file {file} that could {what}"))
}

/// Does what waits for the disk on a thread that may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce(&Handle) -> T + Send + 'static,
) -> Result<T, Ended> {
    let handle = Handle::current();
    let done = tokio::task::spawn_blocking(move || work(&handle)).await;
    done.map_err(|error| Ended::Misuse(format!("a defect of pianoroll at a file: {error}")))
}
