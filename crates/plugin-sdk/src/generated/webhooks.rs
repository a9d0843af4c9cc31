//! An address to which Klaviyo posts events as they happen; an account has at most 10, and not every account may use them.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists the account's webhooks, all in one answer.
///
/// Needs `webhooks:read`.
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

/// Creates a webhook: from then on customers' data goes to `endpoint_url`, after up to 3 minutes.
///
/// Needs `webhooks:write`, `webhooks:send` with `endpoint_url`.
///
/// `body`: a map of `topics`, `name` (required), `description`, `endpoint_url` (required), `secret_key` (required).
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Reads one webhook; its `endpoint_url` is shortened and its secret is not answered.
///
/// Needs `webhooks:read`.
///
/// # Errors
/// What the host says.
pub fn get(webhook_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(webhook_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    webhook_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(webhook_id).options(options))
}

/// Changes or switches a webhook; a new `endpoint_url` sends customers' data elsewhere.
///
/// Needs `webhooks:write`, `webhooks:send` with `endpoint_url`.
///
/// `body`: a map of `topics`, `name`, `description`, `endpoint_url`, `secret_key`, `enabled`.
///
/// # Errors
/// What the host says.
pub fn update(
    webhook_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(webhook_id, body))
}

/// Deletes a webhook for good; what happens without it is not posted later.
///
/// Needs `webhooks:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(webhook_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(webhook_id))
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

    /// Includes `webhook-topics`.
    #[must_use]
    pub fn include(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("include"),
                ::serde_json::Value::from(crate::options::texts(names)),
            );
        self
    }

    /// Only these attributes of `webhook`: `name`, `description`, `endpoint_url`, `enabled`, `created_at` or `updated_at`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "webhook", names);
        self
    }
}

impl From<ListOptions> for crate::Options {
    fn from(options: ListOptions) -> Self {
        options.options
    }
}

/// Options of [`get`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetOptions {
    options: crate::Options,
}

impl GetOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Includes `webhook-topics`.
    #[must_use]
    pub fn include(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("include"),
                ::serde_json::Value::from(crate::options::texts(names)),
            );
        self
    }

    /// Only these attributes of `webhook`: `name`, `description`, `endpoint_url`, `enabled`, `created_at` or `updated_at`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "webhook", names);
        self
    }
}

impl From<GetOptions> for crate::Options {
    fn from(options: GetOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`webhooks::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("webhooks.list")
    }

    /// [`webhooks::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("webhooks.create").body(body)
    }

    /// [`webhooks::get`](super::get) as a value.
    #[must_use]
    pub fn get(webhook_id: impl Into<String>) -> crate::Call {
        crate::Call::new("webhooks.get").id(webhook_id)
    }

    /// [`webhooks::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        webhook_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("webhooks.update").id(webhook_id).body(body)
    }

    /// [`webhooks::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(webhook_id: impl Into<String>) -> crate::Call {
        crate::Call::new("webhooks.delete").id(webhook_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, webhooks::list, sent => & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, webhooks::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, webhooks::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, webhooks::update, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, webhooks::delete, sent => sent.id(0usize), & sent.options)
    }
}
