//! One step of a flow, such as a message, a delay or a branch.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Reads one action of a flow, on request with its flow and messages.
///
/// Needs `flow_actions:read`.
///
/// # Errors
/// What the host says.
pub fn get(flow_action_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(flow_action_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    flow_action_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(flow_action_id).options(options))
}

/// Lists the messages of one action of a flow, 50 a page.
///
/// Needs `flow_actions:read`.
/// Options: [`ListMessagesOptions`].
///
/// # Errors
/// What the host says.
pub fn list_messages(
    flow_action_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_messages(call::list_messages(flow_action_id).options(options))
}

/// Every resource of all pages of [`list_messages`], which are fetched as they are needed.
pub fn each_message(
    flow_action_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> crate::Each {
    crate::Each::new(
        call::list_messages(flow_action_id).options(options),
        send::list_messages,
    )
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

    /// Includes `flow` or `flow-messages`.
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

    /// Only these attributes of `flow-action`: `action_type`, `status`, `created`, `updated`, `settings`, `tracking_options`, `send_options` or `render_options`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow-action", names);
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

    /// Only these attributes of `flow-message`: `name`, `channel`, `content`, `created` or `updated`.
    #[must_use]
    pub fn fields_flow_message(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow-message", names);
        self
    }
}

impl From<GetOptions> for crate::Options {
    fn from(options: GetOptions) -> Self {
        options.options
    }
}

/// Options of [`list_messages`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListMessagesOptions {
    options: crate::Options,
}

impl ListMessagesOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Filters: `id` (any), `name` (contains, ends-with, equals, starts-with), `created` (equals, greater-or-equal, greater-than, less-or-equal, less-than), `updated` (equals, greater-or-equal, greater-than, less-or-equal, less-than).
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

    /// Sorts by `created`, `id`, `name` or `updated`; `-` before it for descending.
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

    /// Rows a page, at most 100; 50 without it.
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

    /// Only these attributes of `flow-message`: `name`, `channel`, `content`, `created` or `updated`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow-message", names);
        self
    }
}

impl From<ListMessagesOptions> for crate::Options {
    fn from(options: ListMessagesOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`flow_actions::get`](super::get) as a value.
    #[must_use]
    pub fn get(flow_action_id: impl Into<String>) -> crate::Call {
        crate::Call::new("flow_actions.get").id(flow_action_id)
    }

    /// [`flow_actions::list_messages`](super::list_messages) as a value.
    #[must_use]
    pub fn list_messages(flow_action_id: impl Into<String>) -> crate::Call {
        crate::Call::new("flow_actions.list_messages").id(flow_action_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, flow_actions::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn list_messages(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, flow_actions::list_messages, sent => sent.id(0usize), & sent.options)
    }
}
