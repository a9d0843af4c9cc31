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
