//! Which process runs things: this one, or the one that owns the state folder.

use std::sync::Arc;
use std::time::Duration;

use pianoroll_gateway::SystemClock;
use pianoroll_journal::{Backend, JournalErrorKind};
use pianoroll_model::{Clock as _, RunId};
use pianoroll_runtime::execution;
use pianoroll_runtime::retention::{self, Retention};
use pianoroll_runtime::state_folder::StateFolder;
use pianoroll_server::{
    Audience, Client, Ended, Owner, OwnerInfo, RefusalKind, RunOrder, Serving, Socket,
};

use super::ephemeral::Ephemeral;
use super::folder_owner::FolderOwner;
use super::program::Runnable;
use super::serve::{Loop, ServeWords};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::counted;
use crate::recorded::failed;
use crate::{cancellation, output, target};

/// How often one looks again while the owner begins or ends, and how long: both take it some milliseconds.
const PAUSE: Duration = Duration::from_millis(20);
const PATIENCE: u32 = 500;

/// Where runs happen, for this command.
pub(crate) struct Seat {
    owner: Arc<dyn Owner>,
    /// None for runs that leave nothing behind.
    folder: Option<StateFolder>,
    own: Option<Own>,
}

/// This process owns the folder.
struct Own {
    owner: Arc<FolderOwner>,
    backend: Arc<dyn Backend>,
    serving: Option<Serving>,
}

impl Seat {
    /// In this process, and nothing is kept.
    pub(crate) fn ephemeral(dry_run: bool, program: Option<Runnable>) -> Self {
        Self { owner: Arc::new(Ephemeral::new(dry_run, program)), folder: None, own: None }
    }

    /// The same, for somebody who tries a program: every effect is told.
    pub(crate) fn trial(dry_run: bool, program: Runnable) -> Self {
        let owner = Arc::new(Ephemeral::new(dry_run, Some(program)).telling_effects());
        Self { owner, folder: None, own: None }
    }

    /// Becomes the owner of a state folder, or finds the way to the process that is. Within the async runtime.
    pub(crate) async fn take(folder: StateFolder) -> Result<Self, Failure> {
        for _ in 0..PATIENCE {
            match folder.open().await {
                Ok(backend) => return Ok(Self::owning(folder, Arc::new(backend))),
                Err(error) if error.kind == JournalErrorKind::Owned => {}
                Err(error) => return Err(failed(&error)),
            }
            let client = Client::new(folder.path());
            match client.info().await {
                Ok(_) => {
                    let folder = Some(folder);
                    return Ok(Self { owner: Arc::new(client), folder, own: None });
                }
                // It begins, or ends.
                Err(refusal) if is_passing(refusal.kind) || refusal.kind == RefusalKind::Gone => {}
                Err(refusal) => return Err(refusal.into()),
            }
            tokio::time::sleep(PAUSE).await;
        }
        let text = format!(
            "another process owns the state folder {}, and does not answer",
            folder.path().display()
        );
        let hint = "it may be stopped, or hang; --state DIR takes another folder";
        Err(Failure::text(Exit::Failed, text).hint(hint))
    }

    fn owning(folder: StateFolder, backend: Arc<dyn Backend>) -> Self {
        let owner = Arc::new(FolderOwner::new(folder.clone(), Arc::clone(&backend)));
        let serving = match Socket::bind(folder.path()) {
            Ok(socket) => Some(socket.serve(owner.clone())),
            Err(error) => {
                // The run itself needs no socket.
                let source = &error.source;
                output::warn(format_args!(
                    "{error}: {source}; other processes cannot hand runs over"
                ));
                None
            }
        };
        let own = Some(Own { owner: owner.clone(), backend, serving });
        Self { owner, folder: Some(folder), own }
    }

    /// Keeps schedules here: the process must own the folder.
    pub(crate) async fn serve(&self, words: ServeWords) -> Result<Loop, Failure> {
        let Some(own) = &self.own else {
            let info = self.owner.info().await.ok();
            let who = match info {
                Some(OwnerInfo { pid, serving: true, .. }) => {
                    format!("process {pid} serves this state folder already")
                }
                Some(OwnerInfo { pid, .. }) => format!("process {pid} owns this state folder"),
                None => "another process owns this state folder".to_owned(),
            };
            return Err(Failure::text(Exit::Failed, who)
                .hint("one process a state folder: let it end, or say --state DIR"));
        };
        Loop::new(Arc::clone(&own.owner), words).await
    }

    /// Gives the folder back at once: nothing is under way any more.
    pub(crate) async fn close(self) {
        let Some(Own { backend, serving, .. }) = self.own else { return };
        if let Some(serving) = serving {
            serving.close().await;
        }
        if let Err(error) = backend.shut().await {
            output::warn(error);
        }
    }

    /// Whether runs happen in this process.
    pub(crate) fn is_here(&self) -> bool {
        self.own.is_some() || self.folder.is_none()
    }

    /// The state folder; there is none where nothing is kept.
    pub(crate) fn folder(&self) -> Result<StateFolder, Failure> {
        self.folder.clone().ok_or_else(|| Failure::input("nothing is kept here"))
    }

    /// Where runs happen.
    pub(crate) fn owner(&self) -> Arc<dyn Owner> {
        Arc::clone(&self.owner)
    }

    /// Once a day, and only where this process owns the folder: deletes what is older than it is to be kept.
    pub(crate) async fn sweep(&self, retention: &Retention) {
        let (Some(own), Some(folder)) = (&self.own, &self.folder) else { return };
        let now = SystemClock::new().now();
        // What could not be swept is swept tomorrow; a run is no worse for it.
        if let Err(error) = retention::sweep_daily(folder, &*own.backend, retention, now).await {
            output::warn(format_args!("{error}; nothing old was deleted"));
        }
    }

    /// Makes a program known that is compiled already.
    pub(crate) fn know(&self, digest: &str, program: &Runnable) {
        if let Some(own) = &self.own {
            own.owner.know(digest, program);
        }
    }

    /// Has an order carried out, and waits for its end. An owner that ends before it has taken the order is followed by another
    /// one, which may be this process.
    pub(crate) async fn run(
        &mut self,
        order: RunOrder,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        loop {
            let ended = self.owner.run(order.clone(), Arc::clone(&audience)).await;
            match (ended, &self.folder) {
                (Ok(ended), _) => return Ok(ended),
                (Err(refusal), Some(folder)) if is_passing(refusal.kind) && self.own.is_none() => {
                    *self = Self::take(folder.clone()).await?;
                }
                (Err(refusal), _) if refusal.kind == RefusalKind::Gone => {
                    let run = order.run();
                    let hint =
                        format!("`pianoroll runs retry {run}` goes on from where it stopped");
                    return Err(Failure::from(refusal).hint(hint));
                }
                (Err(refusal), _) => return Err(refusal.into()),
            }
        }
    }

    /// Waits for the runs that other processes have handed over, and gives the folder back.
    pub(crate) async fn leave(self) {
        let Some(Own { owner, backend, serving }) = self.own else { return };
        let count = owner.table.count();
        if count > 0 {
            let runs = counted(count as u64, "run", "runs");
            output::note(format_args!(
                "waiting for {runs} that other processes have handed over; Ctrl-C cancels"
            ));
            tokio::select! {
                () = owner.table.close() => {}
                () = cancellation::interrupted() => {
                    owner.table.cancel_all();
                    output::note_over("stopping at the next call");
                    owner.table.close().await;
                }
            }
        } else {
            owner.table.close().await;
        }
        if let Some(serving) = serving {
            serving.close().await;
        }
        if let Err(error) = backend.shut().await {
            output::warn(error);
        }
    }
}

/// Whether another process answers a moment later, or none is needed.
fn is_passing(kind: RefusalKind) -> bool {
    matches!(kind, RefusalKind::Closing | RefusalKind::Nobody)
}

/// A new run's id.
pub(crate) fn new_run_id() -> Result<RunId, Failure> {
    Ok(execution::run_id(SystemClock::new().now(), target::random()?))
}
