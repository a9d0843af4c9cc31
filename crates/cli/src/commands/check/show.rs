//! What was found, for people and for programs.

use std::collections::BTreeSet;

use pianoroll_model::Permission;
use pianoroll_script::Severity;
use serde_json::{Value, json};

use super::due::Due;
use super::{Checked, Kind};
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::style::{DIM, ERROR, GOOD, HEADING, Styled, WARNING};

/// As compilers tell it, with a closing line.
pub(super) fn text(all: &[Checked], due: &[Due], output: &mut Output) -> Result<(), Failure> {
    for checked in all {
        for diagnostic in &checked.diagnostics {
            let shown = diagnostic.render(&checked.name, &checked.source);
            coloured(&output::plain(&shown), diagnostic.severity, output)?;
            output.line("")?;
        }
    }
    let mut programs = all.iter().filter(|checked| checked.kind != Kind::Project);
    if let (Some(only), None) = (programs.next(), programs.next()) {
        let permissions = permissions(only);
        if !permissions.is_empty() {
            let permissions: Vec<&str> = permissions.iter().map(String::as_str).collect();
            output.line(format_args!("needs {}", permissions.join(", ")))?;
        }
    }
    for due in due {
        output.line(output::plain(&due.line()))?;
    }
    let count = |severity| all.iter().map(|checked| checked.count(severity)).sum::<usize>();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let found = match (errors, warnings) {
        (0, 0) => format!("{}", Styled(GOOD, "nothing to complain about")),
        (0, _) => format!("{}", Styled(WARNING, counted(warnings, "warning"))),
        (_, 0) => format!("{}", Styled(ERROR, counted(errors, "error"))),
        _ => format!(
            "{}, {}",
            Styled(ERROR, counted(errors, "error")),
            Styled(WARNING, counted(warnings, "warning"))
        ),
    };
    output.line(format_args!("checked {}: {found}", counted(all.len(), "file")))
}

/// The permissions that a file needs; a `?` behind those that only the run can tell.
fn permissions(checked: &Checked) -> Vec<String> {
    let (sure, perhaps) = sure_and_perhaps(checked);
    let sure = sure.iter().map(ToString::to_string);
    sure.chain(perhaps.iter().map(|permission| format!("{permission}?"))).collect()
}

fn sure_and_perhaps(checked: &Checked) -> (BTreeSet<&Permission>, BTreeSet<&Permission>) {
    let mut sure = BTreeSet::new();
    let mut perhaps = BTreeSet::new();
    for need in &checked.needs {
        match need.permissions.as_slice() {
            [only] => drop(sure.insert(only)),
            several => perhaps.extend(several),
        }
    }
    perhaps.retain(|permission| !sure.contains(permission));
    (sure, perhaps)
}

/// The first line is what matters, the carets say where, the hint says what to do.
fn coloured(text: &str, severity: Severity, output: &mut Output) -> Result<(), Failure> {
    let style = if severity == Severity::Error { ERROR } else { WARNING };
    let word = format!(" {}: ", severity.as_str());
    for (index, line) in text.lines().enumerate() {
        let is_caret = line.ends_with('^') && line.trim_start().starts_with('|');
        match line.split_once(&word) {
            Some((place, message)) if index == 0 => {
                let word = Styled(style, severity.as_str());
                output.line(format_args!("{place} {word}: {}", Styled(HEADING, message)))?;
            }
            _ if is_caret => match line.split_once('^') {
                Some((before, carets)) => {
                    output.line(format_args!("{before}{}", Styled(style, format!("^{carets}"))))?;
                }
                None => output.line(line)?,
            },
            _ if line.trim_start() == "|" => output.line(Styled(DIM, line))?,
            _ => output.line(line)?,
        }
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// One object for everything.
pub(super) fn json(all: &[Checked], due: &[Due]) -> Value {
    let diagnostics = all.iter().flat_map(|checked| {
        checked.diagnostics.iter().map(|diagnostic| {
            let (line, column) = diagnostic.at.unzip();
            json!({
                "file": checked.name,
                "line": line,
                "column": column,
                "width": diagnostic.at.map(|_| diagnostic.width),
                "severity": diagnostic.severity.as_str(),
                "code": diagnostic.code,
                "message": diagnostic.message,
                "hint": diagnostic.hint,
            })
        })
    });
    let files = all.iter().map(|checked| {
        let (sure, perhaps) = sure_and_perhaps(checked);
        let needs = checked.needs.iter().map(|need| {
            json!({
                "function": need.function,
                "operation": need.operation,
                "line": need.place.line,
                "column": need.place.column,
                "permissions": need.permissions,
            })
        });
        json!({
            "file": checked.name,
            "permissions": sure,
            "perhaps": perhaps,
            "needs": needs.collect::<Vec<_>>(),
        })
    });
    let count = |severity| all.iter().map(|checked| checked.count(severity)).sum::<usize>();
    json!({
        "diagnostics": diagnostics.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "schedules": due.iter().map(Due::json).collect::<Vec<_>>(),
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
    })
}
