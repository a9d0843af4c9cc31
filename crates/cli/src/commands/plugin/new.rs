//! `pianoroll plugin new`

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pianoroll_plugin::{Language, ScaffoldFile, Start, new_plugin, refresh};
use serde_json::json;

use super::files;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::Output;
use crate::words::quoted;

const EXAMPLES: &str = "Examples:\n  \
    pianoroll plugin new win-back --lang rust\n  \
    pianoroll plugin new win-back --lang js --manifest plugin.toml\n  \
    cd win-back && pianoroll plugin new --refresh     after plugin.toml asks for something else";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Its name, and that of the folder: small letters, digits and `-`
    #[arg(value_name = "NAME", required_unless_present = "refresh")]
    name: Option<String>,

    /// What it is written in: rust, js or python
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    lang: Language,

    /// A plugin.toml of your own: what it asks for is what the plugin's world has
    #[arg(long, value_name = "FILE", conflicts_with = "refresh")]
    manifest: Option<PathBuf>,

    /// Write the files anew that are pianoroll's, for what the plugin.toml of the folder asks for now; your own code stays
    #[arg(long)]
    refresh: bool,

    /// The folder [default: NAME, or the current one with --refresh]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Print one JSON object: folder, files
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let (folder, files) = match (args.refresh, &args.name) {
        (false, Some(name)) => made(args, name)?,
        _ => refreshed(args)?,
    };
    for file in &files {
        write(&folder, file)?;
    }
    let mut output = Output::new();
    let shown = folder.to_string_lossy();
    if args.json {
        let files: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        output.json(&json!({ "folder": shown, "files": files }))?;
    } else {
        let word = if args.refresh { "wrote" } else { "created" };
        for file in &files {
            output.line(format_args!("{word} {}", folder.join(&file.path).display()))?;
        }
        if !args.refresh {
            output.line("")?;
            output.line(format_args!(
                "{} says how it is built, packed and tried",
                folder.join("README.md").display()
            ))?;
        }
    }
    output.finish()?;
    Ok(Exit::Completed)
}

fn made(args: &Args, name: &str) -> Result<(PathBuf, Vec<ScaffoldFile>), Failure> {
    let files = match &args.manifest {
        None => new_plugin(Start::Example(name), args.lang),
        Some(file) => {
            let (text, manifest) = files::manifest_of(file)?;
            if manifest.name != name {
                let shown = file.display();
                return Err(Failure::input(format!(
                    "{shown} is the manifest of `{}`, and not of `{name}`",
                    manifest.name
                )));
            }
            new_plugin(Start::Manifest(&text, &manifest), args.lang)
        }
    };
    let files = files.or_exit(Exit::Input)?;
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(name));
    let there: Vec<&str> = files
        .iter()
        .map(|file| file.path.as_str())
        // A dangling link is there as well.
        .filter(|path| fs::symlink_metadata(folder.join(path)).is_ok())
        .collect();
    if !there.is_empty() {
        let shown = quoted(&folder.to_string_lossy());
        return Err(Failure::input(format!(
            "{shown} already has {}; nothing was written",
            there.join(", ")
        ))
        .hint("--dir DIR takes another folder, --refresh writes only what is pianoroll's"));
    }
    Ok((folder, files))
}

fn refreshed(args: &Args) -> Result<(PathBuf, Vec<ScaffoldFile>), Failure> {
    let named = args.dir.clone().or_else(|| args.name.as_ref().map(PathBuf::from));
    let folder = named.unwrap_or_else(|| PathBuf::from("."));
    let file = folder.join(files::MANIFEST);
    let (_, manifest) = files::manifest_of(&file)?;
    let entries =
        fs::read_dir(&folder).with_context(|| cannot_read(&folder)).or_exit(Exit::Input)?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = names.collect();
    let language = Language::of_files(names.iter().map(String::as_str)).unwrap_or(args.lang);
    Ok((folder, refresh(&manifest, language)))
}

fn cannot_read(file: &Path) -> String {
    format!("cannot read `{}`", file.display())
}

fn write(folder: &Path, file: &ScaffoldFile) -> Result<(), Failure> {
    let path = folder.join(&file.path);
    let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
    parent
        .and_then(|()| fs::write(&path, &file.text))
        .with_context(|| format!("cannot write `{}`", path.display()))
        .or_exit(Exit::Failed)
}
