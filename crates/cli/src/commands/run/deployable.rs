//! An automation as `serve` will run it: just as `pianoroll run NAME --yes` would, at the moment of the deployment.

use std::collections::BTreeMap;

use clap::Parser as _;
use pianoroll_journal::Program as StoredProgram;
use pianoroll_runtime::durable::{AccountSettings, RunSettings};
use pianoroll_runtime::project::Project;
use serde_json::{Map, Value};

use super::code::Code;
use super::{program, run_settings};
use crate::arguments::{Cli, Command};
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// An automation that can be deployed.
pub(crate) struct Deployable {
    /// Its program as the project file names it.
    pub(crate) shown: String,
    /// Its program, for the journal.
    pub(crate) program: StoredProgram,
    /// The component of a plugin, and its digest.
    pub(crate) component: Option<(String, Vec<u8>)>,
    /// The parameters, typed.
    pub(crate) params: Map<String, Value>,
    /// One a connection.
    pub(crate) runs: Vec<(AccountSettings, RunSettings)>,
}

/// Reads an automation, and finds its mistakes.
pub(crate) fn deployable(
    name: &str,
    project: &Project,
    environment: &Environment,
) -> Result<Deployable, Failure> {
    let cli = Cli::try_parse_from(["pianoroll", "run", "--yes", "--", name]);
    let Command::Run(args) = cli.or_exit(Exit::Input)?.command else {
        return Err(Failure::input(format!("`{name}` is no automation")));
    };
    let program = program::automation(name.to_owned(), project.clone(), environment)?;
    let plan = super::plan_of(&args, program, environment, &event_of(project, name))?;
    let component = match &plan.code {
        Code::Script(_) => None,
        Code::Plugin(installed) => {
            let package = &installed.package;
            Some((package.digest().to_string(), package.component().to_vec()))
        }
    };
    let runs = plan.runs.iter().map(|run| (run.own.clone(), run_settings(&plan, run))).collect();
    Ok(Deployable {
        shown: plan.program.shown.clone(),
        program: plan.stored.clone(),
        component,
        params: plan.params.clone(),
        runs,
    })
}

/// The parameter that an event will be: it must be one of the program.
fn event_of(project: &Project, name: &str) -> BTreeMap<String, String> {
    let webhook = project.automations.get(name).and_then(|settings| settings.webhook.as_ref());
    webhook.map(|webhook| (webhook.param.clone(), "{}".to_owned())).into_iter().collect()
}
