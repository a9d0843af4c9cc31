//! `files::csv` and `files::json_lines`: outputs that grow by a row at a time.

use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pianoroll_host::Output;
use rhai::{Dynamic, ImmutableString, Module, NativeCallContext, Position};

use super::super::operations::add_raw;
use super::super::parallel::source;
use super::super::{add, add_getter};
use super::csv::{columns_of, no_column};
use super::{cell, create, not_written};
use crate::context::context;
use crate::engine;
use crate::error::{Failure, Thrown, found};
use crate::value::to_json;

/// An output that rows are pushed to. Copies write to the same one.
#[derive(Clone)]
pub(crate) struct Writer(Arc<Mutex<State>>);

struct State {
    path: ImmutableString,
    rows: i64,
    form: Form,
}

enum Form {
    Csv { columns: Vec<String>, writer: Box<csv::Writer<Output>> },
    Lines(Output),
}

/// After how many rows a run looks whether it is to stop.
const LOOK_EVERY: usize = 64;

/// Registers writers as values.
pub(in super::super) fn register(module: &mut Module) {
    module.set_custom_type::<Writer>("writer");
    add(module, "push", |call: NativeCallContext, writer: &mut Writer, row: Dynamic| {
        writer.push(&row, call.call_position())
    });
    add(module, "len", |writer: &mut Writer| writer.state().rows);
    add_getter(module, "len", |writer: &mut Writer| writer.state().rows);
    add_getter(module, "path", |writer: &mut Writer| writer.state().path.clone());
    for name in ["to_string", "to_debug"] {
        add(module, name, |writer: &mut Writer| format!("writer of {}", writer.state().path));
    }
}

/// Registers what makes them.
pub(super) fn register_functions(module: &mut Module) {
    for count in [2, 3] {
        add_raw(module, "csv", count, csv_file);
    }
    add_raw(module, "json_lines", 1, |call, given| {
        let output = create(call, "files::json_lines", given)?;
        let path = output.path().into();
        Ok(Dynamic::from(Writer::new(State { path, rows: 0, form: Form::Lines(output) })))
    });
}

/// `files::csv(path, columns[, rows])`: a writer, or how many rows were written.
fn csv_file(call: &NativeCallContext, given: &[&mut Dynamic]) -> Result<Dynamic, Failure> {
    let position = call.call_position();
    let columns = given.get(1).map_or(&Dynamic::UNIT, |columns| &**columns);
    let columns = columns_of("files::csv", columns).map_err(|thrown| thrown.at(position))?;
    let rows = given.get(2).map(|rows| source("files::csv", rows)).transpose();
    let rows = rows.map_err(|mut failure| {
        failure.set_position(position);
        failure
    })?;
    let output = create(call, "files::csv", given)?;
    let path: ImmutableString = output.path().into();
    let mut writer = Box::new(csv::Writer::from_writer(output));
    let header = columns.iter().map(|name| cell::text(&name.as_str().into()).unwrap_or_default());
    writer
        .write_record(header)
        .map_err(std::io::Error::from)
        .and_then(|()| writer.flush())
        .map_err(|error| not_written(&path, &error, position))?;
    let writer = Writer::new(State { path, rows: 0, form: Form::Csv { columns, writer } });
    let Some(rows) = rows else { return Ok(Dynamic::from(writer)) };
    let context = context(call)?;
    for (index, row) in rows.enumerate() {
        writer.push(&row?, position)?;
        if index.is_multiple_of(LOOK_EVERY) {
            engine::look(&context, position)?;
        }
    }
    let state = writer.state();
    let closed = match &state.form {
        Form::Csv { writer, .. } => writer.get_ref().close(),
        Form::Lines(output) => output.close(),
    };
    closed.map_err(|error| not_written(&state.path, &error, position))?;
    Ok(state.rows.into())
}

impl Writer {
    fn new(state: State) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, row: &Dynamic, position: Position) -> Result<(), Failure> {
        let mut state = self.state();
        let State { path, rows, form } = &mut *state;
        let refuse = |message: String| {
            Thrown::argument(format!("row {} of `{path}`: {message}", *rows + 1)).at(position)
        };
        let written = match form {
            Form::Csv { columns, writer } => {
                let cells = cells(columns, row).map_err(refuse)?;
                // Handed on row by row, so that nothing is left here when the run ends.
                writer
                    .write_record(cells)
                    .map_err(std::io::Error::from)
                    .and_then(|()| writer.flush())
            }
            Form::Lines(output) => {
                let json = to_json(row).map_err(|error| refuse(error.cannot_be("written")))?;
                output.write_all(format!("{json}\n").as_bytes())
            }
        };
        written.map_err(|error| not_written(path, &error, position))?;
        *rows += 1;
        Ok(())
    }
}

/// The cells of a row, in the order of the columns.
fn cells(columns: &[String], row: &Dynamic) -> Result<Vec<String>, String> {
    let text = |name: &str, value: &Dynamic| {
        cell::text(value).map_err(|error| format!("`{name}`: {}", error.cannot_be("written")))
    };
    if let Ok(map) = row.as_map_ref() {
        if let Some(unknown) =
            map.keys().find(|key| !columns.iter().any(|name| name == key.as_str()))
        {
            return Err(no_column(unknown, columns));
        }
        let cells = columns.iter().map(|name| match map.get(name.as_str()) {
            Some(value) => text(name, value),
            None => Ok(String::new()),
        });
        return cells.collect();
    }
    let Ok(values) = row.as_array_ref() else {
        return Err(format!("a row is a map by column, or an array of cells, not {}", found(row)));
    };
    if values.len() != columns.len() {
        return Err(format!("{} cells for {} columns", values.len(), columns.len()));
    }
    columns.iter().zip(values.iter()).map(|(name, value)| text(name, value)).collect()
}
