//! The key of a keyed operation: the same for the same place of the same run, however often it is sent.

use pianoroll_model::{Position, RunId};
use sha2::{Digest, Sha256};

/// The most characters of a key.
pub(crate) const MAX_KEY: usize = 64;

/// The key of the call at a position. Readable where it is short enough, else a digest of the same text.
pub(crate) fn key(run: &RunId, position: Position) -> String {
    let text = format!("{run}:{position}");
    if text.len() <= MAX_KEY {
        return text;
    }
    let digest = Sha256::digest(text.as_bytes());
    // Half of the digest: 128 bits are enough that no two calls of any run ever meet.
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(run: &str, position: Position, expected: Expect) {
        let key = key(&run.parse().unwrap(), position);
        assert!(key.len() <= MAX_KEY);
        expected.assert_eq(&key);
    }

    #[test]
    fn a_key_names_run_and_position() {
        check("r1", Position::new(None, 4), expect!["r1:4"]);
        check("r1", Position::new(Some((17, 3)), 2).part(4), expect!["r1:17/3:2.4"]);
        let long = "x".repeat(100);
        check(&long, Position::new(None, 4), expect!["f7a8bbb560b5803a214a89336398757a"]);
        check(&long, Position::new(None, 5), expect!["b37f0c11517bd47d05d11ae80e77d6c1"]);
    }
}
