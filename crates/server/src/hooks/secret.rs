//! The secret that a webhook and its hook share.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The secret that a webhook and its hook share. Its `Debug` is blank, and it can be neither shown nor serialised.
#[derive(Clone)]
pub struct HookSecret {
    secret: String,
}

/// Why there is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookSecretError {
    /// Nothing but space. Anybody could sign with it.
    #[error("the secret of the hook is empty")]
    Empty,
}

impl HookSecret {
    /// The secret as it is, without the line end that files and pipes add.
    ///
    /// # Errors
    /// An empty secret.
    pub fn new(secret: &str) -> Result<Self, HookSecretError> {
        match secret.trim() {
            "" => Err(HookSecretError::Empty),
            secret => Ok(Self { secret: secret.to_owned() }),
        }
    }

    /// The signature of a delivery, for whoever plays the part of the API: HMAC-SHA256 over the bytes of the body and, right behind
    /// them, the value of `Klaviyo-Timestamp`, in lowercase hexadecimal.
    #[must_use]
    pub fn sign(&self, body: &[u8], timestamp: &str) -> String {
        let signature = self.seal(body, timestamp).finalize().into_bytes();
        signature.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a signature is that of a delivery. How long it takes says nothing about how much of it was right.
    pub(crate) fn has_signed(&self, body: &[u8], timestamp: &str, signature: &str) -> bool {
        // What was sent is no secret: reading it may take as long as it likes.
        let Some(signature) = decode(signature) else { return false };
        self.seal(body, timestamp).verify_slice(&signature).is_ok()
    }

    fn seal(&self, body: &[u8], timestamp: &str) -> Hmac<Sha256> {
        // Any length is a key.
        let mut seal = match Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()) {
            Ok(seal) => seal,
            Err(_) => unreachable!("HMAC takes a key of any length"),
        };
        seal.update(body);
        seal.update(timestamp.as_bytes());
        seal
    }
}

impl std::fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookSecret([secret])")
    }
}

/// 32 bytes out of 64 lowercase digits. Uppercase is refused, so that a signature has one form only.
fn decode(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = [0; 32];
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}
