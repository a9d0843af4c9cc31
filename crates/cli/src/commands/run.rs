//! `pianoroll run`

mod accounts;
mod program;
mod with;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pianoroll_gateway::Cancel;
use pianoroll_host::{GrantBy, Guardrails, HostSettings};
use pianoroll_model::PermissionSet;
use pianoroll_runtime::execution;
use pianoroll_runtime::folder::Folder;
use pianoroll_runtime::project::FILE_NAME;
use pianoroll_script::{MemoryLimit, Script};
use serde_json::{Map, Value, json};

use crate::arguments::{GrantArguments, LimitArguments, TargetArguments};
use crate::confirm::{Answer, Confirm, UNASKED};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::library::ProjectLibrary;
use crate::output::{self, Output};
use crate::progress::Progress;
use crate::target::{self, Clients};
use crate::{asynchronous, cancellation, refusal, report, source, style};
use accounts::{Accounts, Opened};
use program::Program;

/// The most memory of a run, in bytes: far beyond what automations need, far below what a machine dies of.
pub(crate) const MOST_MEMORY: u64 = 1 << 30;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll run scripts/retag_inactive_profiles.rhai --simulate --param days=30\n  \
    pianoroll run scripts/retag_inactive_profiles.rhai --connection acme --dry-run\n  \
    pianoroll run scripts/clean_up.rhai --connection acme --allow lists:delete --limit deletes=20\n  \
    pianoroll run retag                    the automation `retag` of pianoroll.toml, on each of its connections\n  \
    pianoroll run retag --connection acme --limit writes=50";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// The script, or the name of an automation in pianoroll.toml; a file of that name wins
    #[arg(value_name = "FILE|AUTOMATION")]
    program: PathBuf,

    /// A parameter of the script, repeatable; comes before an automation's `params`
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,

    /// Another account of the run: the script's name for it, and a connection; repeatable, and before an automation's `with`
    #[arg(
        long,
        value_name = "NAME=CONNECTION",
        conflicts_with = "simulate",
        help_heading = "Where calls go"
    )]
    with: Vec<String>,

    /// Print one JSON object: outcome, result, calls, effects, requests, retries, waited_seconds, problems, files, error, …;
    /// of an automation one object with its `runs`
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    grants: GrantArguments,

    #[command(flatten)]
    limits: LimitArguments,

    /// Send nothing but reads: tell what would be sent, with later reads as if it had been
    #[arg(long, help_heading = "What calls may do")]
    dry_run: bool,

    /// What random numbers come from: the number that an earlier run has told draws the same again
    #[arg(long, value_name = "N")]
    random_seed: Option<u64>,

    /// Do not ask on a live connection before the 101st effect
    #[arg(long, help_heading = "What calls may do")]
    yes: bool,

    #[command(flatten)]
    target: TargetArguments,
}

/// What the words mean together: everything that can be known before anything is opened.
struct Plan {
    program: Program,
    script: Script,
    params: Map<String, Value>,
    grants: PermissionSet,
    grant_by: GrantBy,
    guardrails: Guardrails,
    /// The files of the project.
    folder: Arc<Folder>,
    /// One a run.
    runs: Vec<Accounts>,
}

/// A run that is over, or that could not start.
struct Ended {
    exit: Exit,
    connection: Option<String>,
    /// The object of `--json`.
    object: Value,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let ended = plan(args).and_then(|plan| asynchronous::block_on(run(args, &plan)));
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
    let environment = Environment::read();
    let by_hand = args.limits.guardrails()?;
    let program = program::find(&args.program, &environment)?;
    let settings = program.automation.as_ref().map(|automation| &automation.settings);
    let (grants, guardrails) = match settings {
        None => (args.grants.permissions()?, by_hand),
        Some(settings) => {
            let grants = args.grants.add_to(settings.permissions.granted.clone())?;
            let guardrails = settings.limits.clone().tightened(by_hand).map_err(|loosened| {
                let lines: Vec<String> = loosened.iter().map(ToString::to_string).collect();
                Failure::input(lines.join("\n"))
                    .hint(format!("a flag may only tighten; to allow more, change {FILE_NAME}"))
            })?;
            (grants, guardrails)
        }
    };
    let source = source::read(&program.file)?;
    let library = ProjectLibrary::new(&program.project, &environment);
    let script = Script::compile_with(&source, &program.shown, &library).or_exit(Exit::Input)?;
    let given = given(&args.params)?;
    let of_automation = settings.map(|settings| &settings.params).into_iter().flatten();
    let of_automation = of_automation.map(|(name, text)| (name.clone(), text.value.clone()));
    let params: BTreeMap<String, String> = of_automation.chain(given).collect();
    let params = script.bind(&params).or_exit(Exit::Input)?;
    let runs = accounts::plan(args, &environment, &program, &script)?;
    let grant_by = program.grant_by();
    let folder = Arc::new(program.folder(&environment));
    Ok(Plan { program, script, params, grants, grant_by, guardrails, folder, runs })
}

/// A new seed. It is told as a JSON number, of which not every reader takes more than 53 bits.
fn random_seed() -> Result<u64, Failure> {
    target::seed().map(|seed| seed >> 11)
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

async fn run(args: &Args, plan: &Plan) -> Result<Exit, Failure> {
    let cancel = Cancel::new();
    let listener = cancellation::listen(cancel.clone());
    let ended = match &plan.program.automation {
        None => run_file(args, plan, &cancel).await,
        Some(automation) => run_automation(args, plan, &automation.name, &cancel).await,
    };
    listener.abort();
    ended
}

/// A script: one run, and its object.
async fn run_file(args: &Args, plan: &Plan, cancel: &Cancel) -> Result<Exit, Failure> {
    let clients = Clients::default();
    let Some(accounts) = plan.runs.first() else { return Ok(Exit::Completed) };
    let ended = run_once(args, plan, accounts, &clients, cancel).await?;
    if args.json {
        let mut output = Output::new();
        output.json(&ended.object)?;
        output.finish()?;
    }
    Ok(ended.exit)
}

/// An automation: a run a connection, one after the other. A connection that cannot be reached does not keep the others from
/// being run; a cancellation does.
async fn run_automation(
    args: &Args,
    plan: &Plan,
    name: &str,
    cancel: &Cancel,
) -> Result<Exit, Failure> {
    let clients = Clients::default();
    let mut runs: Vec<Ended> = Vec::new();
    for accounts in &plan.runs {
        let ended = match cancel.is_cancelled() {
            true => Err(Failure::text(Exit::Cancelled, "cancelled before it was started")),
            false => run_once(args, plan, accounts, &clients, cancel).await,
        };
        runs.push(match ended {
            Ok(ended) => ended,
            Err(failure) if failure.error.is::<output::WriteError>() => return Err(failure),
            Err(failure) => {
                if !args.json {
                    output::show(&failure);
                }
                let object = report::not_started(&failure);
                Ended { exit: failure.exit, connection: accounts.name().map(str::to_owned), object }
            }
        });
    }
    let exit = runs.iter().map(|ended| ended.exit).max_by_key(|exit| exit.gravity());
    let exit = exit.unwrap_or(Exit::Completed);
    let mut output = Output::new();
    if args.json {
        let runs: Vec<Value> = runs.into_iter().map(with_connection).collect();
        output.json(&json!({ "automation": name, "exit_code": exit.code(), "runs": runs }))?;
    } else if runs.len() > 1 {
        let rows = runs.iter().map(|ended| {
            let connection = ended.connection.as_deref().unwrap_or_default();
            (connection, ended.object.get("outcome").and_then(Value::as_str), ended.exit)
        });
        output.text(&report::group(name, &rows.collect::<Vec<_>>()))?;
    }
    output.finish()?;
    Ok(exit)
}

fn with_connection(ended: Ended) -> Value {
    let mut object = ended.object;
    if let Value::Object(object) = &mut object {
        object.insert("connection".to_owned(), json!(ended.connection));
    }
    object
}

/// One run: opens its accounts, makes sure that they are the ones that are meant, and executes the script.
async fn run_once(
    args: &Args,
    plan: &Plan,
    accounts: &Accounts,
    clients: &Clients,
    cancel: &Cancel,
) -> Result<Ended, Failure> {
    let opened = accounts.open(clients, cancel).await?;
    let ended = match opened.verify(accounts).await {
        Ok(()) => execute_script(args, plan, accounts, &opened, cancel).await,
        Err(failure) => Err(failure),
    };
    opened.close().await;
    ended
}

async fn execute_script(
    args: &Args,
    plan: &Plan,
    accounts: &Accounts,
    opened: &Opened,
    cancel: &Cancel,
) -> Result<Ended, Failure> {
    let target = &opened.own;
    let shown = plan.program.name();
    output::note(format_args!("{} on {}", style::Styled(style::DIM, shown), opened.about()));
    // Nobody needs to say yes to what is not sent.
    let live = opened.live().filter(|_| !args.dry_run);
    let confirm = live.as_ref().map(|live| Confirm::new(live, args.yes, cancel.clone()));
    let progress = Arc::new(Progress::new(target.clock.clone(), confirm));
    let run = execution::run_id(target.clock.now(), target::random()?);
    let settings = HostSettings {
        others: opened.others(),
        grants: plan.grants.clone(),
        grant_by: plan.grant_by.clone(),
        guardrails: plan.guardrails.clone(),
        params: plan.params.clone(),
        observer: progress.clone(),
        cancel: cancel.clone(),
        dry_run: args.dry_run,
        files: plan.folder.clone(),
        ..HostSettings::new(
            target.gateway.clone(),
            target.connection.clone(),
            target.clock.clone(),
            run,
            args.random_seed.map_or_else(random_seed, Ok)?,
        )
    };
    let ticker = tokio::spawn({
        let progress = progress.clone();
        async move { progress.tick().await }
    });
    let memory = MemoryLimit { most: MOST_MEMORY, used: crate::allocator::held };
    let guest = plan.script.guest().with_memory_limit(memory);
    let ended = execution::execute(&guest, settings, &execution::Attempts::default()).await;
    progress.finish();
    ticker.abort();

    let mut exit = report::exit(&ended);
    let hint = match progress.answer() {
        Some(Answer::Nobody) => {
            exit = Exit::Denied;
            Some(format!(
                "{}, and a run by hand asks before its {}st effect: there is no terminal to ask on, so say --yes",
                live.unwrap_or_default(),
                UNASKED + 1
            ))
        }
        Some(Answer::No) => Some("the answer was no".to_owned()),
        _ => ended
            .error
            .as_ref()
            .and_then(|error| error.host()?.call_error().cloned())
            .and_then(|error| refusal::hint_of_call(&error, accounts.own.source())),
    };
    if let Some(error) = report::error(&ended, hint) {
        output::note(error);
    }
    if !args.json {
        let mut output = Output::new();
        if !ended.result.is_null() {
            output.pretty(&ended.result)?;
        }
        output.text(&report::text(&ended))?;
        output.finish()?;
    }
    let object = report::json(&ended, &opened.about(), exit);
    Ok(Ended { exit, connection: accounts.name().map(str::to_owned), object })
}
