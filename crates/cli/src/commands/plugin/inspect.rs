//! `pianoroll plugin inspect`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use pianoroll_host::ParamSpec;
use pianoroll_plugin::{Installed, Lock, Package};
use pianoroll_runtime::project::{PluginRef, Project};
use serde_json::{Value, json};

use super::{files, show};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::numbers::counted;
use crate::output::{Output, plain};
use crate::plugins;
use crate::style::{DIM, HEADING, NAME, Styled};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package's file, or NAME or NAME@VERSION of one that is installed
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Print one JSON object: name, version, description, digest, signer, permissions, params, connections, operations, interfaces, fits
    #[arg(long)]
    json: bool,
}

/// What this project knows of a plugin.
struct Standing {
    /// The installed versions.
    installed: Vec<Installed>,
    /// Whose key is pinned.
    pinned: Option<String>,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let root = plugins::folder(&project, &environment);
    let lock = Lock::read(root).or_exit(Exit::Input)?;
    let named = args.file.to_str().and_then(|word| word.parse::<PluginRef>().ok());
    let entry = named.filter(|_| !args.file.exists()).and_then(|plugin| {
        lock.find(&plugin.name, plugin.version.as_ref()).ok().map(Installed::file)
    });
    let file = entry.map_or_else(|| args.file.clone(), |file| root.join(file));
    let package = files::package(&file)?;
    let name = &package.manifest().name;
    let standing = Standing {
        installed: lock.versions(name).cloned().collect(),
        pinned: lock.known_as(name).and_then(|known| known.signer).map(|key| key.to_string()),
    };
    let fits = package.needs().check(package.manifest());
    let mut output = Output::new();
    if args.json {
        let mistakes: Vec<String> = match &fits {
            Ok(()) => Vec::new(),
            Err(error) => error.mistakes().iter().map(ToString::to_string).collect(),
        };
        output.json(&json(&package, &standing, &mistakes))?;
    } else {
        output.text(&text(&package, &standing))?;
    }
    output.finish()?;
    match fits {
        Ok(()) => Ok(Exit::Completed),
        // Said in the object already.
        Err(_) if args.json => Ok(Exit::Input),
        Err(error) => Err(Failure::new(Exit::Input, error)),
    }
}

/// The interfaces that are no resource: what it uses of the host itself.
fn interfaces(package: &Package) -> Vec<&str> {
    let operations = package.needs().operations();
    let resources: BTreeSet<&str> =
        operations.iter().map(|operation| operation.wit.interface).collect();
    let names = package.needs().interfaces().keys().map(String::as_str);
    names.filter(|name| !resources.contains(name) && *name != "types").collect()
}

fn operations(package: &Package) -> Vec<&'static str> {
    package.needs().operations().iter().map(|operation| operation.id).collect()
}

fn json(package: &Package, standing: &Standing, mistakes: &[String]) -> Value {
    let mut object = plugins::manifest_json(package.manifest());
    let Standing { installed, pinned } = standing;
    let installed: Vec<Value> = installed
        .iter()
        .map(|entry| {
            json!({
                "version": entry.version.to_string(),
                "digest": entry.digest.to_string(),
                "granted": plugins::words(&entry.grants),
            })
        })
        .collect();
    let more = json!({
        "digest": package.digest().to_string(),
        "signer": package.signer().map(ToString::to_string),
        "bytes": package.file().len(),
        "operations": operations(package),
        "interfaces": interfaces(package),
        "fits": mistakes.is_empty(),
        "mistakes": mistakes,
        "installed": installed,
        "pinned_key": pinned,
    });
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

fn text(package: &Package, standing: &Standing) -> String {
    let manifest = package.manifest();
    let mut text = String::new();
    let title = format!("{} {}", manifest.name, manifest.version);
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{}  {}", Styled(HEADING, title), plain(&manifest.description));
    let size = counted(package.file().len() as u64, "byte", "bytes");
    let _ = writeln!(text, "  digest     {}  {}", package.digest(), Styled(DIM, size));
    let signer = package.signer().map(ToString::to_string);
    let pinned = match (&signer, &standing.pinned) {
        (_, None) => "",
        (signer, pinned) if signer == pinned => "  the key that is known",
        (_, Some(_)) => "  not the key that is known",
    };
    let _ = writeln!(text, "  signed by  {}{pinned}", show::signer(package.signer()));
    for entry in &standing.installed {
        let Installed { version, digest, grants, .. } = entry;
        let is_other = *version == manifest.version && digest != package.digest();
        let other = if is_other { " with other content" } else { "" };
        let granted = plugins::listed(&plugins::words(grants));
        let _ = writeln!(text, "  installed  {version}{other}, granted {granted}");
    }
    heading(&mut text, "asks for");
    match manifest.asks.is_empty() {
        true => text.push_str("  nothing\n"),
        false => text.push_str(&show::asks(&manifest.asks, "  ")),
    }
    if !manifest.params.is_empty() {
        heading(&mut text, "takes");
        manifest.params.iter().for_each(|param| text.push_str(&param_line(param)));
    }
    if !manifest.connections.is_empty() {
        heading(&mut text, "works on, beside its own connection");
        for connection in &manifest.connections {
            let (name, doc) = (&connection.name, Styled(DIM, plain(&connection.doc)));
            let _ = writeln!(text, "  {}  {doc}", Styled(NAME, name));
        }
    }
    heading(&mut text, "calls");
    match operations(package).as_slice() {
        [] => text.push_str("  no operation by its name\n"),
        operations => {
            let _ = writeln!(text, "  {}", operations.join(", "));
        }
    }
    let interfaces = interfaces(package);
    if interfaces.contains(&"calls") {
        text.push_str("  and by `calls` any operation that it is granted\n");
    }
    if !interfaces.is_empty() {
        heading(&mut text, "uses of the host");
        let _ = writeln!(text, "  {}", interfaces.join(", "));
    }
    text
}

fn heading(text: &mut String, title: &str) {
    let _ = writeln!(text, "{}", Styled(HEADING, title));
}

fn param_line(param: &ParamSpec) -> String {
    let rest = match (&param.default, param.is_required()) {
        (Some(default), _) => format!(" = {default}"),
        (None, true) => ", required".to_owned(),
        (None, false) => String::new(),
    };
    let doc = Styled(DIM, plain(&param.doc));
    let kind = param.kind.as_str();
    format!("  {} ({kind}{})  {doc}\n", Styled(NAME, &param.name), plain(&rest))
}
