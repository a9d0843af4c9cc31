//! Checksums of rows.

use sha2::{Digest as _, Sha256};

/// A sum over values in their order. The first eight bytes of a SHA-256: what guards against a disk needs no more, and what
/// guards against a person would need a key.
pub(super) struct Sum(Sha256);

impl Sum {
    /// A sum of what kind of row: a row that is read as another's kind does not fit.
    pub(super) fn of(kind: &str) -> Self {
        Self(Sha256::new()).text(kind)
    }

    pub(super) fn number(mut self, number: i64) -> Self {
        self.0.update(number.to_le_bytes());
        self
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        // With the length before, so that what moves from one value to the next shows.
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(super) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    pub(super) fn maybe_number(self, number: Option<i64>) -> Self {
        match number {
            Some(number) => self.bytes(&[1]).number(number),
            None => self.bytes(&[]),
        }
    }

    pub(super) fn maybe_text(self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.bytes(&[1]).text(text),
            None => self.bytes(&[]),
        }
    }

    pub(super) fn finish(self) -> i64 {
        let digest = self.0.finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        i64::from_le_bytes(first)
    }
}

/// The sum of a value that stands for itself.
pub(super) fn of_bytes(bytes: &[u8]) -> i64 {
    Sum::of("value").bytes(bytes).finish()
}
