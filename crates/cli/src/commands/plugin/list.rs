//! `pianoroll plugin list`

use std::path::Path;

use pianoroll_plugin::{Installed, Lock};
use pianoroll_runtime::project::Project;
use serde_json::{Value, json};

use super::show;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::Output;
use crate::plugins;
use crate::style::{ERROR, GOOD, NAME};
use crate::table::{self, Cell};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print a JSON array: plugin, version, description, digest, signer, granted, file, problem
    #[arg(long)]
    json: bool,
}

/// An installed plugin, and what is wrong with it now.
struct Listed {
    entry: Installed,
    description: Option<String>,
    problem: Option<String>,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let root = plugins::folder(&project, &environment);
    let lock = Lock::read(root).or_exit(Exit::Input)?;
    let plugins: Vec<Listed> =
        lock.plugins().iter().map(|entry| listed(root, &lock, entry)).collect();
    let mut output = Output::new();
    if args.json {
        output.json(&plugins.iter().map(row_json).collect::<Vec<_>>())?;
    } else if plugins.is_empty() {
        output.line(format_args!("no plugin is installed in {}", root.display()))?;
    } else {
        output.text(&text(&plugins))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}

fn listed(root: &Path, lock: &Lock, entry: &Installed) -> Listed {
    let loaded = pianoroll_plugin::load(root, lock, &entry.name, Some(&entry.version));
    let (description, problem) = match loaded {
        Ok(loaded) => (Some(loaded.package.manifest().description.clone()), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Listed { entry: entry.clone(), description, problem }
}

fn row_json(listed: &Listed) -> Value {
    let Listed { entry, description, problem } = listed;
    json!({
        "plugin": entry.name,
        "version": entry.version.to_string(),
        "description": description,
        "digest": entry.digest.to_string(),
        "signer": entry.signer.as_ref().map(ToString::to_string),
        "granted": plugins::words(&entry.grants),
        "file": entry.file(),
        "problem": problem,
    })
}

fn text(plugins: &[Listed]) -> String {
    let row = |listed: &Listed| {
        let Listed { entry, problem, .. } = listed;
        let stands = match problem {
            None => Cell::new("ready").styled(GOOD),
            Some(_) => Cell::new("cannot run").styled(ERROR),
        };
        let signer = entry.signer.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        vec![
            Cell::new(&entry.name).styled(NAME),
            Cell::new(entry.version.to_string()),
            stands,
            // A key has 52 characters, and half a key is none.
            Cell::whole(signer),
            Cell::whole(entry.grants.to_string()),
        ]
    };
    let rows: Vec<Vec<Cell>> = plugins.iter().map(row).collect();
    let mut text = table::text("", &["plugin", "version", "state", "signed by", "granted"], &rows);
    for Listed { entry, problem, .. } in plugins {
        let Some(problem) = problem else { continue };
        text.push_str(&show::problem(&entry.title(), problem));
    }
    text
}
