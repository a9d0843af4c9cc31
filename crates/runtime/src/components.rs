//! The components of plugins that runs are made of: kept by digest beside the journal, so that an upgrade or a removal never
//! breaks a run in flight.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{Backend, JournalError, Program, RunFilter};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::state_folder::StateFolder;

/// The folder in the state folder.
const FOLDER_NAME: &str = "plugins";

/// What stands before the digits of a digest.
const SHA_256: &str = "sha256:";

/// A component is kept before its run is created, by a process that may not own the folder: a sweep leaves alone what is younger.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// How many runs are looked through at once.
const CHUNK: u32 = 500;

/// A plugin as the journal keeps it: what it is called, and which component it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginProgram {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its component: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

impl PluginProgram {
    /// What the journal calls programs of this kind.
    pub const KIND: &str = "plugin";

    /// For the journal. The same plugin has the same digest.
    #[must_use]
    pub fn to_program(&self) -> Program {
        // Texts always serialise.
        Program::new(Self::KIND, serde_json::to_string(self).unwrap_or_default())
    }

    /// From the journal; nothing where a program is no plugin.
    #[must_use]
    pub fn of_program(program: &Program) -> Option<Self> {
        let content = (program.kind == Self::KIND).then_some(&program.content)?;
        serde_json::from_str(content).ok()
    }
}

/// Why a component cannot be kept or had.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// It was never there, or somebody has removed it.
    #[error("the component {digest} is not in {} any more", folder.display())]
    Gone {
        /// Which.
        digest: String,
        /// Where it should be.
        folder: PathBuf,
    },
    /// Its bytes are others than those that the run was started with.
    #[error("{} is not the component that its name says: it was changed or damaged", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
    },
    /// A digest of another form.
    #[error("`{0}` is no digest such as `sha256:…` with 64 digits")]
    Digest(String),
    /// The folder or the file.
    #[error("cannot use {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The components in a state folder.
#[derive(Clone, Debug)]
pub struct Components {
    folder: PathBuf,
}

impl Components {
    /// Those of a state folder, which is there.
    #[must_use]
    pub fn of(folder: &StateFolder) -> Self {
        Self { folder: folder.path().join(FOLDER_NAME) }
    }

    /// Keeps a component, whole or not at all. One that is there already is left alone, but made young again.
    ///
    /// # Errors
    /// The bytes have another digest, or the folder cannot be written.
    pub fn keep(&self, digest: &str, bytes: &[u8], now: Timestamp) -> Result<(), ComponentError> {
        let file = self.file(digest)?;
        if digest_of(bytes) != digest {
            return Err(ComponentError::Changed { file });
        }
        let failed = |source| ComponentError::File { file: file.clone(), source };
        make_folder(&self.folder).map_err(failed)?;
        // A sweep in another process must not take it for one that nothing needs.
        if self.read(digest).is_ok() && touch(&file, now).is_ok() {
            return Ok(());
        }
        write(&self.folder, &file, bytes).map_err(failed)
    }

    /// The bytes of a component, which are those that were kept.
    ///
    /// # Errors
    /// It is gone, was changed, or cannot be read.
    pub fn read(&self, digest: &str) -> Result<Vec<u8>, ComponentError> {
        let file = self.file(digest)?;
        let bytes = fs::read(&file).map_err(|source| match source.kind() {
            ErrorKind::NotFound => {
                ComponentError::Gone { digest: digest.to_owned(), folder: self.folder.clone() }
            }
            _ => ComponentError::File { file: file.clone(), source },
        })?;
        match digest_of(&bytes) == digest {
            true => Ok(bytes),
            false => Err(ComponentError::Changed { file }),
        }
    }

    /// Whether it is there; its bytes are not looked at.
    #[must_use]
    pub fn contains(&self, digest: &str) -> bool {
        self.file(digest).is_ok_and(|file| file.is_file())
    }

    /// Removes the components that no stored run is made of; answers how many.
    ///
    /// # Errors
    /// The journal cannot be read. A file that cannot be removed is left for the next time.
    pub async fn sweep(&self, backend: &dyn Backend, now: Timestamp) -> Result<u64, JournalError> {
        let old: Vec<PathBuf> = self.files().filter(|file| is_old(file, now)).collect();
        if old.is_empty() {
            return Ok(0);
        }
        let used = used(backend).await?;
        let needless = old.iter().filter(|file| !self.is_one_of(&used, file));
        Ok(needless.filter(|file| fs::remove_file(file).is_ok()).count() as u64)
    }

    /// Everything in the folder, what a crash has left half-written too.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file())
    }

    fn is_one_of(&self, used: &BTreeSet<String>, file: &Path) -> bool {
        used.iter().any(|digest| self.file(digest).is_ok_and(|used| used == file))
    }

    fn file(&self, digest: &str) -> Result<PathBuf, ComponentError> {
        let digits = digest.strip_prefix(SHA_256).filter(|digits| {
            let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            digits.len() == 64 && digits.bytes().all(hexadecimal)
        });
        let digits = digits.ok_or_else(|| ComponentError::Digest(digest.to_owned()))?;
        Ok(self.folder.join(format!("{digits}.wasm")))
    }
}

/// The digests of the components that stored runs, and what is deployed, are made of.
async fn used(backend: &dyn Backend) -> Result<BTreeSet<String>, JournalError> {
    let (mut seen, mut used) = (BTreeSet::new(), BTreeSet::new());
    let deployed = backend.deployment().await?.map(|deployment| deployment.programs);
    for digest in deployed.unwrap_or_default() {
        let program = backend.program(&digest).await?;
        let plugin = program.as_ref().and_then(PluginProgram::of_program);
        used.extend(plugin.map(|plugin| plugin.digest));
        seen.insert(digest);
    }
    let mut before = None;
    loop {
        let filter = RunFilter { before, limit: CHUNK, ..RunFilter::default() };
        let runs = backend.runs(&filter).await?;
        let Some(last) = runs.last() else { return Ok(used) };
        before = Some(last.new.id.clone());
        for run in runs {
            if !seen.insert(run.new.program.clone()) {
                continue;
            }
            let program = backend.program(&run.new.program).await?;
            let plugin = program.as_ref().and_then(PluginProgram::of_program);
            used.extend(plugin.map(|plugin| plugin.digest));
        }
    }
}

fn is_old(file: &Path, now: Timestamp) -> bool {
    let changed = fs::metadata(file).and_then(|metadata| metadata.modified());
    let changed = changed.ok().and_then(|changed| Timestamp::try_from(changed).ok());
    changed.is_some_and(|changed| now.duration_since(changed) >= FRESH)
}

fn digest_of(bytes: &[u8]) -> String {
    let mut digest = SHA_256.to_owned();
    for byte in Sha256::digest(bytes) {
        // Writing into a string cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}

/// Makes a file as young as one that was just written.
fn touch(file: &Path, now: Timestamp) -> io::Result<()> {
    OpenOptions::new().append(true).open(file)?.set_modified(now.into())
}

/// Writes a file beside its place and moves it there, so that nobody ever sees half of it.
fn write(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}", std::process::id()));
    let written = write_new(&beside, bytes).and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written?;
    // On some systems a folder cannot be opened, and is durable without.
    File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
}

fn write_new(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a process with this number has left behind.
    let _ = fs::remove_file(file);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use pianoroll_journal::{Memory, NewRun, StateScope, Trigger};
    use serde_json::Value;

    use super::*;
    use crate::state_folder::StateEnvironment;

    const NOW: &str = "2026-11-25T08:00:00Z";

    fn components(parent: &Path) -> Components {
        let folder = StateFolder::locate(Some(parent), None, &StateEnvironment::default());
        Components::of(&folder.unwrap())
    }

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    #[test]
    fn a_component_comes_back_or_is_told_to_be_gone_or_changed() {
        let parent = tempfile::tempdir().unwrap();
        let components = components(parent.path());
        let digest = digest_of(b"component");
        let gone = components.read(&digest).unwrap_err();
        assert!(matches!(gone, ComponentError::Gone { .. }), "{gone}");
        components.keep(&digest, b"component", now()).unwrap();
        components.keep(&digest, b"component", now()).unwrap();
        assert_eq!(components.read(&digest).unwrap(), b"component");
        assert!(components.contains(&digest));
        assert_eq!(components.files().count(), 1);
        let file = components.file(&digest).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&file), mode(&components.folder)), (0o600, 0o700));
        }
        fs::write(&file, "another").unwrap();
        let changed = components.read(&digest).unwrap_err();
        assert!(matches!(changed, ComponentError::Changed { .. }), "{changed}");
        // Keeping it once more repairs it.
        components.keep(&digest, b"component", now()).unwrap();
        assert_eq!(components.read(&digest).unwrap(), b"component");
    }

    #[test]
    fn only_digests_name_files() {
        let parent = tempfile::tempdir().unwrap();
        let components = components(parent.path());
        let upper = format!("sha256:{}", "A".repeat(64));
        for digest in ["", "sha256:", "sha256:../../etc/passwd", "sha512:00", &upper] {
            let error = components.read(digest).unwrap_err();
            assert!(matches!(error, ComponentError::Digest(_)), "{error}");
        }
        let other = digest_of(b"other");
        assert!(components.keep(&other, b"component", now()).is_err());
        assert!(!components.contains(&other));
    }

    #[tokio::test]
    async fn a_sweep_takes_what_is_old_and_no_run_is_made_of() {
        let parent = tempfile::tempdir().unwrap();
        let components = components(parent.path());
        let digests = [&b"of a run"[..], b"old", b"fresh"].map(|bytes| {
            let digest = digest_of(bytes);
            components.keep(&digest, bytes, now()).unwrap();
            touch(&components.file(&digest).unwrap(), now()).unwrap();
            digest
        });
        let backend = Memory::new();
        let plugin = PluginProgram {
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            digest: digests[0].clone(),
        };
        let program = plugin.to_program();
        assert_eq!(PluginProgram::of_program(&program), Some(plugin));
        let run = NewRun {
            id: "01a3185c-5000-7707-8707-070707070707".parse().unwrap(),
            scope: StateScope { automation: "plugin:a".to_owned(), connection: String::new() },
            name: "plugin:a".to_owned(),
            target: String::new(),
            program: program.digest.clone(),
            trigger: Trigger::Manual,
            params: Value::Null,
            settings: Value::Null,
            started: now(),
            seed: 7,
            last_run: None,
        };
        backend.create(run, program).await.unwrap();
        let later = now() + FRESH;
        touch(&components.file(&digests[2]).unwrap(), later).unwrap();
        assert_eq!(components.sweep(&backend, now()).await.unwrap(), 0);
        assert_eq!(components.sweep(&backend, later).await.unwrap(), 1);
        let there = digests.each_ref().map(|digest| components.contains(digest));
        assert_eq!(there, [true, false, true]);
    }
}
