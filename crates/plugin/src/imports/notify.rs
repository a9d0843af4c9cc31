//! `notify`: what the operator is told, wherever they are, where they have granted it. A stranger's plugin wakes nobody otherwise.

use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use super::answer;
use super::operations::parsed;
use crate::instance::Instance;
use crate::manifest::PluginPermission;
use crate::values::ErrorRecord;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap_async("tell", |store: StoreContextMut<'_, Instance>, (text, details)| {
        Box::new(tell(store, text, details))
    })
}

async fn tell(
    mut store: StoreContextMut<'_, Instance>,
    text: String,
    details: String,
) -> wasmtime::Result<(Result<(), ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(text.len() + details.len())?;
    instance.refuse_in_checkpoint("notify.tell")?;
    if !instance.granted.notify {
        return Ok((Err(instance.denied("notify", &PluginPermission::Notify)),));
    }
    let details = match parsed("notify.tell", "what the details hold", &details) {
        Ok(details) => details,
        Err(error) => return Ok((Err(error),)),
    };
    let outcome = match instance.branch.notify(&text, details, None).await {
        Ok(()) => Ok(Ok(())),
        Err(error) => instance.refuse(error).map(Err),
    };
    answer(instance, outcome, |()| 0)
}
