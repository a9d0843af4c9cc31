//! One code of a coupon, for one person; its id is the coupon's, a hyphen and the code.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists codes of coupons or profiles, always 100 a page: `coupon.id` or `profile.id` must be filtered on.
///
/// Needs `coupon_codes:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Creates one code of a coupon; the same code again is refused with 409.
///
/// Needs `coupon_codes:write`.
///
/// `body`: a map of `coupon`, `unique_code` (required), `expires_at`.
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Changes the status or the expiry of a code.
///
/// Needs `coupon_codes:write`.
///
/// `body`: a map of `status`, `expires_at`.
///
/// # Errors
/// What the host says.
pub fn update(
    coupon_code_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(coupon_code_id, body))
}

/// Queues codes to be created, at most 1,000 a call and 100 calls in the queue; each names its coupon.
///
/// Needs `coupon_codes:write`.
///
/// `body`: a list of maps of `coupon` (required), `unique_code` (required), `expires_at`; 1000 a call, longer ones become several calls.
///
/// # Errors
/// What the host says.
pub fn bulk_create(
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::bulk_create(call::bulk_create(body))
}

/// Reads a creation of codes: its status and how many are done and refused.
///
/// Needs `coupon_codes:read`.
///
/// # Errors
/// What the host says.
pub fn get_bulk_create_job(
    job_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::get_bulk_create_job(call::get_bulk_create_job(job_id))
}

/// The same as [`get_bulk_create_job`], with options: [`GetBulkCreateJobOptions`].
///
/// # Errors
/// What the host says.
pub fn get_bulk_create_job_with(
    job_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get_bulk_create_job(call::get_bulk_create_job(job_id).options(options))
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

    /// Filters: `expires_at` (greater-or-equal, greater-than, less-or-equal, less-than), `status` (equals), `coupon.id` (any, equals), `profile.id` (any, equals); required on `coupon.id` or `profile.id`.
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

    /// Includes `coupon`.
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

    /// Only these attributes of `coupon-code`: `unique_code`, `expires_at` or `status`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "coupon-code", names);
        self
    }

    /// Only these attributes of `coupon`: `external_id` or `description`.
    #[must_use]
    pub fn fields_coupon(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "coupon", names);
        self
    }
}

impl From<ListOptions> for crate::Options {
    fn from(options: ListOptions) -> Self {
        options.options
    }
}

/// Options of [`get_bulk_create_job`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetBulkCreateJobOptions {
    options: crate::Options,
}

impl GetBulkCreateJobOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Includes `coupon-codes`.
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

    /// Only these attributes of `coupon-code-bulk-create-job`: `status`, `created_at`, `total_count`, `completed_count`, `failed_count`, `completed_at`, `expires_at` or `errors`.
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
            "coupon-code-bulk-create-job",
            names,
        );
        self
    }

    /// Only these attributes of `coupon-code`: `unique_code`, `expires_at` or `status`.
    #[must_use]
    pub fn fields_coupon_code(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "coupon-code", names);
        self
    }
}

impl From<GetBulkCreateJobOptions> for crate::Options {
    fn from(options: GetBulkCreateJobOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`coupon_codes::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("coupon_codes.list")
    }

    /// [`coupon_codes::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("coupon_codes.create").body(body)
    }

    /// [`coupon_codes::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        coupon_code_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("coupon_codes.update").id(coupon_code_id).body(body)
    }

    /// [`coupon_codes::bulk_create`](super::bulk_create) as a value.
    #[must_use]
    pub fn bulk_create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("coupon_codes.bulk_create").body(body)
    }

    /// [`coupon_codes::get_bulk_create_job`](super::get_bulk_create_job) as a value.
    #[must_use]
    pub fn get_bulk_create_job(job_id: impl Into<String>) -> crate::Call {
        crate::Call::new("coupon_codes.get_bulk_create_job").id(job_id)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, coupon_codes::list, sent => & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, coupon_codes::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, coupon_codes::update, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn bulk_create(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, coupon_codes::bulk_create, sent => & sent.body, & sent.options)
    }

    pub(super) fn get_bulk_create_job(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, coupon_codes::get_bulk_create_job, sent => sent.id(0usize), & sent
            .options
        )
    }
}
