//! What a failed call says about the night: whether others will fail the same way until somebody mends something.

use serde::{Deserialize, Serialize};

/// What stands in the way of all calls, and not only of this one. It is what one call has met: before runs are held up for
/// it, [`Gateway::probe`](crate::Gateway::probe) tells whether it is still so, at the price of one read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The gateway refuses the key: nothing of its credential will get through until there is another. A 401 without the
    /// API's `errors` (the gateway's documents: "401 invalid or missing key").
    Credential,
    /// The authorisation behind the connection is gone: nothing of the connection will get through until it is authorised
    /// anew. Any of these, on the gateway and never on the control plane:
    ///
    /// - a 500 without the API's `errors`, after the one repetition that it gets where the call may be repeated ("500 often
    ///   = expired OAuth refresh token");
    /// - a 400 in a shape of the gateway's own that speaks of a connection ("400 bad request or missing connection", so that
    ///   the status alone does not tell), or a 412 of the gateway's, which has no other meaning;
    /// - a 401 with the API's `errors`: the key is none of the API's business, so that it speaks of what the gateway has put
    ///   in its place.
    Connection,
    /// The gateway cannot be reached: no name, no port, no encryption. The last request was certainly not sent; whether an
    /// earlier one of the same call may have arrived is what [`Failure::certainty`](crate::Failure::certainty) says.
    Gateway,
}

impl Trouble {
    /// A word for logs and journals: `connection`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Trouble::Credential => "credential",
            Trouble::Connection => "connection",
            Trouble::Gateway => "gateway",
        }
    }
}
