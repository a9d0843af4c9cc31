//! One message, or a test of several, sent once to lists and segments.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists campaigns of one channel, always 100 a page: `messages.channel` must be filtered on, and only email and sms can be.
///
/// Needs `campaigns:read`.
/// Options: [`ListOptions`].
///
/// # Errors
/// What the host says.
pub fn list(
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::list(call::list().options(options))
}

/// Reads one campaign, on request with its messages and tags.
///
/// Needs `campaigns:read`.
///
/// # Errors
/// What the host says.
pub fn get(campaign_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::get(call::get(campaign_id))
}

/// The same as [`get`], with options: [`GetOptions`].
///
/// # Errors
/// What the host says.
pub fn get_with(
    campaign_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get(call::get(campaign_id).options(options))
}

/// Creates a campaign as a draft; nothing is sent before `campaigns.send`.
///
/// Needs `campaigns:write`.
///
/// `body`: a map of `name` (required), `audiences` (required), `send_strategy`, `send_options`, `tracking_options`, `campaign-messages` (required).
///
/// # Errors
/// What the host says.
pub fn create(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::create(call::create(body))
}

/// Changes a campaign that is not sent yet: name, audiences, options and send strategy, each replaced as a whole.
///
/// Needs `campaigns:write`.
///
/// `body`: a map of `name`, `audiences`, `send_options`, `tracking_options`, `send_strategy`.
///
/// # Errors
/// What the host says.
pub fn update(
    campaign_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::update(call::update(campaign_id, body))
}

/// Deletes a campaign for good.
///
/// Needs `campaigns:delete`.
///
/// # Errors
/// What the host says.
pub fn delete(campaign_id: impl Into<String>) -> Result<crate::Response, crate::Error> {
    send::delete(call::delete(campaign_id))
}

/// Sends a campaign to its audiences, now or when its send strategy says; the job's id is the campaign's.
///
/// Needs `campaigns:send`.
///
/// `body`: a map of `campaign_id` (required).
///
/// # Errors
/// What the host says.
pub fn send(body: impl serde::Serialize) -> Result<crate::Response, crate::Error> {
    send::send(call::send(body))
}

/// Estimates how many people a campaign would reach, in one call.
/// Documented only: no revision of Klaviyo's API has this route; call campaigns.start_recipient_estimation, wait for campaigns.get_recipient_estimation_job, then read campaigns.get_recipient_estimation.
///
/// Needs `campaigns:read`.
///
/// `body`: a map of `campaign_id` (required).
///
/// # Errors
/// What the host says.
pub fn estimate_recipients(
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::estimate_recipients(call::estimate_recipients(body))
}

/// Starts counting a campaign's recipients; nothing is sent and nothing of the campaign changes. The job's id is the campaign's.
///
/// Needs `campaigns:read`.
///
/// `body`: a map of `campaign_id` (required).
///
/// # Errors
/// What the host says.
pub fn start_recipient_estimation(
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::start_recipient_estimation(call::start_recipient_estimation(body))
}

/// Reads how far the counting of a campaign's recipients is.
///
/// Needs `campaigns:read`.
///
/// # Errors
/// What the host says.
pub fn get_recipient_estimation_job(
    campaign_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::get_recipient_estimation_job(call::get_recipient_estimation_job(campaign_id))
}

/// The same as [`get_recipient_estimation_job`], with options: [`GetRecipientEstimationJobOptions`].
///
/// # Errors
/// What the host says.
pub fn get_recipient_estimation_job_with(
    campaign_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get_recipient_estimation_job(
        call::get_recipient_estimation_job(campaign_id).options(options),
    )
}

/// Reads how many people a campaign would reach, as last counted.
///
/// Needs `campaigns:read`.
///
/// # Errors
/// What the host says.
pub fn get_recipient_estimation(
    campaign_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::get_recipient_estimation(call::get_recipient_estimation(campaign_id))
}

/// The same as [`get_recipient_estimation`], with options: [`GetRecipientEstimationOptions`].
///
/// # Errors
/// What the host says.
pub fn get_recipient_estimation_with(
    campaign_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get_recipient_estimation(
        call::get_recipient_estimation(campaign_id).options(options),
    )
}

/// Reads how far the sending of a campaign is.
///
/// Needs `campaigns:read`.
///
/// # Errors
/// What the host says.
pub fn get_send_job(
    campaign_id: impl Into<String>,
) -> Result<crate::Response, crate::Error> {
    send::get_send_job(call::get_send_job(campaign_id))
}

/// The same as [`get_send_job`], with options: [`GetSendJobOptions`].
///
/// # Errors
/// What the host says.
pub fn get_send_job_with(
    campaign_id: impl Into<String>,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::get_send_job(call::get_send_job(campaign_id).options(options))
}

/// Stops a campaign that is scheduled or being sent: `cancel` for good, `revert` back to a draft; what has gone out has gone out.
///
/// Needs `campaigns:write`.
///
/// `body`: a map of `action` (required).
///
/// # Errors
/// What the host says.
pub fn cancel_send(
    campaign_id: impl Into<String>,
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::cancel_send(call::cancel_send(campaign_id, body))
}

/// Asks for statistics of campaigns over a time frame of at most a year; 2 calls a minute, 225 a day.
///
/// Needs `campaigns:read`.
///
/// `body`: a map of `statistics` (required), `timeframe` (required), `conversion_metric_id` (required), `filter`.
///
/// # Errors
/// What the host says.
pub fn query_values(
    body: impl serde::Serialize,
) -> Result<crate::Response, crate::Error> {
    send::query_values(call::query_values(body))
}

/// The same as [`query_values`], with options: [`QueryValuesOptions`].
///
/// # Errors
/// What the host says.
pub fn query_values_with(
    body: impl serde::Serialize,
    options: impl Into<crate::Options>,
) -> Result<crate::Response, crate::Error> {
    send::query_values(call::query_values(body).options(options))
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

    /// Filters: `messages.channel` (equals), `name` (contains), `status` (any, equals), `archived` (equals), `created_at` (greater-or-equal, greater-than, less-or-equal, less-than), `scheduled_at` (greater-or-equal, greater-than, less-or-equal, less-than), `updated_at` (greater-or-equal, greater-than, less-or-equal, less-than); required on `messages.channel`.
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

    /// Sorts by `created_at`, `id`, `name`, `scheduled_at` or `updated_at`; `-` before it for descending.
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

    /// Includes `campaign-messages` or `tags`.
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

    /// Only these attributes of `campaign`: `name`, `status`, `archived`, `audiences`, `send_options`, `tracking_options`, `send_strategy`, `created_at`, `scheduled_at`, `updated_at` or `send_time`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "campaign", names);
        self
    }

    /// Only these attributes of `campaign-message`: `label`, `channel`, `content`, `definition`, `send_times`, `render_options`, `created_at` or `updated_at`.
    #[must_use]
    pub fn fields_campaign_message(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "campaign-message", names);
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

    /// Includes `campaign-messages` or `tags`.
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

    /// Only these attributes of `campaign`: `name`, `status`, `archived`, `audiences`, `send_options`, `tracking_options`, `send_strategy`, `created_at`, `scheduled_at`, `updated_at` or `send_time`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "campaign", names);
        self
    }

    /// Only these attributes of `campaign-message`: `label`, `channel`, `content`, `definition`, `send_times`, `render_options`, `created_at` or `updated_at`.
    #[must_use]
    pub fn fields_campaign_message(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "campaign-message", names);
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

/// Options of [`get_recipient_estimation_job`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetRecipientEstimationJobOptions {
    options: crate::Options,
}

impl GetRecipientEstimationJobOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these attributes of `campaign-recipient-estimation-job`: `status`.
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
            "campaign-recipient-estimation-job",
            names,
        );
        self
    }
}

impl From<GetRecipientEstimationJobOptions> for crate::Options {
    fn from(options: GetRecipientEstimationJobOptions) -> Self {
        options.options
    }
}

/// Options of [`get_recipient_estimation`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetRecipientEstimationOptions {
    options: crate::Options,
}

impl GetRecipientEstimationOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these attributes of `campaign-recipient-estimation`: `estimated_recipient_count`.
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
            "campaign-recipient-estimation",
            names,
        );
        self
    }
}

impl From<GetRecipientEstimationOptions> for crate::Options {
    fn from(options: GetRecipientEstimationOptions) -> Self {
        options.options
    }
}

/// Options of [`get_send_job`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetSendJobOptions {
    options: crate::Options,
}

impl GetSendJobOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only these attributes of `campaign-send-job`: `status`.
    #[must_use]
    pub fn fields(
        mut self,
        names: impl ::std::iter::IntoIterator<
            Item = impl ::std::convert::Into<::std::string::String>,
        >,
    ) -> Self {
        crate::options::choose(&mut self.options, "fields", "campaign-send-job", names);
        self
    }
}

impl From<GetSendJobOptions> for crate::Options {
    fn from(options: GetSendJobOptions) -> Self {
        options.options
    }
}

/// Options of [`query_values`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryValuesOptions {
    options: crate::Options,
}

impl QueryValuesOptions {
    /// None of them yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// `string`.
    #[must_use]
    pub fn page_cursor(mut self, value: &str) -> Self {
        self.options
            .insert(
                ::std::string::String::from("page_cursor"),
                ::serde_json::Value::from(value),
            );
        self
    }
}

impl From<QueryValuesOptions> for crate::Options {
    fn from(options: QueryValuesOptions) -> Self {
        options.options
    }
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`campaigns::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("campaigns.list")
    }

    /// [`campaigns::get`](super::get) as a value.
    #[must_use]
    pub fn get(campaign_id: impl Into<String>) -> crate::Call {
        crate::Call::new("campaigns.get").id(campaign_id)
    }

    /// [`campaigns::create`](super::create) as a value.
    #[must_use]
    pub fn create(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("campaigns.create").body(body)
    }

    /// [`campaigns::update`](super::update) as a value.
    #[must_use]
    pub fn update(
        campaign_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("campaigns.update").id(campaign_id).body(body)
    }

    /// [`campaigns::delete`](super::delete) as a value.
    #[must_use]
    pub fn delete(campaign_id: impl Into<String>) -> crate::Call {
        crate::Call::new("campaigns.delete").id(campaign_id)
    }

    /// [`campaigns::send`](super::send) as a value.
    #[must_use]
    pub fn send(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("campaigns.send").body(body)
    }

    /// [`campaigns::estimate_recipients`](super::estimate_recipients) as a value.
    #[must_use]
    pub fn estimate_recipients(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("campaigns.estimate_recipients").body(body)
    }

    /// [`campaigns::start_recipient_estimation`](super::start_recipient_estimation) as a value.
    #[must_use]
    pub fn start_recipient_estimation(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("campaigns.start_recipient_estimation").body(body)
    }

    /// [`campaigns::get_recipient_estimation_job`](super::get_recipient_estimation_job) as a value.
    #[must_use]
    pub fn get_recipient_estimation_job(campaign_id: impl Into<String>) -> crate::Call {
        crate::Call::new("campaigns.get_recipient_estimation_job").id(campaign_id)
    }

    /// [`campaigns::get_recipient_estimation`](super::get_recipient_estimation) as a value.
    #[must_use]
    pub fn get_recipient_estimation(campaign_id: impl Into<String>) -> crate::Call {
        crate::Call::new("campaigns.get_recipient_estimation").id(campaign_id)
    }

    /// [`campaigns::get_send_job`](super::get_send_job) as a value.
    #[must_use]
    pub fn get_send_job(campaign_id: impl Into<String>) -> crate::Call {
        crate::Call::new("campaigns.get_send_job").id(campaign_id)
    }

    /// [`campaigns::cancel_send`](super::cancel_send) as a value.
    #[must_use]
    pub fn cancel_send(
        campaign_id: impl Into<String>,
        body: impl serde::Serialize,
    ) -> crate::Call {
        crate::Call::new("campaigns.cancel_send").id(campaign_id).body(body)
    }

    /// [`campaigns::query_values`](super::query_values) as a value.
    #[must_use]
    pub fn query_values(body: impl serde::Serialize) -> crate::Call {
        crate::Call::new("campaigns.query_values").body(body)
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::list, sent => & sent.options)
    }

    pub(super) fn get(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::get, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn create(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::create, sent => & sent.body, & sent.options)
    }

    pub(super) fn update(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(
            call, campaigns::update, sent => sent.id(0usize), & sent.body, & sent.options
        )
    }

    pub(super) fn delete(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::delete, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn send(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::send, sent => & sent.body, & sent.options)
    }

    pub(super) fn estimate_recipients(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::estimate_recipients, sent => & sent.body, & sent.options)
    }

    pub(super) fn start_recipient_estimation(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, campaigns::start_recipient_estimation, sent => & sent.body, & sent
            .options
        )
    }

    pub(super) fn get_recipient_estimation_job(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, campaigns::get_recipient_estimation_job, sent => sent.id(0usize), &
            sent.options
        )
    }

    pub(super) fn get_recipient_estimation(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, campaigns::get_recipient_estimation, sent => sent.id(0usize), & sent
            .options
        )
    }

    pub(super) fn get_send_job(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::get_send_job, sent => sent.id(0usize), & sent.options)
    }

    pub(super) fn cancel_send(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(
            call, campaigns::cancel_send, sent => sent.id(0usize), & sent.body, & sent
            .options
        )
    }

    pub(super) fn query_values(
        call: crate::Call,
    ) -> Result<crate::Response, crate::Error> {
        send!(call, campaigns::query_values, sent => & sent.body, & sent.options)
    }
}
