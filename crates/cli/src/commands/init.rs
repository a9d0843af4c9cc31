//! `pianoroll init`

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::Output;
use crate::words::quoted;

const FILES: [(&str, &str); 4] = [
    ("pianoroll.toml", include_str!("init/pianoroll.toml")),
    ("scripts/quiet_profiles.rhai", include_str!("init/quiet_profiles.rhai")),
    ("scripts/quiet_profiles.test.rhai", include_str!("init/quiet_profiles.test.rhai")),
    (".gitignore", include_str!("init/gitignore")),
];

/// What stands in the project file for the name of the project, as a TOML string.
const PROJECT_NAME: &str = "\"PROJECT NAME\"";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the project; it is made where it is missing
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    write_project(&args.folder)?;
    let mut output = Output::new();
    for (name, _) in FILES {
        output.line(format_args!("created {}", args.folder.join(name).display()))?;
    }
    output.line("")?;
    output.line("Try it, with no account and no network:")?;
    if args.folder != Path::new(".") {
        output.line(format_args!("  cd {}", quoted(&args.folder.to_string_lossy())))?;
    }
    output.line("  pianoroll run scripts/quiet_profiles.rhai --simulate")?;
    output.line(
        "  pianoroll run quiet --simulate            the same as an automation of pianoroll.toml",
    )?;
    output.finish()?;
    Ok(Exit::Completed)
}

fn write_project(folder: &Path) -> Result<(), Failure> {
    let there: Vec<&str> = FILES
        .iter()
        .map(|(name, _)| *name)
        // A dangling link is there as well.
        .filter(|name| fs::symlink_metadata(folder.join(name)).is_ok())
        .collect();
    if !there.is_empty() {
        return Err(Failure::input(format!(
            "`{}` already has {}; nothing was written",
            folder.display(),
            there.join(" and ")
        )));
    }
    let project = project_name(folder);
    for (name, content) in FILES {
        let content = content.replace(PROJECT_NAME, &project);
        let file = folder.join(name);
        let parent = file.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot make the folder `{}`", parent.display()))
            .or_exit(Exit::Failed)?;
        // Never over a file that appeared in the meantime.
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&file)
            .and_then(|mut open| open.write_all(content.as_bytes()))
            .with_context(|| format!("cannot write `{}`", file.display()))
            .or_exit(Exit::Failed)?;
    }
    Ok(())
}

/// The name of the folder, as a TOML string.
fn project_name(folder: &Path) -> String {
    // `.` has no name of its own, and a folder that is not there yet cannot be looked up.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let folder = folder.canonicalize().unwrap_or(folder);
    let name = folder.file_name().unwrap_or("automations".as_ref()).to_string_lossy();
    // What TOML writes without an escape, and two that it escapes.
    let plain = name.chars().filter(|character| !character.is_control());
    format!("\"{}\"", plain.collect::<String>().replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use pianoroll_runtime::project::{Notice, Project};

    use super::*;

    #[test]
    fn a_new_project_can_be_read_and_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("deep/demo");
        write_project(&folder).unwrap();
        let project = Project::find(&folder.join("scripts")).unwrap();
        assert_eq!(project.file, Some(folder.join("pianoroll.toml")));
        let failure = write_project(&folder).unwrap_err();
        assert!(failure.error.to_string().contains("already has"), "{failure:?}");
    }

    #[test]
    fn what_is_commented_out_works() {
        let (_, text) = FILES[0];
        // Settings look like TOML; prose does not.
        let is_setting = |line: &str| line.starts_with('[') || line.contains(" = ");
        let lines = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(setting) if is_setting(setting) => setting,
            _ => line,
        });
        // Both forms of one key stand there.
        let mut lines: Vec<&str> = lines.collect();
        let short = lines.iter().position(|line| line.starts_with("schedule = \"")).unwrap();
        for without in [short, short + 1] {
            let removed = lines.remove(without);
            let whole = lines.join("\n");
            let project = Project::parse(&whole, Path::new("pianoroll.toml"));
            let project = project.unwrap_or_else(|error| panic!("{error}"));
            assert!(project.automations["quiet"].schedule.is_some());
            assert_eq!(project.automations["quiet"].notify, ["oncall"]);
            assert_eq!(project.notify["oncall"].on, Notice::DEFAULT.into());
            assert!(project.serve.listen.is_some());
            lines.insert(without, removed);
        }
    }

    #[test]
    fn a_project_has_the_name_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["demo", "Kunde \"A\" \\ B", "tab\there", "müller"] {
            let folder = folder.path().join(name);
            write_project(&folder).unwrap();
            let project = Project::find(&folder).unwrap();
            assert_eq!(project.name.as_deref(), Some(name.replace('\t', "").as_str()));
        }
        assert_eq!(project_name(Path::new(".")), "\"cli\"");
        assert_eq!(project_name(Path::new("/")), "\"automations\"");
    }
}
