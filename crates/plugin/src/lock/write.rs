//! The text of a lock.

use std::fmt::Write as _;

use super::{Lock, seal};

const HEAD: &str = "# Written by pianoroll. Change it with `pianoroll plugin install`, `upgrade` and `remove`.\nversion = 1\n";

/// No value needs more than quotes: names, versions, digests and keys hold nothing else.
pub(super) fn write(lock: &Lock) -> String {
    let mut text = HEAD.to_owned();
    for plugin in &lock.plugins {
        let grants: Vec<String> =
            plugin.grants.iter().map(|permission| format!("\"{permission}\"")).collect();
        let signer = plugin.signer.map(|signer| format!("signer = \"{signer}\"\n"));
        // A text takes all that is written to it.
        let _ = write!(
            text,
            "\n[[plugin]]\nname = \"{}\"\nversion = \"{}\"\ndigest = \"{}\"\n{}grants = [{}]\nseal = \"{}\"\n",
            plugin.name,
            plugin.version,
            plugin.digest,
            signer.unwrap_or_default(),
            grants.join(", "),
            // A broken seal stays broken: nothing but a decision of the operator mends it.
            if plugin.edited { String::new() } else { seal::of_installed(plugin) },
        );
    }
    for known in &lock.known {
        let signer = known.signer.map(|signer| format!("signer = \"{signer}\"\n"));
        let _ = write!(
            text,
            "\n[[known]]\nname = \"{}\"\n{}newest = \"{}\"\nseal = \"{}\"\n",
            known.name,
            signer.unwrap_or_default(),
            known.newest,
            if known.edited { String::new() } else { seal::of_known(known) },
        );
    }
    text
}
