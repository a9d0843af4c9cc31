//! Compiled code that is kept. Wasmtime takes the bytes that it is given for its own, so that a changed one is any code at all: an
//! entry is used only where a keyed digest of all of it says that it was written here.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{Hash as _, Hasher};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use wasmtime::Engine;

use crate::digest::{Digest, hexadecimal};

/// The form of an entry.
const FORM: &[u8; 8] = b"pr-code1";

/// Bytes of the keyed digest.
const SEAL: usize = 32;

/// The file of the key, in the folder.
const KEY: &str = "key";

/// The most bytes of all entries; the oldest make room.
const MOST_BYTES: u64 = 2 << 30;

/// A folder of compiled code.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    key: [u8; 32],
}

/// Why compiled code could not be taken from a cache, or put into it. The plugin runs all the same, compiled anew.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The disk's reasons.
    #[error("compiled code cannot be kept in {}: {source}", folder.display())]
    Disk {
        /// The cache.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others could write there.
    #[error("compiled code is not kept in {}: others may write to that folder; `chmod 700` it", .0.display())]
    Open(PathBuf),
    /// An entry is not what was written.
    #[error("the compiled code in {} was changed or is damaged: it was thrown away, and compiled again", .0.display())]
    Changed(PathBuf),
}

/// What an entry is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Cache {
    /// Opens a cache; the folder is made where it is not there, for its owner alone. `random` becomes the key of a new one.
    ///
    /// # Errors
    /// The folder cannot be used, or is open to others.
    pub fn open(folder: &Path, random: [u8; 32]) -> Result<Self, CacheError> {
        let disk = |source| CacheError::Disk { folder: folder.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(disk)?;
        let there = fs::symlink_metadata(folder).map_err(disk)?;
        let is_own = there.uid() == rustix::process::geteuid().as_raw();
        if !there.is_dir() || !is_own || there.mode() & 0o022 != 0 {
            return Err(CacheError::Open(folder.to_owned()));
        }
        let key = key(&folder.join(KEY), random).map_err(disk)?;
        Ok(Self { folder: folder.to_owned(), key })
    }

    /// The key of a package's code: another version or other settings have another one.
    pub(crate) fn key(&self, digest: &Digest, engine: &Engine) -> Key {
        let mut hasher = Hashing(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.write(env!("CARGO_PKG_VERSION").as_bytes());
        hasher.write(digest.to_string().as_bytes());
        Key(hexadecimal(&hasher.0.finalize()))
    }

    /// The code of an entry; nothing where there is none.
    pub(crate) fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, CacheError> {
        let path = self.path(key);
        let mut file = match OpenOptions::new().read(true).custom_flags(NO_LINKS).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.disk(source)),
        };
        // All of it is read before it is looked at: a file that is changed meanwhile changes nothing any more.
        let mut entry = Vec::new();
        file.read_to_end(&mut entry).map_err(|source| self.disk(source))?;
        let head = FORM.len() + SEAL;
        let sealed = entry.len() >= head
            && entry.starts_with(FORM)
            && self.seal(key, &entry[head..]).verify_slice(&entry[FORM.len()..head]).is_ok();
        if !sealed {
            let _ = fs::remove_file(&path);
            return Err(CacheError::Changed(path));
        }
        Ok(Some(entry.split_off(head)))
    }

    /// Keeps the code of an entry.
    pub(crate) fn put(&self, key: &Key, code: &[u8]) -> Result<(), CacheError> {
        let seal = self.seal(key, code).finalize().into_bytes();
        let written = self.write(&self.path(key), &[FORM, &seal[..], code]);
        written.and_then(|()| self.make_room()).map_err(|source| self.disk(source))
    }

    fn write(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix("new-").tempfile_in(&self.folder)?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Takes the oldest away where there is too much.
    fn make_room(&self) -> io::Result<()> {
        let mut entries: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            if about.is_file() && entry.file_name() != KEY {
                entries.push((about.modified()?, about.len(), entry.path()));
            }
        }
        entries.sort_unstable();
        let mut bytes: u64 = entries.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size, path) in entries {
            if bytes <= MOST_BYTES {
                break;
            }
            let _ = fs::remove_file(path);
            bytes = bytes.saturating_sub(size);
        }
        Ok(())
    }

    fn seal(&self, key: &Key, code: &[u8]) -> Hmac<Sha256> {
        // Any length is a key.
        let mut seal = match Hmac::<Sha256>::new_from_slice(&self.key) {
            Ok(seal) => seal,
            Err(_) => unreachable!("a key of 32 bytes"),
        };
        seal.update(key.0.as_bytes());
        seal.update(code);
        seal
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(&key.0)
    }

    fn disk(&self, source: io::Error) -> CacheError {
        CacheError::Disk { folder: self.folder.clone(), source }
    }
}

/// Opening a link fails.
const NO_LINKS: i32 = rustix::fs::OFlags::NOFOLLOW.bits() as i32;

/// The key that is there, or a new one.
fn key(path: &Path, random: [u8; 32]) -> io::Result<[u8; 32]> {
    let read = |mut file: File| {
        let mut key = [0; 32];
        file.read_exact(&mut key).map(|()| key)
    };
    let open = || OpenOptions::new().read(true).custom_flags(NO_LINKS).open(path);
    match open().and_then(read) {
        Ok(key) => return Ok(key),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Half a key seals nothing; a new one makes all entries be compiled again.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
        Err(error) => return Err(error),
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix("new-").tempfile_in(folder)?;
    file.write_all(&random)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(random),
        // Another process was first.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            match open().and_then(read) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    fs::write(path, random)?;
                    Ok(random)
                }
                key => key,
            }
        }
        Err(error) => Err(error.error),
    }
}

/// A hasher whose result is the same in every process.
struct Hashing(Sha256);

impl Hasher for Hashing {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache() -> (tempfile::TempDir, Cache, Key) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("compiled"), [7; 32]).unwrap();
        (folder, cache, Key("ab".repeat(32)))
    }

    #[test]
    fn an_entry_comes_back_as_it_was() {
        let (_folder, cache, key) = cache();
        assert!(cache.get(&key).unwrap().is_none());
        cache.put(&key, b"code").unwrap();
        assert_eq!(cache.get(&key).unwrap().unwrap(), b"code");
        let again = Cache::open(&cache.folder, [8; 32]).unwrap();
        assert_eq!(again.get(&key).unwrap().unwrap(), b"code");
    }

    #[test]
    fn every_changed_byte_is_seen() {
        let (_folder, cache, key) = cache();
        cache.put(&key, b"code of a plugin").unwrap();
        let whole = fs::read(cache.path(&key)).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            fs::write(cache.path(&key), &changed).unwrap();
            assert!(matches!(cache.get(&key), Err(CacheError::Changed(_))), "byte {at}");
            assert!(cache.get(&key).unwrap().is_none(), "it is gone");
        }
        for length in 0..whole.len() {
            fs::write(cache.path(&key), &whole[..length]).unwrap();
            assert!(matches!(cache.get(&key), Err(CacheError::Changed(_))), "{length} bytes");
        }
    }

    #[test]
    fn an_entry_of_another_cache_or_another_plugin_is_refused() {
        let (_folder, cache, key) = cache();
        let (_other_folder, other, _) = self::cache();
        let other = Cache { key: [9; 32], ..other };
        other.put(&key, b"code").unwrap();
        fs::copy(other.path(&key), cache.path(&key)).unwrap();
        assert!(matches!(cache.get(&key), Err(CacheError::Changed(_))));
        cache.put(&key, b"code").unwrap();
        let elsewhere = Key("cd".repeat(32));
        fs::copy(cache.path(&key), cache.path(&elsewhere)).unwrap();
        assert!(matches!(cache.get(&elsewhere), Err(CacheError::Changed(_))));
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(Cache::open(folder.path(), [0; 32]), Err(CacheError::Open(_))));
        let link = tempfile::tempdir().unwrap();
        let target = link.path().join("real");
        fs::create_dir(&target).unwrap();
        std::os::unix::fs::symlink(&target, link.path().join("link")).unwrap();
        assert!(matches!(
            Cache::open(&link.path().join("link"), [0; 32]),
            Err(CacheError::Open(_))
        ));
    }
}
