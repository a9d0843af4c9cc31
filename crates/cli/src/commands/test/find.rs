//! Which files hold tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pianoroll_script::testing::ENDING;

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// The files of tests that were named, and those in the folders that were named; without any, those of the project. Paths
/// below the current folder are shown relative to it.
pub(super) fn files(
    paths: &[PathBuf],
    project: &Path,
    current: &Path,
) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut files = BTreeSet::new();
    if paths.is_empty() {
        let shown = project.strip_prefix(current).unwrap_or(project);
        walk(if shown.as_os_str().is_empty() { Path::new(".") } else { shown }, &mut files)?;
    }
    for path in paths {
        if path.is_dir() {
            walk(path, &mut files)?;
        } else if !path.to_string_lossy().ends_with(ENDING) {
            return Err(Failure::input(format!("`{}` holds no tests", path.display()))
                .hint(format!("the tests of NAME.rhai are in NAME{ENDING}, beside it")));
        } else {
            files.insert(path.clone());
        }
    }
    if files.is_empty() {
        return Err(Failure::input("there are no tests here")
            .hint(format!("the tests of NAME.rhai are in NAME{ENDING}, beside it")));
    }
    Ok(files)
}

/// Hidden folders and those of build tools hold no tests of a project; links may lead in circles.
fn walk(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<(), Failure> {
    let cannot = || format!("cannot read the folder `{}`", folder.display());
    for entry in std::fs::read_dir(folder).with_context(cannot).or_exit(Exit::Input)? {
        let entry = entry.with_context(cannot).or_exit(Exit::Input)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().with_context(cannot).or_exit(Exit::Input)?;
        let path = folder.strip_prefix(".").unwrap_or(folder).join(&name);
        if kind.is_dir() && !name.starts_with('.') && !matches!(&*name, "target" | "node_modules") {
            walk(&path, files)?;
        } else if kind.is_file() && name.ends_with(ENDING) {
            files.insert(path);
        }
    }
    Ok(())
}
