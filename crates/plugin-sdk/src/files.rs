//! Files of the project's folder, by relative paths with `/`. Reading needs the permission `files:read`, writing `files:write`.

use std::io::{self, BufRead, BufReader, Read, Write};

use crate::{Error, host};

/// How much is asked of the host at once.
const CHUNK: usize = 64 * 1024;

/// Opens a file to be read from its beginning.
///
/// # Errors
/// There is none, or it may not be read.
pub fn open(path: &str) -> Result<Reader, Error> {
    Ok(Reader { file: host::open(path)? })
}

/// All bytes of a file.
///
/// # Errors
/// It cannot be read.
pub fn read(path: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file that is text.
///
/// # Errors
/// It cannot be read, or is not UTF-8.
pub fn read_text(path: &str) -> Result<String, Error> {
    let bytes = read(path)?;
    String::from_utf8(bytes).map_err(|error| Error::new(format_args!("{path} is no text: {error}")))
}

/// The lines of a file without their ends, read as they are needed.
///
/// # Errors
/// It cannot be opened.
pub fn lines(path: &str) -> Result<impl Iterator<Item = Result<String, Error>>, Error> {
    let reader = BufReader::with_capacity(CHUNK, open(path)?);
    Ok(reader.lines().map(|line| Ok(line?)))
}

/// Writes a whole file. It appears when the run has completed.
///
/// # Errors
/// It may not be written.
pub fn write(path: &str, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
    let mut writer = create(path)?;
    writer.write_all(bytes.as_ref())?;
    writer.close()
}

/// Begins a file. It appears when it was closed and the run has completed, whole, or not at all.
///
/// # Errors
/// It may not be written.
pub fn create(path: &str) -> Result<Writer, Error> {
    Ok(Writer { file: host::create(path)?, waiting: Vec::new() })
}

/// Whether there is such a file.
///
/// # Errors
/// It may not be looked for.
pub fn exists(path: &str) -> Result<bool, Error> {
    host::exists(path)
}

/// A file that is read.
#[derive(Debug)]
pub struct Reader {
    file: u32,
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = u32::try_from(into.len()).unwrap_or(u32::MAX);
        let bytes = host::read(self.file, most).map_err(io::Error::other)?;
        let into =
            into.get_mut(..bytes.len()).ok_or_else(|| io::Error::other("more than asked"))?;
        into.copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Nothing is lost with a file that was only read.
        let _ = host::close(self.file);
    }
}

/// A file that is written. Without [`Writer::close`] it never appears.
#[derive(Debug)]
#[must_use = "a file that is not closed never appears"]
pub struct Writer {
    file: u32,
    waiting: Vec<u8>,
}

impl Writer {
    /// Ends the file.
    ///
    /// # Errors
    /// What the host says.
    pub fn close(mut self) -> Result<(), Error> {
        self.flush()?;
        host::close(self.file)
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() + bytes.len() > CHUNK {
            self.flush()?;
        }
        let taken = &bytes[..bytes.len().min(CHUNK)];
        self.waiting.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        host::write(self.file, &self.waiting).map_err(io::Error::other)?;
        self.waiting.clear();
        Ok(())
    }
}
