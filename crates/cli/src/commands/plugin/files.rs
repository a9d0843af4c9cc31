//! The files that the commands read and write.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pianoroll_plugin::{Manifest, OpenError, Package, PackageError};

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::words::quoted;

/// The name of a manifest's file.
pub(super) const MANIFEST: &str = "plugin.toml";

/// The most bytes of a manifest's file that are read.
const MOST_MANIFEST: u64 = 1 << 20;

/// Reads a package, or says what to do where it is none.
pub(super) fn package(file: &Path) -> Result<Package, Failure> {
    Package::open(file).map_err(|error| {
        let is_bare = matches!(
            &error,
            OpenError::Package { error: PackageError::NoManifest | PackageError::CoreModule, .. }
        );
        let failure = Failure::new(Exit::Input, error);
        match is_bare {
            true => {
                let shown = quoted(&file.to_string_lossy());
                failure.hint(format!("`pianoroll plugin pack {shown} --manifest {MANIFEST}`"))
            }
            false => failure,
        }
    })
}

/// The bytes of a file that may become a package.
pub(super) fn component(file: &Path) -> Result<Vec<u8>, Failure> {
    bounded(file, Package::MOST_BYTES as u64)
}

/// The manifest that is named, or the one beside the component or in the current folder.
pub(super) fn manifest(given: Option<&Path>, component: &Path) -> Result<Manifest, Failure> {
    let beside = component.parent().unwrap_or(Path::new("")).join(MANIFEST);
    let candidates = [beside, PathBuf::from(MANIFEST)];
    let found = candidates.iter().map(PathBuf::as_path).find(|file| file.is_file());
    let file = given.or(found).ok_or_else(|| {
        let shown = component.display();
        Failure::input(format!("there is no {MANIFEST} beside `{shown}` or here"))
            .hint("say where it is: --manifest FILE")
    })?;
    manifest_of(file).map(|(_, manifest)| manifest)
}

/// A manifest's file: its text, and what it says.
pub(super) fn manifest_of(file: &Path) -> Result<(String, Manifest), Failure> {
    let bytes = bounded(file, MOST_MANIFEST)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::input(format!("`{}` is no text in UTF-8", file.display())))?;
    let manifest = Manifest::from_toml(&text, file).or_exit(Exit::Input)?;
    Ok((text, manifest))
}

fn bounded(file: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let cannot = || format!("cannot read `{}`", file.display());
    // A pipe would never end.
    let metadata = fs::metadata(file).with_context(cannot).or_exit(Exit::Input)?;
    if !metadata.is_file() {
        return Err(Failure::input(format!("`{}` is no file", file.display())));
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).with_context(cannot).or_exit(Exit::Input)?;
    opened.take(most + 1).read_to_end(&mut bytes).with_context(cannot).or_exit(Exit::Input)?;
    if bytes.len() as u64 > most {
        let text = format!("`{}` has more than {} MiB", file.display(), most >> 20);
        return Err(Failure::input(text));
    }
    Ok(bytes)
}

/// Writes a new file. One that is there is replaced only where that is said.
pub(super) fn write_new(file: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    let cannot = || format!("cannot write `{}`", file.display());
    if !force && fs::symlink_metadata(file).is_ok() {
        return Err(taken(file));
    }
    // Written beside its place and moved there: nobody finds half of it.
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).open(&beside);
    let written = written.and_then(|mut opened| {
        opened.write_all(bytes)?;
        opened.sync_all()?;
        match force {
            true => fs::rename(&beside, file),
            // Unlike a move, a link never replaces what came meanwhile.
            false => fs::hard_link(&beside, file).and_then(|()| fs::remove_file(&beside)),
        }
    });
    match written {
        Ok(()) => Ok(()),
        Err(error) => {
            let _ = fs::remove_file(&beside);
            match error.kind() {
                ErrorKind::AlreadyExists if !force => Err(taken(file)),
                _ => Err(anyhow::Error::from(error).context(cannot())).or_exit(Exit::Failed),
            }
        }
    }
}

pub(super) fn taken(file: &Path) -> Failure {
    Failure::input(format!("`{}` is there already", file.display()))
        .hint("--force replaces it, --output FILE writes another one")
}
