//! The accounts of a run: the one that it is for, and others that its program may call.

use std::collections::BTreeMap;

use pianoroll_gateway::Cancel;
use pianoroll_host::Account;
use pianoroll_script::Script;
use pianoroll_simulator::Settings;

use super::program::Program;
use super::{Args, with};
use crate::arguments::TargetArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::suggest;
use crate::target::{Chosen, Clients, Destination, Target, Wanted};

/// The accounts of one run, before anything is opened.
pub(super) struct Accounts {
    pub(super) own: Destination,
    others: Vec<(String, Destination)>,
}

/// The accounts of one run.
pub(super) struct Opened {
    pub(super) own: Target,
    others: Vec<(String, Target)>,
}

/// One a run. An automation runs once on each of its connections, or on the one that `--connection` names.
pub(super) fn plan(
    args: &Args,
    environment: &Environment,
    program: &Program,
    script: &Script,
) -> Result<Vec<Accounts>, Failure> {
    let with = with::connections(args, program, script)?;
    let to = |connection: Option<String>| {
        let target = TargetArguments { connection, ..args.target.clone() };
        Destination::new(&target, environment, program.project.clone())
    };
    let one = |connection: Option<String>| {
        let mut others = Vec::new();
        for (index, (name, connection)) in with.iter().enumerate() {
            let mut destination = to(connection.clone())?;
            // Each simulated account has data of its own.
            if let Destination::Simulator(settings) = &mut destination {
                let seed = settings.seed.unwrap_or(Settings::default().seed);
                settings.seed = Some(seed.wrapping_add(index as u64 + 1));
            }
            others.push((name.clone(), destination));
        }
        Ok(Accounts { own: to(connection)?, others })
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

fn not_its_own(named: &str, program: &Program, all: &[String]) -> Failure {
    let text = format!("the automation `{}` does not run on `{named}`", program.name());
    let hint = match suggest::near(named, all.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it runs on {}", all.join(", ")),
    };
    Failure::text(Exit::Input, text).hint(hint)
}

impl Accounts {
    /// The name of the connection that the run is for.
    pub(super) fn name(&self) -> Option<&str> {
        match self.own.chosen()? {
            Chosen::Named(name, _) => Some(name),
            Chosen::Id(id) => Some(id.as_str()),
            Chosen::Any => None,
        }
    }

    /// Opens all of them. Accounts behind one credential share its client, and with it its quota.
    pub(super) async fn open(&self, clients: &Clients, cancel: &Cancel) -> Result<Opened, Failure> {
        let own = self.own.open_with(Wanted::Connection, clients, cancel).await?;
        let mut others = Vec::new();
        for (name, destination) in &self.others {
            let target = destination.open_with(Wanted::Connection, clients, cancel).await?;
            others.push((name.clone(), target));
        }
        Ok(Opened { own, others })
    }
}

impl Opened {
    /// Whether each account is the one that the project pinned. Asked before the first effect.
    pub(super) async fn verify(&self, accounts: &Accounts) -> Result<(), Failure> {
        self.own.verify_account(&accounts.own).await?;
        for ((_, target), (_, destination)) in self.others.iter().zip(&accounts.others) {
            target.verify_account(destination).await?;
        }
        Ok(())
    }

    /// What the run is on, for people.
    pub(super) fn about(&self) -> String {
        let others = self.others.iter().map(|(name, target)| format!(", {name}: {}", target.about));
        format!("{}{}", self.own.about, others.collect::<String>())
    }

    /// That real customers may be behind some of the accounts, for the question; nothing where they cannot.
    pub(super) fn live(&self) -> Option<String> {
        let others = self.others.iter().map(|(_, target)| target);
        let mut live: Vec<&str> = Vec::new();
        for target in [&self.own].into_iter().chain(others).filter(|target| target.live) {
            if !live.contains(&&*target.about) {
                live.push(&target.about);
            }
        }
        match live.as_slice() {
            [] => None,
            [one] => Some(format!("{one} is live")),
            several => Some(format!("{} are live", several.join(" and "))),
        }
    }

    /// The other accounts as the host knows them.
    pub(super) fn others(&self) -> BTreeMap<String, Account> {
        let account = |(name, target): &(String, Target)| {
            let (gateway, connection) = (target.gateway.clone(), target.connection.clone());
            (name.clone(), Account { gateway, connection })
        };
        self.others.iter().map(account).collect()
    }

    /// Stops what was started.
    pub(super) async fn close(self) {
        self.own.close().await;
        for (_, target) in self.others {
            target.close().await;
        }
    }
}
