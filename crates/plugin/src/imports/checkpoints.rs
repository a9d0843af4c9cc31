//! `checkpoints`: a block of reads with one value, as the `checkpoint` of scripts. A plugin says where the block begins and ends.

use bytes::Bytes;
use pianoroll_host::Checkpoint;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use super::{Outcome, answer};
use crate::ended::Ended;
use crate::instance::Instance;
use crate::values::ErrorRecord;

/// The most characters of a name.
const MOST_NAME: usize = 200;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap_async("begin", |store: StoreContextMut<'_, Instance>, (name,)| {
        Box::new(begin(store, name))
    })?;
    instance.func_wrap_async("end", |store: StoreContextMut<'_, Instance>, (value,)| {
        Box::new(end(store, value))
    })
}

/// What a block was ended with: its value, or what went wrong in it.
type Value = Result<String, String>;

async fn begin(
    mut store: StoreContextMut<'_, Instance>,
    name: String,
) -> wasmtime::Result<(Result<Option<Value>, ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(name.len())?;
    if name.is_empty() || name.chars().count() > MOST_NAME {
        let message = format!("a checkpoint's name has 1 to {MOST_NAME} characters");
        return Ok((Err(ErrorRecord::arguments(message)),));
    }
    if instance.in_checkpoint {
        let message = format!("the checkpoint `{name}` stands inside another one");
        return Err(Ended::Misuse(message).into());
    }
    if !instance.take_checkpoint(&name) {
        let message = format!(
            "there are two checkpoints `{name}` in this run: replay finds a value by its name"
        );
        return Err(Ended::Misuse(message).into());
    }
    let begun = instance.branch.begin_checkpoint(&name).await;
    let outcome: Outcome<Option<Value>> = match begun {
        Ok(Checkpoint::Open(open)) => {
            instance.checkpoint = Some(open);
            instance.in_checkpoint = true;
            Ok(Ok(None))
        }
        Ok(Checkpoint::Recorded(value)) => {
            let text = |bytes: Bytes| String::from_utf8_lossy(&bytes).into_owned();
            Ok(Ok(Some(value.map(text).map_err(text))))
        }
        Err(error) => instance.refuse(error).map(Err),
    };
    answer(instance, outcome, |value| match value {
        Some(Ok(text) | Err(text)) => text.len(),
        None => 0,
    })
}

async fn end(
    mut store: StoreContextMut<'_, Instance>,
    value: Value,
) -> wasmtime::Result<(Result<(), ErrorRecord>,)> {
    let instance = store.data_mut();
    let (Ok(text) | Err(text)) = &value;
    instance.enter(text.len())?;
    let Some(open) = instance.checkpoint.take() else {
        return Err(Ended::Misuse("no checkpoint was begun that could end here".to_owned()).into());
    };
    instance.in_checkpoint = false;
    if let Err(error) = serde_json::from_str::<&serde_json::value::RawValue>(text) {
        instance.branch.leave_checkpoint(open);
        let message = format!("the value of a checkpoint is no JSON text: {error}");
        return Err(Ended::Misuse(message).into());
    }
    let value = value.as_deref().map_err(String::as_str);
    let outcome = match instance.branch.end_checkpoint(open, value).await {
        Ok(()) => Ok(Ok(())),
        Err(error) => instance.refuse(error).map(Err),
    };
    answer(instance, outcome, |()| 0)
}
