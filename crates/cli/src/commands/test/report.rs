//! What tests came to, for people and for programs.

use std::path::PathBuf;

use pianoroll_script::testing::{DiffLine, Suite, Test, TestFailure};
use serde_json::{Value, json};

use super::Ended;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output, plain};
use crate::style::{DIM, ERROR, GOOD, HEADING, Styled};

/// Begins the tests of a file.
pub(super) fn file(output: &mut Output, suite: &Suite) -> Result<(), Failure> {
    output.line(Styled(HEADING, suite.path()))?;
    output.finish()
}

/// One test, as soon as it has ended.
pub(super) fn line(output: &mut Output, ended: &Ended<'_>) -> Result<(), Failure> {
    let name = plain(&ended.test.name);
    match &ended.failure {
        None => output.line(format_args!("  {} {name}", Styled(GOOD, "✓")))?,
        Some(_) => output.line(format_args!("  {} {name}", Styled(ERROR, "✗")))?,
    }
    output.finish()
}

/// The failures and the sum.
pub(super) fn finish(
    mut output: Output,
    as_json: bool,
    ended: &[Ended<'_>],
    errors: &[String],
) -> Result<Exit, Failure> {
    let failed = ended.iter().filter(|one| one.failure.is_some()).count();
    let passed = ended.len() - failed;
    if as_json {
        let tests: Vec<Value> = ended.iter().map(test_json).collect();
        output.json(&json!({
            "passed": passed, "failed": failed, "tests": tests, "errors": errors,
        }))?;
        output.finish()?;
        return Ok(exit(ended.len(), failed, errors));
    }
    for one in ended {
        if let Some(failure) = &one.failure {
            output.line("")?;
            let name = format!("✗ {}", one.test.name);
            output.line(Styled(ERROR, plain(&name)))?;
            shown(&mut output, failure)?;
        }
    }
    for error in errors {
        output.line("")?;
        output.line(format_args!("{}: {}", Styled(ERROR, "error"), plain(error)))?;
    }
    output.line("")?;
    let mut sum = format!("{passed} passed, {failed} failed");
    if !errors.is_empty() {
        let files = if errors.len() == 1 { "file" } else { "files" };
        sum += &format!(", {} {files} of tests with mistakes", errors.len());
    }
    let style = if failed > 0 || !errors.is_empty() { ERROR } else { GOOD };
    output.line(Styled(style, sum))?;
    output.finish()?;
    if ended.is_empty() && errors.is_empty() {
        output::note("no test has such a name");
    }
    Ok(exit(ended.len(), failed, errors))
}

fn exit(played: usize, failed: usize, errors: &[String]) -> Exit {
    match (played, failed) {
        _ if !errors.is_empty() => Exit::Input,
        (0, _) => Exit::Input,
        (_, 0) => Exit::Completed,
        _ => Exit::Failed,
    }
}

fn shown(output: &mut Output, failure: &TestFailure) -> Result<(), Failure> {
    for line in failure.rendered.lines() {
        output.line(format_args!("  {}", plain(line)))?;
    }
    if failure.diff.is_empty() {
        return Ok(());
    }
    let both = |wanted: fn(&DiffLine) -> bool| failure.diff.iter().any(wanted);
    let missing = both(|line| matches!(line, DiffLine::Missing(_)));
    let unexpected = both(|line| matches!(line, DiffLine::Unexpected(_)));
    output.line("")?;
    if missing || unexpected {
        let missing = Styled(ERROR, "- expected");
        let unexpected = Styled(GOOD, "+ found");
        output.line(format_args!("  {missing}  {unexpected}"))?;
    }
    for line in &failure.diff {
        let text = line.to_string();
        let style = match line {
            DiffLine::Missing(_) => ERROR,
            DiffLine::Unexpected(_) => GOOD,
            DiffLine::Same(_) | DiffLine::Gap => DIM,
        };
        output.line(format_args!("  {}", Styled(style, plain(&text))))?;
    }
    Ok(())
}

fn test_json(ended: &Ended<'_>) -> Value {
    let mut json = json!({
        "file": ended.suite.path(),
        "line": ended.test.line,
        "name": ended.test.name,
        "outcome": if ended.failure.is_some() { "failed" } else { "passed" },
    });
    if let (Some(failure), Some(map)) = (&ended.failure, json.as_object_mut()) {
        let diff: Vec<String> = failure.diff.iter().map(DiffLine::to_string).collect();
        map.insert("message".to_owned(), failure.message.clone().into());
        map.insert("place".to_owned(), json!(failure.place));
        map.insert("rendered".to_owned(), failure.rendered.clone().into());
        map.insert("diff".to_owned(), diff.into());
    }
    json
}

/// The tests that there are.
pub(super) fn list(
    as_json: bool,
    suites: &[(PathBuf, Suite)],
    wanted: impl Fn(&&Test) -> bool,
    errors: &[String],
) -> Result<Exit, Failure> {
    let mut output = Output::new();
    let mut count = 0;
    let mut rows = Vec::new();
    for (_, suite) in suites {
        for test in suite.tests().iter().filter(&wanted) {
            count += 1;
            if as_json {
                rows.push(json!({ "file": suite.path(), "line": test.line, "name": test.name }));
            } else {
                let place = format!("{}:{}", suite.path(), test.line);
                output.line(format_args!("{}  {}", Styled(DIM, place), plain(&test.name)))?;
            }
        }
    }
    if as_json {
        output.json(&json!({ "tests": rows, "errors": errors }))?;
    }
    output.finish()?;
    for error in errors {
        output::note(format_args!("{}: {}", Styled(ERROR, "error"), plain(error)));
    }
    Ok(exit(count, 0, errors))
}
