//! `clock`: the run's start, and readings that a replay repeats.

use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::ended::Ended;
use crate::instance::Instance;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap("started", |store: StoreContextMut<'_, Instance>, (): ()| {
        let instance = store.data();
        instance.enter(0)?;
        Ok((instance.branch.host().started().as_millisecond(),))
    })?;
    instance
        .func_wrap_async("now", |store: StoreContextMut<'_, Instance>, (): ()| Box::new(now(store)))
}

async fn now(store: StoreContextMut<'_, Instance>) -> wasmtime::Result<(i64,)> {
    let instance = store.data();
    instance.enter(0)?;
    let now = instance.branch.clock().await.map_err(Ended::Host)?;
    Ok((now.as_millisecond(),))
}
