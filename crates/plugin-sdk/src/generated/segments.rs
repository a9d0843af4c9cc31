//! A group of profiles that Klaviyo keeps by conditions.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists segments, always 10 a page; by name only whole names can be filtered.
///
/// Needs `segments:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one segment; asking for `profile_count` lowers the limit to 1/s and 15/m.
///
/// Needs `segments:read`.
///
/// # Errors
/// What the host says.
pub fn get(segment_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(segment_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    segment_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(segment_id).options(options))
}

/// Creates a segment, at most 100 creations and updates a day; membership is computed afterwards, while `is_processing` is true.
///
/// Needs `segments:write`.
///
/// `body`: a map of `name` (required), `definition` (required), `is_starred`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Changes a segment's name, star or definition, at most 100 creations and updates a day; a new definition is computed afterwards, while `is_processing` is true.
///
/// Needs `segments:write`.
///
/// `body`: a map of `name`, `definition`, `is_starred`.
///
/// # Errors
/// What the host says.
pub fn update(
    segment_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(segment_id, body))
}

/// Deletes a segment for good; its profiles stay.
///
/// Needs `segments:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(segment_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(segment_id))
}

/// Lists the profiles in a segment, each with `joined_group_at`; 20 a page unless `page_size` says otherwise.
///
/// Needs `segments:read`.
/// Options: [`ListProfilesOptions`].
///
/// # Errors
/// What the host says.
pub fn list_profiles(
    segment_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_profiles(call::list_profiles(segment_id).options(options))
}

/// Every resource of all pages of [`list`], which are fetched as they are needed.
pub fn each(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(call::list().options(options), send::list)
}

/// Every resource of all pages of [`list_profiles`], which are fetched as they are needed.
pub fn each_profile(
    segment_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> crate::Each {
    crate::Each::new(
        call::list_profiles(segment_id).options(options),
        send::list_profiles,
    )
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

    /// Filters: `name` (any, equals), `id` (any, equals), `created` (greater-than), `updated` (greater-than), `is_active` (any, equals), `is_starred` (equals).
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

    /// Includes `flow-triggers` or `tags`.
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

    /// Only these attributes of `segment`: `name`, `definition`, `created`, `updated`, `is_active`, `is_processing`, `is_starred` or `profile_count`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "segment", names);
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

    /// Includes `flow-triggers` or `tags`.
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

    /// Only these attributes of `segment`: `name`, `definition`, `created`, `updated`, `is_active`, `is_processing`, `is_starred` or `profile_count`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "segment", names);
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

    /// Also these attributes of `segment`: `profile_count`.
    #[must_use]
    pub fn additional_fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "additional_fields", "segment", names);
        self
    }
}

impl From<GetOptions> for crate::Options {
    fn from(options: GetOptions) -> Self {
        options.options
    }
}

/// Options of [`list_profiles`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListProfilesOptions {
    options: crate::Options,
}

impl ListProfilesOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Filters: `email` (any, equals), `phone_number` (any, equals), `push_token` (any, equals), `_kx` (equals), `joined_group_at` (greater-or-equal, greater-than, less-or-equal, less-than).
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

    /// Sorts by `joined_group_at`; `-` before it for descending.
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

    /// Rows a page, at most 100; 20 without it.
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

    /// Only these attributes of `profile`: `email`, `phone_number`, `external_id`, `first_name`, `last_name`, `organization`, `locale`, `title`, `image`, `created`, `updated`, `last_event_date`, `location`, `properties`, `joined_group_at`, `subscriptions` or `predictive_analytics`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "profile", names);
        self
    }

    /// Also these attributes of `profile`: `subscriptions` or `predictive_analytics`.
    #[must_use]
    pub fn additional_fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "additional_fields", "profile", names);
        self
    }
}

impl From<ListProfilesOptions> for crate::Options {
    fn from(options: ListProfilesOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`segments::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("segments.list")
    }

    /// [`segments::get`](super::get) as a value.
    #[must_use]
    pub fn get(segment_id: impl Into<String>) -> crate::Call {
        crate::Call::new("segments.get").id(segment_id)
    }

    /// [`segments::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("segments.create").body(body)
    }

    /// [`segments::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        segment_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("segments.update").id(segment_id).body(body)
    }

    /// [`segments::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(segment_id: impl Into<String>) -> crate::Call {
        crate::Call::new("segments.delete").id(segment_id)
    }

    /// [`segments::list_profiles`](super::list_profiles) as a value.
    #[must_use]
    pub fn list_profiles(segment_id: impl Into<String>) -> crate::Call {
        crate::Call::new("segments.list_profiles").id(segment_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, segments::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, segments::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, segments::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, segments::update, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, segments::delete, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn list_profiles(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, segments::list_profiles, sent => sent.id(0usize), & sent.options)
    }
}
