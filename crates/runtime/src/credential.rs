//! Where a gateway key is read, or another secret. Nothing else reads one, and nothing keeps one but the gateway's own type and [`Secret`].

use std::io::Read as _;
use std::path::{Path, PathBuf};

use pianoroll_gateway::Credential;

use crate::secret::Secret;

/// The environment variable of the default credential.
pub const DEFAULT_VARIABLE: &str = "MATON_API_KEY";

/// Where a key is. It is read when it is used, never before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// An environment variable.
    Env(String),
    /// A file that holds nothing but the key.
    File(PathBuf),
}

impl Default for Source {
    fn default() -> Self {
        Self::Env(DEFAULT_VARIABLE.to_owned())
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Env(name) => write!(f, "the environment variable {name}"),
            Source::File(file) => write!(f, "the file `{}`", file.display()),
        }
    }
}

/// Why there is no key. No text of it ever holds any part of one.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The variable is not set, or empty.
    #[error("{0} is not set")]
    Missing(Source),
    /// What is there cannot be a key.
    #[error("{place} holds no usable key: {reason}")]
    Unusable {
        /// Where.
        place: Source,
        /// What is wrong with it, without any part of it.
        reason: pianoroll_gateway::CredentialError,
    },
    /// What is there cannot be a secret.
    #[error("{place} holds no usable secret: {reason}")]
    NoSecret {
        /// Where.
        place: Source,
        /// What is wrong with it, without any part of it.
        reason: &'static str,
    },
    /// The file cannot be read.
    #[error("cannot read `{}`, which should hold a secret", file.display())]
    ReadSecret {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the key from `{}`", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Source {
    /// Reads the key.
    ///
    /// # Errors
    /// It is not there, cannot be read, or cannot be a key: keys have no white space within.
    pub fn read(&self) -> Result<Credential, CredentialError> {
        let text = match self {
            Source::Env(name) => match std::env::var(name) {
                Ok(text) => text,
                Err(std::env::VarError::NotPresent) => String::new(),
                // Not text, so it cannot be sent either.
                Err(std::env::VarError::NotUnicode(_)) => {
                    return Err(self.unusable(pianoroll_gateway::CredentialError::Characters));
                }
            },
            Source::File(file) => read_short(file)
                .map_err(|source| CredentialError::Read { file: file.clone(), source })?,
        };
        match (Credential::new(text), self) {
            (Ok(credential), _) => Ok(credential),
            (Err(pianoroll_gateway::CredentialError::Empty), Source::Env(_)) => {
                Err(CredentialError::Missing(self.clone()))
            }
            (Err(reason), _) => Err(self.unusable(reason)),
        }
    }

    /// Reads another secret than a key, such as a URL that is told about runs. White space around it is none of it.
    ///
    /// # Errors
    /// It is not there, cannot be read, is empty, or is no text of one line.
    pub fn read_secret(&self) -> Result<Secret, CredentialError> {
        let no_secret = |reason| CredentialError::NoSecret { place: self.clone(), reason };
        let text = match self {
            Source::Env(name) => match std::env::var(name) {
                Ok(text) => text,
                Err(std::env::VarError::NotPresent) => String::new(),
                Err(std::env::VarError::NotUnicode(_)) => return Err(no_secret("it is no text")),
            },
            Source::File(file) => read_short(file)
                .map_err(|source| CredentialError::ReadSecret { file: file.clone(), source })?,
        };
        match (Secret::new(&text), self) {
            (Some(secret), _) => Ok(secret),
            (None, Source::Env(_)) if text.trim().is_empty() => {
                Err(CredentialError::Missing(self.clone()))
            }
            (None, _) if text.trim().is_empty() => Err(no_secret("it is empty")),
            (None, _) => Err(no_secret("it has several lines, or characters that are none")),
        }
    }

    /// What an operator should change about the place of the key: a file that other users may read.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        match self {
            Source::Env(_) => None,
            Source::File(file) => open_to_others(file).then(|| {
                format!("other users may read `{0}`; run `chmod 600 {0}`", file.display())
            }),
        }
    }

    fn unusable(&self, reason: pianoroll_gateway::CredentialError) -> CredentialError {
        CredentialError::Unusable { place: self.clone(), reason }
    }
}

/// The largest file that is taken for one that holds a key or a secret: far beyond any.
const MAX_KEY_BYTES: u64 = 64 * 1024;

/// Reads a file that must be short. A device without an end, named by mistake, must not fill the memory.
fn read_short(file: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(file)?.take(MAX_KEY_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_KEY_BYTES {
        let message =
            format!("it is larger than {MAX_KEY_BYTES} bytes, so it is neither a key nor a secret");
        return Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, message));
    }
    Ok(text)
}

#[cfg(unix)]
fn open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_file: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(content: &str, expected: Expect) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, content).unwrap();
        let text = match Source::File(file).read() {
            Ok(credential) => format!("{credential:?}"),
            Err(error) => error.to_string(),
        };
        assert!(!text.contains("tok3n"), "{text}");
        expected.assert_eq(&text.replace(&folder.path().display().to_string(), ""));
    }

    #[test]
    fn a_key_is_read_from_a_file_and_never_shown() {
        check("tok3n\n", expect!["Credential([key])"]);
        check(
            "tok3n more\n",
            expect![
                "the file `/key` holds no usable key: the key holds characters that cannot be sent; only visible ASCII can"
            ],
        );
        check("\n", expect!["the file `/key` holds no usable key: the key is empty"]);
        let missing = Source::File("/nowhere/key".into()).read().unwrap_err();
        expect!["cannot read the key from `/nowhere/key`"].assert_eq(&missing.to_string());
        let unset = Source::Env("PIANOROLL_TEST_UNSET".to_owned()).read().unwrap_err();
        expect!["the environment variable PIANOROLL_TEST_UNSET is not set"]
            .assert_eq(&unset.to_string());
    }

    #[test]
    fn a_file_without_an_end_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "k".repeat(64 * 1024 + 1)).unwrap();
        let error = Source::File(file).read().unwrap_err();
        assert!(matches!(error, CredentialError::Read { .. }), "{error}");
        #[cfg(target_os = "linux")]
        assert!(Source::File("/dev/zero".into()).read().is_err());
    }

    #[test]
    fn another_secret_is_read_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hook");
        let check = |content: &[u8], expected: Expect| {
            std::fs::write(&file, content).unwrap();
            let text = match Source::File(file.clone()).read_secret() {
                Ok(secret) => format!("{secret:?} of {} bytes", secret.expose().len()),
                Err(error) => error.to_string(),
            };
            assert!(!text.contains("tok3n"), "{text}");
            expected.assert_eq(&text.replace(&folder.path().display().to_string(), ""));
        };
        check(b" https://example.com/tok3n?a=b c\r\n", expect!["Secret([secret]) of 31 bytes"]);
        check(b" \n", expect!["the file `/hook` holds no usable secret: it is empty"]);
        check(
            b"tok3n\ntok3n",
            expect![
                "the file `/hook` holds no usable secret: it has several lines, or characters that are none"
            ],
        );
        check(b"tok3n\xff", expect!["cannot read `/hook`, which should hold a secret"]);
        check(
            &vec![b'k'; 64 * 1024 + 1],
            expect!["cannot read `/hook`, which should hold a secret"],
        );
        let unset = Source::Env("PIANOROLL_TEST_UNSET".to_owned()).read_secret().unwrap_err();
        expect!["the environment variable PIANOROLL_TEST_UNSET is not set"]
            .assert_eq(&unset.to_string());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_warned_about() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        std::fs::write(&file, "x").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Source::File(file.clone()).warning().unwrap().contains("chmod 600"));
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(Source::File(file).warning(), None);
    }
}
