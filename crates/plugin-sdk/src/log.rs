//! Lines of the run's log: `log::info!("{} found", found.len())`.

use crate::host;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For whoever looks for a mistake.
    Debug,
    /// What went on.
    Info,
    /// What somebody should look at.
    Warn,
    /// What went wrong.
    Error,
}

/// Writes a line.
pub fn write(level: Level, text: &str) {
    host::log(level, text);
}

// Under other names, since `warn` and `error` mean something else at the root of a crate.
#[doc(hidden)]
#[macro_export]
macro_rules! log_debug_line {
    ($($text:tt)*) => { $crate::log::write($crate::log::Level::Debug, &::std::format!($($text)*)) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! log_info_line {
    ($($text:tt)*) => { $crate::log::write($crate::log::Level::Info, &::std::format!($($text)*)) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! log_warn_line {
    ($($text:tt)*) => { $crate::log::write($crate::log::Level::Warn, &::std::format!($($text)*)) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! log_error_line {
    ($($text:tt)*) => { $crate::log::write($crate::log::Level::Error, &::std::format!($($text)*)) };
}

/// A line for whoever looks for a mistake.
#[doc(inline)]
pub use crate::log_debug_line as debug;
/// A line of what went wrong.
#[doc(inline)]
pub use crate::log_error_line as error;
/// A line of what went on.
#[doc(inline)]
pub use crate::log_info_line as info;
/// A line of what somebody should look at.
#[doc(inline)]
pub use crate::log_warn_line as warn;
