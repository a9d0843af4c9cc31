//! The imports of the component, with the types of this crate.

use serde_json::Value;

use super::bindings::pianoroll::klaviyo as wit;
use crate::error::Failure;
use crate::{Call, Error, ErrorKind, Options, Response, log::Level};

/// A call as it crosses the boundary: JSON as text.
pub(crate) struct Sent {
    pub(crate) ids: Vec<String>,
    pub(crate) body: String,
    pub(crate) options: Vec<(String, String)>,
}

impl Sent {
    /// An id of the path; the generated code asks for those that the call was made with.
    pub(crate) fn id(&self, index: usize) -> &str {
        self.ids.get(index).map_or("", String::as_str)
    }
}

type Answered = Result<wit::types::Response, wit::types::Error>;

/// Sends a call by a function of the package. Those have no place for another connection, and no call that comes here has
/// one; asking `calls` where it has would make every component import `calls`.
pub(crate) fn sent(call: Call, send: impl FnOnce(&Sent) -> Answered) -> Result<Response, Error> {
    let call = call.checked()?;
    let body = call.body.as_ref().map_or_else(|| "null".to_owned(), Value::to_string);
    let sent = Sent { ids: call.ids, body, options: texts(&call.options) };
    response(send(&sent))
}

pub(crate) fn make(call: Call) -> Result<Response, Error> {
    response(wit::calls::make(&written(call.checked()?)))
}

pub(crate) fn batch(calls: Vec<Call>, width: u8) -> Vec<Result<Response, Error>> {
    let calls: Vec<_> = calls.into_iter().map(written).collect();
    wit::calls::batch(&calls, width).into_iter().map(response).collect()
}

pub(crate) fn request(
    method: &str,
    path: &str,
    query: &Options,
    body: Option<&Value>,
) -> Result<Response, Error> {
    let body = body.map(Value::to_string);
    response(wit::calls::request(method, path, &texts(query), body.as_deref()))
}

pub(crate) fn begin(name: &str) -> Result<Option<Result<Value, Value>>, Error> {
    let begun = wit::checkpoints::begin(name).map_err(error)?;
    let recorded = begun.map(|recorded| match recorded {
        Ok(value) => parsed(&value).map(Ok),
        Err(value) => parsed(&value).map(Err),
    });
    recorded.transpose()
}

pub(crate) fn end(value: Result<Value, Value>) -> Result<(), Error> {
    let text = |value: Value| value.to_string();
    let value = value.map(text).map_err(text);
    let value = value.as_ref().map(String::as_str).map_err(String::as_str);
    wit::checkpoints::end(value).map_err(error)
}

pub(crate) fn log(level: Level, text: &str) {
    let level = match level {
        Level::Debug => wit::log::Level::Debug,
        Level::Info => wit::log::Level::Info,
        Level::Warn => wit::log::Level::Warn,
        Level::Error => wit::log::Level::Error,
    };
    wit::log::write(level, text);
}

pub(crate) fn started() -> i64 {
    wit::clock::started()
}

pub(crate) fn now() -> i64 {
    wit::clock::now()
}

pub(crate) fn random() -> u64 {
    wit::random::next()
}

pub(crate) fn state(key: &str) -> Result<Value, Error> {
    parsed(&wit::state::get(key).map_err(error)?)
}

pub(crate) fn set_state(key: &str, value: &Value) -> Result<(), Error> {
    wit::state::set(key, &value.to_string()).map_err(error)
}

pub(crate) fn params() -> Result<Value, Error> {
    parsed(&wit::params::all())
}

pub(crate) fn last_run() -> Result<Value, Error> {
    parsed(&wit::params::last_run())
}

pub(crate) fn open(path: &str) -> Result<u32, Error> {
    wit::files::open(path).map_err(error)
}

pub(crate) fn read(file: u32, most: u32) -> Result<Vec<u8>, Error> {
    wit::files::read(file, most).map_err(error)
}

pub(crate) fn create(path: &str) -> Result<u32, Error> {
    wit::files::create(path).map_err(error)
}

pub(crate) fn write(file: u32, bytes: &[u8]) -> Result<(), Error> {
    wit::files::write(file, bytes).map_err(error)
}

pub(crate) fn close(file: u32) -> Result<(), Error> {
    wit::files::close(file).map_err(error)
}

pub(crate) fn exists(path: &str) -> Result<bool, Error> {
    wit::files::exists(path).map_err(error)
}

pub(crate) fn report(done: u64, total: Option<u64>) {
    wit::progress::report(done, total);
}

pub(crate) fn problem(text: &str, details: &Value) {
    wit::progress::problem(text, &details.to_string());
}

pub(crate) fn notify(text: &str, details: &Value) -> Result<(), Error> {
    wit::notify::tell(text, &details.to_string()).map_err(error)
}

pub(crate) fn pause(milliseconds: u64) -> Result<(), Error> {
    wit::wait::pause(milliseconds).map_err(error)
}

fn written(call: Call) -> wit::calls::Call {
    wit::calls::Call {
        body: call.body.as_ref().map(Value::to_string),
        options: texts(&call.options),
        operation: call.operation,
        ids: call.ids,
        connection: call.connection,
    }
}

fn texts(options: &Options) -> Vec<(String, String)> {
    options.iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
}

fn response(answered: Answered) -> Result<Response, Error> {
    let answered = answered.map_err(error)?;
    let document = parsed(&answered.document)?;
    Ok(Response { document, status: answered.status, next: answered.next })
}

fn parsed(text: &str) -> Result<Value, Error> {
    Ok(serde_json::from_str(text)?)
}

fn error(error: wit::types::Error) -> Error {
    let kind = match error.kind {
        wit::types::ErrorKind::Arguments => ErrorKind::Arguments,
        wit::types::ErrorKind::Permission => ErrorKind::Permission,
        wit::types::ErrorKind::Api => ErrorKind::Api,
        wit::types::ErrorKind::Account => ErrorKind::Account,
        wit::types::ErrorKind::Paging => ErrorKind::Paging,
        wit::types::ErrorKind::File => ErrorKind::File,
        wit::types::ErrorKind::Other => ErrorKind::Other,
    };
    Error::from(Failure {
        kind,
        code: error.code,
        status: error.status,
        message: error.message,
        operation: error.operation,
        position: error.position,
        retryable: error.retryable,
        done: error.done,
        details: error.details,
    })
}

/// An error as it leaves `run`.
impl From<Error> for wit::types::Error {
    fn from(error: Error) -> Self {
        let failure = error.into_failure();
        let kind = match failure.kind {
            ErrorKind::Arguments => wit::types::ErrorKind::Arguments,
            ErrorKind::Permission => wit::types::ErrorKind::Permission,
            ErrorKind::Api => wit::types::ErrorKind::Api,
            ErrorKind::Account => wit::types::ErrorKind::Account,
            ErrorKind::Paging => wit::types::ErrorKind::Paging,
            ErrorKind::File => wit::types::ErrorKind::File,
            ErrorKind::Other => wit::types::ErrorKind::Other,
        };
        Self {
            kind,
            code: failure.code,
            status: failure.status,
            message: failure.message,
            operation: failure.operation,
            position: failure.position,
            retryable: failure.retryable,
            done: failure.done,
            details: failure.details,
        }
    }
}
