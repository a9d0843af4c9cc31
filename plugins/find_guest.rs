//! How tests find the components that `cargo xtask guests` has built.

use std::path::{Path, PathBuf};

/// The component of a guest, by its folder's name: `win-back-js`. It holds no manifest yet.
///
/// # Panics
/// It was not built. A test that needs it fails then: one that looked away would prove nothing.
#[must_use]
pub fn guest(name: &str) -> PathBuf {
    let folder = folder();
    let path = folder.join(format!("{name}.wasm"));
    if path.is_file() {
        return path;
    }
    let report = std::fs::read_to_string(folder.join("report.json")).unwrap_or_default();
    let hint = "run `cargo xtask guests`";
    panic!("there is no component {}: {hint}. Its last report: {report}", path.display());
}

/// The manifest of a guest, as its author wrote it.
///
/// # Panics
/// There is no such guest.
#[must_use]
pub fn plugin_toml(name: &str) -> String {
    let path = root().join("plugins").join(name).join("plugin.toml");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder() -> PathBuf {
    std::env::var_os("PIANOROLL_GUESTS").map_or_else(|| root().join("target/guests"), PathBuf::from)
}

fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().find(|folder| folder.join("plugins/Cargo.toml").is_file()).unwrap_or(here)
}
