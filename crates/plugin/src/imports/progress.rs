//! `progress`: how far the plugin is, and what is worth a person's look.

use serde_json::Value;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::instance::Instance;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap("report", |store: StoreContextMut<'_, Instance>, (done, total)| {
        let instance = store.data();
        instance.enter(0)?;
        instance.branch.host().progress(done, total);
        Ok(())
    })?;
    instance.func_wrap_async("problem", |store: StoreContextMut<'_, Instance>, (text, details)| {
        Box::new(problem(store, text, details))
    })
}

async fn problem(
    store: StoreContextMut<'_, Instance>,
    text: String,
    details: String,
) -> wasmtime::Result<()> {
    let instance = store.data();
    let bytes = text.len() + details.len();
    instance.enter(bytes)?;
    instance.meter.logged(bytes + 1)?;
    // A problem is told in any case: details that are no JSON text are told as the text that they are.
    let details = serde_json::from_str(&details).unwrap_or(Value::String(details));
    instance.branch.problem(&text, details, None).await;
    Ok(())
}
