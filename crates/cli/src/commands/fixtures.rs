//! `pianoroll fixtures`

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pianoroll_gateway::Cancel;
use pianoroll_host::{Host, HostSettings};
use pianoroll_model::{Effect, PermissionSet};
use pianoroll_runtime::execution;
use pianoroll_runtime::project::Project;
use serde_json::json;

use crate::arguments::TargetArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::fixtures::{FOLDER, Fixtures, pull};
use crate::output::{self, Output};
use crate::target::{self, Destination, Wanted};
use crate::{asynchronous, cancellation, refusal};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Store lists, segments, metrics, tags, flows, campaigns and a few masked profiles of an account, for tests and simulators
    Pull(Args),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many profiles are stored, masked
    #[arg(long, value_name = "N", default_value_t = 20)]
    masked: u64,

    /// The file [default: fixtures/NAME.json of the project, with the name of the connection]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Replace the file where there is one
    #[arg(long)]
    force: bool,

    /// Print one JSON object: file, and how many records of each type
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    target: TargetArguments,
}

pub(crate) fn execute(command: &Command) -> Result<Exit, Failure> {
    let Command::Pull(args) = command;
    output::probe()?;
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let folder = project.file.as_deref().and_then(Path::parent);
    let folder = folder.unwrap_or(&environment.folder).to_owned();
    let file = match (&args.out, &args.target.connection) {
        (Some(file), _) => file.clone(),
        (None, Some(name)) => folder.join(FOLDER).join(format!("{name}.json")),
        (None, None) if args.target.simulate => folder.join(FOLDER).join("simulator.json"),
        (None, None) => {
            return Err(Failure::input("fixtures are stored under the name of a connection")
                .hint("say --connection NAME, or --out FILE"));
        }
    };
    // Asked before anything is read, and once more when it is written.
    if file.exists() && !args.force {
        return Err(taken(&file));
    }
    let destination = Destination::new(&args.target, &environment, project)?;
    asynchronous::block_on(run(args, &file, destination))
}

fn taken(file: &Path) -> Failure {
    Failure::input(format!("`{}` is there already", file.display()))
        .hint("--force replaces it; what somebody changed in it by hand is gone then")
}

async fn run(args: &Args, file: &Path, destination: Destination) -> Result<Exit, Failure> {
    let cancel = Cancel::new();
    let listener = cancellation::listen(cancel.clone());
    let target = destination.open(Wanted::Connection, &cancel).await?;
    target.verify_account(&destination).await?;
    // Reading is all that is granted, so nothing else can be sent.
    let host = Host::new(HostSettings {
        grants: PermissionSet::none().with_effect(Effect::Read),
        cancel,
        ..HostSettings::new(
            target.gateway.clone(),
            target.connection.clone(),
            target.clock.clone(),
            execution::run_id(target.clock.now(), target::random()?),
            target::seed()?,
        )
    });
    let pulled = pull(&host.trunk(), args.masked).await;
    listener.abort();
    target.close().await;
    let fixtures = pulled.map_err(|error| {
        let hint =
            error.call_error().and_then(|error| refusal::hint_of_call(error, destination.source()));
        Failure::new(Exit::Failed, error).hint_if(hint)
    })?;
    write(file, &fixtures, args.force)?;
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for record in &fixtures.records {
        *counts.entry(&record.kind).or_default() += 1;
    }
    let mut output = Output::new();
    if args.json {
        output.json(&json!({ "file": file, "records": counts }))?;
    } else {
        let words: Vec<String> =
            counts.iter().map(|(kind, count)| format!("{count} × {kind}")).collect();
        output.line(format_args!("{}: {}", file.display(), words.join(", ")))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}

/// Written beside its place and then put there, so that nobody sees half a file.
fn write(file: &Path, fixtures: &Fixtures, force: bool) -> Result<(), Failure> {
    let cannot = || format!("cannot write `{}`", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).with_context(cannot).or_exit(Exit::Failed)?;
    }
    let mut text =
        serde_json::to_vec_pretty(fixtures).with_context(cannot).or_exit(Exit::Failed)?;
    text.push(b'\n');
    let new = file.with_extension("json.new");
    let written = File::create(&new).and_then(|mut opened| {
        opened.write_all(&text)?;
        if !force {
            // The place must still be free.
            OpenOptions::new().write(true).create_new(true).open(file)?;
        }
        std::fs::rename(&new, file)
    });
    written.with_context(cannot).or_exit(Exit::Failed)
}
