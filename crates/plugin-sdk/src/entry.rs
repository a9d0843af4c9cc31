//! How a component begins.

use serde::Serialize;

use crate::{Error, log};

/// Makes a function the plugin: `fn run() -> Result<T, Error>`, with anything that serialises.
///
/// ```
/// use pianoroll_plugin_sdk::Error;
///
/// fn run() -> Result<&'static str, Error> {
///     Ok("done")
/// }
///
/// pianoroll_plugin_sdk::automation!(run);
/// ```
#[macro_export]
macro_rules! automation {
    ($run:path) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Plugin;

            impl $crate::bindings::Guest for Plugin {
                fn run() -> ::std::result::Result<
                    ::std::string::String,
                    $crate::bindings::pianoroll::klaviyo::types::Error,
                > {
                    $crate::catch_panics();
                    ::std::result::Result::map_err($crate::answer($run), ::std::convert::Into::into)
                }
            }

    $crate::bindings::export!(Plugin with_types_in $crate::bindings);
        };

        // Elsewhere it is only looked at, so that it is neither unused nor of another type.
        #[cfg(not(target_family = "wasm"))]
        const _: fn() -> ::std::result::Result<::std::string::String, $crate::Error> =
            || $crate::answer($run);
    };
}

/// The result of a run as JSON.
#[doc(hidden)]
pub fn answer<T: Serialize>(run: impl FnOnce() -> Result<T, Error>) -> Result<String, Error> {
    Ok(serde_json::to_string(&run()?)?)
}

/// Panics end the instance without a word; this writes the word.
#[doc(hidden)]
pub fn catch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place =
            panic.location().map(|at| format!(" at {}:{}:{}", at.file(), at.line(), at.column()));
        let text = text.unwrap_or("of something that is no text");
        log::write(log::Level::Error, &format!("panic: {text}{}", place.unwrap_or_default()));
    }));
}
