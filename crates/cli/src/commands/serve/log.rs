//! The log of `serve`, on standard error.

use std::fmt;
use std::io::{self, IsTerminal as _};

use pianoroll_gateway::SystemClock;
use pianoroll_model::Clock as _;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use super::{LogForm, LogLevel};
use crate::exit::Exit;
use crate::failure::Failure;

/// The moment, as every log has it: RFC 3339 in UTC, to the millisecond.
struct Moment(SystemClock);

impl FormatTime for Moment {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{:.3}", self.0.now())
    }
}

/// Everything that is logged from now on goes to standard error.
pub(super) fn start(form: LogForm, level: LogLevel) -> Result<(), Failure> {
    let level = match level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Error => LevelFilter::ERROR,
    };
    let log = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_timer(Moment(SystemClock::new()))
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    let started = match form {
        LogForm::Text => log.try_init(),
        LogForm::Json => log.json().flatten_event(true).try_init(),
    };
    started
        .map_err(|error| Failure::text(Exit::Failed, format!("the log cannot be started: {error}")))
}
