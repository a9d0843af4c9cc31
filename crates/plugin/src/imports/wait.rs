//! `wait`: lets time pass. A run that is recorded does not keep a process for it.

use std::time::Duration;

use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use super::answer;
use crate::instance::Instance;
use crate::values::ErrorRecord;

/// The longest wait: beyond it, somebody means for ever.
const MOST: Duration = Duration::from_secs(400 * 24 * 60 * 60);

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap_async("pause", |store: StoreContextMut<'_, Instance>, (milliseconds,)| {
        Box::new(pause(store, milliseconds))
    })
}

async fn pause(
    mut store: StoreContextMut<'_, Instance>,
    milliseconds: u64,
) -> wasmtime::Result<(Result<(), ErrorRecord>,)> {
    let instance = store.data_mut();
    instance.enter(0)?;
    instance.refuse_in_checkpoint("wait.pause")?;
    let duration = Duration::from_millis(milliseconds);
    if duration > MOST {
        let days = MOST.as_secs() / (24 * 60 * 60);
        let message = format!("wait.pause waits up to {days} days, and not {milliseconds} ms");
        return Ok((Err(ErrorRecord::arguments(message)),));
    }
    if duration.is_zero() {
        return Ok((Ok(()),));
    }
    let outcome = match instance.branch.wait(duration).await {
        Ok(()) => Ok(Ok(())),
        Err(error) => instance.refuse(error).map(Err),
    };
    answer(instance, outcome, |()| 0)
}
