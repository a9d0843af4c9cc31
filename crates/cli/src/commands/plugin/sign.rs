//! `pianoroll plugin sign`

use std::path::PathBuf;

use pianoroll_plugin::{Package, PrivateKey};

use super::{files, show};
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The package; a signature that it has already is replaced
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The file of the private key, as `plugin keygen` made it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,

    /// The signed package [default: FILE itself]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the file of --output where there is one
    #[arg(long, requires = "output")]
    force: bool,

    /// Print one JSON object: file, name, version, digest, signer, bytes
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let key = PrivateKey::read_file(&args.key).or_exit(Exit::Input)?;
    let signed = files::package(&args.file)?.sign(&key);
    let file = args.output.as_ref().unwrap_or(&args.file);
    files::write_new(file, &signed, args.force || args.output.is_none())?;
    let package = Package::read(signed).or_exit(Exit::Failed)?;
    let mut output = Output::new();
    if args.json {
        output.json(&show::made(file, &package))?;
    } else {
        output.line(format_args!("signed {}", show::line(file, &package)))?;
    }
    output.finish()?;
    Ok(Exit::Completed)
}
