//! The accounts of a run: the one that it is for, and others that its program may call.

use std::collections::BTreeMap;

use pianoroll_gateway::Cancel;
use pianoroll_host::Account;
use pianoroll_runtime::durable::{AccountSettings, RunSettings};
use pianoroll_runtime::project::{FILE_NAME, Project};
use pianoroll_server::KeyDigest;
use pianoroll_simulator::Settings;

use crate::arguments::TargetArguments;
use crate::environment::Environment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::target::{Chosen, Clients, Destination, Target, Wanted, read_key};

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

/// Where an account is, by today's project. A connection that leads elsewhere than it did when the run was made is refused.
fn destination(
    settings: &RunSettings,
    account: &AccountSettings,
    environment: &Environment,
    project: &Project,
) -> Result<Destination, Failure> {
    // The only connection of a key was found once, and stays the one that is meant.
    let found = account.id.as_ref().map(ToString::to_string);
    let connection = account.connection.clone().or(found);
    let target = TargetArguments::of_words(&settings.target, connection)?;
    let destination = Destination::new(&target, environment, project.clone())?;
    let (now, pinned) = match destination.chosen() {
        Some(Chosen::Named(_, settings)) => (Some(&settings.id), settings.account.as_ref()),
        Some(Chosen::Id(id)) => (Some(id), None),
        Some(Chosen::Any) | None => (None, None),
    };
    if account.id.as_ref().is_some_and(|id| now != Some(id)) || account.account.as_ref() != pinned {
        let name = account.connection.as_deref().unwrap_or("of the key");
        let text = format!(
            "the connection `{name}` is another one in {FILE_NAME} than when the run was started"
        );
        let hint = "nothing was sent; `pianoroll run` starts a new run on what it is now";
        return Err(Failure::text(Exit::Credential, text).hint(hint));
    }
    Ok(destination)
}

impl Accounts {
    /// Where the accounts of a run are, by today's project.
    pub(super) fn of(settings: &RunSettings, project: &Project) -> Result<Self, Failure> {
        let environment = Environment::of_stored(settings.folder.clone());
        let to = |account| destination(settings, account, &environment, project);
        let mut others = Vec::new();
        for (index, (name, account)) in settings.with.iter().enumerate() {
            let mut destination = to(account)?;
            // Each simulated account has data of its own.
            if let Destination::Simulator(settings) = &mut destination {
                let seed = settings.seed.unwrap_or(Settings::default().seed);
                settings.seed = Some(seed.wrapping_add(index as u64 + 1));
            }
            others.push((name.clone(), destination));
        }
        Ok(Self { own: to(&settings.own)?, others })
    }

    /// Whether this process has the keys that another one, which handed the run over, would have used.
    pub(super) fn check_keys(&self, keys: &[KeyDigest]) -> Result<(), Failure> {
        let others = self.others.iter().map(|(_, destination)| destination);
        for source in [&self.own].into_iter().chain(others).filter_map(Destination::source) {
            let place = source.to_string();
            let theirs = keys.iter().find(|key| key.place == place);
            let ours = read_key(source)?.fingerprint();
            if theirs.is_none_or(|theirs| theirs.digest != ours) {
                let text = format!(
                    "the state folder is owned by process {}, and it has another key in {place} than this one",
                    std::process::id()
                );
                return Err(Failure::text(Exit::Credential, text).hint(
                    "wait until that process has ended, or give this run a state folder of its own: --state DIR",
                ));
            }
        }
        Ok(())
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

    /// The same for a run that nobody waits for: those that somebody waits for go first.
    pub(super) fn unattended(mut self) -> Self {
        for target in [&mut self.own].into_iter().chain(self.others.iter_mut().map(|(_, it)| it)) {
            target.gateway = target.gateway.unattended();
        }
        self
    }

    /// Writes down which connection each account has turned out to be.
    pub(super) fn note_in(&self, settings: &mut RunSettings) {
        settings.own.id = self.own.connection.id.clone().filter(|_| !settings.target.simulate);
        for ((_, account), (_, target)) in settings.with.iter_mut().zip(&self.others) {
            account.id = target.connection.id.clone().filter(|_| !settings.target.simulate);
        }
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
