//! `files::read_csv`: rows as maps by the header, one at a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use rhai::{Dynamic, Identifier, ImmutableString, Map};

use super::read::{Body, Bounded, body};
use super::{At, Opened};
use crate::diagnostic::did_you_mean;
use crate::error::{Failure, Thrown, found};
use crate::value::as_text;

/// The options of `files::read_csv`.
pub(crate) const OPTIONS: [&str; 3] = ["delimiter", "header", "columns"];

/// The most bytes of a row.
const MOST_ROW: u64 = 16 * 1024 * 1024;

/// Bytes that are read at once.
const BUFFER: usize = 64 * 1024;

/// The rows of a file.
///
/// # Errors
/// Options that do not fit, and a header without the columns that are asked for.
pub(super) fn rows(
    opened: Opened,
    options: &Dynamic,
) -> Result<impl Iterator<Item = Result<Dynamic, Failure>> + Send + use<>, Failure> {
    let at = opened.at();
    let options = Options::of(options).map_err(|thrown| thrown.at(at.position))?;
    let piece = Arc::new(AtomicU64::new(0));
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .delimiter(options.delimiter.unwrap_or(b','))
        .buffer_capacity(BUFFER)
        .from_reader(Bounded::new(body(opened.input, &at)?, Arc::clone(&piece), MOST_ROW));
    let mut rows = Rows {
        at,
        reader,
        piece,
        record: StringRecord::new(),
        shape: Shape::Arrays,
        width: None,
        empty: ImmutableString::new(),
        over: false,
    };
    match (options.header, options.columns) {
        (true, columns) => rows.header(columns, options.delimiter.is_none())?,
        (false, Some(columns)) => {
            rows.width = Some(columns.len());
            rows.shape = Shape::maps(columns.into_iter().enumerate());
        }
        (false, None) => {}
    }
    Ok(rows)
}

struct Rows {
    at: At,
    reader: Reader<Bounded<Body>>,
    // Bytes read since the last row.
    piece: Arc<AtomicU64>,
    record: StringRecord,
    shape: Shape,
    /// How many cells a row has, where that is known before the first.
    width: Option<usize>,
    // Cells without text are many, and share this.
    empty: ImmutableString,
    over: bool,
}

/// What a row becomes.
enum Shape {
    Arrays,
    /// Names and places, by name, which is how maps are built fastest.
    Maps(Vec<(Identifier, usize)>),
}

impl Shape {
    fn maps(columns: impl Iterator<Item = (usize, String)>) -> Self {
        let mut places: Vec<_> = columns.map(|(place, name)| (name.into(), place)).collect();
        places.sort();
        Shape::Maps(places)
    }
}

impl Rows {
    /// Reads the header, and chooses the columns.
    fn header(&mut self, wanted: Option<Vec<String>>, guess: bool) -> Result<(), Failure> {
        if !self.read()? {
            return Err(self.at.wrong("it is empty, and should begin with a header"));
        }
        let names: Vec<String> = self.record.iter().map(|name| name.trim().to_owned()).collect();
        if let [one] = names.as_slice()
            && let Some(other) = [';', '\t', '|'].into_iter().find(|other| one.contains(*other))
            && guess
        {
            let message = format!(
                "its cells seem to end with {other:?}: add `#{{ delimiter: {:?} }}`",
                other.to_string()
            );
            return Err(self.at.wrong(message));
        }
        self.width = Some(names.len());
        let chosen = match wanted {
            None => names.iter().cloned().enumerate().collect::<Vec<_>>(),
            Some(wanted) => {
                let place = |name: String| match names.iter().position(|known| *known == name) {
                    Some(place) => Ok((place, name)),
                    None => Err(self.at.wrong(no_column(&name, &names))),
                };
                wanted.into_iter().map(place).collect::<Result<_, _>>()?
            }
        };
        let mut seen = BTreeSet::new();
        for (place, name) in &chosen {
            let hint = "choose others with `columns`, or read arrays with `header: false`";
            if name.is_empty() {
                let message = format!("column {} of its header has no name: {hint}", place + 1);
                return Err(self.at.wrong(message));
            }
            if !seen.insert(name) || names.iter().filter(|known| *known == name).count() > 1 {
                return Err(self.at.wrong(format!("its header names `{name}` twice: {hint}")));
            }
        }
        self.shape = Shape::maps(chosen.into_iter());
        Ok(())
    }

    /// Reads the next row; `false` after the last.
    fn read(&mut self) -> Result<bool, Failure> {
        self.piece.store(0, Ordering::Relaxed);
        let read =
            self.reader.read_record(&mut self.record).map_err(|error| self.failed(&error))?;
        let Some(width) = self.width.filter(|width| read && *width != self.record.len()) else {
            return Ok(read);
        };
        let line = self.record.position().map_or(0, csv::Position::line);
        Err(self.at.wrong(ragged(line, self.record.len() as u64, width as u64)))
    }

    fn failed(&self, error: &csv::Error) -> Failure {
        match error.kind() {
            ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                let line = self.reader.position().line();
                let most = MOST_ROW >> 20;
                self.at.wrong(format_args!(
                    "the row at line {line} has more than {most} MiB: a quote may be open"
                ))
            }
            ErrorKind::Io(error) => self.at.failed(error),
            ErrorKind::Utf8 { pos, err } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                let column = err.field() + 1;
                self.at.wrong(format_args!(
                    "line {line}, column {column} is not UTF-8: save it as UTF-8"
                ))
            }
            ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                self.at.wrong(ragged(line, *len, *expected_len))
            }
            _ => self.at.wrong(error),
        }
    }

    fn row(&self) -> Dynamic {
        let text = |cell: &str| {
            if cell.is_empty() { self.empty.clone() } else { ImmutableString::from(cell) }
        };
        match &self.shape {
            Shape::Arrays => {
                Dynamic::from_array(self.record.iter().map(|cell| text(cell).into()).collect())
            }
            Shape::Maps(places) => {
                let cells = places.iter().map(|(name, place)| {
                    (name.clone(), text(self.record.get(*place).unwrap_or_default()).into())
                });
                Dynamic::from_map(cells.collect::<Map>())
            }
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Dynamic, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let read = self.read();
        // What follows a mistake cannot be trusted to be rows.
        self.over = !matches!(read, Ok(true));
        match read {
            Ok(true) => Some(Ok(self.row())),
            Ok(false) => None,
            Err(failure) => Some(Err(failure)),
        }
    }
}

fn ragged(line: u64, found: u64, wanted: u64) -> String {
    let hint = "a cell that holds the delimiter or a line break stands in quotes";
    format!("the row at line {line} has {found} cells, where {wanted} belong: {hint}")
}

pub(super) fn no_column(name: &str, names: &[impl AsRef<str>]) -> String {
    let names = names.iter().map(AsRef::as_ref);
    let hint = did_you_mean(name, names.clone())
        .unwrap_or_else(|| format!("there is {}", names.collect::<Vec<_>>().join(", ")));
    format!("there is no column `{name}`: {hint}")
}

struct Options {
    delimiter: Option<u8>,
    header: bool,
    columns: Option<Vec<String>>,
}

impl Options {
    fn of(options: &Dynamic) -> Result<Self, Thrown> {
        let mut read = Self { delimiter: None, header: true, columns: None };
        if options.is_unit() {
            return Ok(read);
        }
        let refuse = |what: String| Err(Thrown::argument(format!("`files::read_csv` {what}")));
        let Ok(options) = options.as_map_ref() else {
            return refuse(format!(
                "takes its options as a map such as `#{{ delimiter: \";\" }}`, not {}",
                found(options)
            ));
        };
        for (name, value) in options.iter() {
            match name.as_str() {
                "delimiter" => match as_text(value).as_deref().map(|text| text.as_bytes()) {
                    Some([byte]) if byte.is_ascii() && !b"\"\r\n".contains(byte) => {
                        read.delimiter = Some(*byte);
                    }
                    _ => {
                        return refuse(format!(
                            "takes one ASCII character as `delimiter`, such as \";\" or \"\\t\", not {}",
                            found(value)
                        ));
                    }
                },
                "header" => match value.as_bool() {
                    Ok(header) => read.header = header,
                    Err(_) => {
                        return refuse(format!(
                            "takes true or false as `header`, not {}",
                            found(value)
                        ));
                    }
                },
                "columns" => read.columns = Some(columns_of("files::read_csv", value)?),
                name => {
                    let hint = did_you_mean(name, OPTIONS)
                        .unwrap_or_else(|| format!("it has {}", OPTIONS.join(", ")));
                    return refuse(format!("has no option `{name}`: {hint}"));
                }
            }
        }
        Ok(read)
    }
}

/// Names of columns: texts, each once.
pub(super) fn columns_of(function: &str, value: &Dynamic) -> Result<Vec<String>, Thrown> {
    let refuse = |what: String| Err(Thrown::argument(format!("`{function}` {what}")));
    let names = value.as_array_ref().ok().and_then(|names| {
        names
            .iter()
            .map(|name| as_text(name).map(|name| name.to_string()))
            .collect::<Option<Vec<_>>>()
    });
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return refuse(format!(
            "takes the columns as an array of names such as `[\"email\", \"city\"]`, not {}",
            found(value)
        ));
    };
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(twice) => refuse(format!("is given the column `{twice}` twice")),
        None => Ok(names),
    }
}
