//! A sequence of actions that Klaviyo runs for each profile that meets its trigger.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists flows, 50 a page, which is also the maximum.
///
/// Needs `flows:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one flow, on request with its actions and tags.
///
/// Needs `flows:read`.
///
/// # Errors
/// What the host says.
pub fn get(flow_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(flow_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    flow_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(flow_id).options(options))
}

/// Creates a flow, at most 100 a day; the gateway's document shows it with a name only, Klaviyo has it from revision 2025-01-15 on.
///
/// Needs `flows:write`.
///
/// `body`: a map of `name` (required), `definition`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Sets the status of a flow and of all its actions: draft, manual or live; live makes it send.
///
/// Needs `flows:write`, `flows:send` with `status` = `live`.
///
/// `body`: a map of `status` (required).
///
/// # Errors
/// What the host says.
pub fn update_status(
    flow_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update_status(call::update_status(flow_id, body))
}

/// Deletes a flow for good; profiles within it get no further messages of it.
///
/// Needs `flows:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(flow_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(flow_id))
}

/// Lists the actions of a flow, 50 a page, which is also the maximum.
///
/// Needs `flows:read`.
/// Options: [`ListActionsOptions`].
///
/// # Errors
/// What the host says.
pub fn list_actions(
    flow_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_actions(call::list_actions(flow_id).options(options))
}

/// Lists the messages of a flow in one call.
/// Documented only: no revision of Klaviyo's API has this route; call flows.list_actions, then flow_actions.list_messages for each action.
///
/// Needs `flows:read`.
///
/// # Errors
/// What the host says.
pub fn list_messages(
    flow_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::list_messages(call::list_messages(flow_id))
}

/// Every resource of all pages of [`list`], which are fetched as they are needed.
pub fn each(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(call::list().options(options), send::list)
}

/// Every resource of all pages of [`list_actions`], which are fetched as they are needed.
pub fn each_action(
    flow_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> crate::Each {
    crate::Each::new(call::list_actions(flow_id).options(options), send::list_actions)
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

    /// Filters: `id` (any), `name` (contains, ends-with, equals, starts-with), `status` (equals), `archived` (equals), `created` (equals, greater-or-equal, greater-than, less-or-equal, less-than), `updated` (equals, greater-or-equal, greater-than, less-or-equal, less-than), `trigger_type` (equals).
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

    /// Sorts by `created`, `id`, `name`, `status`, `trigger_type` or `updated`; `-` before it for descending.
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

    /// Includes `flow-actions` or `tags`.
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

    /// Rows a page, at most 50; 50 without it.
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

    /// Only these attributes of `flow`: `name`, `status`, `archived`, `created`, `updated` or `trigger_type`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow", names);
        self
    }

    /// Only these attributes of `flow-action`: `action_type`, `status`, `created`, `updated`, `settings`, `tracking_options`, `send_options` or `render_options`.
    #[must_use]
    pub fn fields_flow_action(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow-action", names);
        self
    }

    /// Only these attributes of `tag`: `name`.
    #[must_use]
    pub fn fields_tag(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "tag", names);
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

    /// Includes `flow-actions` or `tags`.
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

    /// Only these attributes of `flow`: `name`, `status`, `archived`, `created`, `updated` or `trigger_type`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow", names);
        self
    }

    /// Only these attributes of `flow-action`: `action_type`, `status`, `created`, `updated`, `settings`, `tracking_options`, `send_options` or `render_options`.
    #[must_use]
    pub fn fields_flow_action(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "flow-action", names);
        self
    }

    /// Only these attributes of `tag`: `name`.
    #[must_use]
    pub fn fields_tag(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "tag", names);
        self
    }
}

impl From<GetOptions> for crate::Options {
    fn from(options: GetOptions) -> Self {
        options.options
    }
}

/// Options of [`list_actions`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListActionsOptions {
    options: crate::Options,
}

impl ListActionsOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Filters: `id` (any), `action_type` (any, equals), `status` (equals), `created` (equals, greater-or-equal, greater-than, less-or-equal, less-than), `updated` (equals, greater-or-equal, greater-than, less-or-equal, less-than).
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

    /// Sorts by `action_type`, `created`, `id`, `status` or `updated`; `-` before it for descending.
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

    /// Rows a page, at most 50; 50 without it.
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
}

impl From<ListActionsOptions> for crate::Options {
    fn from(options: ListActionsOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`flows::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("flows.list")
    }

    /// [`flows::get`](super::get) as a value.
    #[must_use]
    pub fn get(flow_id: impl Into<String>) -> crate::Call {
        crate::Call::new("flows.get").id(flow_id)
    }

    /// [`flows::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("flows.create").body(body)
    }

    /// [`flows::update_status`](super::update_status) as a value.
    #[must_use]
    pub fn update_status(
        flow_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("flows.update_status").id(flow_id).body(body)
    }

    /// [`flows::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(flow_id: impl Into<String>) -> crate::Call {
        crate::Call::new("flows.delete").id(flow_id)
    }

    /// [`flows::list_actions`](super::list_actions) as a value.
    #[must_use]
    pub fn list_actions(flow_id: impl Into<String>) -> crate::Call {
        crate::Call::new("flows.list_actions").id(flow_id)
    }

    /// [`flows::list_messages`](super::list_messages) as a value.
    #[must_use]
    pub fn list_messages(flow_id: impl Into<String>) -> crate::Call {
        crate::Call::new("flows.list_messages").id(flow_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, flows::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, flows::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, flows::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update_status(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, flows::update_status, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, flows::delete, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn list_actions(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, flows::list_actions, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn list_messages(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, flows::list_messages, sent => sent.id(0usize), & sent.options)
    }
}
