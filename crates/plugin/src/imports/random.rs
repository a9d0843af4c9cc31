//! `random`: numbers of the run's seed.

use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::instance::Instance;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap("next", |store: StoreContextMut<'_, Instance>, (): ()| {
        let instance = store.data();
        instance.enter(0)?;
        Ok((instance.branch.random(),))
    })
}
