//! The Klaviyo account behind the connection.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Reads the account behind the connection, as a list of exactly one.
///
/// Needs `accounts:read`.
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

    /// Only these attributes of `account`: `test_account`, `contact_information`, `industry`, `timezone`, `preferred_currency`, `public_api_key` or `locale`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "account", names);
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
    /// [`accounts::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("accounts.list")
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, accounts::list, sent => & sent.options)
    }
}
