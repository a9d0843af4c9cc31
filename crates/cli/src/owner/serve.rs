//! A process that keeps schedules: what is due becomes runs, and runs that wait go on when they can.
//!
//! One loop owns the time ([`Loop`]); everything that happens elsewhere comes to it as a message ([`Happened`]). Runs are tasks beside
//! it, a bounded number at once. A run that waits is a row in the journal and an entry in a map, and holds neither a task nor a thread.

mod audience;
mod clockwork;
mod courier;
mod dispatch;
mod hooks;
mod night;
mod site;
mod tell;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use pianoroll_journal::{Deployment, Program};
use pianoroll_model::{Clock, RunId};
use pianoroll_runtime::deployment::{Deployed, Snapshot};
use pianoroll_runtime::project::{AutomationSettings, Project};
use pianoroll_runtime::scheduler::Scheduler;
use pianoroll_server::Metrics;
use tokio::sync::{Semaphore, mpsc, watch};

use super::folder_owner::FolderOwner;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::numbers::counted;
use crate::recorded::failed;

pub(crate) use clockwork::Loop;
use night::Night;

/// What `serve` was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServeWords {
    /// Runs at once.
    pub(crate) runs: usize,
}

/// What runs at the moment: a snapshot and its project.
pub(super) struct Current {
    pub(super) serial: u64,
    pub(super) snapshot: Snapshot,
    pub(super) project: Project,
}

/// What happens beside the loop.
#[derive(Debug)]
pub(super) enum Happened {
    /// Schedules have changed, or a run has ended that others wait for.
    Changed,
    /// A run goes on at a moment.
    Wakes(Timestamp, RunId),
    /// A run goes on once its cause is over.
    Waits(RunId),
}

/// A process that keeps schedules.
pub(crate) struct Server {
    pub(super) owner: Arc<FolderOwner>,
    pub(super) scheduler: Arc<Scheduler>,
    pub(super) metrics: Metrics,
    night: Night,
    // Written by a deployment, read by everything that begins.
    current: RwLock<Arc<Current>>,
    // The programs of the deployment, each read once from the journal.
    programs: Mutex<HashMap<String, Program>>,
    permits: Semaphore,
    happened: mpsc::UnboundedSender<Happened>,
    /// Set once the process is told to end.
    pub(super) stopping: watch::Sender<bool>,
    /// When the clock was looked at last, and whether the journal took what came of it.
    ticked: Mutex<(Timestamp, bool)>,
}

impl Server {
    /// Begins to serve what is deployed in the owner's journal.
    pub(super) async fn new(
        owner: Arc<FolderOwner>,
        words: ServeWords,
    ) -> Result<(Arc<Self>, mpsc::UnboundedReceiver<Happened>), Failure> {
        let deployment = owner.backend().deployment().await.map_err(|error| failed(&error))?;
        let Some(deployment) = deployment else {
            return Err(Failure::input("nothing is deployed in this state folder")
                .hint("`pianoroll deploy` takes a checked snapshot of the project"));
        };
        let scheduler = owner.scheduler().await?;
        let (happened, messages) = mpsc::unbounded_channel();
        let now = owner.clock.now();
        let server = Arc::new(Self {
            scheduler,
            metrics: Metrics::new(env!("CARGO_PKG_VERSION")),
            night: Night::default(),
            current: RwLock::new(Arc::new(current(&deployment)?)),
            programs: Mutex::default(),
            permits: Semaphore::new(words.runs),
            happened,
            stopping: watch::Sender::new(false),
            ticked: Mutex::new((now, true)),
            owner,
        });
        Ok((server, messages))
    }

    /// What runs at the moment, and its project.
    pub(crate) fn deployed(&self) -> (Snapshot, Project) {
        let current = self.current();
        (current.snapshot.clone(), current.project.clone())
    }

    /// The clock of the process.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.owner.clock)
    }

    /// Says in the log what is served.
    pub(crate) async fn tell_begin(&self) {
        let ((all, paused), current) = (self.scheduler.count().await, self.current());
        let schedules = counted(all as u64, "schedule", "schedules");
        let serial = current.serial;
        tracing::info!(deployment = serial, paused, "keeps {schedules}");
    }

    /// What runs at the moment.
    pub(super) fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs another deployment from now on. Runs that are under way go on as they began.
    pub(super) fn deploy(&self, deployment: &Deployment) -> Result<(), Failure> {
        let new = Arc::new(current(deployment)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new;
        self.programs.lock().unwrap_or_else(PoisonError::into_inner).clear();
        tracing::info!(deployment = deployment.serial, "runs from now on");
        self.changed();
        self.ask_for_causes();
        Ok(())
    }

    /// The loop looks at the clock again.
    pub(super) fn changed(&self) {
        self.happens(Happened::Changed);
    }

    pub(super) fn happens(&self, happened: Happened) {
        // The loop is gone where the process ends.
        let _ = self.happened.send(happened);
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Completes when the process is told to end.
    pub(super) async fn stopped(&self) {
        // The sender is ours, so there is no end of it.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// A program of the deployment.
    pub(super) async fn program(&self, digest: &str) -> Result<Program, Failure> {
        let programs = || self.programs.lock().unwrap_or_else(PoisonError::into_inner);
        let known = programs().get(digest).cloned();
        if let Some(program) = known {
            return Ok(program);
        }
        let program = self.owner.program(digest).await?;
        programs().insert(digest.to_owned(), program.clone());
        Ok(program)
    }
}

impl Current {
    /// An automation as it was deployed.
    pub(super) fn deployed(&self, automation: &str) -> Result<&Deployed, Failure> {
        self.snapshot.automations.get(automation).ok_or_else(|| {
            let text = format!("no automation `{automation}` is deployed");
            let names: Vec<&str> = self.snapshot.automations.keys().map(String::as_str).collect();
            Failure::input(text).hint_if(crate::suggest::hint(automation, names))
        })
    }

    /// What the project says of an automation.
    pub(super) fn settings(&self, automation: &str) -> Option<&AutomationSettings> {
        self.project.automations.get(automation)
    }
}

fn current(deployment: &Deployment) -> Result<Current, Failure> {
    let (snapshot, project) =
        Snapshot::of(deployment).or_exit(Exit::Failed).map_err(|failure| {
            failure.hint("`pianoroll deploy` with this version takes a new snapshot of the project")
        })?;
    Ok(Current { serial: deployment.serial, snapshot, project })
}
