//! `log`: lines for the operator. All of them together have a limit.

use pianoroll_host::Level;
use wasmtime::StoreContextMut;
use wasmtime::component::LinkerInstance;

use crate::instance::Instance;
use crate::values::LogLevel;

pub(super) fn link(instance: &mut LinkerInstance<'_, Instance>) -> wasmtime::Result<()> {
    instance.func_wrap_async("write", |store: StoreContextMut<'_, Instance>, (level, text)| {
        Box::new(write(store, level, text))
    })
}

async fn write(
    store: StoreContextMut<'_, Instance>,
    level: LogLevel,
    text: String,
) -> wasmtime::Result<()> {
    let instance = store.data();
    instance.enter(text.len())?;
    // A line without a character is one, too.
    instance.meter.logged(text.len() + 1)?;
    let level = match level {
        LogLevel::Debug => Level::Debug,
        LogLevel::Info => Level::Info,
        LogLevel::Warn => Level::Warn,
        LogLevel::Error => Level::Error,
    };
    instance.branch.log(level, &text, None).await;
    Ok(())
}
