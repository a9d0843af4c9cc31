//! How files begin, and how long they may be.

use std::io::{self, Chain, Cursor, Read};

use pianoroll_host::Input;

use super::{At, Opened};
use crate::error::Failure;

/// The most bytes of a file that is read as one value, and of one element of those that are read piece by piece.
pub(super) const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A file behind its byte order mark.
pub(super) type Body = Chain<Cursor<Vec<u8>>, Input>;

/// The file without its byte order mark, which spreadsheets write before the text.
///
/// # Errors
/// Another encoding than UTF-8, as far as the mark tells.
pub(super) fn body(mut input: Input, at: &At) -> Result<Body, Failure> {
    let mut start = Vec::new();
    input.by_ref().take(3).read_to_end(&mut start).map_err(|error| at.failed(&error))?;
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(at.wrong("it is UTF-16: save it as UTF-8, which spreadsheets call `CSV UTF-8`"));
    }
    if start == b"\xef\xbb\xbf" {
        start.clear();
    }
    Ok(Cursor::new(start).chain(input))
}

/// A whole file.
///
/// # Errors
/// One that is too long, with this hint.
pub(super) fn text(opened: Opened, hint: &str) -> Result<Vec<u8>, Failure> {
    let at = opened.at();
    let long = || at.wrong(format_args!("it has more than {} MiB: {hint}", MOST_BYTES >> 20));
    if opened.input.size() > MOST_BYTES {
        return Err(long());
    }
    let mut bytes = Vec::new();
    let mut body = body(opened.input, &at)?.take(MOST_BYTES + 1);
    body.read_to_end(&mut bytes).map_err(|error| at.failed(&error))?;
    if bytes.len() as u64 > MOST_BYTES { Err(long()) } else { Ok(bytes) }
}

/// The line of a byte.
pub(super) fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes.iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

/// Stops where one piece of a file grows too long: a quote that is never closed swallows all that follows.
pub(super) struct Bounded<R> {
    inner: R,
    /// Bytes of the piece that is being read; reset by whoever reads pieces.
    piece: std::sync::Arc<std::sync::atomic::AtomicU64>,
    most: u64,
}

impl<R> Bounded<R> {
    pub(super) fn new(
        inner: R,
        piece: std::sync::Arc<std::sync::atomic::AtomicU64>,
        most: u64,
    ) -> Self {
        Self { inner, piece, most }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        use std::sync::atomic::Ordering::Relaxed;
        let read = self.inner.read(buffer)?;
        if self.piece.fetch_add(read as u64, Relaxed) > self.most {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        Ok(read)
    }
}
