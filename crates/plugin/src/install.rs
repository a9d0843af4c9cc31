//! Installing, upgrading and removing plugins: what is decided, without a file or a terminal, and the small part that does it.

mod decide;
mod files;
mod load;
mod refusal;
mod request;

pub use decide::{Decision, decide};
pub use files::{InstallError, install, preview, remove};
pub use load::{InstalledError, Loaded, load};
pub use refusal::{Refusal, Refused};
pub use request::{Action, GrantChoice, InstallRequest, Trust, TrustError};

#[cfg(test)]
mod tests;
