//! `files::…`: what a script reads and writes in the project's folder. The host opens; here is what the bytes mean.

mod cell;
mod csv;
mod json;
mod read;
mod writer;

use std::io::Write as _;
use std::sync::Arc;

use pianoroll_host::{FileError, Input, OpenError, Output};
use rhai::{Dynamic, Module, NativeCallContext, Position};

use super::lazy::Lazy;
use super::operations::add_raw;
use crate::context::{Context, context};
use crate::error::{Failure, Thrown, found};
use crate::value::{as_text, to_json};

pub(crate) use csv::OPTIONS as CSV_OPTIONS;
pub(crate) use writer::Writer;
pub(super) use writer::register;

/// The module.
pub(super) fn module() -> Module {
    let mut module = Module::new();
    for count in [1, 2] {
        add_raw(&mut module, "read_csv", count, |call, given| {
            let opened = Opened::new(call, "files::read_csv", given)?;
            let (path, context, position) =
                (opened.path(), opened.context.clone(), opened.position);
            let options = given.get(1).map_or(&Dynamic::UNIT, |options| &**options);
            let rows = csv::rows(opened, options)?;
            Ok(Dynamic::from(Lazy::new(&context, position, format!("rows of {path}"), rows)))
        });
    }
    add_raw(&mut module, "each_json", 1, |call, given| {
        let opened = Opened::new(call, "files::each_json", given)?;
        let (path, context, position) = (opened.path(), opened.context.clone(), opened.position);
        let values = json::elements(opened)?;
        Ok(Dynamic::from(Lazy::new(&context, position, format!("elements of {path}"), values)))
    });
    add_raw(&mut module, "read_json", 1, |call, given| {
        json::document(Opened::new(call, "files::read_json", given)?)
    });
    add_raw(&mut module, "read_text", 1, |call, given| {
        let opened = Opened::new(call, "files::read_text", given)?;
        let at = opened.at();
        let text = read::text(opened, "that is too long for a text")?;
        let text = String::from_utf8(text).map_err(|error| {
            let line = read::line_of(error.as_bytes(), error.utf8_error().valid_up_to());
            at.wrong(format_args!("line {line} is not UTF-8"))
        })?;
        Ok(text.into())
    });
    add_raw(&mut module, "exists", 1, |call, given| {
        let position = call.call_position();
        let path = path_of("files::exists", given).map_err(|thrown| thrown.at(position))?;
        let context = context(call)?;
        let exists = context.block_on(context.branch.file_exists(&path));
        exists.map(Dynamic::from).map_err(|error| not_opened(&context, error, position))
    });
    add_raw(&mut module, "text", 2, |call, given| {
        let position = call.call_position();
        let text = given.get(1).and_then(|text| as_text(text)).ok_or_else(|| {
            let value = given.get(1).map_or(&Dynamic::UNIT, |value| &**value);
            let hint = "write `value.to_string()`, or use `files::json`";
            let message = format!("`files::text` takes a text, not {}: {hint}", found(value));
            Thrown::argument(message).at(position)
        })?;
        whole(call, "files::text", given, text.as_bytes())
    });
    add_raw(&mut module, "json", 2, |call, given| {
        let value = given.get(1).map_or(&Dynamic::UNIT, |value| &**value);
        let refuse = |message: String| Thrown::argument(message).at(call.call_position());
        let json = to_json(value).map_err(|error| refuse(error.cannot_be("written")))?;
        let mut text =
            serde_json::to_vec_pretty(&json).map_err(|error| refuse(error.to_string()))?;
        text.push(b'\n');
        whole(call, "files::json", given, &text)
    });
    writer::register_functions(&mut module);
    module
}

/// A file that was opened to be read, and where in the script.
struct Opened {
    context: Arc<Context>,
    input: Input,
    position: Position,
}

impl Opened {
    fn new(
        call: &NativeCallContext,
        function: &str,
        given: &[&mut Dynamic],
    ) -> Result<Self, Failure> {
        let position = call.call_position();
        let path = path_of(function, given).map_err(|thrown| thrown.at(position))?;
        let context = context(call)?;
        let input = context.block_on(context.branch.open_file(&path));
        let input = input.map_err(|error| not_opened(&context, error, position))?;
        Ok(Self { context, input, position })
    }

    fn path(&self) -> String {
        self.input.path().to_string()
    }

    fn at(&self) -> At {
        At { path: self.path(), position: self.position }
    }
}

/// A file, and the place in the script that reads it: for what is wrong inside.
#[derive(Clone)]
struct At {
    path: String,
    position: Position,
}

impl At {
    /// What is in the file is not what it should be.
    fn wrong(&self, what: impl std::fmt::Display) -> Failure {
        let message = format!("`{}` cannot be read: {what}", self.path);
        Thrown::new("invalid_file", message).at(self.position)
    }

    /// The system's answer.
    fn failed(&self, error: &std::io::Error) -> Failure {
        let message = format!("`{}` cannot be read: {error}", self.path);
        Thrown::new("file_failed", message).at(self.position)
    }
}

/// The path, which is every function's first argument.
fn path_of(function: &str, given: &[&mut Dynamic]) -> Result<String, Thrown> {
    let path = given.first().map_or(&Dynamic::UNIT, |path| &**path);
    as_text(path).map(|path| path.to_string()).ok_or_else(|| {
        Thrown::argument(format!("`{function}` takes the path as a string, not {}", found(path)))
    })
}

/// Begins an output. A replay of a checkpoint would not write it again.
fn create(
    call: &NativeCallContext,
    function: &str,
    given: &[&mut Dynamic],
) -> Result<Output, Failure> {
    let position = call.call_position();
    let path = path_of(function, given).map_err(|thrown| thrown.at(position))?;
    let context = context(call)?;
    context.refuse_in_checkpoint(function, position)?;
    context.branch.host().create_file(&path).map_err(|error| failed(&error, position))
}

/// Writes a whole file.
fn whole(
    call: &NativeCallContext,
    function: &str,
    given: &[&mut Dynamic],
    bytes: &[u8],
) -> Result<Dynamic, Failure> {
    let mut output = create(call, function, given)?;
    let written = output.write_all(bytes).and_then(|()| output.close());
    written.map_err(|error| not_written(output.path(), &error, call.call_position()))?;
    Ok(Dynamic::UNIT)
}

fn not_opened(context: &Context, error: OpenError, position: Position) -> Failure {
    match error {
        OpenError::File(error) => failed(&error, position),
        OpenError::Host(error) => context.run.throw(error, position),
    }
}

fn failed(error: &FileError, position: Position) -> Failure {
    Thrown::new(error.code(), error.to_string()).at(position)
}

fn not_written(path: &str, error: &std::io::Error, position: Position) -> Failure {
    Thrown::new("file_failed", format!("`{path}` cannot be written: {error}")).at(position)
}

/// A text as a cell, for tests.
#[cfg(test)]
pub(crate) fn cell_text(text: &str) -> String {
    cell::text(&text.into()).unwrap_or_default()
}
