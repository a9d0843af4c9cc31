//! Which files of a folder are checked.

use std::path::{Path, PathBuf};

/// Folders that hold what was built or fetched, and no scripts of the project's.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// The scripts, libraries and tests in a folder and below it, in alphabetical order. Hidden folders are left out, and links to folders are not
/// followed, so that none leads in a circle.
pub(super) fn below(root: &Path) -> Vec<PathBuf> {
    let mut scripts = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        // What may not be looked into holds nothing that may be run.
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if !SKIPPED.contains(&name.as_ref()) {
                    folders.push(path);
                }
            } else if is_program(&name) && path.is_file() {
                scripts.push(path);
            }
        }
    }
    scripts.sort_unstable();
    scripts
}

/// Definitions are read by editors only.
fn is_program(name: &str) -> bool {
    name.ends_with(".rhai") && !name.ends_with(".d.rhai")
}

/// Whether two paths lead to one file.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    one == other || real(one) == real(other)
}

/// The file behind links.
pub(super) fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether a file is among others.
pub(super) fn contains(paths: &[PathBuf], path: &Path) -> bool {
    paths.iter().any(|other| is_same(other, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in ["b.rhai", "scripts/a.rhai", ".git/x.rhai", "target/x.rhai", "lib/n.rhai"] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        for name in ["x.test.rhai", "x.d.rhai", ".hidden.rhai", "x.txt"] {
            std::fs::write(root.join(name), "").unwrap();
        }
        std::fs::create_dir(root.join("folder.rhai")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root, root.join("scripts/loop")).unwrap();
        let found = below(root);
        let names = found.iter().map(|path| path.strip_prefix(root).unwrap().to_str().unwrap());
        assert_eq!(
            names.collect::<Vec<_>>(),
            ["b.rhai", "lib/n.rhai", "scripts/a.rhai", "x.test.rhai"]
        );
    }
}
