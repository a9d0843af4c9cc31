//! `files::read_json` and `files::each_json`: a document whole, or one element at a time.

use std::io::{self, BufRead, BufReader, Read as _};

use rhai::Dynamic;

use super::read::{Body, MOST_BYTES, body, text};
use super::{At, Opened};
use crate::document::parse_any;
use crate::error::Failure;

/// Bytes that are read at once.
const BUFFER: usize = 64 * 1024;

/// A whole document.
///
/// # Errors
/// One that is too long, or no JSON.
pub(super) fn document(opened: Opened) -> Result<Dynamic, Failure> {
    let at = opened.at();
    let bytes = text(opened, "`files::each_json` reads it element by element")?;
    parse_any(&bytes).map_err(|error| at.wrong(format_args!("it is no JSON: {error}")))
}

/// The elements of a list, or the values of JSON Lines: which of them a file is, its first character tells, unless its name
/// does.
///
/// # Errors
/// Those of the disk.
pub(super) fn elements(
    opened: Opened,
) -> Result<impl Iterator<Item = Result<Dynamic, Failure>> + Send + use<>, Failure> {
    let at = opened.at();
    let mut reader = BufReader::with_capacity(BUFFER, body(opened.input, &at)?);
    let mut line = 1;
    let first = skip_space(&mut reader, &mut line).map_err(|error| at.failed(&error))?;
    let is_lines =
        [".jsonl", ".ndjson"].iter().any(|ending| at.path.to_lowercase().ends_with(ending));
    let list = first == Some(b'[') && !is_lines;
    if list {
        reader.consume(1);
    }
    Ok(Elements { at, reader, list, line, count: 0, over: false })
}

struct Elements {
    at: At,
    reader: BufReader<Body>,
    /// Whether it is one list, and not a value a line.
    list: bool,
    /// The line that is read next, from 1.
    line: u64,
    /// Elements so far.
    count: u64,
    over: bool,
}

/// What ended an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Comma,
    Bracket,
    File,
}

impl Elements {
    /// The next value; nothing after the last.
    fn value(&mut self) -> Result<Option<Dynamic>, Failure> {
        loop {
            let line = self.line;
            let mut bytes = Vec::new();
            let end = if self.list { self.element(&mut bytes) } else { self.row(&mut bytes) };
            let end = end.map_err(|error| match error.kind() {
                io::ErrorKind::FileTooLarge => {
                    let most = MOST_BYTES >> 20;
                    self.wrong(line, format!("it has more than {most} MiB: a quote may be open"))
                }
                _ => self.at.failed(&error),
            })?;
            let is_empty = bytes.iter().all(u8::is_ascii_whitespace);
            if is_empty && !self.list {
                if end == End::File {
                    return Ok(None);
                }
                continue;
            }
            if is_empty && self.count == 0 && end == End::Bracket {
                self.close()?;
                return Ok(None);
            }
            self.count += 1;
            if self.list && end == End::File {
                return Err(self.wrong(line, "the file ends before its list does".to_owned()));
            }
            if is_empty {
                return Err(self.wrong(
                    line,
                    "there is none between two commas, or behind the last".to_owned(),
                ));
            }
            let value = parse_any(&bytes).map_err(|error| {
                let text = error.to_string();
                let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
                self.wrong(line + (error.line() as u64).saturating_sub(1), text.to_owned())
            })?;
            if self.list && end == End::Bracket {
                self.close()?;
                self.over = true;
            }
            return Ok(Some(value));
        }
    }

    /// Takes the bytes of an element of the list, up to what ends it.
    fn element(&mut self, bytes: &mut Vec<u8>) -> io::Result<End> {
        let (mut depth, mut in_text, mut escaped) = (0_u64, false, false);
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(End::File);
            }
            let mut end = None;
            for (index, byte) in chunk.iter().enumerate() {
                self.line += u64::from(*byte == b'\n');
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_text => escaped = true,
                    b'"' => in_text = !in_text,
                    _ if in_text => {}
                    b'[' | b'{' => depth += 1,
                    b',' if depth == 0 => end = Some((index, End::Comma)),
                    b']' if depth == 0 => end = Some((index, End::Bracket)),
                    // Whether it closes what was opened, the parser tells.
                    b']' | b'}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                if end.is_some() {
                    break;
                }
            }
            let taken = end.map_or(chunk.len(), |(index, _)| index);
            bytes.extend_from_slice(chunk.get(..taken).unwrap_or_default());
            self.reader.consume(taken + usize::from(end.is_some()));
            if bytes.len() as u64 > MOST_BYTES {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            if let Some((_, end)) = end {
                return Ok(end);
            }
        }
    }

    /// Takes a line.
    fn row(&mut self, bytes: &mut Vec<u8>) -> io::Result<End> {
        let read = self.reader.by_ref().take(MOST_BYTES + 1).read_until(b'\n', bytes)?;
        if read as u64 > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let ended = bytes.last() == Some(&b'\n');
        self.line += u64::from(ended);
        Ok(if ended { End::Comma } else { End::File })
    }

    /// Behind the list nothing may follow.
    fn close(&mut self) -> Result<(), Failure> {
        let mut line = self.line;
        let rest =
            skip_space(&mut self.reader, &mut line).map_err(|error| self.at.failed(&error))?;
        match rest {
            None => Ok(()),
            Some(_) => {
                Err(self.at.wrong(format_args!("line {line} goes on behind the end of its list")))
            }
        }
    }

    fn wrong(&self, line: u64, what: String) -> Failure {
        let count = self.count.max(1);
        self.at.wrong(format_args!("element {count}, line {line}: {what}"))
    }
}

impl Iterator for Elements {
    type Item = Result<Dynamic, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let value = self.value().transpose();
        self.over |= !matches!(value, Some(Ok(_)));
        value
    }
}

/// Leaves white space behind, and answers the byte that follows it without taking it.
fn skip_space(reader: &mut BufReader<Body>, line: &mut u64) -> io::Result<Option<u8>> {
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(None);
        }
        let space = chunk.iter().take_while(|byte| byte.is_ascii_whitespace());
        let (count, lines) = space
            .fold((0, 0), |(count, lines), byte| (count + 1, lines + u64::from(*byte == b'\n')));
        let found = chunk.get(count).copied();
        reader.consume(count);
        *line += lines;
        if found.is_some() {
            return Ok(found);
        }
    }
}
