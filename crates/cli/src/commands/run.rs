//! `pianoroll run`

mod accounts;
mod code;
mod deployable;
mod program;
mod with;

use std::collections::BTreeMap;
use std::path::PathBuf;

use pianoroll_gateway::SystemClock;
use pianoroll_host::Guardrails;
use pianoroll_journal::Program as StoredProgram;
use pianoroll_model::Clock as _;
use pianoroll_runtime::components::Components;
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::project::FILE_NAME;
use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::{Ended, RunOrder, StartRun};
use serde_json::{Map, Value, json};

use crate::arguments::{GrantArguments, LimitArguments, StateArguments, TargetArguments};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::front::{self, Front};
use crate::output::{self, Output};
use crate::owner::{Seat, key_digests, new_run_id};
use crate::{asynchronous, report};
use accounts::Accounts;
use code::Code;
use program::Program;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll run scripts/retag_inactive_profiles.rhai --simulate --param days=30\n  \
    pianoroll run scripts/retag_inactive_profiles.rhai --connection acme --dry-run\n  \
    pianoroll run scripts/clean_up.rhai --connection acme --allow lists:delete --limit deletes=20\n  \
    pianoroll run retag                    the automation `retag` of pianoroll.toml, on each of its connections\n  \
    pianoroll run retag --connection acme --limit writes=50\n  \
    pianoroll run plugin:win-back --param days=60   a plugin that was installed: `pianoroll plugin install`";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// The script, the name of an automation in pianoroll.toml (a file of that name wins), or plugin:NAME or
    /// plugin:NAME@VERSION for an installed plugin
    #[arg(value_name = "FILE|AUTOMATION|plugin:NAME")]
    program: PathBuf,

    /// A parameter of the program, repeatable; comes before an automation's `params`
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,

    /// Another account of the run: the program's name for it, and a connection; repeatable, and before an automation's `with`
    #[arg(
        long,
        value_name = "NAME=CONNECTION",
        conflicts_with = "simulate",
        help_heading = "Where calls go"
    )]
    with: Vec<String>,

    /// How often the run is tried that fails by something that may pass: the API's refusals are none of these [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    attempts: Option<u32>,

    /// Keep nothing of the run: no journal, so that it cannot go on after a crash
    #[arg(long, conflicts_with_all = ["state", "attempts"])]
    ephemeral: bool,

    #[command(flatten)]
    state: StateArguments,

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
    code: Code,
    stored: StoredProgram,
    params: Map<String, Value>,
    /// What the runs have in common.
    settings: RunSettings,
    /// What state values belong to.
    scope: String,
    seed: Option<u64>,
    /// Where the journal is; nothing where none is kept.
    folder: Option<StateFolder>,
    /// One a run.
    runs: Vec<Accounts>,
}

pub(crate) use deployable::{Deployable, deployable};

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
    let program = program::find(&args.program, &environment)?;
    plan_of(args, program, &environment, &BTreeMap::new())
}

/// What the words mean for a program that was found, with parameters beside those that are typed and written.
fn plan_of(
    args: &Args,
    program: Program,
    environment: &Environment,
    beside: &BTreeMap<String, String>,
) -> Result<Plan, Failure> {
    let by_hand = args.limits.guardrails()?;
    let automation = program.automation.as_ref().map(|automation| &automation.settings);
    let guardrails = match automation {
        None => by_hand,
        Some(automation) => tightened(automation.limits.clone(), by_hand)?,
    };
    let code = code::read(&program, environment)?;
    let (grants, grant_by) = code.grants(args, program.automation.as_ref())?;
    let given = given(&args.params)?;
    let of_automation = automation.map(|automation| &automation.params).into_iter().flatten();
    let of_automation = of_automation.map(|(name, text)| (name.clone(), text.value.clone()));
    let params = of_automation.chain(given).chain(beside.clone());
    let params: BTreeMap<String, String> = params.collect();
    let params = code.bind(&program, &params)?;
    let runs = accounts::plan(args, environment, &program, &code)?;
    let folder = match args.ephemeral || args.dry_run {
        true => None,
        false => Some(args.state.beside(environment, program.project.root())?),
    };
    let root = program.root(environment).to_owned();
    let of_file = automation.map_or(1, |automation| automation.attempts);
    let settings = RunSettings {
        grants,
        grant_by,
        guardrails,
        project: program.project.file.clone(),
        attempts: args.attempts.unwrap_or(of_file),
        yes: args.yes,
        timeout: automation.and_then(|automation| automation.timeout),
        ..RunSettings::new(args.target.words(environment), root)
    };
    let (scope, stored) = (program.scope(environment), code.stored());
    let seed = args.random_seed;
    Ok(Plan { program, code, stored, params, settings, scope, seed, folder, runs })
}

fn tightened(limits: Guardrails, by_hand: Guardrails) -> Result<Guardrails, Failure> {
    limits.tightened(by_hand).map_err(|loosened| {
        let lines: Vec<String> = loosened.iter().map(ToString::to_string).collect();
        Failure::input(lines.join("\n"))
            .hint(format!("a flag may only tighten; to allow more, change {FILE_NAME}"))
    })
}

/// The words of `--param`, by name.
pub(crate) fn given(words: &[String]) -> Result<BTreeMap<String, String>, Failure> {
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
    let seat = match &plan.folder {
        None => Seat::ephemeral(args.dry_run, Some(plan.code.runnable().await?)),
        Some(folder) => Seat::take(folder.clone()).await?,
    };
    seat.sweep(&plan.program.project.retention).await;
    let mut front = Front::new(seat);
    let ended = match (prepare(plan, &front.seat).await, &plan.program.automation) {
        (Err(failure), _) => Err(failure),
        (Ok(()), None) => run_file(args, plan, &mut front).await,
        (Ok(()), Some(automation)) => {
            run_automation(args, plan, &automation.name, &mut front).await
        }
    };
    front.leave().await;
    ended
}

/// Makes the program known to the owner, where that is this process. The component of a plugin is put beside the journal before any
/// run of it is there: whichever process owns the folder finds it, however long after.
async fn prepare(plan: &Plan, seat: &Seat) -> Result<(), Failure> {
    let Some(folder) = &plan.folder else { return Ok(()) };
    if seat.is_here() {
        seat.know(&plan.stored.digest, &plan.code.runnable().await?);
    }
    let Code::Plugin(installed) = &plan.code else { return Ok(()) };
    let (package, now) = (&installed.package, SystemClock::new().now());
    let kept = Components::of(folder).keep(&package.digest().to_string(), package.component(), now);
    kept.or_exit(Exit::Failed)
}

/// A program by itself: one run, and its object.
async fn run_file(args: &Args, plan: &Plan, front: &mut Front) -> Result<Exit, Failure> {
    let Some(accounts) = plan.runs.first() else { return Ok(Exit::Completed) };
    let ended = run_once(args, plan, accounts, front).await?;
    if args.json {
        let mut output = Output::new();
        output.json(&ended.report)?;
        output.finish()?;
    }
    Ok(Exit::from_code(ended.exit))
}

/// A run that is over, or that could not start.
struct Row {
    exit: Exit,
    connection: Option<String>,
    /// The object of `--json`.
    object: Value,
}

/// An automation: a run a connection, one after the other. A connection that cannot be reached does not keep the others from
/// being run; a cancellation does.
async fn run_automation(
    args: &Args,
    plan: &Plan,
    name: &str,
    front: &mut Front,
) -> Result<Exit, Failure> {
    let mut runs: Vec<Row> = Vec::new();
    for accounts in &plan.runs {
        runs.push(match run_once(args, plan, accounts, front).await {
            Ok(Ended { exit, connection, report, .. }) => {
                Row { exit: Exit::from_code(exit), connection, object: report }
            }
            Err(failure) if failure.error.is::<output::WriteError>() => return Err(failure),
            Err(failure) => {
                if !args.json {
                    output::show(&failure);
                }
                let connection = accounts.own.connection.clone();
                let object = report::not_started(&failure);
                Row { exit: failure.exit, connection, object }
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

fn with_connection(ended: Row) -> Value {
    let mut object = ended.object;
    if let Value::Object(object) = &mut object {
        object.insert("connection".to_owned(), json!(ended.connection));
    }
    object
}

/// What every attempt of one of the runs needs.
fn run_settings(plan: &Plan, accounts: &Accounts) -> RunSettings {
    RunSettings { own: accounts.own.clone(), with: accounts.with.clone(), ..plan.settings.clone() }
}

/// One run, here or in the process that owns the state folder.
async fn run_once(
    args: &Args,
    plan: &Plan,
    accounts: &Accounts,
    front: &mut Front,
) -> Result<Ended, Failure> {
    // Where the run happens in this process, the key is read where it is used.
    let keys = match front.seat.is_here() {
        true => Vec::new(),
        false => key_digests(&accounts.sources)?,
    };
    let settings = run_settings(plan, accounts);
    let start = StartRun {
        run: new_run_id()?,
        name: plan.program.name().to_owned(),
        automation: plan.scope.clone(),
        program: plan.stored.clone(),
        params: plan.params.clone(),
        settings,
        seed: plan.seed,
        keys,
    };
    let ended = front.run(RunOrder::Start(Box::new(start))).await?;
    front::show(&ended, args.json)?;
    Ok(ended)
}
