//! A label for campaigns, flows, lists and segments; profiles cannot be tagged. An account has at most 500.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists tags, always 50 a page.
///
/// Needs `tags:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Creates a tag, at most 500 an account; it goes to the default group unless `tag_group` names another.
///
/// Needs `tags:write`.
///
/// `body`: a map of `tag_group`, `name` (required).
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Renames a tag and answers nothing.
///
/// Needs `tags:write`.
///
/// `body`: a map of `name` (required).
///
/// # Errors
/// What the host says.
pub fn update(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(tag_id, body))
}

/// Deletes a tag and takes it off everything that carries it.
///
/// Needs `tags:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(tag_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(tag_id))
}

/// Puts a tag on campaigns; each carries at most 100 tags. The gateway's document shows another path, without the tag's id, which Klaviyo does not have.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `campaign`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn tag_campaigns(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::tag_campaigns(call::tag_campaigns(tag_id, body))
}

/// Puts a tag on flows; each carries at most 100 tags. The gateway's document shows another path, without the tag's id, which Klaviyo does not have.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `flow`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn tag_flows(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::tag_flows(call::tag_flows(tag_id, body))
}

/// Puts a tag on lists; each carries at most 100 tags.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `list`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn tag_lists(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::tag_lists(call::tag_lists(tag_id, body))
}

/// Puts a tag on segments; each carries at most 100 tags.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `segment`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn tag_segments(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::tag_segments(call::tag_segments(tag_id, body))
}

/// Takes a tag off campaigns; those that do not carry it are left alone.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `campaign`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn untag_campaigns(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::untag_campaigns(call::untag_campaigns(tag_id, body))
}

/// Takes a tag off flows; those that do not carry it are left alone.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `flow`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn untag_flows(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::untag_flows(call::untag_flows(tag_id, body))
}

/// Takes a tag off lists; those that do not carry it are left alone.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `list`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn untag_lists(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::untag_lists(call::untag_lists(tag_id, body))
}

/// Takes a tag off segments; those that do not carry it are left alone.
///
/// Needs `tags:write`.
///
/// `body`: a list of ids of `segment`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn untag_segments(
    tag_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::untag_segments(call::untag_segments(tag_id, body))
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

    /// Filters: `name` (contains, ends-with, equals, starts-with).
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

    /// Sorts by `id` or `name`; `-` before it for descending.
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

    /// Includes `tag-group`.
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

    /// Only these attributes of `tag`: `name`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "tag", names);
        self
    }

    /// Only these attributes of `tag-group`: `name`, `exclusive` or `default`.
    #[must_use]
    pub fn fields_tag_group(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "tag-group", names);
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
    /// [`tags::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("tags.list")
    }

    /// [`tags::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("tags.create").body(body)
    }

    /// [`tags::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.update").id(tag_id).body(body)
    }

    /// [`tags::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(tag_id: impl Into<String>) -> crate::Call {
        crate::Call::new("tags.delete").id(tag_id)
    }

    /// [`tags::tag_campaigns`](super::tag_campaigns) as a value.
    #[must_use]
    pub fn tag_campaigns(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.tag_campaigns").id(tag_id).body(body)
    }

    /// [`tags::tag_flows`](super::tag_flows) as a value.
    #[must_use]
    pub fn tag_flows(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.tag_flows").id(tag_id).body(body)
    }

    /// [`tags::tag_lists`](super::tag_lists) as a value.
    #[must_use]
    pub fn tag_lists(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.tag_lists").id(tag_id).body(body)
    }

    /// [`tags::tag_segments`](super::tag_segments) as a value.
    #[must_use]
    pub fn tag_segments(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.tag_segments").id(tag_id).body(body)
    }

    /// [`tags::untag_campaigns`](super::untag_campaigns) as a value.
    #[must_use]
    pub fn untag_campaigns(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.untag_campaigns").id(tag_id).body(body)
    }

    /// [`tags::untag_flows`](super::untag_flows) as a value.
    #[must_use]
    pub fn untag_flows(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.untag_flows").id(tag_id).body(body)
    }

    /// [`tags::untag_lists`](super::untag_lists) as a value.
    #[must_use]
    pub fn untag_lists(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.untag_lists").id(tag_id).body(body)
    }

    /// [`tags::untag_segments`](super::untag_segments) as a value.
    #[must_use]
    pub fn untag_segments(
        tag_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("tags.untag_segments").id(tag_id).body(body)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, tags::list, sent => & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, tags::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, tags::update, sent => sent.id(0usize), & sent.body, & sent.options)
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, tags::delete, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn tag_campaigns(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::tag_campaigns, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn tag_flows(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::tag_flows, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn tag_lists(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::tag_lists, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn tag_segments(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::tag_segments, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn untag_campaigns(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::untag_campaigns, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn untag_flows(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::untag_flows, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn untag_lists(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::untag_lists, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn untag_segments(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, tags::untag_segments, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }
}
