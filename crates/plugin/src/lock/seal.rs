//! The seals of entries.

use crate::digest::Digest;

use super::{Installed, Known};

/// The seal of an installed plugin.
pub(super) fn of_installed(plugin: &Installed) -> String {
    let mut fields = vec![
        "plugin".to_owned(),
        plugin.name.clone(),
        plugin.version.to_string(),
        plugin.digest.to_string(),
        plugin.signer.map(|signer| signer.to_string()).unwrap_or_default(),
    ];
    fields.extend(plugin.grants.iter().map(ToString::to_string));
    seal(&fields)
}

/// The seal of what is remembered.
pub(super) fn of_known(known: &Known) -> String {
    let signer = known.signer.map(|signer| signer.to_string()).unwrap_or_default();
    seal(&["known".to_owned(), known.name.clone(), signer, known.newest.to_string()])
}

/// Each field with its length before it, so that no two entries have the same bytes.
fn seal(fields: &[String]) -> String {
    let mut bytes = b"pianoroll lock 1\0".to_vec();
    for field in fields {
        bytes.extend((field.len() as u64).to_le_bytes());
        bytes.extend(field.as_bytes());
    }
    Digest::of(&bytes).digits()
}
