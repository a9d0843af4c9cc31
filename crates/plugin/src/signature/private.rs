//! Private keys. One is read from its file, signs, and is wiped; it is never shown.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::key::PublicKey;
use crate::regular;

/// What stands before the digits, so that the file of a private key is taken for no other.
pub(super) const PREFIX: &str = "ed25519-private:";

/// More bytes than the file of a key has.
const MOST_BYTES: u64 = 1024;

/// The private key of a vendor.
pub struct PrivateKey(SigningKey);

/// Why the file of a private key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// There is a file already, and the key in it may be the only one of its kind.
    #[error("{} is there already; a key is not overwritten", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// Others than its owner may read it.
    #[error("others can read {file}; make it yours alone with `chmod 600 {file}`", file = file.display())]
    Open {
        /// The file.
        file: PathBuf,
    },
    /// It holds no private key.
    #[error("{} holds no private key as `plugin keygen` writes it", file.display())]
    Form {
        /// The file.
        file: PathBuf,
    },
    /// It cannot be read or written.
    #[error("cannot use {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl PrivateKey {
    /// The key of 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(SigningKey::from_bytes(&seed))
    }

    /// The key that its signatures are checked with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::new(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> Signature {
        self.0.sign(message)
    }

    /// Writes the key into a new file that only its owner can read.
    ///
    /// # Errors
    /// There is such a file, or it cannot be written.
    pub fn create_file(&self, file: &Path) -> Result<(), KeyFileError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => KeyFileError::Exists { file: file.to_owned() },
            _ => KeyFileError::File { file: file.to_owned(), source },
        };
        let mut options = OpenOptions::new();
        let mut created =
            options.write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
        let digits = Zeroizing::new(STANDARD.encode(self.0.as_bytes()));
        let text = Zeroizing::new([PREFIX, &digits, "\n"].concat());
        created.write_all(text.as_bytes()).map_err(failed)?;
        created.sync_all().map_err(failed)
    }

    /// Reads a key from its file.
    ///
    /// # Errors
    /// It cannot be read, others can read it too, or it holds no private key.
    pub fn read_file(file: &Path) -> Result<Self, KeyFileError> {
        let failed = |source| KeyFileError::File { file: file.to_owned(), source };
        let form = || KeyFileError::Form { file: file.to_owned() };
        let opened = regular::open(file).map_err(failed)?;
        let metadata = opened.metadata().map_err(failed)?;
        // With room for all of it, so that no copy is left behind where it grew.
        let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES as usize + 1));
        opened.take(MOST_BYTES).read_to_end(&mut bytes).map_err(failed)?;
        let digits = bytes.trim_ascii().strip_prefix(PREFIX.as_bytes()).ok_or_else(form)?;
        let seed = Zeroizing::new(STANDARD.decode(digits).map_err(|_| form())?);
        let seed: &[u8; 32] = seed.as_slice().try_into().map_err(|_| form())?;
        // Last: nobody is told to close a file that holds no key.
        if metadata.mode() & 0o077 != 0 {
            return Err(KeyFileError::Open { file: file.to_owned() });
        }
        Ok(Self(SigningKey::from_bytes(seed)))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_kept_in_a_file_of_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vendor.key");
        let key = PrivateKey::from_seed([7; 32]);
        key.create_file(&file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        assert_eq!(PrivateKey::read_file(&file).unwrap().public(), key.public());
        let again = PrivateKey::from_seed([8; 32]).create_file(&file);
        assert!(matches!(again, Err(KeyFileError::Exists { .. })));
        assert_eq!(PrivateKey::read_file(&file).unwrap().public(), key.public());

        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        let open = PrivateKey::read_file(&file).unwrap_err();
        assert_eq!(
            open.to_string(),
            format!(
                "others can read {0}; make it yours alone with `chmod 600 {0}`",
                file.display()
            )
        );
    }

    #[test]
    fn what_is_no_key_is_not_told_in_messages() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x");
        for text in ["", "ed25519-private:c2VjcmV0", "ed25519-private:!", "secret"] {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
            let error = PrivateKey::read_file(&file).unwrap_err();
            assert!(matches!(error, KeyFileError::Form { .. }), "{text}");
            assert!(!format!("{error} {error:?}").contains("c2Vj"));
        }
        assert!(matches!(PrivateKey::read_file(folder.path()), Err(KeyFileError::File { .. })));
        let shown = format!("{:?}", PrivateKey::from_seed([7; 32]));
        assert_eq!(shown, "PrivateKey(…)");
    }
}
