//! The headers of a delivery.

use http::HeaderMap;
use jiff::Timestamp;

use crate::hooks::HookRefusal;

/// What the API says of a delivery beside its body.
#[derive(Clone, Debug)]
pub(crate) struct HookHeaders {
    /// Which webhook delivers. It is not signed; the body repeats it.
    pub(crate) webhook_id: String,
    /// What is claimed to be the signature.
    pub(crate) signature: String,
    /// When the delivery was made: an HTTP date. It is signed as it stands.
    pub(crate) timestamp: String,
}

impl HookHeaders {
    /// The three of them.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, HookRefusal> {
        Ok(Self {
            webhook_id: only(headers, "klaviyo-webhook-id")?,
            signature: only(headers, "klaviyo-signature")?,
            timestamp: only(headers, "klaviyo-timestamp")?,
        })
    }

    /// When the delivery was made.
    pub(crate) fn sent_at(&self) -> Result<Timestamp, HookRefusal> {
        let date = jiff::fmt::rfc2822::parse(&self.timestamp);
        date.map(|date| date.timestamp()).map_err(|_| HookRefusal::Date)
    }
}

/// The one header of that name. Of two, another program on the way may have looked at the other one.
fn only(headers: &HeaderMap, name: &'static str) -> Result<String, HookRefusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next().map(|value| value.to_str()), values.next()) {
        (Some(Ok(value)), None) if !value.is_empty() => Ok(value.to_owned()),
        _ => Err(HookRefusal::Header { name }),
    }
}
