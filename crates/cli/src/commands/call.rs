//! `pianoroll call`

use std::io::{IsTerminal as _, Read as _};
use std::sync::Arc;

use anyhow::Context as _;
use pianoroll_api::Arguments;
use pianoroll_api::operation::{Host as Place, Mode, Operation};
use pianoroll_gateway::{Answer, Cancel, Connection, HttpRequest, build};
use pianoroll_host::{Host, HostError, HostErrorKind, HostSettings, Reply, check};
use pianoroll_model::{Effect, PermissionSet, Revision};
use pianoroll_runtime::execution;
use pianoroll_runtime::project::Project;
use serde_json::{Value, json};

use crate::arguments::{GrantArguments, TargetArguments};
use crate::commands::operations;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::numbers::{counted, duration};
use crate::output::{self, Output};
use crate::style::{self, DIM, NAME, Styled};
use crate::target::{self, Destination, Wanted};
use crate::{asynchronous, cancellation, describe, refusal, report, words};

/// The most that is read as a body: a little more than the API takes, so that the refusal comes with the size.
const BODY_BYTES: u64 = 64 << 20;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll call profiles.list fields=email,first_name page_size=10 --simulate\n  \
    pianoroll call profiles.get 01GDDKASAP8TKDDA2GRZDSVP4H include=lists fields.list=name --simulate\n  \
    echo '{\"email\": \"a@example.com\"}' | pianoroll call profiles.create --body - --simulate\n\n\
    `pianoroll operations show OPERATION` tells what an operation takes.";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// The operation, such as `profiles.list`
    #[arg(value_name = "OPERATION")]
    operation: String,

    /// The ids of its path, in order; then options as name=value: lists with commas, an included type as `fields.list=name`,
    /// a filter as the API writes it
    #[arg(value_name = "IDS… NAME=VALUE…")]
    words: Vec<String>,

    /// The body, JSON from a file or from standard input: shorthand, or a document with `data`
    #[arg(long, value_name = "FILE|-")]
    body: Option<String>,

    /// Call with the first example that holds there; anything but a read only on a simulator
    #[arg(long, conflicts_with_all = ["words", "body"])]
    example: bool,

    /// Send nothing: print the requests that would be sent
    #[arg(long)]
    dry_run: bool,

    /// Print the answer as JSON on one line; null for an empty one, an array where a long list took several calls
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    grants: GrantArguments,

    #[command(flatten)]
    target: TargetArguments,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let ended = plan(args).and_then(|plan| asynchronous::block_on(call(args, plan)));
    if args.json
        && let Err(failure) = &ended
        && !failure.error.is::<output::WriteError>()
    {
        let mut output = Output::new();
        output.json(&json!({"error": failure.to_json()}))?;
        output.finish()?;
    }
    ended
}

struct Plan {
    operation: &'static Operation,
    arguments: Arguments,
    grants: PermissionSet,
    destination: Destination,
    /// What the body is built for.
    served: Option<Revision>,
}

fn plan(args: &Args) -> Result<Plan, Failure> {
    let operation = operations::find(&args.operation)?;
    let grants = args.grants.permissions()?;
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let wanted = wanted(operation);
    let destination = Destination::for_calls(&args.target, &environment, project, wanted)?;
    let (_, served) = destination.revisions(target::today())?;
    let served = operation.app.revision_header.is_some().then_some(served);
    let (arguments, grants) = if args.example {
        example(operation, &destination, served, grants)?
    } else {
        let words = words::parse(operation, served, &args.words)?;
        let body = args.body.as_deref().map(body).transpose()?;
        (Arguments { body, ..words }, grants)
    };
    // The host checks again; this one comes before anything is opened or asked.
    let served = match check::check(operation, &arguments, served) {
        Ok(()) => served,
        Err(errors) => fitting(operation, &arguments, &destination)
            .ok_or_else(|| refused(Exit::Input, errors, operation))?
            .into(),
    };
    Ok(Plan { operation, arguments, grants, destination, served })
}

/// Another revision at which the arguments are right, where nobody has told which one a simulator plays: it may be this one.
fn fitting(
    operation: &Operation,
    arguments: &Arguments,
    destination: &Destination,
) -> Option<Revision> {
    let mut revisions =
        operation.app.revisions.iter().copied().filter(|_| destination.may_play_any());
    revisions.find(|revision| check::check(operation, arguments, Some(*revision)).is_ok())
}

fn refused(exit: Exit, error: impl std::fmt::Display, operation: &Operation) -> Failure {
    Failure::text(exit, error)
        .hint(format!("`pianoroll operations show {}` tells what it takes", operation.id))
}

fn wanted(operation: &Operation) -> Wanted {
    match operation.app.host {
        Place::Gateway => Wanted::Connection,
        Place::Control => Wanted::Control,
    }
}

async fn call(args: &Args, plan: Plan) -> Result<Exit, Failure> {
    let Plan { operation, arguments, grants, destination, served } = plan;
    if args.example {
        output::note(Styled(DIM, describe::text::words_of(operation, &arguments)));
    }
    let cancel = Cancel::new();
    let listener = cancellation::listen(cancel.clone());
    let mut target = destination.open(wanted(operation), &cancel).await?;
    target.connection.served = served.unwrap_or(target.connection.served);
    let effect = operation.effect_of(arguments.body.as_ref());
    if !effect.is_read() {
        target.verify_account(&destination).await?;
    }
    let granted = grants.allows(&operation.permission(effect));
    let settings = HostSettings {
        // What is only shown needs no grant.
        grants: if args.dry_run { grants.with(operation.permission(effect)) } else { grants },
        cancel,
        dry_run: args.dry_run,
        ..HostSettings::new(
            target.gateway.clone(),
            target.connection.clone(),
            target.clock.clone(),
            execution::run_id(target.clock.now(), target::random()?),
            target::seed()?,
        )
    };
    let begin = target.clock.monotonic();
    let host = Host::new(settings);
    if args.dry_run {
        let shown = show(args, &host, operation, &arguments, &target.connection, granted).await;
        listener.abort();
        target.close().await;
        return shown;
    }
    let outcome = host.trunk().call(operation.id, arguments.clone()).await;
    let took = target.clock.monotonic().saturating_sub(begin);
    listener.abort();
    let ended = match outcome {
        Ok(reply) => print(args, &reply, took),
        Err(error) => Err(failed(&error, operation, &arguments, &destination)),
    };
    target.close().await;
    ended
}

/// Prints the requests of a call, and sends none.
async fn show(
    args: &Args,
    host: &Arc<Host>,
    operation: &'static Operation,
    arguments: &Arguments,
    connection: &Connection,
    granted: bool,
) -> Result<Exit, Failure> {
    let effect = operation.effect_of(arguments.body.as_ref());
    // The road splits a long list; a read is one request.
    let calls = if effect.is_read() {
        vec![arguments.clone()]
    } else {
        let outcome = host.trunk().call(operation.id, arguments.clone()).await;
        outcome.map_err(|error| refused(Exit::Input, error, operation))?;
        let plan = host.plan().unwrap_or_default();
        plan.effects.into_iter().map(|planned| planned.arguments).collect()
    };
    let requests = calls.iter().map(|call| build(operation, connection, call, None));
    let requests: Vec<HttpRequest> = requests
        .collect::<Result<_, _>>()
        .map_err(|error| refused(Exit::Input, error, operation))?;
    let permission = operation.permission(effect);
    let body = |request: &HttpRequest| -> Value {
        let body = request.body.as_deref().unwrap_or_default();
        serde_json::from_slice(body).unwrap_or_default()
    };
    let mut output = Output::new();
    if args.json {
        let requests = requests.iter().map(|request| {
            json!({ "method": request.method.as_str(), "path": request.target, "body": body(request) })
        });
        output.json(&json!({
            "dry_run": true,
            "operation": operation.id,
            "effect": effect,
            "permission": permission,
            "granted": granted,
            "requests": requests.collect::<Vec<_>>(),
        }))?;
    } else {
        let missing = format!("not granted: --allow {permission}");
        output.text(&format!(
            "{}  {}  {permission} ({})\n",
            Styled(NAME, operation.id),
            Styled(style::effect(effect), effect),
            if granted { "granted" } else { &missing },
        ))?;
        for request in &requests {
            output.text(&format!("{} {}\n", request.method, request.target))?;
            if request.body.is_some() {
                output.pretty(&body(request))?;
            }
        }
    }
    output.finish()?;
    let count = counted(requests.len() as u64, "request", "requests");
    output::note(Styled(DIM, format!("dry run: {count} not sent")));
    Ok(Exit::Completed)
}

fn body(place: &str) -> Result<Value, Failure> {
    let mut bytes = Vec::new();
    let (name, read) = if place == "-" {
        if std::io::stdin().is_terminal() {
            output::note("reading the body from the terminal; Ctrl-D ends it");
        }
        let read = std::io::stdin().lock().take(BODY_BYTES + 1).read_to_end(&mut bytes);
        ("standard input".to_owned(), read)
    } else {
        let file = std::fs::File::open(place);
        (
            format!("`{place}`"),
            file.and_then(|file| file.take(BODY_BYTES + 1).read_to_end(&mut bytes)),
        )
    };
    read.with_context(|| format!("cannot read the body from {name}")).or_exit(Exit::Input)?;
    if bytes.len() as u64 > BODY_BYTES {
        return Err(Failure::input(format!(
            "the body in {name} is longer than {} MiB; the API takes 5 MB",
            BODY_BYTES >> 20
        )));
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::input(format!("the body in {name} is not JSON: {error}")))
}

/// The first example that holds in the simulator's mode, or at the revision that is served elsewhere; and what may be done
/// with it. Examples change what they are called on, so they are for simulators unless they only read.
fn example(
    operation: &'static Operation,
    destination: &Destination,
    served: Option<Revision>,
    grants: PermissionSet,
) -> Result<(Arguments, PermissionSet), Failure> {
    let mode = destination.mode().unwrap_or_else(|| {
        let strict = Mode::Strict.revision(operation.app) == served;
        if strict { Mode::Strict } else { Mode::Today }
    });
    if !mode.has(operation) {
        let failure = Failure::input(format!("`{}` does not exist in mode {mode}", operation.id));
        return Err(failure.hint_if(operation.documented_only.map(str::to_owned)));
    }
    // Where nobody has told the mode, the example that holds in most of them; else the first that holds.
    let holding = || operation.examples.iter().filter(|example| example.modes.contains(&mode));
    let most = holding().map(|example| example.modes.len()).max().unwrap_or_default();
    let least = if destination.may_play_any() { most } else { 0 };
    let found = holding().find(|example| example.modes.len() >= least);
    let Some(found) = found else {
        let text = format!("`{}` has no example that holds in mode {mode}", operation.id);
        return Err(Failure::input(text));
    };
    let arguments = describe::arguments(found);
    let effect = operation.effect_of(arguments.body.as_ref());
    let harm = match effect {
        Effect::Read => None,
        Effect::Write => Some("change data"),
        Effect::Delete => Some("destroy data"),
        Effect::Send => Some("reach people"),
    };
    match harm {
        Some(harm) if !destination.is_local() => Err(Failure::input(format!(
            "an example of `{}` would {harm} in a real account, so it is only called on a simulator",
            operation.id
        ))
        .hint("add --simulate, or --gateway with the address of `pianoroll simulate`")),
        // On a simulator it needs no grant: there is nothing to harm.
        Some(_) => Ok((arguments, grants.with(operation.permission(effect)))),
        None => Ok((arguments, grants)),
    }
}

fn print(args: &Args, reply: &Reply, took: std::time::Duration) -> Result<Exit, Failure> {
    let mut output = Output::new();
    let value = match reply.answers.as_slice() {
        [answer] => answer.json(),
        answers => answers.iter().map(Answer::json).collect(),
    };
    if args.json {
        output.json(&value)?;
    } else if !value.is_null() {
        output.pretty(&value)?;
    }
    output.finish()?;
    let statuses: Vec<String> =
        reply.answers.iter().map(|answer| answer.status.to_string()).collect();
    let requests: u32 = reply.answers.iter().map(|answer| answer.attempts.requests).sum();
    output::note(Styled(
        DIM,
        format!(
            "{} · {} · {}",
            if statuses.is_empty() { "nothing to do".to_owned() } else { statuses.join(", ") },
            counted(requests.into(), "request", "requests"),
            duration(took)
        ),
    ));
    Ok(Exit::Completed)
}

fn failed(
    error: &HostError,
    operation: &Operation,
    arguments: &Arguments,
    destination: &Destination,
) -> Failure {
    let mut failure = refusal::of_host(error, destination.source());
    if error.kind() == HostErrorKind::UnknownOutcome {
        let effect = operation.effect_of(arguments.body.as_ref());
        let target = arguments.ids.join(" ");
        failure
            .hints
            .push(format!("the call was: {}", describe::text::words_of(operation, arguments)));
        failure.hints.push(format!("check: {}", report::advice(operation.id, effect, &target)));
        if let Some(Value::Object(details)) = &mut failure.details {
            details.insert("arguments".to_owned(), json!(arguments));
        }
    }
    failure
}
