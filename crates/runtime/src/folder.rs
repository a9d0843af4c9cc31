//! The project's folder, as programs may use it.
//!
//! `cap-std` keeps every path inside, links included; [`FilePath`] has told before what a path may look like. What is left to
//! decide here: links may lead to nothing hidden, the files that hold keys are neither read nor replaced, and only regular
//! files count, so that no device or pipe keeps a run waiting.

mod new_file;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, Metadata};
use pianoroll_host::{FileCause, FilePath, Files, NewFile, OpenFile};
use pianoroll_model::{RunId, suggest};

use new_file::Beside;

/// How the name of a file begins that is not in its place yet. A run that was killed leaves it behind.
pub const TEMPORARY_PREFIX: &str = ".pianoroll-";

/// How many names of a folder are looked at for a did-you-mean.
const MOST_NAMES: usize = 1000;

/// A folder that programs read from and write to.
pub struct Folder {
    path: PathBuf,
    // Opened by the first access: most runs have none.
    dir: OnceLock<Result<Dir, FileCause>>,
    secrets: Vec<PathBuf>,
    created: AtomicU64,
}

impl Folder {
    /// A folder, and the files that programs must not see, wherever they are.
    #[must_use]
    pub fn new(path: &Path, secrets: Vec<PathBuf>) -> Self {
        // The current folder may be written as nothing at all.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Self { path: path.to_owned(), dir: OnceLock::new(), secrets, created: AtomicU64::new(0) }
    }

    fn dir(&self) -> Result<&Dir, FileCause> {
        let opened = self.dir.get_or_init(|| {
            Dir::open_ambient_dir(&self.path, ambient_authority()).map_err(|error| {
                let message =
                    format!("the folder `{}` cannot be opened: {error}", self.path.display());
                FileCause::System(message)
            })
        });
        opened.as_ref().map_err(Clone::clone)
    }

    /// Where a file really is, behind links; nothing where there is none.
    fn find(&self, path: &FilePath) -> Result<Option<(FilePath, Metadata)>, FileCause> {
        let dir = self.dir()?;
        let real = match dir.canonicalize(path.as_str()) {
            Ok(real) => real,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(outside(error)),
        };
        let real = inner(&real)?;
        let metadata = dir.metadata(real.as_str()).map_err(outside)?;
        self.refuse_secret(&real, Some(&metadata))?;
        if !metadata.is_file() {
            return Err(FileCause::Refused(format!("it is {}, and no file", kind(&metadata))));
        }
        Ok(Some((real, metadata)))
    }

    /// Where an output goes: the folder that is there already, and what is still to be made.
    fn place(&self, path: &FilePath) -> Result<Place, FileCause> {
        let dir = self.dir()?;
        let folders: Vec<&str> = path.folder().into_iter().flat_map(|all| all.split('/')).collect();
        // The longest beginning of the path that is there.
        let mut there = folders.len();
        let found = loop {
            let beginning = folders.iter().take(there).copied().collect::<Vec<_>>().join("/");
            if beginning.is_empty() {
                break PathBuf::new();
            }
            match dir.canonicalize(&beginning) {
                Ok(real) => break real,
                Err(error) if !is_absent(&error) => return Err(outside(error)),
                // What a link leads to is not made.
                Err(_) if dir.symlink_metadata(&beginning).is_ok() => {
                    let message = format!("`{beginning}` is a link that leads nowhere");
                    return Err(FileCause::Refused(message));
                }
                Err(_) => there -= 1,
            }
        };
        let missing: PathBuf = folders.iter().skip(there).collect();
        if !found.as_os_str().is_empty() {
            let real = inner(&found)?;
            if !dir.metadata(real.as_str()).map_err(outside)?.is_dir() {
                return Err(FileCause::Refused(format!("`{real}` is no folder")));
            }
        }
        let target = found.join(missing).join(path.name());
        let before = match dir.symlink_metadata(&target) {
            Ok(metadata) => Some(metadata),
            Err(error) if is_absent(&error) => None,
            Err(error) => return Err(outside(error)),
        };
        self.refuse_secret(&inner(&target)?, before.as_ref())?;
        if let Some(metadata) = before.as_ref().filter(|metadata| !metadata.is_file()) {
            return Err(FileCause::Refused(format!("{} is in its place", kind(metadata))));
        }
        Ok(Place { found, target, before })
    }

    /// Keys stay unreadable, by whatever name they are reached, and are not replaced either.
    fn refuse_secret(&self, path: &FilePath, metadata: Option<&Metadata>) -> Result<(), FileCause> {
        let here = std::path::absolute(self.path.join(path.as_str())).ok();
        let is_secret = self.secrets.iter().any(|secret| {
            std::path::absolute(secret).ok() == here
                || metadata.is_some_and(|metadata| is_same(secret, metadata))
        });
        if !is_secret {
            return Ok(());
        }
        Err(FileCause::Refused("the project file says that a key is in it".to_owned()))
    }

    /// A name that may have been meant.
    fn near(&self, path: &FilePath) -> Option<String> {
        let folder = path.folder();
        let names = self.dir().ok()?.read_dir(folder.unwrap_or(".")).ok()?;
        let names =
            names.take(MOST_NAMES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        // A link that leads nowhere has the name that was asked for.
        let shown = |name: &String| !name.starts_with('.') && name != path.name();
        let names: Vec<String> = names.filter(shown).collect();
        let near = suggest(path.name(), names.iter().map(String::as_str))?;
        Some(folder.map_or_else(|| near.to_owned(), |folder| format!("{folder}/{near}")))
    }
}

/// Where an output goes.
struct Place {
    /// The folder that is there; empty for the run's own.
    found: PathBuf,
    /// The file.
    target: PathBuf,
    /// What is there now.
    before: Option<Metadata>,
}

impl Files for Folder {
    fn open(&self, path: &FilePath) -> Result<OpenFile, FileCause> {
        let Some((real, _)) = self.find(path)? else {
            return Err(FileCause::NotFound { near: self.near(path) });
        };
        let file = self.dir()?.open(real.as_str()).map_err(outside)?;
        let size = file.metadata()?.len();
        Ok(OpenFile { bytes: Box::new(file), size })
    }

    fn exists(&self, path: &FilePath) -> Result<bool, FileCause> {
        Ok(self.find(path)?.is_some())
    }

    fn check(&self, path: &FilePath) -> Result<(), FileCause> {
        self.place(path).map(drop)
    }

    fn create(&self, path: &FilePath, run: &RunId) -> Result<Box<dyn NewFile>, FileCause> {
        let place = self.place(path)?;
        let number = self.created.fetch_add(1, Ordering::Relaxed);
        // In the folder that is there, so that a run that does not complete makes none.
        let temporary = place.found.join(format!("{TEMPORARY_PREFIX}{run}-{number}.partial"));
        let dir = self.dir()?.try_clone()?;
        let file = Beside::create(dir, temporary, place.target, place.before.as_ref());
        Ok(Box::new(file.map_err(outside)?))
    }
}

/// A path behind links, which must keep the rules as well.
fn inner(real: &Path) -> Result<FilePath, FileCause> {
    let parts =
        real.iter().map(|part| part.to_str().map(str::to_owned)).collect::<Option<Vec<_>>>();
    let parts = parts
        .ok_or_else(|| FileCause::Refused("it leads to a name that is not UTF-8".to_owned()))?;
    FilePath::parse(&parts.join("/"))
        .map_err(|cause| FileCause::Refused(format!("it leads to what is out of reach: {cause}")))
}

/// Whether an error says that nothing is there.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// `cap-std` answers "permission denied" where a path leads out; a system's own refusal has a number.
fn outside(error: io::Error) -> FileCause {
    if error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none() {
        return FileCause::Refused("it leads out of the project's folder".to_owned());
    }
    error.into()
}

fn kind(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a link"
    } else {
        "a device or a pipe"
    }
}

#[cfg(unix)]
fn is_same(secret: &Path, metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(secret) = std::fs::metadata(secret) else { return false };
    let same = |secret: &std::fs::Metadata| (secret.dev(), secret.ino());
    same(&secret)
        == (cap_std::fs::MetadataExt::dev(metadata), cap_std::fs::MetadataExt::ino(metadata))
}

// Elsewhere the path alone tells.
#[cfg(not(unix))]
fn is_same(_: &Path, _: &Metadata) -> bool {
    false
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
