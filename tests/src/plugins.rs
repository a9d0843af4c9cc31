//! The plugins of this repository, as `cargo xtask guests` has built them, packed and installed for tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pianoroll_plugin::{Cache, Compiler, Manifest, Package, Plugin, Runtime};

use crate::{Finished, pianoroll, root};

/// Where the components are: `PIANOROLL_GUESTS`, or `target/guests`.
#[must_use]
pub fn folder() -> PathBuf {
    let given = std::env::var_os("PIANOROLL_GUESTS").map(PathBuf::from);
    given.unwrap_or_else(|| root().join("target/guests"))
}

/// Where the binary keeps compiled code in tests: compiling a Python plugin takes a minute.
#[must_use]
pub fn cache() -> PathBuf {
    folder().join("cache")
}

/// A component of `plugins/NAME`, without a manifest.
///
/// # Panics
/// It was not built: a test that needs it fails.
#[must_use]
pub fn component(name: &str) -> Vec<u8> {
    let file = folder().join(name).with_extension("wasm");
    std::fs::read(&file).unwrap_or_else(|error| {
        panic!("{}: {error}; `cargo xtask guests` builds the plugins of tests", file.display())
    })
}

/// The manifest that stands beside it.
///
/// # Panics
/// It is none.
#[must_use]
pub fn manifest(name: &str) -> Manifest {
    let file = root().join("plugins").join(name).join("plugin.toml");
    let text = std::fs::read_to_string(&file).expect("every plugin has a manifest");
    Manifest::from_toml(&text, &file).unwrap_or_else(|error| panic!("{error}"))
}

/// A package of `plugins/NAME`.
///
/// # Panics
/// It was not built, or is none.
#[must_use]
pub fn packed(name: &str) -> Vec<u8> {
    Package::pack(&component(name), &manifest(name)).unwrap_or_else(|error| panic!("{error}"))
}

/// Writes a package of `plugins/NAME` into a folder, and answers the file.
///
/// # Panics
/// As [`packed`].
pub fn pack_into(folder: &Path, name: &str) -> PathBuf {
    let file = folder.join(name).with_extension("wasm");
    std::fs::write(&file, packed(name)).expect("the folder takes a file");
    file
}

/// What plugins run on in this process, with the code that all tests share.
///
/// # Panics
/// Where this machine has no room for it.
#[must_use]
pub fn runtime() -> Arc<Runtime> {
    let cache = Cache::open(&cache().join("tests"), [7; 32]).expect("a folder for compiled code");
    Runtime::new(Compiler::Here, Some(cache)).expect("plugins run on this machine")
}

/// A plugin of `plugins/NAME`, ready to run in this process.
///
/// # Panics
/// As [`packed`], or where it cannot be loaded.
pub async fn load(runtime: &Arc<Runtime>, name: &str) -> Plugin {
    let package = Package::read(packed(name)).unwrap_or_else(|error| panic!("{error}"));
    let (plugin, _) = runtime.load(&package).await.unwrap_or_else(|error| panic!("{error}"));
    plugin
}

/// Installs a package in a project, with all that it asks for.
///
/// # Panics
/// It cannot be installed.
pub fn install(project: &Path, package: &Path) -> Finished {
    let mut command = pianoroll(["plugin", "install"]);
    command.arg(package).args(["--grant", "all"]).current_dir(project);
    let finished = Finished::new(&command.output().expect("the binary starts"));
    assert_eq!(finished.code, 0, "{finished:?}");
    finished
}

/// A project's folder, and what is done in it by the binary.
pub struct Shop {
    folder: tempfile::TempDir,
}

impl Default for Shop {
    fn default() -> Self {
        Self::new()
    }
}

impl Shop {
    /// An empty folder.
    ///
    /// # Panics
    /// Where the temporary folder cannot be written.
    #[must_use]
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("the temporary folder can be written") }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file of it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.file(name), content).expect("the folder takes a file");
    }

    /// A file's text.
    ///
    /// # Panics
    /// Where there is none.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("the file is there")
    }

    /// Changes a file's text.
    ///
    /// # Panics
    /// Where the text is not in it.
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{text}");
        self.write(name, text.replacen(from, to, 1));
    }

    /// The command, in this folder; runs are kept in it.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> std::process::Command {
        let mut command = pianoroll(words);
        command.current_dir(self.path()).env("PIANOROLL_STATE", self.file(".pianoroll"));
        command
    }

    /// Runs the binary to its end.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn run(&self, words: &[&str]) -> Finished {
        Finished::new(&self.command(words).output().expect("the binary starts"))
    }

    /// Runs the binary, which must end with this exit code.
    ///
    /// # Panics
    /// Where it ends with another.
    #[track_caller]
    pub fn does(&self, words: &[&str], code: i32) {
        let _ = self.run(words).expect_code(code);
    }
}

/// A package of `plugins/NAME` with another manifest, signed by the vendor whose key has this seed.
///
/// # Panics
/// As [`packed`].
#[must_use]
pub fn signed(name: &str, seed: u8, changes: &[(&str, &str)]) -> Vec<u8> {
    let key = pianoroll_plugin::PrivateKey::from_seed([seed; 32]);
    let packed = changed(name, changes);
    Package::read(packed).unwrap_or_else(|error| panic!("{error}")).sign(&key)
}

/// A package of `plugins/NAME` with another manifest, not signed.
///
/// # Panics
/// As [`packed`], or where the manifest does not hold what is to be changed.
#[must_use]
pub fn changed(name: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let file = root().join("plugins").join(name).join("plugin.toml");
    let mut text = std::fs::read_to_string(&file).expect("every plugin has a manifest");
    for (from, to) in changes {
        assert!(text.contains(from), "{from} is not in {text}");
        text = text.replacen(from, to, 1);
    }
    let manifest = Manifest::from_toml(&text, &file).unwrap_or_else(|error| panic!("{error}"));
    Package::pack(&component(name), &manifest).unwrap_or_else(|error| panic!("{error}"))
}

/// A file of a component with one custom section more, at its end.
#[must_use]
pub fn with_section(file: &[u8], name: &str, content: &[u8]) -> Vec<u8> {
    let number = |mut number: usize| {
        let mut bytes = Vec::new();
        loop {
            let low = (number & 0x7f) as u8;
            number >>= 7;
            bytes.push(if number > 0 { low | 0x80 } else { low });
            if number == 0 {
                return bytes;
            }
        }
    };
    let body = [&number(name.len()), name.as_bytes(), content].concat();
    [file, &[0], &number(body.len()), &body].concat()
}

/// The JSON of the manifest in a package.
///
/// # Panics
/// There is none.
#[must_use]
pub fn manifest_section(file: &[u8]) -> Vec<u8> {
    let name = b"pianoroll:manifest";
    let at = file.windows(name.len()).rposition(|bytes| bytes == name).expect("a manifest");
    let json = &file[at + name.len()..];
    let mut values = serde_json::Deserializer::from_slice(json).into_iter::<serde_json::Value>();
    values.next().expect("JSON").expect("JSON");
    json[..values.byte_offset()].to_vec()
}

/// What a command has said, without what differs from run to run, and from toolchain to toolchain.
#[must_use]
pub fn plain(text: &str) -> String {
    let line = |line: &str| {
        if line.starts_with("failed after ") {
            return "failed after …\n".to_owned();
        }
        let cut = ["sha256:", "(at byte "]
            .into_iter()
            .find_map(|word| line.split_once(word).map(|(before, _)| format!("{before}{word}…\n")));
        cut.unwrap_or_else(|| format!("{line}\n"))
    };
    text.lines().map(line).collect()
}
