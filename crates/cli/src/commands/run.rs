//! `pianoroll run`

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use pianoroll_gateway::Cancel;
use pianoroll_host::{Guardrails, HostSettings};
use pianoroll_model::PermissionSet;
use pianoroll_runtime::execution;
use pianoroll_runtime::project::Project;
use pianoroll_script::{MemoryLimit, Script};
use serde_json::{Map, Value};

use crate::arguments::{GrantArguments, LimitWord, TargetArguments};
use crate::confirm::{Answer, Confirm, UNASKED};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::target::{self, Destination, Target, Wanted};
use crate::{asynchronous, cancellation, refusal, report, style};

/// The longest script, in bytes.
const MOST_SOURCE: u64 = 4 << 20;

/// The most memory of a run, in bytes: far beyond what automations need, far below what a machine dies of.
pub(crate) const MOST_MEMORY: u64 = 1 << 30;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll run scripts/retag_inactive_profiles.rhai --simulate --param days=30\n  \
    pianoroll run scripts/clean_up.rhai --connection acme --allow lists:delete --limit deletes=20";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// The script
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// A parameter of the script, repeatable
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,

    /// Print one JSON object: outcome, result, calls, effects, requests, retries, waited_seconds, problems, error, …
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    grants: GrantArguments,

    /// Stop the run before it passes a limit on calls, writes, deletes, sends or seconds; with commas
    #[arg(
        long = "limit",
        value_name = "NAME=N",
        value_delimiter = ',',
        help_heading = "What calls may do"
    )]
    limits: Vec<LimitWord>,

    /// Do not ask on a live connection before the 101st effect
    #[arg(long, help_heading = "What calls may do")]
    yes: bool,

    #[command(flatten)]
    target: TargetArguments,
}

/// What the words mean together: everything that can be known before anything is opened.
struct Plan {
    script: Script,
    params: Map<String, Value>,
    grants: PermissionSet,
    guardrails: Guardrails,
    destination: Destination,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let ended = plan(args).and_then(|plan| asynchronous::block_on(run(args, plan)));
    if args.json
        && let Err(failure) = &ended
        && !failure.error.is::<output::WriteError>()
    {
        let mut output = Output::new();
        output.json(&report::not_started(failure))?;
        output.finish()?;
    }
    ended
}

fn plan(args: &Args) -> Result<Plan, Failure> {
    let grants = args.grants.permissions()?;
    let guardrails = LimitWord::guardrails(&args.limits)?;
    let source = read(&args.file)?;
    let environment = Environment::read();
    let folder = args.file.parent().unwrap_or(Path::new("."));
    let project = Project::find(&environment.folder.join(folder)).or_exit(Exit::Input)?;
    let destination = Destination::new(&args.target, &environment, project)?;
    let script = Script::compile(&source, &args.file.to_string_lossy()).or_exit(Exit::Input)?;
    let params = script.bind(&given(&args.params)?).or_exit(Exit::Input)?;
    Ok(Plan { script, params, grants, guardrails, destination })
}

pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    // One byte more than the most tells a file that is too long, and a device without an end, from one that fits.
    std::fs::File::open(file)
        .and_then(|opened| opened.take(MOST_SOURCE + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read the script `{}`", file.display()))
        .or_exit(Exit::Input)?;
    if bytes.len() as u64 > MOST_SOURCE {
        return Err(Failure::input(format!(
            "`{}` is too long for a script: over 4 MiB",
            file.display()
        )));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        Failure::input(format!("`{}` is no text: line {line} is not UTF-8", file.display()))
    })
}

fn given(words: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut given = BTreeMap::new();
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            return Err(Failure::input(format!("--param `{word}` is not NAME=VALUE")));
        };
        if given.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(Failure::input(format!("--param `{name}` is given twice")));
        }
    }
    Ok(given)
}

async fn run(args: &Args, plan: Plan) -> Result<Exit, Failure> {
    let cancel = Cancel::new();
    let listener = cancellation::listen(cancel.clone());
    let target = plan.destination.open(Wanted::Connection, &cancel).await?;
    target.verify_account(&plan.destination).await?;
    output::note(format_args!(
        "{} on {}",
        style::Styled(style::DIM, args.file.display()),
        target.about
    ));
    let exit = execute_script(args, plan, &target, cancel).await;
    listener.abort();
    target.close().await;
    exit
}

async fn execute_script(
    args: &Args,
    plan: Plan,
    target: &Target,
    cancel: Cancel,
) -> Result<Exit, Failure> {
    let confirm = target.live.then(|| Confirm::new(&target.about, args.yes, cancel.clone()));
    let progress = Arc::new(Progress::new(target.clock.clone(), confirm));
    let run = execution::run_id(target.clock.now(), target::random()?);
    let settings = HostSettings {
        grants: plan.grants,
        guardrails: plan.guardrails,
        params: plan.params,
        observer: progress.clone(),
        cancel,
        ..HostSettings::new(
            target.gateway.clone(),
            target.connection.clone(),
            target.clock.clone(),
            run,
            target::seed()?,
        )
    };
    let ticker = tokio::spawn({
        let progress = progress.clone();
        async move { progress.tick().await }
    });
    let memory = MemoryLimit { most: MOST_MEMORY, used: crate::allocator::held };
    let guest = plan.script.guest().with_memory_limit(memory);
    let ended = execution::execute(&guest, settings).await;
    progress.finish();
    ticker.abort();

    let mut exit = report::exit(&ended);
    let hint = match progress.answer() {
        Some(Answer::Nobody) => {
            exit = Exit::Denied;
            Some(format!(
                "{} is live, and a run by hand asks before its {}st effect: there is no terminal to ask on, so say --yes",
                target.about,
                UNASKED + 1
            ))
        }
        Some(Answer::No) => Some("the answer was no".to_owned()),
        _ => ended
            .error
            .as_ref()
            .and_then(|error| error.host()?.call_error().cloned())
            .and_then(|error| refusal::hint_of_call(&error, plan.destination.source())),
    };
    if let Some(error) = report::error(&ended, hint) {
        output::note(error);
    }
    let mut output = Output::new();
    if args.json {
        output.json(&report::json(&ended, &target.about, exit))?;
    } else {
        if !ended.result.is_null() {
            output.pretty(&ended.result)?;
        }
        output.text(&report::text(&ended))?;
    }
    output.finish()?;
    Ok(exit)
}
