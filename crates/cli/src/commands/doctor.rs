//! `pianoroll doctor`: the document's troubleshooting as checks, and what else usually goes wrong.

mod finding;
mod offline;
mod online;

use serde_json::json;

use crate::arguments::TargetArguments;
use crate::asynchronous;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output, plain};
use crate::style::{DIM, HEADING, Styled};

use finding::{Finding, State};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Warnings leave the exit code at 0; a failed check gives it, 5 for key and connections, else 2 or 1."
)]
pub(crate) struct Args {
    /// Print one JSON object: {"ok", "exit_code", "checks": [{name, state, text, fix}]}
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    target: TargetArguments,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let environment = Environment::read();
    let mut findings = Vec::new();
    let project = offline::project(&environment, &mut findings);
    let ready = offline::settings(&args.target, &environment, &project, &mut findings);
    if let Some(destination) = ready {
        asynchronous::block_on(async {
            online::check(&destination, &project, &mut findings).await;
            Ok(())
        })?;
    }
    let failed = findings.iter().find(|finding| finding.state == State::Fail);
    let exit = failed.map_or(Exit::Completed, |finding| finding.exit);
    let mut output = Output::new();
    if args.json {
        let checks: Vec<_> = findings.iter().map(Finding::to_json).collect();
        output
            .json(&json!({"ok": failed.is_none(), "exit_code": exit.code(), "checks": checks}))?;
    } else {
        print(&mut output, &findings)?;
    }
    output.finish()?;
    Ok(exit)
}

fn print(output: &mut Output, findings: &[Finding]) -> Result<(), Failure> {
    let width = findings.iter().map(|finding| finding.name.len()).max().unwrap_or_default();
    for finding in findings {
        let indent = " ".repeat(width + 8);
        let text = plain(&finding.text).replace('\n', &format!("\n{indent}"));
        output.line(format_args!(
            "{:4}  {:width$}  {text}",
            Styled(finding.state.style(), finding.state.as_str()),
            finding.name
        ))?;
        if let Some(fix) = &finding.fix {
            let fix = plain(fix).replace('\n', &format!("\n{indent}     "));
            output.line(format_args!("{indent}{} {fix}", Styled(DIM, "fix:")))?;
        }
    }
    let count = |state: State| findings.iter().filter(|finding| finding.state == state).count();
    let verdict = match (count(State::Fail), count(State::Warn)) {
        (0, 0) => "everything is fine".to_owned(),
        (0, warnings) => format!("it works; {warnings} to look at"),
        (failures, _) => format!("{failures} to repair"),
    };
    output.line("")?;
    output.line(Styled(HEADING, verdict))
}
