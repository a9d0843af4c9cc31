//! A person: contact details, consent and custom properties.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists profiles, 20 a page unless `page_size` says otherwise; filtered on `created` or `updated`, it may only be sorted by that field.
///
/// Needs `profiles:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one profile; including its lists or segments lowers the limit to 1/s and 15/m each.
///
/// Needs `profiles:read`.
///
/// # Errors
/// What the host says.
pub fn get(profile_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(profile_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    profile_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(profile_id).options(options))
}

/// Creates a profile; a second one with the same email, phone number or external id is refused with 409 and the id of the first (`meta.duplicate_profile_id`).
///
/// Needs `profiles:write`.
///
/// `body`: a map of `email`, `phone_number`, `external_id`, `first_name`, `last_name`, `organization`, `locale`, `title`, `image`, `location`, `properties`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// The same as [`create`], with options: [`CreateOptions`].
///
/// # Errors
/// What the host says.
pub fn create_with(
    body: impl serde::Serialize,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body).options(options))
}

/// Changes the given attributes of a profile: null clears one, an omitted one stays, and `patch_properties` (`append`, `unappend`, `unset`) changes lists within `properties`; an identifier that another profile holds is refused with 409.
///
/// Needs `profiles:write`.
///
/// `body`: a map of `email`, `phone_number`, `external_id`, `anonymous_id`, `first_name`, `last_name`, `organization`, `locale`, `title`, `image`, `location`, `properties`, `patch_properties`.
///
/// # Errors
/// What the host says.
pub fn update(
    profile_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(profile_id, body))
}

/// The same as [`update`], with options: [`UpdateOptions`].
///
/// # Errors
/// What the host says.
pub fn update_with(
    profile_id: impl Into<String>,
    body: impl serde::Serialize,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(profile_id, body).options(options))
}

/// Merges the profile `source` into the profile `destination` and deletes the source; one source a call, queued, not to be undone.
///
/// Needs `profiles:delete`.
///
/// `body`: a map of `destination` (required), `source`.
///
/// # Errors
/// What the host says.
pub fn merge(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::merge(call::merge(body))
}

/// Lists the lists that a profile is on, all in one answer.
///
/// Needs `profiles:read`.
///
/// # Errors
/// What the host says.
pub fn list_lists(
    profile_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::list_lists(call::list_lists(profile_id))
}

/// The same as [`list_lists`], with options: [`ListListsOptions`].
///
/// # Errors
/// What the host says.
pub fn list_lists_with(
    profile_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_lists(call::list_lists(profile_id).options(options))
}

/// Lists the segments that a profile is in, all in one answer.
///
/// Needs `profiles:read`.
///
/// # Errors
/// What the host says.
pub fn list_segments(
    profile_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::list_segments(call::list_segments(profile_id))
}

/// The same as [`list_segments`], with options: [`ListSegmentsOptions`].
///
/// # Errors
/// What the host says.
pub fn list_segments_with(
    profile_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_segments(call::list_segments(profile_id).options(options))
}

/// Queues profiles to be created or updated, at most 10,000 (5 MB, 100 kB each) a call; a profile with an `id` or a known identifier is updated.
///
/// Needs `profiles:write`.
///
/// `body`: a list of maps of `email`, `phone_number`, `external_id`, `anonymous_id`, `first_name`, `last_name`, `organization`, `locale`, `title`, `image`, `location`, `properties`; 10000 a call, longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn bulk_import(
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::bulk_import(call::bulk_import(body))
}

/// Reads a profile import: its status and how many profiles are done and refused.
///
/// Needs `profiles:read`.
///
/// # Errors
/// What the host says.
pub fn get_bulk_import_job(
    job_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::get_bulk_import_job(call::get_bulk_import_job(job_id))
}

/// The same as [`get_bulk_import_job`], with options: [`GetBulkImportJobOptions`].
///
/// # Errors
/// What the host says.
pub fn get_bulk_import_job_with(
    job_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get_bulk_import_job(call::get_bulk_import_job(job_id).options(options))
}

/// Lists profile imports.
///
/// Needs `profiles:read`.
/// Options: [`ListBulkImportJobsOptions`].
///
/// # Errors
/// What the host says.
pub fn list_bulk_import_jobs(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_bulk_import_jobs(call::list_bulk_import_jobs().options(options))
}

/// Lists why profiles of an import were refused.
///
/// Needs `profiles:read`.
/// Options: [`ListBulkImportErrorsOptions`].
///
/// # Errors
/// What the host says.
pub fn list_bulk_import_errors(
    job_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list_bulk_import_errors(call::list_bulk_import_errors(job_id).options(options))
}

/// Every resource of all pages of [`list`], which are fetched as they are needed.
pub fn each(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(call::list().options(options), send::list)
}

/// Every resource of all pages of [`list_bulk_import_jobs`], which are fetched as they are needed.
pub fn each_bulk_import_job(options: impl Into<crate::Options>) -> crate::Each {
    crate::Each::new(
        call::list_bulk_import_jobs().options(options),
        send::list_bulk_import_jobs,
    )
}

/// Every resource of all pages of [`list_bulk_import_errors`], which are fetched as they are needed.
pub fn each_bulk_import_error(
    job_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> crate::Each {
    crate::Each::new(
        call::list_bulk_import_errors(job_id).options(options),
        send::list_bulk_import_errors,
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

    /// Filters: `id` (any, equals), `email` (any, equals), `phone_number` (any, equals), `external_id` (any, equals), `_kx` (equals), `created` (greater-than, less-than), `updated` (greater-than, less-than), `subscriptions.email.marketing.list_suppressions.reason` (equals), `subscriptions.email.marketing.list_suppressions.timestamp` (greater-or-equal, greater-than, less-or-equal, less-than), `subscriptions.email.marketing.list_suppressions.list_id` (equals), `subscriptions.email.marketing.suppression.reason` (equals), `subscriptions.email.marketing.suppression.timestamp` (greater-or-equal, greater-than, less-or-equal, less-than).
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

    /// Sorts by `created`, `email`, `id`, `subscriptions.email.marketing.list_suppressions.timestamp`, `subscriptions.email.marketing.suppression.timestamp` or `updated`; `-` before it for descending.
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

    /// Includes `lists` or `segments`.
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

    /// Only these attributes of `list`: `name`, `created`, `updated`, `opt_in_process` or `profile_count`.
    #[must_use]
    pub fn fields_list(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "list", names);
        self
    }

    /// Only these attributes of `segment`: `name`, `definition`, `created`, `updated`, `is_active`, `is_processing`, `is_starred` or `profile_count`.
    #[must_use]
    pub fn fields_segment(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "segment", names);
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

impl From<GetOptions> for crate::Options {
    fn from(options: GetOptions) -> Self {
        options.options
    }
}

/// Options of [`create`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateOptions {
    options: crate::Options,
}

impl CreateOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

impl From<CreateOptions> for crate::Options {
    fn from(options: CreateOptions) -> Self {
        options.options
    }
}

/// Options of [`update`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UpdateOptions {
    options: crate::Options,
}

impl UpdateOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

impl From<UpdateOptions> for crate::Options {
    fn from(options: UpdateOptions) -> Self {
        options.options
    }
}

/// Options of [`list_lists`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListListsOptions {
    options: crate::Options,
}

impl ListListsOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
}

impl From<ListListsOptions> for crate::Options {
    fn from(options: ListListsOptions) -> Self {
        options.options
    }
}

/// Options of [`list_segments`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListSegmentsOptions {
    options: crate::Options,
}

impl ListSegmentsOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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
}

impl From<ListSegmentsOptions> for crate::Options {
    fn from(options: ListSegmentsOptions) -> Self {
        options.options
    }
}

/// Options of [`get_bulk_import_job`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetBulkImportJobOptions {
    options: crate::Options,
}

impl GetBulkImportJobOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these attributes of `profile-bulk-import-job`: `status`, `created_at`, `total_count`, `completed_count`, `failed_count`, `started_at`, `completed_at` or `expires_at`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(
            &mut self.options,
            "fields",
            "profile-bulk-import-job",
            names,
        );
        self
    }
}

impl From<GetBulkImportJobOptions> for crate::Options {
    fn from(options: GetBulkImportJobOptions) -> Self {
        options.options
    }
}

/// Options of [`list_bulk_import_jobs`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListBulkImportJobsOptions {
    options: crate::Options,
}

impl ListBulkImportJobsOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Filters: `status` (any, equals).
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

    /// Sorts by `created_at`; `-` before it for descending.
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

    /// Only these attributes of `profile-bulk-import-job`: `status`, `created_at`, `total_count`, `completed_count`, `failed_count`, `started_at`, `completed_at` or `expires_at`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(
            &mut self.options,
            "fields",
            "profile-bulk-import-job",
            names,
        );
        self
    }
}

impl From<ListBulkImportJobsOptions> for crate::Options {
    fn from(options: ListBulkImportJobsOptions) -> Self {
        options.options
    }
}

/// Options of [`list_bulk_import_errors`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListBulkImportErrorsOptions {
    options: crate::Options,
}

impl ListBulkImportErrorsOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
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

    /// Only these attributes of `import-error`: `code`, `title`, `detail`, `source` or `original_payload`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "import-error", names);
        self
    }
}

impl From<ListBulkImportErrorsOptions> for crate::Options {
    fn from(options: ListBulkImportErrorsOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`profiles::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("profiles.list")
    }

    /// [`profiles::get`](super::get) as a value.
    #[must_use]
    pub fn get(profile_id: impl Into<String>) -> crate::Call {
        crate::Call::new("profiles.get").id(profile_id)
    }

    /// [`profiles::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("profiles.create").body(body)
    }

    /// [`profiles::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        profile_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("profiles.update").id(profile_id).body(body)
    }

    /// [`profiles::merge`](super::merge) as a value.
    #[must_use]
    pub fn merge(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("profiles.merge").body(body)
    }

    /// [`profiles::list_lists`](super::list_lists) as a value.
    #[must_use]
    pub fn list_lists(profile_id: impl Into<String>) -> crate::Call {
        crate::Call::new("profiles.list_lists").id(profile_id)
    }

    /// [`profiles::list_segments`](super::list_segments) as a value.
    #[must_use]
    pub fn list_segments(profile_id: impl Into<String>) -> crate::Call {
        crate::Call::new("profiles.list_segments").id(profile_id)
    }

    /// [`profiles::bulk_import`](super::bulk_import) as a value.
    #[must_use]
    pub fn bulk_import(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("profiles.bulk_import").body(body)
    }

    /// [`profiles::get_bulk_import_job`](super::get_bulk_import_job) as a value.
    #[must_use]
    pub fn get_bulk_import_job(job_id: impl Into<String>) -> crate::Call {
        crate::Call::new("profiles.get_bulk_import_job").id(job_id)
    }

    /// [`profiles::list_bulk_import_jobs`](super::list_bulk_import_jobs) as a value.
    #[must_use]
    pub fn list_bulk_import_jobs() -> crate::Call {
        crate::Call::new("profiles.list_bulk_import_jobs")
    }

    /// [`profiles::list_bulk_import_errors`](super::list_bulk_import_errors) as a value.
    #[must_use]
    pub fn list_bulk_import_errors(job_id: impl Into<String>) -> crate::Call {
        crate::Call::new("profiles.list_bulk_import_errors").id(job_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, profiles::update, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn merge(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::merge, sent => & sent.body, & sent.options)
    }

    pub(super) fn list_lists(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::list_lists, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn list_segments(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::list_segments, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn bulk_import(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::bulk_import, sent => & sent.body, & sent.options)
    }

    pub(super) fn get_bulk_import_job(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, profiles::get_bulk_import_job, sent => sent.id(0usize), & sent.options
        )
    }

    pub(super) fn list_bulk_import_jobs(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, profiles::list_bulk_import_jobs, sent => & sent.options)
    }

    pub(super) fn list_bulk_import_errors(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, profiles::list_bulk_import_errors, sent => sent.id(0usize), & sent
            .options
        )
    }
}
