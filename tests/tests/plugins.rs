//! Plugins by the built binary, beside their life, their trust and their attacks: runs that are recorded, killed and told to a vendor;
//! what is blocked; what a vendor writes wrong; and what lies in a project's folder that is not what it seems.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "plugins/blocked.rs"]
mod blocked;
#[path = "plugins/folder.rs"]
mod folder;
#[path = "plugins/manifests.rs"]
mod manifests;
#[path = "plugins/recorded.rs"]
mod recorded;
