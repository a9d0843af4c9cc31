//! This process, as the owner of a state folder.

use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use pianoroll_gateway::SystemClock;
use pianoroll_journal::{AttemptEnd, Backend, End, Journal, Program, RunRecord};
use pianoroll_model::{Clock, Outcome, RunId, Status};
use pianoroll_runtime::components::Components;
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::project::Project;
use pianoroll_runtime::scheduler::Scheduler;
use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::{
    Answering, Audience, CancelReply, DeployOrder, DeployReply, Ended, EraseReply, Owner,
    OwnerInfo, PROTOCOL, RunOrder, ScheduleOrder, ScheduleReply, SetState,
};
use serde_json::Value;
use tokio::sync::OnceCell;

use super::attempt;
use super::program::{Runnable, runnable};
use super::serve::Server;
use super::table::Table;
use crate::commands::runs::find;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::recorded::failed;
use crate::target::Clients;

/// The owner of a state folder.
pub(super) struct FolderOwner {
    pub(super) journal: Journal,
    pub(super) table: Table,
    pub(super) clients: Clients,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) scheduler: OnceCell<Arc<Scheduler>>,
    // Held from the comparison with what is deployed to its replacement.
    pub(super) deploying: tokio::sync::Mutex<()>,
    // Set once, where this process keeps schedules.
    server: OnceLock<Weak<Server>>,
    pub(super) folder: StateFolder,
    // The last program that was compiled, with its digest: an automation runs one on each of its connections.
    known: Mutex<Option<(String, Runnable)>>,
}

impl FolderOwner {
    /// Within a tokio runtime.
    pub(super) fn new(folder: StateFolder, backend: Arc<dyn Backend>) -> Self {
        Self {
            journal: Journal::new(backend),
            table: Table::default(),
            clients: Clients::default(),
            clock: Arc::new(SystemClock::new()),
            scheduler: OnceCell::new(),
            deploying: tokio::sync::Mutex::default(),
            server: OnceLock::new(),
            folder,
            known: Mutex::default(),
        }
    }

    /// Makes a program known that is compiled already.
    pub(super) fn know(&self, digest: &str, program: &Runnable) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((digest.to_owned(), program.clone()));
    }

    /// A program of the journal, ready to run.
    pub(super) async fn runnable(&self, program: &Program) -> Result<Runnable, Failure> {
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, known)) = known.as_ref().filter(|(of, _)| *of == program.digest) {
                return Ok(known.clone());
            }
        }
        let runnable = runnable(program, Some(&Components::of(&self.folder))).await?;
        self.know(&program.digest, &runnable);
        Ok(runnable)
    }

    /// From now on this process keeps schedules.
    pub(super) fn serves(&self, server: &Arc<Server>) {
        let _ = self.server.set(Arc::downgrade(server));
    }

    /// What keeps schedules, where this process does.
    pub(super) fn server(&self) -> Option<Arc<Server>> {
        self.server.get().and_then(Weak::upgrade)
    }

    /// The project that a run belongs to: as it was deployed, where that is what runs, and as it is today otherwise.
    pub(super) fn project(&self, settings: &RunSettings) -> Result<Project, Failure> {
        if let Some(server) = self.server() {
            let current = server.current();
            if settings.project.as_ref() == Some(&current.snapshot.file) {
                return Ok(current.project.clone());
            }
        }
        attempt::project(settings)
    }

    pub(super) fn backend(&self) -> &dyn Backend {
        self.journal.backend()
    }

    /// A run that must be there.
    pub(super) async fn record(&self, run: &RunId) -> Result<RunRecord, Failure> {
        let record = self.backend().run(run).await.map_err(|error| failed(&error))?;
        record.ok_or_else(|| no_run(run.as_str()))
    }

    /// Whether an attempt was under way when its process ended.
    pub(super) fn is_interrupted(&self, record: &RunRecord) -> bool {
        record.status == Status::Running && !self.table.contains(&record.new.id)
    }

    /// Finishes a run outside of any attempt.
    pub(super) async fn close(
        &self,
        run: &RunId,
        outcome: Outcome,
        error: Value,
    ) -> Result<(), Failure> {
        let end = match outcome {
            Outcome::Cancelled => AttemptEnd::Cancelled,
            _ => AttemptEnd::Failed,
        };
        let end = End {
            end,
            status: Status::Finished,
            waiting: None,
            outcome: Some(outcome),
            at: self.clock.now(),
            result: Value::Null,
            error,
            summary: Value::Null,
        };
        self.backend().close(run, end).await.map_err(|error| failed(&error))
    }

    /// Cancels a run: at its next call where it is under way, at once where it waits.
    pub(super) async fn cancelled(&self, run: &RunId) -> Result<CancelReply, Failure> {
        // Held to the end, so that what is closed is not attempted meanwhile. Where this process ends, nothing begins any more.
        let held = self.table.begin(run);
        if held.is_err() && self.table.cancel(run) {
            // Where the process ends before the attempt does, this is left of the wish. A run that is about to be created has
            // no record yet.
            let _ = self.backend().request_cancel(run).await;
            return Ok(CancelReply::Requested);
        }
        let record = self.record(run).await?;
        if record.status == Status::Finished {
            let outcome = record.outcome.map_or("finished", Outcome::as_str);
            let text = format!("run {run} is finished already: {outcome}");
            return Err(Failure::text(Exit::Failed, text));
        }
        self.close(run, Outcome::Cancelled, Value::Null).await?;
        if let Some(server) = self.server() {
            server.seen(run).await;
        }
        Ok(CancelReply::Closed)
    }
}

impl Owner for FolderOwner {
    fn info(&self) -> Answering<'_, OwnerInfo> {
        Box::pin(std::future::ready(Ok(OwnerInfo {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            serving: self.server().is_some(),
        })))
    }

    fn find(&self, word: String) -> Answering<'_, RunId> {
        Box::pin(async move { Ok(find::run(self.backend(), &self.folder, &word).await?.new.id) })
    }

    fn run(&self, order: RunOrder, audience: Arc<dyn Audience>) -> Answering<'_, Ended> {
        Box::pin(self.ordered(order, audience))
    }

    fn cancel(&self, run: RunId) -> Answering<'_, CancelReply> {
        Box::pin(async move { Ok(self.cancelled(&run).await?) })
    }

    fn set_state(&self, value: SetState) -> Answering<'_, ()> {
        Box::pin(async move {
            let SetState { scope, key, value } = value;
            let set = self.backend().set_state(&scope, &key, value, self.clock.now()).await;
            Ok(set.map_err(|error| failed(&error))?)
        })
    }

    fn schedule(&self, order: ScheduleOrder) -> Answering<'_, ScheduleReply> {
        Box::pin(async move { Ok(self.schedule(order).await?) })
    }

    fn deploy(&self, order: DeployOrder) -> Answering<'_, DeployReply> {
        Box::pin(async move { Ok(self.deploy(order).await?) })
    }

    fn erase(&self, text: String) -> Answering<'_, EraseReply> {
        Box::pin(async move {
            let (records, open) =
                self.backend().erase(&text).await.map_err(|error| failed(&error))?;
            Ok(EraseReply { records, open })
        })
    }
}

fn no_run(word: &str) -> Failure {
    Failure::input(format!("the journal has no run `{word}`"))
        .hint("`pianoroll runs list` shows the runs")
}
