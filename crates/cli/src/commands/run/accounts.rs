//! The accounts that runs are for, and others that their program may call.

use pianoroll_runtime::credential::Source;
use pianoroll_runtime::durable::AccountSettings;

use super::code::Code;
use super::program::Program;
use super::{Args, with};
use crate::arguments::TargetArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::suggest;
use crate::target::{Chosen, Destination};

/// The accounts of one run, before anything is opened.
pub(super) struct Accounts {
    pub(super) own: AccountSettings,
    pub(super) with: Vec<(String, AccountSettings)>,
    /// Where the keys are, each once; none for the simulator.
    pub(super) sources: Vec<Source>,
}

/// One a run. An automation runs once on each of its connections, or on the one that `--connection` names.
pub(super) fn plan(
    args: &Args,
    environment: &Environment,
    program: &Program,
    code: &Code,
) -> Result<Vec<Accounts>, Failure> {
    let with = with::connections(args, program, code)?;
    let to = |connection: Option<String>| {
        let target = TargetArguments { connection, ..args.target.clone() };
        Destination::new(&target, environment, program.project.clone())
    };
    let one = |connection: Option<String>| {
        let own = to(connection)?;
        let mut accounts = Accounts { own: settings(&own), with: Vec::new(), sources: Vec::new() };
        accounts.sources.extend(own.source().cloned());
        for (name, connection) in &with {
            let destination = to(connection.clone())?;
            accounts.with.push((name.clone(), settings(&destination)));
            let source = destination.source().cloned();
            accounts.sources.extend(source.filter(|source| !accounts.sources.contains(source)));
        }
        Ok(accounts)
    };
    let named = args.target.connection.clone();
    let own = program.automation.as_ref().map(|automation| &automation.settings.connections);
    match own.map(Vec::as_slice) {
        None | Some([]) => Ok(vec![one(named)?]),
        Some(_) if args.target.simulate => Ok(vec![one(None)?]),
        Some(all) => match named {
            None => all.iter().map(|name| one(Some(name.clone()))).collect(),
            Some(named) if all.contains(&named) => Ok(vec![one(Some(named))?]),
            Some(named) => Err(not_its_own(&named, program, all)),
        },
    }
}

fn settings(destination: &Destination) -> AccountSettings {
    match destination.chosen() {
        None | Some(Chosen::Any) => AccountSettings::default(),
        Some(Chosen::Named(name, settings)) => AccountSettings {
            connection: Some(name.clone()),
            id: Some(settings.id.clone()),
            account: settings.account.clone(),
        },
        Some(Chosen::Id(id)) => AccountSettings {
            connection: Some(id.to_string()),
            id: Some(id.clone()),
            account: None,
        },
    }
}

fn not_its_own(named: &str, program: &Program, all: &[String]) -> Failure {
    let text = format!("the automation `{}` does not run on `{named}`", program.name());
    let hint = match suggest::near(named, all.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it runs on {}", all.join(", ")),
    };
    Failure::text(Exit::Input, text).hint(hint)
}
