//! Something that a person did at a time, such as an order, counted by a metric.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists events, 200 a page, newest first; metric and profile are relationships, though the gateway's document shows them as attributes.
///
/// Needs `events:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one event, on request with its profile, its metric and what it is credited to.
///
/// Needs `events:read`.
///
/// # Errors
/// What the host says.
pub fn get(event_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(event_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    event_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(event_id).options(options))
}

/// Records one event and answers nothing: it is checked and queued; profile and metric are created where unknown, and flows that the metric triggers may start.
///
/// Needs `events:write`.
///
/// `body`: a map of `profile` (required), `metric` (required), `properties` (required), `time`, `value`, `value_currency`, `unique_id`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Records events, at most 1,000 (5 MB) a call, and answers nothing, not even a job; the host groups them by profile, as Klaviyo wants them.
///
/// Needs `events:write`.
///
/// `body`: a list of maps of `profile` (required), `metric` (required), `properties` (required), `time`, `value`, `value_currency`, `unique_id`; 1000 a call, longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn bulk_create(
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::bulk_create(call::bulk_create(body))
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

    /// Filters: `metric_id` (equals), `profile_id` (equals), `profile` (has), `datetime` (greater-or-equal, greater-than, less-or-equal, less-than), `timestamp` (greater-or-equal, greater-than, less-or-equal, less-than).
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

    /// Sorts by `datetime` or `timestamp`; `-` before it for descending.
    #[must_use]
    pub fn sort(
        mut self,
        value: impl ::std::convert::Into<::std::string::String>,
    ) -> Self {
        self.options
            .insert(
                ::std::string::String::from("sort"),
                ::serde_json::Value::from(value.into()),
            );
        self
    }

    /// Includes `attributions`, `metric` or `profile`.
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

    /// Rows a page, at most 1000; 200 without it.
    #[must_use]
    pub fn page_size(mut self, value: u32) -> Self {
        self.options
            .insert(
                ::std::string::String::from("page_size"),
                ::serde_json::Value::from(value),
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

    /// Only these attributes of `event`: `timestamp`, `datetime`, `event_properties` or `uuid`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "event", names);
        self
    }

    /// Only these attributes of `metric`: `name`, `created`, `updated` or `integration`.
    #[must_use]
    pub fn fields_metric(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "metric", names);
        self
    }

    /// Only these attributes of `profile`: `email`, `phone_number`, `external_id`, `first_name`, `last_name`, `organization`, `locale`, `title`, `image`, `created`, `updated`, `last_event_date`, `location`, `properties`, `joined_group_at`, `subscriptions` or `predictive_analytics`.
    #[must_use]
    pub fn fields_profile(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "profile", names);
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

    /// Includes `attributions`, `metric` or `profile`.
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

    /// Only these attributes of `event`: `timestamp`, `datetime`, `event_properties` or `uuid`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "event", names);
        self
    }

    /// Only these attributes of `metric`: `name`, `created`, `updated` or `integration`.
    #[must_use]
    pub fn fields_metric(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "metric", names);
        self
    }

    /// Only these attributes of `profile`: `email`, `phone_number`, `external_id`, `first_name`, `last_name`, `organization`, `locale`, `title`, `image`, `created`, `updated`, `last_event_date`, `location`, `properties`, `joined_group_at`, `subscriptions` or `predictive_analytics`.
    #[must_use]
    pub fn fields_profile(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "profile", names);
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
    /// [`events::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("events.list")
    }

    /// [`events::get`](super::get) as a value.
    #[must_use]
    pub fn get(event_id: impl Into<String>) -> crate::Call {
        crate::Call::new("events.get").id(event_id)
    }

    /// [`events::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("events.create").body(body)
    }

    /// [`events::bulk_create`](super::bulk_create) as a value.
    #[must_use]
    pub fn bulk_create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("events.bulk_create").body(body)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, events::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, events::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, events::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn bulk_create(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, events::bulk_create, sent => & sent.body, & sent.options)
    }
}
