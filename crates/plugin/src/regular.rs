//! Files that are files. A name may lead to a pipe, which never ends and does not even begin, or to a device.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file to read it, where it is one.
pub(crate) fn open(file: &Path) -> io::Result<File> {
    // Before it is opened: that alone would wait for somebody at the other end of a pipe.
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    File::open(file)
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn nobody_waits_at_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR, 0).unwrap();
        for file in [pipe.as_path(), folder.path(), Path::new("/dev/zero")] {
            assert_eq!(open(file).unwrap_err().to_string(), "it is no file");
        }
        let gone = open(&folder.path().join("gone")).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }
}
