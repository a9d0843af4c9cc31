//! `pianoroll runs list`

use clap::ValueEnum;
use pianoroll_journal::{RunFilter, RunRecord, Trigger};
use pianoroll_model::{Outcome, Status};
use pianoroll_runtime::state_folder::StateFolder;
use serde_json::{Value, json};

use super::find;
use super::standing::{Owner, Standing, account, number, took};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::{duration, grouped};
use crate::output::{Output, note};
use crate::recorded::{self, Recorded, failed};
use crate::style::NAME;
use crate::table::{self, Cell};
use crate::{moments, words};

/// How many runs are read at once.
const PAGE: u32 = 200;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only runs of this automation, or of this script
    #[arg(long, value_name = "NAME")]
    automation: Option<String>,

    /// Only runs on this connection
    #[arg(long, value_name = "NAME|ID")]
    connection: Option<String>,

    /// Only runs that stand so, repeatable
    #[arg(long, value_name = "STATUS")]
    status: Vec<StatusWord>,

    /// Only runs that ended so, repeatable
    #[arg(long, value_name = "OUTCOME")]
    outcome: Vec<OutcomeWord>,

    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,

    /// Only runs older than this one: the next page
    #[arg(long, value_name = "RUN")]
    before: Option<String>,

    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// A status, as people ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatusWord {
    Pending,
    Running,
    /// Running, and its process is gone
    Interrupted,
    Waiting,
    Finished,
}

impl StatusWord {
    const fn status(self) -> Status {
        match self {
            StatusWord::Pending => Status::Pending,
            StatusWord::Running | StatusWord::Interrupted => Status::Running,
            StatusWord::Waiting => Status::Waiting,
            StatusWord::Finished => Status::Finished,
        }
    }

    const fn is(self, standing: Standing) -> bool {
        match self {
            StatusWord::Pending => matches!(standing, Standing::Pending),
            StatusWord::Running => matches!(standing, Standing::Running),
            StatusWord::Interrupted => matches!(standing, Standing::Interrupted),
            StatusWord::Waiting => matches!(standing, Standing::Waiting(_)),
            StatusWord::Finished => matches!(standing, Standing::Finished(_)),
        }
    }
}

/// An outcome, as people ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutcomeWord {
    Completed,
    Failed,
    Cancelled,
    Skipped,
}

impl OutcomeWord {
    const fn outcome(self) -> Outcome {
        match self {
            OutcomeWord::Completed => Outcome::Completed,
            OutcomeWord::Failed => Outcome::Failed,
            OutcomeWord::Cancelled => Outcome::Cancelled,
            OutcomeWord::Skipped => Outcome::Skipped,
        }
    }
}

/// A run in a list.
struct Listed {
    run: RunRecord,
    standing: Standing,
}

pub(super) async fn execute(args: &Args, folder: &StateFolder) -> Result<Exit, Failure> {
    let Some(recorded) = Recorded::read(folder).await? else {
        return recorded::say_nothing(folder, args.json);
    };
    let (text, more) = told(args, &recorded).await?;
    let mut output = Output::new();
    output.text(&text)?;
    output.finish()?;
    if let Some(more) = more {
        note(more);
    }
    Ok(Exit::Completed)
}

/// What is printed, and the hint where there are more.
async fn told(args: &Args, recorded: &Recorded) -> Result<(String, Option<String>), Failure> {
    let (listed, more) = listed(args, recorded).await?;
    let text = if args.json {
        let rows: Vec<Value> = listed.iter().map(|listed| row_json(listed, recorded)).collect();
        format!("{}\n", Value::from(rows))
    } else {
        text(args, recorded, &listed).await?
    };
    let more = match listed.last() {
        Some(oldest) if more => {
            let oldest = find::short(&*recorded.backend, &oldest.run.new.id).await?;
            Some(more_line(args, &oldest))
        }
        _ => None,
    };
    Ok((text, more))
}

/// The runs that are asked for, and whether there are more.
async fn listed(args: &Args, recorded: &Recorded) -> Result<(Vec<Listed>, bool), Failure> {
    let backend = &*recorded.backend;
    let mut before = match &args.before {
        Some(word) => Some(find::run(backend, &recorded.folder, word).await?.new.id),
        None => None,
    };
    let owner = Owner::of(backend, recorded.owned);
    let limit = args.limit as usize;
    let mut listed = Vec::new();
    loop {
        let filter = RunFilter {
            automation: args.automation.clone(),
            connection: args.connection.clone(),
            status: args.status.iter().map(|word| word.status()).collect(),
            outcome: args.outcome.iter().map(|word| word.outcome()).collect(),
            before: before.clone(),
            limit: args.limit.saturating_add(1).min(PAGE),
            ..RunFilter::default()
        };
        let page = backend.runs(&filter).await.map_err(|error| failed(&error))?;
        let is_last = page.len() < filter.limit as usize;
        before = page.last().map(|run| run.new.id.clone());
        for run in page {
            let standing = Standing::of(&run, owner);
            // Whether a run was interrupted is not in the journal, so it is sorted out here.
            if args.status.is_empty() || args.status.iter().any(|word| word.is(standing)) {
                listed.push(Listed { run, standing });
            }
        }
        if is_last || listed.len() > limit {
            break;
        }
    }
    let more = listed.len() > limit;
    listed.truncate(limit);
    Ok((listed, more))
}

async fn text(args: &Args, recorded: &Recorded, listed: &[Listed]) -> Result<String, Failure> {
    if listed.is_empty() {
        let filtered = args.automation.is_some()
            || args.connection.is_some()
            || args.before.is_some()
            || !args.status.is_empty()
            || !args.outcome.is_empty();
        return Ok(match filtered {
            true => format!("no such runs in {}\n", recorded.folder.path().display()),
            false => format!("{}\n", Recorded::nothing(&recorded.folder)),
        });
    }
    let (mut rows, mut before) = (Vec::new(), None);
    for listed in listed {
        let id = find::short(&*recorded.backend, &listed.run.new.id).await?;
        // Grouped: where one due time has made a run on each of several connections, the name stands at the first.
        let first = !before.is_some_and(|before| is_of_one_due_time(before, &listed.run));
        rows.push(row(&id, listed, recorded, first));
        before = Some(&listed.run);
    }
    let headings =
        ["run", "name", "on", "status", "started (UTC)", "took", "calls", "problems", "waits for"];
    Ok(table::text("", &headings, &rows))
}

fn is_of_one_due_time(one: &RunRecord, other: &RunRecord) -> bool {
    match (&one.new.trigger, &other.new.trigger) {
        (Trigger::Schedule { due: one_due, .. }, Trigger::Schedule { due, .. }) => {
            one_due == due && one.new.scope.automation == other.new.scope.automation
        }
        _ => false,
    }
}

fn row(id: &str, listed: &Listed, recorded: &Recorded, first: bool) -> Vec<Cell> {
    let Listed { run, standing } = listed;
    let problems = number(run, "problem_count").unwrap_or_default();
    let shown = |number: u64| if number == 0 { String::new() } else { grouped(number) };
    let took = took(run, *standing, recorded.now).map(duration).unwrap_or_default();
    let waits = match run.cancel_requested && !matches!(standing, Standing::Finished(_)) {
        true => "its end: it is being cancelled".to_owned(),
        false => standing.waits_for(),
    };
    vec![
        Cell::new(id).styled(NAME),
        Cell::new(if first { &run.new.name } else { "" }),
        Cell::new(account(run)),
        Cell::new(standing.as_str()).styled(standing.style(problems)),
        Cell::new(moments::plain(run.new.started)),
        Cell::number(took),
        Cell::number(grouped(calls(run))),
        Cell::number(shown(problems)),
        Cell::whole(waits),
    ]
}

/// How many calls it has made; of a run that has no summary yet what it has recorded.
fn calls(run: &RunRecord) -> u64 {
    number(run, "calls").unwrap_or(run.entries)
}

fn row_json(listed: &Listed, recorded: &Recorded) -> Value {
    let Listed { run, standing } = listed;
    let took = took(run, *standing, recorded.now);
    json!({
        "run": run.new.id,
        "name": run.new.name,
        "automation": run.new.scope.automation,
        "connection": run.new.scope.connection,
        "target": run.new.target,
        "trigger": run.new.trigger,
        "program": run.new.program,
        "status": run.status,
        "interrupted": *standing == Standing::Interrupted,
        "outcome": run.outcome,
        "waiting": run.waiting,
        "cancel_requested": run.cancel_requested,
        "attempt": run.attempt,
        "started": run.new.started,
        "changed": run.changed,
        "elapsed_seconds": took.map(|took| took.as_millis() as f64 / 1000.0),
        "calls": calls(run),
        "effects": run.summary.get("effects"),
        "problem_count": number(run, "problem_count"),
        "error": run.error.get("message"),
    })
}

/// The command that lists what is older.
fn more_line(args: &Args, oldest: &str) -> String {
    let mut line = String::from("older ones: pianoroll runs list");
    let mut add = |flag: &str, value: &str| {
        line.push_str(&format!(" --{flag} {}", words::quoted(value)));
    };
    let word = |value: &dyn Fn() -> Option<clap::builder::PossibleValue>| {
        value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    };
    if let Some(automation) = &args.automation {
        add("automation", automation);
    }
    if let Some(connection) = &args.connection {
        add("connection", connection);
    }
    for status in &args.status {
        add("status", &word(&|| status.to_possible_value()));
    }
    for outcome in &args.outcome {
        add("outcome", &word(&|| outcome.to_possible_value()));
    }
    if args.limit != 20 {
        add("limit", &args.limit.to_string());
    }
    add("before", oldest);
    line
}

/// What the words of a command line print, with the hint below.
#[cfg(test)]
pub(super) async fn listed_text(words: &[&str], recorded: &Recorded) -> Result<String, Failure> {
    #[derive(Debug, clap::Parser)]
    struct Parsed {
        #[command(flatten)]
        args: Args,
    }
    let words = std::iter::once("list").chain(words.iter().copied());
    let parsed = <Parsed as clap::Parser>::try_parse_from(words);
    let (text, more) = told(&parsed.map_err(Failure::input)?.args, recorded).await?;
    Ok([text, more.unwrap_or_default()].concat())
}
