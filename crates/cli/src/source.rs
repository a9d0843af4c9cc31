//! The text of a script, from a file or from standard input.

use std::io::Read;
use std::path::Path;

use anyhow::Context as _;

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// The longest script, in bytes.
const MOST_SOURCE: u64 = 4 << 20;

/// Reads a script.
pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    let opened = std::fs::File::open(file)
        .with_context(|| format!("cannot read the script `{}`", file.display()))
        .or_exit(Exit::Input)?;
    read_from(opened, file)
}

/// Reads a script from somewhere: not too long, and in UTF-8. `file` is only shown.
pub(crate) fn read_from(source: impl Read, file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    // One byte more than the most tells a file that is too long, and a device without an end, from one that fits.
    source
        .take(MOST_SOURCE + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("cannot read the script `{}`", file.display()))
        .or_exit(Exit::Input)?;
    if bytes.len() as u64 > MOST_SOURCE {
        return Err(Failure::input(format!(
            "`{}` is too long for a script: over 4 MiB",
            file.display()
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        Failure::input(format!("`{}` is no text: line {line} is not UTF-8", file.display()))
    })
}
