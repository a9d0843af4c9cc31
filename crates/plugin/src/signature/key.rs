//! Public keys, as texts: `ed25519:…`.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};

use super::private;

/// What stands before the digits.
const PREFIX: &str = "ed25519:";

/// The public key of a vendor: the bytes of a point that was checked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

/// A text that is no public key. The text itself is not told: it may be a private one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It has another form.
    #[error("a public key is `ed25519:` and 44 more characters, as `plugin keygen` writes it")]
    Form,
    /// It is a private key.
    #[error("this is a private key: it belongs nowhere but in its file")]
    Private,
    /// It is no point of the curve, or one that anybody can sign for.
    #[error("this public key is none: it was mistyped, or cut")]
    Point,
}

impl PublicKey {
    pub(super) fn new(key: VerifyingKey) -> Self {
        Self(key.to_bytes())
    }

    /// From 32 bytes; nothing where they are no key that only its owner can sign for.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let key = VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
        (!key.is_weak()).then_some(Self::new(key))
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Strictly: each message has one signature of a key, and no key has signatures of everything.
    pub(super) fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        let key = VerifyingKey::from_bytes(&self.0);
        key.is_ok_and(|key| key.verify_strict(message, signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD.encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.trim_start().starts_with(private::PREFIX) {
            return Err(KeyError::Private);
        }
        let digits = text.strip_prefix(PREFIX).ok_or(KeyError::Form)?;
        let bytes = STANDARD.decode(digits).map_err(|_| KeyError::Form)?;
        if bytes.len() != 32 {
            return Err(KeyError::Form);
        }
        Self::from_bytes(&bytes).ok_or(KeyError::Point)
    }
}

#[cfg(test)]
mod tests {
    use super::super::PrivateKey;
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = PrivateKey::from_seed([7; 32]).public();
        let text = key.to_string();
        assert_eq!(text, "ed25519:6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=");
        assert_eq!(text.parse(), Ok(key));
        let check = |text: &str, expected: KeyError| {
            assert_eq!(text.parse::<PublicKey>(), Err(expected), "{text}");
        };
        check("", KeyError::Form);
        check(text.trim_end_matches('='), KeyError::Form);
        check(&text[8..], KeyError::Form);
        check(&format!("{text}\n"), KeyError::Form);
        check(&text.replace("ed25519", "ed448"), KeyError::Form);
        check("ed25519:AAAA", KeyError::Form);
        check("ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", KeyError::Point);
        check("ed25519-private:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", KeyError::Private);
    }
}
