//! What a command prints. Data goes to standard output and can fail, as files and pipes do; everything said beside it goes
//! to standard error and cannot.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Write};

use anstream::AutoStream;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::style::{ERROR, HEADING, Styled, WARNING};

/// Standard output, buffered, with colour where it is a terminal that wants it.
pub(crate) struct Output {
    stream: BufWriter<AutoStream<io::Stdout>>,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { stream: BufWriter::new(AutoStream::auto(io::stdout())) }
    }

    /// One line.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        writeln!(self.stream, "{text}").map_err(cannot_write)
    }

    /// Text as it stands, with its own newlines.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.stream.write_all(text.as_bytes()).map_err(cannot_write)
    }

    /// A value on one line: what programs read.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.stream, value)
            .map_err(|error| cannot_write(io::Error::from(error)))?;
        self.line("")
    }

    /// A value over several lines: what people read.
    pub(crate) fn pretty(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.stream, value)
            .map_err(|error| cannot_write(io::Error::from(error)))?;
        self.line("")
    }

    /// Writes what is still buffered. A command is not over before this: a full disk shows here.
    pub(crate) fn finish(&mut self) -> Result<(), Failure> {
        self.stream.flush().map_err(cannot_write)
    }
}

/// Whether standard output can be written at all, asked before anything is changed: an empty write reaches a device such as
/// `/dev/full`, or a closed descriptor, and leaves everything else as it is.
#[cfg(unix)]
pub(crate) fn probe() -> Result<(), Failure> {
    use std::os::fd::AsFd;
    let descriptor = io::stdout().as_fd().try_clone_to_owned().map_err(cannot_write)?;
    std::fs::File::from(descriptor).write(&[]).map(|_| ()).map_err(cannot_write)
}

#[cfg(not(unix))]
pub(crate) fn probe() -> Result<(), Failure> {
    Ok(())
}

/// What happens when a reader has gone away, as `head` does.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output")]
pub(crate) struct WriteError(#[source] pub(crate) io::Error);

fn cannot_write(error: io::Error) -> Failure {
    Failure::new(Exit::Failed, WriteError(error))
}

/// Foreign text, as a terminal may see it: what controls it, or turns the direction of reading, is shown and not obeyed.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let harmful = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || turns(c);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|c| match harmful(c) {
        true => c.escape_unicode().to_string(),
        false => c.to_string(),
    });
    Cow::Owned(shown.collect())
}

/// A line beside the data. A terminal that went away is no reason to stop.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// A line over whatever is drawn on a terminal's last line at the moment.
pub(crate) fn note_over(text: impl Display) {
    let start = if io::stderr().is_terminal() { "\r\x1b[2K" } else { "" };
    // Past the colour filter, which would take it out under NO_COLOR.
    let _ = writeln!(io::stderr(), "{start}{text}");
}

/// A warning beside the data.
pub(crate) fn warn(text: impl Display) {
    note(format_args!("{}: {text}", Styled(WARNING, "warning")));
}

/// Shows a failure to a person.
pub(crate) fn show(failure: &Failure) {
    let text = failure.error.to_string();
    let text = plain(&text);
    let mut causes = String::new();
    for cause in failure.error.chain().skip(1) {
        let cause = cause.to_string();
        // Some errors repeat their cause in their own text.
        if !text.contains(&cause) {
            causes.push_str(&format!("\n  because: {}", plain(&cause)));
        }
    }
    note(format_args!("{}: {text}{causes}", Styled(ERROR, "error")));
    for hint in &failure.hints {
        let hint = plain(hint);
        let mut lines = hint.lines();
        note(format_args!("  {}: {}", Styled(HEADING, "hint"), lines.next().unwrap_or_default()));
        for line in lines {
            note(format_args!("        {line}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_not_obeyed() {
        assert_eq!(plain("two\nlines\tand é"), "two\nlines\tand é");
        assert_eq!(plain("\u{1b}[2Jgone\u{9b}x"), "\\u{1b}[2Jgone\\u{9b}x");
        assert_eq!(plain("a\u{202e}b"), "a\\u{202e}b");
    }
}
