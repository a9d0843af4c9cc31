//! The loop that owns the time.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_journal::{RunFilter, RunRecord, Trigger, WaitingReason};
use pianoroll_model::{RunId, Status};
use pianoroll_runtime::scheduler::Turn;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;

use super::night::trouble_of;
use super::{Happened, ServeWords, Server, courier, site};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::numbers::counted;
use crate::owner::folder_owner::FolderOwner;
use crate::recorded::failed;

/// How long to sleep at most before the clock is looked at again: it may have been set, and somebody watches that we live.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait for the journal before it is tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// How often keys are read again: a changed one is used by then.
const KEYS: Duration = Duration::from_secs(5);

/// How often causes of trouble are looked at that nobody has said to be over.
const PROBE: Duration = Duration::from_secs(60);

/// The loop of a process that keeps schedules.
pub(crate) struct Loop {
    pub(crate) server: Arc<Server>,
    messages: UnboundedReceiver<Happened>,
    /// The runs that go on at a moment.
    wakes: BTreeSet<(Timestamp, RunId)>,
    runs: JoinSet<()>,
    beside: JoinSet<()>,
}

/// What is left to do when the loop has ended.
pub(crate) struct Ending {
    pub(crate) server: Arc<Server>,
    runs: JoinSet<()>,
    beside: JoinSet<()>,
    /// A part without which the process would keep silent: then it ends, and whoever watches it starts it again.
    broken: bool,
}

impl Loop {
    pub(in crate::owner) async fn new(
        owner: Arc<FolderOwner>,
        words: ServeWords,
    ) -> Result<Self, Failure> {
        let (server, messages) = Server::new(Arc::clone(&owner), words).await?;
        owner.serves(&server);
        let (runs, mut beside) = (JoinSet::new(), JoinSet::new());
        beside.spawn(courier::run(Arc::clone(&server))?);
        beside.spawn(site::beat(Arc::clone(&server))?);
        beside.spawn(probe(Arc::clone(&server)));
        Ok(Self { server, messages, wakes: BTreeSet::new(), runs, beside })
    }

    /// Keeps schedules until `stop` completes.
    pub(crate) async fn run(mut self, stop: impl Future<Output = ()>) -> Result<Ending, Failure> {
        let server = Arc::clone(&self.server);
        server.tell_again().await?;
        let (mut troubled, mut left) = (Vec::new(), Vec::new());
        for record in server.left_over().await? {
            let reason = record.waiting.map(|waiting| waiting.reason);
            match reason.and_then(trouble_of) {
                Some(trouble) => troubled.push((trouble, record)),
                None => left.push(record),
            }
        }
        left.extend(server.still_troubled(troubled).await?);
        left.into_iter().for_each(|record| self.take_up(record));
        let mut stop = std::pin::pin!(stop);
        let broken = loop {
            let clock = &server.owner.clock;
            let now = clock.now();
            let looked = server.scheduler.tick(now).await;
            server.looked(now, looked.is_ok());
            let pause = match looked {
                Ok(turn) => {
                    self.follow(turn, now);
                    self.until_next(now).await
                }
                Err(error) => {
                    tracing::error!("the schedules cannot be kept at the moment: {error}");
                    AGAIN
                }
            };
            tokio::select! {
                biased;
                () = stop.as_mut() => break false,
                Some(happened) = self.messages.recv() => self.hear(happened),
                Some(ended) = self.runs.join_next(), if !self.runs.is_empty() => told(ended),
                Some(ended) = self.beside.join_next() => {
                    told(ended);
                    break true;
                }
                () = clock.sleep(pause) => {}
            }
        };
        server.stopping.send_replace(true);
        Ok(Ending { server, runs: self.runs, beside: self.beside, broken })
    }

    /// Begins what is due, and lets go on what has waited.
    fn follow(&mut self, turn: Turn, now: Timestamp) {
        let told = self.server.note_fates(&turn.decided);
        if !told.is_empty() {
            self.runs.spawn(Arc::clone(&self.server).say_each(told));
        }
        for run in turn.cancel {
            tracing::info!(%run, "cancelled for the next one of its schedule");
            self.runs.spawn(Arc::clone(&self.server).make_way(run));
        }
        for begin in turn.begin {
            self.runs.spawn(Arc::clone(&self.server).begin(begin));
        }
        while let Some((at, run)) = self.wakes.first().cloned()
            && at <= now
        {
            self.wakes.pop_first();
            self.runs.spawn(Arc::clone(&self.server).go_on(run));
        }
        self.server.metrics.runs_under_way(self.server.owner.table.count() as u64);
    }

    /// How long nothing is due.
    async fn until_next(&self, now: Timestamp) -> Duration {
        let wake = self.wakes.first().map(|(at, _)| *at);
        let next = [self.server.scheduler.next_wake().await, wake].into_iter().flatten().min();
        let left = next.and_then(|next| Duration::try_from(next.duration_since(now)).ok());
        left.unwrap_or(LOOK).min(LOOK)
    }

    fn hear(&mut self, happened: Happened) {
        match happened {
            Happened::Changed => {}
            Happened::Wakes(at, run) => drop(self.wakes.insert((at, run))),
            Happened::Waits(run) => {
                self.runs.spawn(Arc::clone(&self.server).go_on(run));
            }
        }
    }

    /// Takes up a run that an earlier process has left.
    fn take_up(&mut self, record: RunRecord) {
        let run = record.new.id;
        let until = record.waiting.filter(|waiting| waiting.reason != WaitingReason::Stopped);
        match until.and_then(|waiting| waiting.until) {
            Some(until) => drop(self.wakes.insert((until, run))),
            None => {
                self.runs.spawn(Arc::clone(&self.server).go_on(run));
            }
        }
    }
}

impl Ending {
    /// Waits for runs, at most for a grace time; then they stop at their next call, and go on with the next process.
    ///
    /// # Errors
    /// A part of the process has failed, and it ends for that.
    pub(crate) async fn end(mut self, grace: Duration) -> Result<(), Failure> {
        let table = &self.server.owner.table;
        let count = table.count();
        if count > 0 {
            let runs = counted(count as u64, "run", "runs");
            tracing::info!("waiting for {runs}, {grace:?} at most");
        }
        let runs = &mut self.runs;
        let mut left = std::pin::pin!(async {
            while let Some(ended) = runs.join_next().await {
                told(ended);
            }
        });
        tokio::select! {
            () = left.as_mut() => {}
            () = self.server.owner.clock.sleep(grace) => {
                tracing::info!("the runs that are left stop at their next call, and go on with the next `pianoroll serve`");
                table.stop_all();
                left.await;
            }
        }
        // Those of clients are in the table only.
        table.stop_all();
        table.close().await;
        self.beside.shutdown().await;
        match self.broken {
            false => Ok(()),
            true => {
                Err(Failure::text(Exit::Failed, "a part of this process has failed: see its log"))
            }
        }
    }
}

impl Server {
    /// The runs that an earlier process has left, and that a person does not have to speak for first.
    async fn left_over(&self) -> Result<Vec<RunRecord>, Failure> {
        let status = vec![Status::Pending, Status::Running, Status::Waiting];
        let filter = RunFilter { status, ..RunFilter::default() };
        let open = self.owner.backend().runs(&filter).await.map_err(|error| failed(&error))?;
        let goes_on = |record: &RunRecord| {
            let own =
                matches!(record.new.trigger, Trigger::Schedule { .. } | Trigger::Webhook { .. });
            match record.waiting.map(|waiting| waiting.reason) {
                Some(WaitingReason::UnknownOutcome | WaitingReason::Restored) => false,
                Some(WaitingReason::Stopped) => true,
                _ => own,
            }
        };
        let left: Vec<RunRecord> = open.into_iter().rev().filter(goes_on).collect();
        if !left.is_empty() {
            let runs = counted(
                left.len() as u64,
                "run of an earlier process goes",
                "runs of an earlier process go",
            );
            tracing::info!("{runs} on");
        }
        Ok(left)
    }

    /// Keeps when the clock was looked at.
    fn looked(&self, now: Timestamp, well: bool) {
        *self.ticked.lock().unwrap_or_else(PoisonError::into_inner) = (now, well);
        if well {
            self.metrics.ticked(now);
            // Told only where systemd has started us and watches.
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        }
    }
}

/// Reads keys again, and looks whether troubles are over: once a minute, and at once where a key has changed or a person has done
/// something that may have ended one.
async fn probe(server: Arc<Server>) {
    let clock = &server.owner.clock;
    let mut probed = clock.monotonic();
    loop {
        let asked = tokio::select! {
            () = server.night.asked() => true,
            () = clock.sleep(KEYS) => false,
        };
        let changed = server.owner.clients.refresh();
        if asked || changed || clock.monotonic().saturating_sub(probed) >= PROBE {
            server.probe_causes().await;
            probed = clock.monotonic();
        }
    }
}

fn told(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("a part of this process has failed: {error}");
    }
}
