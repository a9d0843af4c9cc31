//! One account of an app, authorised once in a browser and used through the gateway by its id.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists the key's connections as `connections`, of all apps unless `app` is given.
///
/// Needs `connections:read`.
///
/// # Errors
/// What the host says.
pub fn list() -> Result<crate::Response, crate::Error> {
    send::list(call::list())
}

/// The same as [`list`], with options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list_with(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Starts a connection for an app; open the `url` of the connection in a browser to authorise it, and read it until it is no longer PENDING.
///
/// Needs `connections:write`.
///
/// `body`: a map of `app` (required), `method`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Reads one connection, as `connection`.
///
/// Needs `connections:read`.
///
/// # Errors
/// What the host says.
pub fn get(connection_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(connection_id))
}

/// Deletes a connection: every automation that uses it stops working until it is authorised anew under another id.
///
/// Needs `connections:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(
    connection_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(connection_id))
}

/// Options of [`list`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListOptions {
    options: crate::Options,
}

impl ListOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `string`.
    #[must_use]
    pub fn app(mut self, value: &str) -> Self {
        self.options
            .insert(
                ::std::string::String::from("app"),
                ::serde_json::Value::from(value),
            );
        self
    }

    /// `enum(ACTIVE,PENDING,FAILED)`.
    #[must_use]
    pub fn status(mut self, value: &str) -> Self {
        self.options
            .insert(
                ::std::string::String::from("status"),
                ::serde_json::Value::from(value),
            );
        self
    }
}

impl From<ListOptions> for crate::Options {
    fn from(options: ListOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`connections::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("connections.list")
    }

    /// [`connections::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("connections.create").body(body)
    }

    /// [`connections::get`](super::get) as a value.
    #[must_use]
    pub fn get(connection_id: impl Into<String>) -> crate::Call {
        crate::Call::new("connections.get").id(connection_id)
    }

    /// [`connections::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(connection_id: impl Into<String>) -> crate::Call {
        crate::Call::new("connections.delete").id(connection_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, connections::list, sent => & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, connections::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, connections::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, connections::delete, sent => sent.id(0usize), & sent.options)
    }
}
