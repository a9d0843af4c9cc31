//! `pianoroll plugin test`

mod usage;

use std::path::PathBuf;

use anyhow::Context as _;
use pianoroll_host::{GrantBy, GrantedPlugin};
use pianoroll_plugin::{GrantChoice, Package, PackageError};
use pianoroll_runtime::components::PluginProgram;
use pianoroll_runtime::durable::{AccountSettings, RunSettings};
use pianoroll_runtime::project::Project;
use pianoroll_server::{Ended, RunOrder, StartRun};
use serde_json::Value;

use super::files;
use crate::arguments::{ModeWord, TargetArguments};
use crate::commands::run::given;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::front::{self, Front};
use crate::output::Output;
use crate::owner::{Runnable, Seat, new_run_id};
use crate::{asynchronous, plugins};

const EXAMPLES: &str = "Examples:\n  \
    pianoroll plugin test win-back-1.0.0.wasm --param days=30\n  \
    pianoroll plugin test target/wasm32-unknown-unknown/release/win_back.wasm --manifest plugin.toml --dry-run\n  \
    pianoroll plugin test win-back-1.0.0.wasm --grant profiles:read     what happens where less is granted";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = crate::exit::table_below(EXAMPLES))]
pub(crate) struct Args {
    /// The package, or a component whose manifest is a plugin.toml
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The manifest of a component [default: plugin.toml beside it or here]
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// A parameter of the plugin, repeatable
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,

    /// Grant only these permissions, with commas or repeated, or all, or none [default: all that the manifest asks for]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    grant: Vec<String>,

    /// Send nothing but reads: tell what would be sent
    #[arg(long)]
    dry_run: bool,

    /// What random numbers come from: the same number draws the same again
    #[arg(long, value_name = "N")]
    random_seed: Option<u64>,

    /// How many profiles the simulated account has [default: 500]
    #[arg(long, value_name = "N")]
    profiles: Option<u64>,

    /// What the simulated account's data is computed from [default: 7]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Which API the simulator plays: documented, strict or today [default: documented]
    #[arg(long, value_name = "MODE")]
    mode: Option<ModeWord>,

    /// The folder whose files the plugin may use, as far as it is granted some [default: an empty one, which is thrown away]
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,

    /// Print one JSON object, as of `run`, with `usage`: what was used, and the limits
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let package = package(args)?;
    let granted = granted(args, &package)?;
    let manifest = package.manifest();
    let params = manifest.bind(&given(&args.params)?).or_exit(Exit::Input)?;
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let empty =
        tempfile::tempdir().context("no folder for the plugin's files").or_exit(Exit::Failed)?;
    let folder = args.files.clone().unwrap_or_else(|| empty.path().to_owned());
    let target = TargetArguments {
        simulate: true,
        mode: args.mode,
        profiles: args.profiles,
        seed: args.seed,
        ..TargetArguments::default()
    };
    let plugin = GrantedPlugin {
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        asked: plugins::asked(manifest),
        granted: granted.clone(),
        narrowed: None,
    };
    let accounts = manifest.connections.iter();
    let settings = RunSettings {
        grants: granted,
        grant_by: GrantBy::Plugin(Box::new(plugin)),
        project: project.file.clone(),
        with: accounts.map(|one| (one.name.clone(), AccountSettings::default())).collect(),
        yes: true,
        ..RunSettings::new(target.words(&Environment::of_stored(folder.clone())), folder)
    };
    let name = format!("plugin:{}@{}", manifest.name, manifest.version);
    let program = PluginProgram {
        name: manifest.name.clone(),
        version: manifest.version.to_string(),
        digest: package.digest().to_string(),
    };
    let start = StartRun {
        run: new_run_id()?,
        automation: name.clone(),
        name,
        program: program.to_program(),
        params,
        settings,
        seed: args.random_seed,
        keys: Vec::new(),
    };
    let ended = asynchronous::block_on(run(args, &package, start))?;
    let measured = ended.report.get("measured").cloned().unwrap_or_default();
    let used = usage::rows(&measured);
    let mut output = Output::new();
    if args.json {
        let mut report = ended.report;
        if let Value::Object(report) = &mut report {
            report.insert("usage".to_owned(), usage::json(&used));
        }
        output.json(&report)?;
    } else {
        output.text(&usage::text(&used))?;
    }
    output.finish()?;
    Ok(Exit::from_code(ended.exit))
}

/// The package that the file is, or would be. One that could not be installed is not run.
fn package(args: &Args) -> Result<Package, Failure> {
    let bytes = files::component(&args.file)?;
    let package = match Package::read(bytes.as_slice()) {
        Ok(package) if args.manifest.is_none() => package,
        Ok(_) | Err(PackageError::NoManifest | PackageError::CoreModule) => {
            let manifest = files::manifest(args.manifest.as_deref(), &args.file)?;
            let packed = Package::pack(&bytes, &manifest).or_exit(Exit::Input)?;
            Package::read(packed).or_exit(Exit::Input)?
        }
        Err(error) => {
            let context = args.file.display().to_string();
            return Err(Failure::new(Exit::Input, anyhow::Error::from(error).context(context)));
        }
    };
    package.needs().check(package.manifest()).or_exit(Exit::Input)?;
    Ok(package)
}

/// What is granted, in words: all that is asked for, or the part that was named.
fn granted(args: &Args, package: &Package) -> Result<Vec<String>, Failure> {
    let asked = plugins::asked(package.manifest());
    let choice = GrantChoice::parse(args.grant.iter().map(String::as_str)).map_err(|error| {
        Failure::input(format!("--grant: {}", error.message)).hint_if(error.hint)
    })?;
    let words: Vec<String> = match choice {
        GrantChoice::Unsaid | GrantChoice::All => return Ok(asked),
        GrantChoice::None => Vec::new(),
        GrantChoice::Words(words) => words.iter().map(ToString::to_string).collect(),
    };
    if let Some(word) = words.iter().find(|word| !asked.contains(word)) {
        let text = format!("--grant: the manifest does not ask for `{word}`");
        let hint = format!("it asks for {}", plugins::listed(&asked));
        return Err(Failure::input(text).hint(hint));
    }
    Ok(words)
}

async fn run(args: &Args, package: &Package, start: StartRun) -> Result<Ended, Failure> {
    let program = Runnable::Plugin(plugins::load(package).await?);
    let mut front = Front::new(Seat::trial(args.dry_run, program));
    let ended = front.run(RunOrder::Start(Box::new(start))).await;
    front.leave().await;
    let ended = ended?;
    front::show(&ended, args.json)?;
    Ok(ended)
}
