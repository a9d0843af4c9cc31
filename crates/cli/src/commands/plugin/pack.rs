//! `pianoroll plugin pack`

use std::path::PathBuf;

use pianoroll_plugin::Package;

use super::{files, show};
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The component, or the core module that `cargo build --target wasm32-unknown-unknown` made
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Its manifest [default: plugin.toml beside it or here]
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// The package [default: NAME-VERSION.wasm here]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the package where there is one
    #[arg(long)]
    force: bool,

    /// Print one JSON object: file, name, version, digest, bytes
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let manifest = files::manifest(args.manifest.as_deref(), &args.file)?;
    let packed = Package::pack(&files::component(&args.file)?, &manifest).or_exit(Exit::Input)?;
    let file = args.output.clone().unwrap_or_else(|| PathBuf::from(manifest.file_name()));
    files::write_new(&file, &packed, args.force)?;
    let package = Package::read(packed).or_exit(Exit::Failed)?;
    let mut output = Output::new();
    if args.json {
        output.json(&show::made(&file, &package))?;
    } else {
        output.line(format_args!("packed {}", show::line(&file, &package)))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}
