//! The key.

use reqwest::header::HeaderValue;
use sha2::{Digest, Sha256};

mod keys;

pub(crate) use keys::Keys;

/// A gateway key. It can be sent, and nothing else: its `Debug` is blank, and it can be neither shown nor serialised.
#[derive(Clone)]
pub struct Credential {
    key: String,
}

/// Why there is no credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The environment does not have it.
    #[error("the environment variable {0} is not set")]
    Missing(String),
    /// Nothing but space.
    #[error("the key is empty")]
    Empty,
    /// Bytes that no header can carry. The key is not repeated.
    #[error("the key holds characters that cannot be sent; only visible ASCII can")]
    Characters,
}

impl Credential {
    /// The key as it is, without the line end that files and pipes add.
    ///
    /// # Errors
    /// An empty key, or one that cannot stand in a header.
    pub fn new(key: String) -> Result<Self, CredentialError> {
        let key = key.trim();
        if key.is_empty() {
            return Err(CredentialError::Empty);
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(CredentialError::Characters);
        }
        Ok(Self { key: key.to_owned() })
    }

    /// The key from an environment variable.
    ///
    /// # Errors
    /// A variable that is not set, or holds no key.
    pub fn from_env(name: &str) -> Result<Self, CredentialError> {
        match std::env::var(name) {
            Ok(key) => Self::new(key),
            Err(std::env::VarError::NotPresent) => Err(CredentialError::Missing(name.to_owned())),
            Err(std::env::VarError::NotUnicode(_)) => Err(CredentialError::Characters),
        }
    }

    /// Whether it is the same key.
    fn is(&self, other: &Self) -> bool {
        self.key == other.key
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.key)).ok()?;
        // Keeps it out of HTTP/2's compression table and of every Debug output below us.
        value.set_sensitive(true);
        Some(value)
    }

    /// Names the key without telling it: the first 128 bits of its SHA-256, in hexadecimal.
    pub(crate) fn digest(&self) -> String {
        let digest = Sha256::digest(self.key.as_bytes());
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Names the key without telling it, for another process of the same user that must find out whether it has the same one:
    /// SHA-256 over a fixed prefix and the key, in hexadecimal. The prefix keeps it apart from every other digest of the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = Sha256::new().chain_update(b"pianoroll control socket\0");
        let digest = digest.chain_update(self.key.as_bytes()).finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a text that came from outside repeats the key.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        // A key this short is one of a test or simulator, and would blot out ordinary words.
        self.key.len() >= 8
            && (text.contains(&self.key)
                || (self.key.contains('/') && text.contains(&self.escaped())))
    }

    /// The key as JSON may hold it: some servers escape slashes.
    fn escaped(&self) -> String {
        self.key.replace('/', "\\/")
    }

    /// A text that came from outside, without the key.
    pub(crate) fn scrub(&self, text: String) -> String {
        if !self.is_in(&text) {
            return text;
        }
        text.replace(&self.key, "[key]").replace(&self.escaped(), "[key]")
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential([key])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = "mtn_0123456789abcdef";
        let credential = Credential::new(format!("{key}\n")).unwrap();
        assert_eq!(
            format!("{credential:?} {:#?}", credential.clone()),
            "Credential([key]) Credential([key])"
        );
        assert!(!format!("{:?}", credential.header()).contains(key));
        assert_eq!(credential.scrub(format!("bad key {key}!")), "bad key [key]!");
        assert_eq!(credential.fingerprint().len(), 64);
        assert_ne!(credential.fingerprint().get(..32), Some(&*credential.digest()));
        let slashed = Credential::new("mtn/0123456789".to_owned()).unwrap();
        assert_eq!(slashed.scrub(r#"{"k":"mtn\/0123456789"}"#.to_owned()), r#"{"k":"[key]"}"#);
        let wrong = Credential::new(format!("{key}\u{e9}")).unwrap_err();
        assert!(!format!("{wrong} {wrong:?}").contains(key));
        assert_eq!(Credential::new(" \n".to_owned()).unwrap_err(), CredentialError::Empty);
        let missing = Credential::from_env("PIANOROLL_NO_SUCH_VARIABLE").unwrap_err();
        assert_eq!(
            missing.to_string(),
            "the environment variable PIANOROLL_NO_SUCH_VARIABLE is not set"
        );
    }
}
