//! A kind of event that Klaviyo counts, such as Placed Order.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists metrics, always 200 a page; only the integration can be filtered on.
///
/// Needs `metrics:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one metric, on request with the flows that it triggers.
///
/// Needs `metrics:read`.
///
/// # Errors
/// What the host says.
pub fn get(metric_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(metric_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    metric_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(metric_id).options(options))
}

/// Asks for a metric's numbers over time, at most a year; nothing changes.
///
/// Needs `metrics:read`.
///
/// `body`: a map of `metric_id` (required), `measurements` (required), `interval`, `filter` (required), `by`, `timezone`, `page_size`, `page_cursor`, `sort`, `return_fields`.
///
/// # Errors
/// What the host says.
pub fn query_aggregates(
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::query_aggregates(call::query_aggregates(body))
}

/// Every resource of all pages of [`list`], which are fetched as they are needed.
pub fn each(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(call::list().options(options), send::list)
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

    /// Filters: `integration.name` (equals), `integration.category` (equals).
    #[must_use]
    pub fn filter(
        mut self,
        value: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("filter"),
                ::serde_json::Value::from(value.into()),
            );
        self
    }

    /// Includes `flow-triggers`.
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

    /// Goes on where an earlier page ended.
    #[must_use]
    pub fn cursor(
        mut self,
        value: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("cursor"),
                ::serde_json::Value::from(value.into()),
            );
        self
    }

    /// Only these attributes of `metric`: `name`, `created`, `updated` or `integration`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "metric", names);
        self
    }

    /// Only these attributes of `flow`: `name`, `status`, `archived`, `created`, `updated` or `trigger_type`.
    #[must_use]
    pub fn fields_flow(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow", names);
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

    /// Includes `flow-triggers`.
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

    /// Only these attributes of `metric`: `name`, `created`, `updated` or `integration`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "metric", names);
        self
    }

    /// Only these attributes of `flow`: `name`, `status`, `archived`, `created`, `updated` or `trigger_type`.
    #[must_use]
    pub fn fields_flow(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow", names);
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
    /// [`metrics::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("metrics.list")
    }

    /// [`metrics::get`](super::get) as a value.
    #[must_use]
    pub fn get(metric_id: impl Into<String>) -> crate::Call {
        crate::Call::new("metrics.get").id(metric_id)
    }

    /// [`metrics::query_aggregates`](super::query_aggregates) as a value.
    #[must_use]
    pub fn query_aggregates(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("metrics.query_aggregates").body(body)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, metrics::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, metrics::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn query_aggregates(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, metrics::query_aggregates, sent => & sent.body, & sent.options)
    }
}
