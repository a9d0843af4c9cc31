//! The one way to the host: the imports of the component, or the mock where there is no component.

#[cfg(target_family = "wasm")]
#[rustfmt::skip]
pub mod bindings;
#[cfg(target_family = "wasm")]
mod imports;

#[cfg(target_family = "wasm")]
pub(crate) use imports::*;

#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::mock::host::*;

/// Sends a call by its own function of the package, so that the component imports what it calls and nothing else:
/// `send!(call, profiles::get, sent => id(0))`.
#[cfg(target_family = "wasm")]
macro_rules! send {
    ($call:expr, $interface:ident::$function:ident, $sent:ident => $($argument:expr),*) => {
        crate::host::sent($call, |$sent| {
            crate::host::bindings::pianoroll::klaviyo::$interface::$function($($argument),*)
        })
    };
}

#[cfg(not(target_family = "wasm"))]
macro_rules! send {
    ($call:expr, $($function:tt)*) => {
        crate::host::make($call)
    };
}
