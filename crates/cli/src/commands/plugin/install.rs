//! `pianoroll plugin install` and `upgrade`

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use pianoroll_plugin::{
    Action, Ask, Decision, GrantChoice, InstallError, InstallRequest, Lock, Package, Trust,
};
use pianoroll_runtime::project::{PluginRef, Project};
use serde_json::{Value, json};

use super::{files, show};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output, plain};
use crate::{asynchronous, confirm, plugins};

const EXAMPLES: &str = "Examples:\n  \
    pianoroll plugin install win-back-1.0.0.wasm                   asks on a terminal, and shows the line to type where there is none\n  \
    pianoroll plugin install win-back-1.0.0.wasm --grant all\n  \
    pianoroll plugin install win-back@1.0.0 --grant profiles:read,lists:read     other grants for one that is installed\n  \
    pianoroll plugin upgrade win-back-1.1.0.wasm                   keeps what was granted, and asks only for what is new\n  \
    pianoroll plugin install audit-0.3.0.wasm --grant none --trust-key unsigned\n\n\
    The first signature that a plugin comes with pins its key: from then on nobody else's package of that name is let in.\n\
    What was decided stands in pianoroll.lock, and the package in plugins/: both belong beside your scripts.";

/// From so many bytes on a component is compiled for longer than anybody waits without a word.
const LARGE: usize = 4 << 20;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The package's file, or NAME or NAME@VERSION of one that is installed
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// What it may do of what it asks for, with commas or repeated, or all, or none; an upgrade keeps what was granted besides
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    grant: Vec<String>,

    /// Let in what this key has signed, whoever made the version before: ed25519:…, or unsigned
    #[arg(long, value_name = "KEY")]
    trust_key: Option<Trust>,

    /// Let in a version that is older than one that was installed before
    #[arg(long)]
    allow_downgrade: bool,

    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Print one JSON object: plugin, version, digest, signer, granted, added, denied, replaced, unchanged
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(args: &Args, action: Action) -> Result<Exit, Failure> {
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let root = plugins::folder(&project, &environment);
    let package = package(args, root)?;
    let Some(decision) = decided(args, action, &package, root)? else {
        output::note("nothing was changed; --grant grants a part of it");
        return Ok(Exit::Cancelled);
    };
    let mut output = Output::new();
    if args.json {
        output.json(&json(&decision, &package, args.dry_run))?;
    } else {
        output.text(&text(&decision, &package, args.dry_run))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}

/// The package of a file; or of a plugin that is installed, which is granted something else.
fn package(args: &Args, root: &Path) -> Result<Package, Failure> {
    let installed = match (args.file.exists(), args.file.to_str().map(str::parse::<PluginRef>)) {
        (false, Some(Ok(plugin))) => plugin,
        _ => return files::package(&args.file),
    };
    let lock = Lock::read(root).or_exit(Exit::Input)?;
    match lock.find(&installed.name, installed.version.as_ref()) {
        // An entry that does not hold is told by what decides.
        Ok(entry) => files::package(&root.join(entry.file())),
        Err(error) => {
            let shown = plain(&args.file.to_string_lossy()).into_owned();
            Err(Failure::input(format!("there is no file `{shown}`, and {error}")))
        }
    }
}

/// What is done: decided, asked where only grants are missing, compiled, and then written. Nothing where a person says no.
fn decided(
    args: &Args,
    action: Action,
    package: &Package,
    root: &Path,
) -> Result<Option<Decision>, Failure> {
    let words = args.grant.iter().map(String::as_str);
    let grant = GrantChoice::parse(words).map_err(|error| {
        Failure::input(format!("--grant: {}", error.message)).hint_if(error.hint)
    })?;
    let mut request = InstallRequest {
        action,
        file: crate::words::quoted(&args.file.to_string_lossy()),
        grant,
        trust: args.trust_key,
        allow_downgrade: args.allow_downgrade,
    };
    let preview = |request: &InstallRequest| pianoroll_plugin::preview(root, package, request);
    let decision = match preview(&request) {
        Ok(decision) => decision,
        Err(error) => match only_grants(&error).filter(|_| !args.json && is_terminal()) {
            None => return Err(refused(error)),
            Some(asks) => {
                if !is_granted(package, asks) {
                    return Ok(None);
                }
                request.grant = GrantChoice::All;
                preview(&request).map_err(refused)?
            }
        },
    };
    if args.dry_run {
        return Ok(Some(decision));
    }
    if package.component().len() > LARGE {
        output::note("compiling it, which may take a minute; this is done once");
    }
    // What cannot be compiled is not let in, and the first run, at night, does not wait for it.
    asynchronous::block_on(plugins::load(package))?;
    pianoroll_plugin::install(root, package, &request).map(Some).map_err(refused)
}

fn only_grants(error: &InstallError) -> Option<&[Ask]> {
    match error {
        InstallError::Refused(refused) => refused.only_grants(),
        _ => None,
    }
}

fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn is_granted(package: &Package, asks: &[Ask]) -> bool {
    let manifest = package.manifest();
    output::note(format_args!(
        "{} {}  {}\nsigned by {}\nasks for:\n{}",
        manifest.name,
        manifest.version,
        plain(&manifest.description),
        show::signer(package.signer()),
        show::asks(asks, "  ").trim_end()
    ));
    confirm::yes("Grant all of it?")
}

fn refused(error: InstallError) -> Failure {
    match error {
        InstallError::File { .. } => Failure::new(Exit::Failed, error),
        error => Failure::new(Exit::Input, error),
    }
}

fn json(decision: &Decision, package: &Package, dry_run: bool) -> Value {
    let Decision { entry, replaced, added, denied, unchanged, .. } = decision;
    json!({
        "plugin": entry.name,
        "version": entry.version.to_string(),
        "digest": entry.digest.to_string(),
        "signer": entry.signer.as_ref().map(ToString::to_string),
        "file": entry.file(),
        "bytes": package.file().len(),
        "granted": plugins::words(&entry.grants),
        "added": plugins::words(added),
        "denied": denied.iter().map(|ask| ask.permission.to_string()).collect::<Vec<_>>(),
        "replaced": replaced.as_ref().map(|replaced| replaced.version.to_string()),
        "unchanged": unchanged,
        "dry_run": dry_run,
    })
}

fn text(decision: &Decision, package: &Package, dry_run: bool) -> String {
    let Decision { entry, replaced, kept, added, denied, unchanged, .. } = decision;
    let title = format!("{} {}", entry.name, entry.version);
    let done = match (unchanged, replaced, dry_run) {
        (true, ..) => format!("{title} is installed already, just so"),
        (_, Some(replaced), false) => format!("upgraded {} to {title}", replaced.version),
        (_, Some(replaced), true) => format!("would upgrade {} to {title}", replaced.version),
        (_, None, false) => format!("installed {title}"),
        (_, None, true) => format!("would install {title}"),
    };
    let mut text = format!("{done}\n  signed by  {}\n", show::signer(package.signer()));
    let mut row = |title: &str, words: &[String]| {
        if !words.is_empty() {
            text.push_str(&format!("  {title}  {}\n", words.join(", ")));
        }
    };
    row("kept     ", &plugins::words(kept));
    row("granted  ", &plugins::words(added));
    if entry.grants.is_empty() {
        row("granted  ", &["nothing".to_owned()]);
    }
    if !denied.is_empty() {
        text.push_str("  denied, so such calls are refused:\n");
        text.push_str(&show::asks(denied, "    "));
    }
    text
}
