//! `pianoroll test`

mod find;
mod report;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pianoroll_runtime::project::Project;
use pianoroll_script::MemoryLimit;
use pianoroll_script::testing::{Suite, Test, TestFailure};

use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::output::{self, Output};
use crate::owner::MOST_MEMORY;
use crate::testing::{Scripts, SimulatedStage};
use crate::{allocator, asynchronous, source};

const EXAMPLES: &str = "Examples:\n  \
    pianoroll test\n  \
    pianoroll test scripts/retag_inactive_profiles.test.rhai --filter quiet\n\n\
    Exit codes: 0 all passed, 1 some failed, 2 a file of tests does not compile or no test was found";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Files named NAME.test.rhai, and folders to look for them in [default: the project]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Play only tests whose names hold this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,

    /// Only list the tests
    #[arg(long)]
    list: bool,

    /// Print one JSON object: passed, failed, errors, tests with outcome, place, message and difference
    #[arg(long)]
    json: bool,
}

/// One test that was played.
struct Ended<'s> {
    suite: &'s Suite,
    test: &'s Test,
    failure: Option<TestFailure>,
}

pub(crate) fn execute(args: &Args) -> Result<Exit, Failure> {
    output::probe()?;
    let environment = Environment::read();
    let project = Project::find(&environment.folder).or_exit(Exit::Input)?;
    let project = project.file.as_deref().and_then(Path::parent);
    let project = project.unwrap_or(&environment.folder).to_owned();
    let files = find::files(&args.paths, &project, &environment.folder)?;
    let mut errors = Vec::new();
    let mut suites = Vec::new();
    for file in files {
        let source = source::read(&file)?;
        match Suite::compile(&source, &file.to_string_lossy()) {
            Ok(suite) => suites.push((file, suite)),
            Err(error) => errors.push(error.to_string()),
        }
    }
    let wanted =
        |test: &&Test| args.filter.as_ref().is_none_or(|text| test.name.contains(text.as_str()));
    if args.list {
        return report::list(args.json, &suites, wanted, &errors);
    }
    let mut output = Output::new();
    let mut ended = Vec::new();
    for (file, suite) in &suites {
        let tests: Vec<&Test> = suite.tests().iter().filter(wanted).collect();
        if !tests.is_empty() && !args.json {
            report::file(&mut output, suite)?;
        }
        let folder = file.parent().unwrap_or(Path::new("."));
        let scripts = Arc::new(Scripts::new(folder));
        for test in tests {
            let failure = asynchronous::block_on(play(suite, test, &scripts, &project))?;
            let one = Ended { suite, test, failure };
            if !args.json {
                report::line(&mut output, &one)?;
            }
            ended.push(one);
        }
    }
    report::finish(output, args.json, &ended, &errors)
}

/// Plays one test on a stage of its own.
async fn play(
    suite: &Suite,
    test: &Test,
    scripts: &Arc<Scripts>,
    project: &Path,
) -> Result<Option<TestFailure>, Failure> {
    // A script that is not there or does not compile is told where a test runs it.
    let names = match scripts.get(suite.script()) {
        Ok(script) => {
            script.connections().iter().map(|connection| connection.name.clone()).collect()
        }
        Err(_) => Vec::new(),
    };
    let stage = Arc::new(SimulatedStage::new(Arc::clone(scripts), project, names).await?);
    let memory = MemoryLimit { most: MOST_MEMORY, used: allocator::held };
    let ended = suite.play(test, stage.clone(), stage.trunk(), Some(memory)).await;
    if let Ok(stage) = Arc::try_unwrap(stage) {
        stage.close().await;
    }
    Ok(ended.err())
}
