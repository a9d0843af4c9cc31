//! Troubles that are not a run's own: a key that is refused, a connection that is dead, a gateway that is not there. The runs that meet
//! one wait, people are told once, and when it is over all of them go on.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use pianoroll_gateway::{Cancel, Trouble};
use pianoroll_journal::{RunRecord, WaitingReason};
use pianoroll_model::RunId;
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::execution::reason_of;
use pianoroll_runtime::project::Notice;
use tokio::sync::Notify;

use super::tell::Said;
use super::{Happened, Server};
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::numbers::counted;
use crate::owner::accounts::Accounts;
use crate::recorded::failed;
use crate::target::Destination;

/// How often a run may meet a trouble that is over as soon as one looks, before it fails of it.
const CIRCLES: u32 = 3;

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cause {
    trouble: Trouble,
    /// The key's place, the connection or the gateway's address.
    what: String,
}

/// The runs that wait for the end of a cause.
#[derive(Debug)]
struct Standing {
    since: Timestamp,
    /// Whether people know of it.
    told: bool,
    runs: Vec<RunId>,
}

/// The causes that stand.
#[derive(Debug, Default)]
pub(super) struct Night {
    // Taken when a run meets a trouble, or one is over.
    causes: Mutex<BTreeMap<Cause, Standing>>,
    /// How often a run has met a trouble that was over at once.
    circles: Mutex<HashMap<RunId, u32>>,
    /// Told when somebody has done what may have ended a cause.
    ask: Notify,
}

impl Night {
    /// Completes when somebody wants the causes to be looked at before it is time.
    pub(super) async fn asked(&self) {
        self.ask.notified().await;
    }

    /// Whether what a run needs is known to be in trouble, with words for it.
    pub(super) fn known(&self, destination: &Destination) -> Option<(Trouble, String)> {
        let causes = self.lock();
        let all = [Trouble::Credential, Trouble::Connection, Trouble::Gateway];
        let known = all.into_iter().find_map(|trouble| {
            let cause = cause_of(trouble, destination)?;
            causes.contains_key(&cause).then_some(cause)
        })?;
        Some((known.trouble, known.words()))
    }

    /// Whether a text names a run that waits for the end of a trouble.
    pub(super) fn holds_one_of(&self, text: &str) -> bool {
        let causes = self.lock();
        causes.values().any(|standing| standing.runs.iter().any(|run| text.contains(run.as_str())))
    }

    /// Whether a run meets again and again what is over as soon as one looks.
    pub(super) fn goes_in_circles(&self, run: &RunId) -> bool {
        let circles = self.circles.lock().unwrap_or_else(PoisonError::into_inner);
        circles.get(run).is_some_and(|count| *count >= CIRCLES)
    }

    /// How many causes of each kind stand, and how many runs wait for each.
    pub(super) fn count(&self) -> Vec<(Trouble, u64, u64)> {
        let causes = self.lock();
        let all = [Trouble::Credential, Trouble::Connection, Trouble::Gateway];
        let count = |trouble: Trouble| {
            let mine = causes.iter().filter(|(cause, _)| cause.trouble == trouble);
            let runs = mine.clone().map(|(_, standing)| standing.runs.len() as u64).sum();
            (trouble, mine.count() as u64, runs)
        };
        all.into_iter().map(count).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Cause, Standing>> {
        self.causes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cause {
    fn words(&self) -> String {
        let what = &self.what;
        match self.trouble {
            Trouble::Credential => format!("the gateway refuses the key in {what}"),
            Trouble::Connection => format!("the gateway's connection `{what}` is dead"),
            Trouble::Gateway => format!("the gateway {what} cannot be reached"),
        }
    }

    /// What names it where people are told of it: the run that met it first.
    fn key(&self, run: &RunId) -> String {
        format!("trouble:{}:{run}", self.what)
    }

    fn over(&self) -> String {
        let what = &self.what;
        match self.trouble {
            Trouble::Credential => format!("the gateway takes the key in {what} again"),
            Trouble::Connection => format!("the gateway's connection `{what}` is alive again"),
            Trouble::Gateway => format!("the gateway {what} can be reached again"),
        }
    }
}

/// The trouble whose end a run waits for.
pub(super) fn trouble_of(reason: WaitingReason) -> Option<Trouble> {
    let all = [Trouble::Credential, Trouble::Connection, Trouble::Gateway];
    all.into_iter().find(|trouble| reason_of(*trouble) == reason)
}

fn cause_of(trouble: Trouble, destination: &Destination) -> Option<Cause> {
    let Destination::Gateway(gateway) = destination else { return None };
    let what = match trouble {
        Trouble::Credential => gateway.source.to_string(),
        Trouble::Connection => gateway.connection.name().unwrap_or_default().to_owned(),
        Trouble::Gateway => gateway.endpoints.gateway.clone(),
    };
    Some(Cause { trouble, what })
}

impl Server {
    /// A run has met a trouble: it waits, and the first one of a cause is told of.
    pub(super) async fn troubled(&self, run: &RunId, trouble: Trouble) {
        let accounts = self.accounts_of(run).await;
        let cause = accounts.as_ref().ok().and_then(|accounts| cause_of(trouble, &accounts.own));
        let Some(cause) = cause else {
            tracing::error!(%run, "waits for the end of a trouble whose place is not known any more");
            return;
        };
        let first = {
            let mut causes = self.night.lock();
            let now = self.owner.clock.now();
            let standing = causes.entry(cause.clone()).or_insert_with(|| Standing {
                since: now,
                told: false,
                runs: Vec::new(),
            });
            let first = standing.runs.is_empty();
            if !standing.runs.contains(run) {
                standing.runs.push(run.clone());
            }
            first
        };
        tracing::warn!(%run, "waits: {}", cause.words());
        self.show_causes();
        if first {
            // What is over at once needs nobody to be told.
            self.probe_cause(&cause).await;
        }
    }

    /// Lets runs wait on that an earlier process has left in a trouble, and has their causes looked at. Answers those whose cause has
    /// no place any more: their next attempt says what is wrong.
    pub(super) async fn still_troubled(
        &self,
        left: Vec<(Trouble, RunRecord)>,
    ) -> Result<Vec<RunRecord>, Failure> {
        if left.is_empty() {
            return Ok(Vec::new());
        }
        let notices = self.owner.backend().notices(None, 0).await;
        let notices = notices.map_err(|error| failed(&error))?;
        let told: HashSet<String> = notices.into_iter().map(|notice| notice.key).collect();
        let mut without = Vec::new();
        for (trouble, record) in left {
            let run = record.new.id.clone();
            let accounts = self.accounts_of(&run).await;
            let cause = accounts.ok().and_then(|accounts| cause_of(trouble, &accounts.own));
            let Some(cause) = cause else {
                without.push(record);
                continue;
            };
            let is_told = told.contains(&cause.key(&run));
            let mut causes = self.night.lock();
            let standing = causes.entry(cause).or_insert_with(|| Standing {
                since: record.changed,
                told: false,
                runs: Vec::new(),
            });
            standing.told |= is_told;
            standing.runs.push(run);
        }
        for (cause, standing) in self.night.lock().iter() {
            let runs = counted(standing.runs.len() as u64, "run waits", "runs wait");
            tracing::warn!("{runs} on: {}", cause.words());
        }
        self.show_causes();
        self.ask_for_causes();
        Ok(without)
    }

    /// Has the causes that stand looked at soon: a person has done what may have ended one.
    pub(in crate::owner) fn ask_for_causes(&self) {
        self.night.ask.notify_one();
    }

    /// Looks whether the causes that stand are over.
    pub(super) async fn probe_causes(&self) {
        let causes: Vec<Cause> = self.night.lock().keys().cloned().collect();
        for cause in causes {
            self.probe_cause(&cause).await;
        }
    }

    async fn probe_cause(&self, cause: &Cause) {
        let first = |standing: &Standing| Some((standing.runs.first()?.clone(), standing.told));
        let Some((run, told)) = self.night.lock().get(cause).and_then(first) else { return };
        if cause.trouble == Trouble::Credential {
            self.owner.clients.refresh();
        }
        // What is not in the project any more is not in trouble: the next attempt says what is wrong.
        let Ok(accounts) = self.accounts_of(&run).await else {
            return self.recovered(cause, true).await;
        };
        let is_over = match self.probe(&accounts).await {
            Ok(()) => true,
            // Another trouble lies behind this one; what is no trouble says nothing.
            Err(failure) => failure.trouble.is_some_and(|trouble| trouble != cause.trouble),
        };
        match is_over {
            true => self.recovered(cause, !told).await,
            false if !told => self.say_cause(cause, &run).await,
            false => {}
        }
    }

    /// The cheapest request that an account answers.
    async fn probe(&self, accounts: &Accounts) -> Result<(), Failure> {
        let cancel = Cancel::new();
        let opened = accounts.open(&self.owner.clients, &cancel).await?.unattended();
        let probed = opened.own.gateway.probe(&opened.own.connection, &cancel).await;
        let source = accounts.own.source().cloned();
        opened.close().await;
        probed.map_err(|error| crate::refusal::of_call(&error, source.as_ref()))
    }

    async fn recovered(&self, cause: &Cause, at_once: bool) {
        let Some(standing) = self.night.lock().remove(cause) else { return };
        if at_once {
            let mut circles = self.night.circles.lock().unwrap_or_else(PoisonError::into_inner);
            for run in &standing.runs {
                *circles.entry(run.clone()).or_default() += 1;
            }
        } else {
            let runs = counted(standing.runs.len() as u64, "run goes", "runs go");
            let text = format!("{}; {runs} on", cause.over());
            tracing::info!("{text}");
            let key = format!("over:{}:{}", cause.what, standing.since);
            self.say_to_all(Said::new(Notice::Recovered, text, key, None)).await;
        }
        self.show_causes();
        for run in standing.runs {
            self.happens(Happened::Waits(run));
        }
    }

    /// Tells people of a cause, once. The first run that met it names it, also after a restart.
    async fn say_cause(&self, cause: &Cause, run: &RunId) {
        let text = format!("{}; its runs wait until that is over", cause.words());
        tracing::error!("{text}");
        let said = Said::new(Notice::Failed, text, cause.key(run), Some(run.clone()));
        self.say_to_all(said).await;
        if let Some(standing) = self.night.lock().get_mut(cause) {
            standing.told = true;
        }
    }

    async fn accounts_of(&self, run: &RunId) -> Result<Accounts, Failure> {
        let record = self.owner.record(run).await?;
        let settings = RunSettings::from_value(&record.new.settings).or_exit(Exit::Input)?;
        Accounts::of(&settings, &self.owner.project(&settings)?)
    }

    fn show_causes(&self) {
        let count = self.night.count();
        let causes: Vec<_> =
            count.iter().map(|(trouble, causes, _)| (trouble.as_str(), *causes)).collect();
        self.metrics.parked(&causes);
    }
}
