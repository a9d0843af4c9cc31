//! `pianoroll plugin keygen`

use std::path::PathBuf;

use pianoroll_plugin::PrivateKey;
use serde_json::json;

use super::files;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::target;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The file of the private key, which must not be there yet; the public one goes beside it, as FILE.pub
    #[arg(value_name = "FILE", default_value = "plugin.key")]
    file: PathBuf,

    /// Print one JSON object: private, public (the files) and key
    #[arg(long)]
    json: bool,
}

pub(super) fn execute(args: &Args) -> Result<Exit, Failure> {
    let mut public = args.file.clone().into_os_string();
    public.push(".pub");
    let public = PathBuf::from(public);
    if public.symlink_metadata().is_ok() {
        return Err(Failure::input(format!("`{}` is there already", public.display()))
            .hint("say another file: a key that signed something must not be lost"));
    }
    let key = PrivateKey::from_seed(target::random()?);
    key.create_file(&args.file).or_exit(Exit::Input)?;
    let text = key.public().to_string();
    files::write_new(&public, format!("{text}\n").as_bytes(), false)?;
    let mut output = Output::new();
    if args.json {
        let object = json!({
            "private": args.file.to_string_lossy(),
            "public": public.to_string_lossy(),
            "key": text,
        });
        output.json(&object)?;
    } else {
        output.line(&text)?;
        output::note(format_args!(
            "{} is the private key: keep it, and keep it to yourself; {} is what others check your signatures with",
            args.file.display(),
            public.display()
        ));
    }
    output.finish()?;
    Ok(Exit::Completed)
}
