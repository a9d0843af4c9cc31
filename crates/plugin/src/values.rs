//! The types of the WIT package's interface `types`, as wasmtime moves them. Each is compared with a component's own when it is
//! loaded.

use std::sync::Arc;

use pianoroll_host::{HostError, HostErrorKind};
use serde_json::{Map, Value};
use wasmtime::component::{ComponentType, Lift, Lower};

/// Options by their plain names, each value a JSON text.
pub(crate) type OptionList = Vec<(String, String)>;

/// `record response`
#[derive(Clone, Debug, ComponentType, Lower)]
#[component(record)]
pub(crate) struct Response {
    pub(crate) document: Arc<str>,
    pub(crate) status: Option<u16>,
    pub(crate) next: Option<String>,
}

/// `enum error-kind`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum ErrorKind {
    #[component(name = "arguments")]
    Arguments,
    #[component(name = "permission")]
    Permission,
    #[component(name = "api")]
    Api,
    #[component(name = "account")]
    Account,
    #[component(name = "paging")]
    Paging,
    #[component(name = "file")]
    File,
    #[component(name = "other")]
    Other,
}

/// `record error`
#[derive(Clone, Debug, ComponentType, Lift, Lower)]
#[component(record)]
pub(crate) struct ErrorRecord {
    pub(crate) kind: ErrorKind,
    pub(crate) code: String,
    pub(crate) status: Option<u16>,
    pub(crate) message: String,
    pub(crate) operation: String,
    pub(crate) position: String,
    pub(crate) retryable: bool,
    pub(crate) done: u64,
    pub(crate) details: String,
}

/// `record call` of the interface `calls`
#[derive(Clone, Debug, ComponentType, Lift)]
#[component(record)]
pub(crate) struct CallRecord {
    pub(crate) operation: String,
    pub(crate) ids: Vec<String>,
    pub(crate) body: Option<String>,
    pub(crate) options: OptionList,
    pub(crate) connection: Option<String>,
}

/// `enum level` of the interface `log`
#[derive(Clone, Copy, Debug, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "wasmtime makes them out of what a plugin gives")]
pub(crate) enum LogLevel {
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

impl Response {
    /// Bytes that cross the border.
    pub(crate) fn size(&self) -> usize {
        self.document.len() + self.next.as_ref().map_or(0, String::len)
    }
}

impl CallRecord {
    /// Bytes that crossed the border.
    pub(crate) fn size(&self) -> usize {
        let ids: usize = self.ids.iter().map(String::len).sum();
        self.operation.len() + ids + self.body.as_ref().map_or(0, String::len) + size(&self.options)
    }
}

/// Bytes of options.
pub(crate) fn size(options: &OptionList) -> usize {
    options.iter().map(|(name, value)| name.len() + value.len()).sum()
}

impl ErrorRecord {
    /// An error that is no error of a call.
    pub(crate) fn new(kind: ErrorKind, code: &str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            status: None,
            message: message.into(),
            operation: String::new(),
            position: String::new(),
            retryable: false,
            done: 0,
            details: Value::Object(Map::new()).to_string(),
        }
    }

    /// Arguments of a host function that no operation checks.
    pub(crate) fn arguments(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Arguments, "arguments", message)
    }

    /// Bytes that cross the border.
    pub(crate) fn size(&self) -> usize {
        let Self { code, message, operation, position, details, .. } = self;
        [code, message, operation, position, details].into_iter().map(String::len).sum()
    }
}

impl From<&HostError> for ErrorRecord {
    fn from(error: &HostError) -> Self {
        let map = error.to_map();
        let text =
            |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = match error.kind() {
            HostErrorKind::Arguments => ErrorKind::Arguments,
            HostErrorKind::Permission => ErrorKind::Permission,
            HostErrorKind::Api => ErrorKind::Api,
            HostErrorKind::Account => ErrorKind::Account,
            HostErrorKind::Paging => ErrorKind::Paging,
            // These end the run, and never come here.
            HostErrorKind::Guardrail
            | HostErrorKind::UnknownOutcome
            | HostErrorKind::Cancelled
            | HostErrorKind::Journal
            | HostErrorKind::Diverged
            | HostErrorKind::Parked => ErrorKind::Other,
        };
        let status = map.get("status").and_then(Value::as_u64);
        Self {
            kind,
            code: text("code"),
            status: status.and_then(|status| u16::try_from(status).ok()),
            message: text("message"),
            operation: text("operation"),
            position: text("position"),
            retryable: error.is_retryable(),
            done: error.done().items,
            details: map.to_string(),
        }
    }
}
