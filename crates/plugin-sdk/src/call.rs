//! A call as a value.

use serde::Serialize;
use serde_json::Value;

use crate::{Each, Error, ErrorKind, Options, Response, host};

/// One call of one operation. The functions under `call` of each module make them:
///
/// ```
/// use pianoroll_plugin_sdk::{json, profiles};
///
/// let call = profiles::call::update("01GDDKASAP8TKDDA2GRZDSVP4H", json!({ "first_name": "Ada" }));
/// assert_eq!(call.operation, "profiles.update");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The operation: `profiles.update`.
    pub operation: String,
    /// The ids of its path, in order.
    pub ids: Vec<String>,
    /// What it sends, where it sends anything.
    pub body: Option<Value>,
    /// Its options.
    pub options: Options,
    /// The connection to call with, one of the manifest's `connections`; none: the run's own.
    pub connection: Option<String>,
    /// Why the body could not be made into JSON.
    mistake: Option<String>,
}

impl Call {
    /// A call by the operation's id, for what has no function of its own here.
    #[must_use]
    pub fn new(operation: impl Into<String>) -> Self {
        Self {
            operation: operation.into(),
            ids: Vec::new(),
            body: None,
            options: Options::new(),
            connection: None,
            mistake: None,
        }
    }

    /// With the next id of its path.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.ids.push(id.into());
        self
    }

    /// With a body. What cannot be made into JSON fails when the call is made.
    #[must_use]
    pub fn body(mut self, body: impl Serialize) -> Self {
        match serde_json::to_value(body) {
            Ok(body) => self.body = Some(body),
            Err(error) => self.mistake = Some(error.to_string()),
        }
        self
    }

    /// With these options in place of those that it has.
    #[must_use]
    pub fn options(mut self, options: impl Into<Options>) -> Self {
        self.options = options.into();
        self
    }

    /// By another connection, one of the manifest's `connections`.
    #[must_use]
    pub fn on(mut self, connection: impl Into<String>) -> Self {
        self.connection = Some(connection.into());
        self
    }

    /// Makes it. This goes through `calls`; the functions of the modules are the shorter way.
    ///
    /// # Errors
    /// What the host says.
    pub fn make(self) -> Result<Response, Error> {
        host::make(self)
    }

    /// The resources of all pages from this one on, by [`Call::make`]; so, by another connection.
    #[must_use]
    pub fn each(self) -> Each {
        Each::new(self, host::make)
    }

    /// What is wrong with it before the host sees it.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let message = match (&self.mistake, &self.options.mistake) {
            (Some(mistake), _) => format!("the body of {} is no JSON: {mistake}", self.operation),
            (None, Some(found)) => {
                format!("the options of {} are a JSON object, not {found}", self.operation)
            }
            (None, None) => return Ok(self),
        };
        Err(Error::of(ErrorKind::Arguments, "arguments", message))
    }
}
