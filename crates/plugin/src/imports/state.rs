//! `state`: values that are kept from run to run.

#![expect(
    clippy::result_large_err,
    reason = "the size is the host's choice, and an error ends a call"
)]

use pianoroll_host::state_values;
use serde_json::Value;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use super::answer;
use super::operations::parsed;
use crate::instance::Instance;
use crate::values::ErrorRecord;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap_async("get", |store: StoreContextMut<'_, Instance>, (key,)| {
        Box::new(get(store, key))
    })?;
    instance.func_wrap_async("set", |store: StoreContextMut<'_, Instance>, (key, value)| {
        Box::new(set(store, key, value))
    })
}

async fn get(
    mut store: StoreContextMut<'_, Instance>,
    key: String,
) -> wasmtime::Result<(Result<String, ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(key.len())?;
    if let Err(error) = state_values::check(&key, None) {
        return Ok((Err(ErrorRecord::arguments(error.to_string())),));
    }
    let outcome = match instance.branch.state(&key).await {
        Ok(value) => Ok(Ok(value.to_string())),
        Err(error) => instance.refuse(error).map(Err),
    };
    answer(instance, outcome, String::len)
}

async fn set(
    mut store: StoreContextMut<'_, Instance>,
    key: String,
    value: String,
) -> wasmtime::Result<(Result<(), ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(key.len() + value.len())?;
    instance.refuse_in_checkpoint("state.set")?;
    let value = match checked(&key, &value) {
        Ok(value) => value,
        Err(error) => return Ok((Err(error),)),
    };
    let outcome = match instance.branch.set_state(&key, value).await {
        Ok(()) => Ok(Ok(())),
        Err(error) => instance.refuse(error).map(Err),
    };
    answer(instance, outcome, |()| 0)
}

fn checked(key: &str, value: &str) -> Result<Value, ErrorRecord> {
    let value = parsed("state.set", "the value", value)?;
    state_values::check(key, Some(&value))
        .map_err(|error| ErrorRecord::arguments(error.to_string()))?;
    Ok(value)
}
