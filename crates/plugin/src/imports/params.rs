//! `params`: what the run was given, and what is known of the one before it.

use serde_json::{Map, Value, json};
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::instance::Instance;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap("all", |store: StoreContextMut<'_, Instance>, (): ()| {
        text(store.data(), |instance| Value::Object(params(instance)))
    })?;
    instance.func_wrap("last-run", |store: StoreContextMut<'_, Instance>, (): ()| {
        text(store.data(), last_run)
    })
}

fn text(
    instance: &Instance,
    value: impl FnOnce(&Instance) -> Value,
) -> wasmtime::Result<(String,)> {
    instance.enter(0)?;
    let text = value(instance).to_string();
    instance.leave(text.len())?;
    Ok((text,))
}

/// All that the manifest declares: given, by default, or null.
fn params(instance: &Instance) -> Map<String, Value> {
    let given = instance.branch.host().params();
    let params = instance.manifest.params.iter().map(|param| {
        let value = given.get(&param.name).or(param.default.as_ref()).cloned();
        (param.name.clone(), value.unwrap_or_default())
    });
    params.collect()
}

fn last_run(instance: &Instance) -> Value {
    let Some(last) = instance.branch.host().last_run() else { return Value::Null };
    json!({
        "run": last.run.to_string(),
        "started": last.started.to_string(),
        "finished": last.finished.to_string(),
        "problems": last.problems,
    })
}
