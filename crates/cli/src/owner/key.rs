//! What is told of keys to the process that a run is handed over to: never the key.

use pianoroll_runtime::credential::Source;
use pianoroll_server::KeyDigest;

use crate::failure::Failure;
use crate::target::read_key;

/// The digests of the keys that this process would use.
pub(crate) fn key_digests(sources: &[Source]) -> Result<Vec<KeyDigest>, Failure> {
    let digest = |source: &Source| {
        let digest = read_key(source)?.fingerprint();
        Ok(KeyDigest { place: source.to_string(), digest })
    };
    sources.iter().map(digest).collect()
}
