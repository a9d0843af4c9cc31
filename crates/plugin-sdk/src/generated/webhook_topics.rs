//! A kind of event that a webhook may be told of, such as `event:klaviyo.sent_sms`; it has an id and nothing else.
//!
//! Generated from spec/ by pianoroll-codegen.

/// Lists the topics that webhooks of this account can have, all in one answer; they depend on its metrics.
///
/// Needs `webhook_topics:read`.
///
/// # Errors
/// What the host says.
pub fn list() -> Result<crate::Response, crate::Error> {
    send::list(call::list())
}

/// The same calls as values, for [`calls::batch`](crate::calls::batch).
pub mod call {
    /// [`webhook_topics::list`](super::list) as a value.
    #[must_use]
    pub fn list() -> crate::Call {
        crate::Call::new("webhook_topics.list")
    }
}

/// Each call by its function of the package.
mod send {
    pub(super) fn list(call: crate::Call) -> Result<crate::Response, crate::Error> {
        send!(call, webhook_topics::list, sent => & sent.options)
    }
}
