//! Plugins, as this program has them: compiled by a child of its own, installed in a project, and granted what its lock says.

mod engine;
mod grants;
mod installed;
mod limits;

pub(crate) use engine::{COMPILE, load};
pub(crate) use grants::{narrow_to_today, narrowed, needless};
pub(crate) use installed::{Installed, asked, find, folder, listed, manifest_json, words};
pub(crate) use limits::limits;
