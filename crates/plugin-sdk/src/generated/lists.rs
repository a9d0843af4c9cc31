//! A static list of profiles, such as the subscribers of a newsletter.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists lists, always 10 a page; by name only whole names can be filtered.
///
/// Needs `lists:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one list; asking for `profile_count` lowers the limit to 1/s and 15/m.
///
/// Needs `lists:read`.
///
/// # Errors
/// What the host says.
pub fn get(list_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(list_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    list_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(list_id).options(options))
}

/// Creates a list, at most 150 a day; names need not be unique, so a repeated call makes a second list.
///
/// Needs `lists:write`.
///
/// `body`: a map of `name` (required).
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Renames a list.
///
/// Needs `lists:write`.
///
/// `body`: a map of `name` (required).
///
/// # Errors
/// What the host says.
pub fn update(
    list_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(list_id, body))
}

/// Deletes a list for good; its profiles stay.
///
/// Needs `lists:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(list_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(list_id))
}

/// Adds profiles to a list, at most 1,000 ids a call; consent stays as it is, but flows that the list triggers may start.
///
/// Needs `lists:write`.
///
/// `body`: a list of ids of `profile`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn add_profiles(
    list_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::add_profiles(call::add_profiles(list_id, body))
}

/// Removes profiles from a list, at most 1,000 ids a call; the profiles and their consent stay.
///
/// Needs `lists:write`.
///
/// `body`: a list of ids of `profile`, 1000 a call; longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn remove_profiles(
    list_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::remove_profiles(call::remove_profiles(list_id, body))
}

/// Lists the profiles on a list, each with `joined_group_at`; 20 a page unless `page_size` says otherwise.
///
/// Needs `lists:read`.
/// Options: [`ListProfilesOptions`].
///
/// # Errors
/// What the host says.
pub fn list_profiles(
    list_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_profiles(call::list_profiles(list_id).options(options))
}

/// Every resource of all pages of [`list`], which are fetched as they are needed.
pub fn each(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(call::list().options(options), send::list)
}

/// Every resource of all pages of [`list_profiles`], which are fetched as they are needed.
pub fn each_profile(
    list_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> crate::Each {
    crate::Each::new(call::list_profiles(list_id).options(options), send::list_profiles)
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

    /// Filters: `name` (any, equals), `id` (any, equals), `created` (greater-than), `updated` (greater-than).
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

    /// Only these attributes of `list`: `name`, `created`, `updated`, `opt_in_process` or `profile_count`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "list", names);
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

    /// Only these attributes of `list`: `name`, `created`, `updated`, `opt_in_process` or `profile_count`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "list", names);
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

    /// Also these attributes of `list`: `profile_count`.
    #[must_use]
    pub fn additional_fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "additional_fields", "list", names);
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
    /// [`lists::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("lists.list")
    }

    /// [`lists::get`](super::get) as a value.
    #[must_use]
    pub fn get(list_id: impl Into<String>) -> crate::Call {
        crate::Call::new("lists.get").id(list_id)
    }

    /// [`lists::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("lists.create").body(body)
    }

    /// [`lists::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        list_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("lists.update").id(list_id).body(body)
    }

    /// [`lists::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(list_id: impl Into<String>) -> crate::Call {
        crate::Call::new("lists.delete").id(list_id)
    }

    /// [`lists::add_profiles`](super::add_profiles) as a value.
    #[must_use]
    pub fn add_profiles(
        list_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("lists.add_profiles").id(list_id).body(body)
    }

    /// [`lists::remove_profiles`](super::remove_profiles) as a value.
    #[must_use]
    pub fn remove_profiles(
        list_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("lists.remove_profiles").id(list_id).body(body)
    }

    /// [`lists::list_profiles`](super::list_profiles) as a value.
    #[must_use]
    pub fn list_profiles(list_id: impl Into<String>) -> crate::Call {
        crate::Call::new("lists.list_profiles").id(list_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, lists::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, lists::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, lists::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, lists::update, sent => sent.id(0usize), & sent.body, & sent.options)
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, lists::delete, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn add_profiles(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, lists::add_profiles, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn remove_profiles(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, lists::remove_profiles, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn list_profiles(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, lists::list_profiles, sent => sent.id(0usize), & sent.options)
    }
}
