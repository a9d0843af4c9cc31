//! From an occurrence to a run, and from a run to what becomes of it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pianoroll_gateway::Trouble;
use pianoroll_journal::{
    AttemptEnd, End, Fate, NewRun, RunRecord, StateScope, Trigger, Waiting, WaitingReason,
};
use pianoroll_model::{Outcome, RunId, Status};
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::execution::{HaltReason, Next, Terms, reason_of};
use pianoroll_runtime::scheduler::Begin;
use serde_json::Value;

use super::audience::Logged;
use super::{Happened, Server};
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::owner::attempt::{self, Done, Ready};
use crate::owner::new_run_id;
use crate::owner::schedules::not_deployed;
use crate::owner::table::UnderWay;
use crate::recorded::failed;

/// How long to wait before an occurrence is tried again whose run could not be created.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// How often a run is tried that cannot even begin, beside its own attempts: nothing of it has happened.
const OPENINGS: u32 = 10;

/// What becomes of a run that was attempted.
enum After {
    Over,
    Wakes(Timestamp),
    Troubled(Trouble),
    Person,
    /// It was not attempted: somebody else has it, or it is finished.
    Nothing,
}

impl Server {
    /// Makes the run of an occurrence, and attempts it.
    pub(super) async fn begin(self: Arc<Self>, begin: Begin) {
        let Begin { schedule, automation, connection, due, starts } = begin;
        let trigger = Trigger::Schedule { schedule: schedule.clone(), due };
        match self.create(&automation, &connection, trigger, None).await {
            Ok((run, is_new)) => {
                if is_new {
                    self.metrics.occurrence(Fate::Fired.as_str());
                }
                self.scheduler.begun(&schedule, due, &run).await;
                if !is_new {
                    // One that an earlier look has made may be over by now, and is in nobody's way then.
                    self.out_of_the_way(&automation, &connection, &run).await;
                }
                let delay = self.owner.clock.now().duration_since(starts);
                self.metrics.run_dispatched(delay.as_secs_f64().max(0.0));
                self.go_on(run).await;
            }
            Err(failure) => {
                tracing::error!(schedule, %due, "its run cannot be created: {:#}", failure.error);
                let until = self.owner.clock.now().checked_add(AGAIN).unwrap_or(due);
                self.scheduler.put_back(&schedule, due, until).await;
            }
        }
    }

    /// Creates a run of what is deployed; answers its id, and whether it is new.
    pub(super) async fn create(
        &self,
        automation: &str,
        connection: &str,
        trigger: Trigger,
        event: Option<(String, Value)>,
    ) -> Result<(RunId, bool), Failure> {
        let current = self.current();
        let found = current.snapshot.run(automation, connection);
        let (deployed, run) = found.ok_or_else(|| not_deployed(automation, connection))?;
        let scope =
            StateScope { automation: automation.to_owned(), connection: connection.to_owned() };
        let mut params = deployed.params.clone();
        params.extend(event);
        let backend = self.owner.backend();
        let last_run = backend.last_run(&scope).await.map_err(|error| failed(&error))?;
        let id = new_run_id()?;
        let new = NewRun {
            id: id.clone(),
            scope,
            name: automation.to_owned(),
            target: format!("connection {connection}"),
            program: deployed.program.clone(),
            trigger,
            params: Value::Object(params),
            settings: run.settings.to_value(),
            started: self.owner.clock.now(),
            seed: attempt::random_seed()?,
            last_run,
        };
        let program = self.program(&deployed.program).await?;
        let made = backend.create(new, program).await.map_err(|error| failed(&error))?;
        if let Some(before) = made {
            return Ok((before, false));
        }
        self.scheduler.opened(automation, connection, &id).await;
        Ok((id, true))
    }

    /// Lets a schedule know that a run is over which was counted when it ended.
    async fn out_of_the_way(&self, automation: &str, connection: &str, run: &RunId) {
        let is_over = match self.owner.record(run).await {
            Ok(record) => record.status == Status::Finished,
            Err(failure) => {
                tracing::error!(%run, "cannot be read: {:#}", failure.error);
                return;
            }
        };
        let now = self.owner.clock.now();
        if is_over
            && let Err(error) =
                self.scheduler.ended(automation, connection, run, Outcome::Skipped, now).await
        {
            tracing::error!(%run, "its schedule does not know its end: {error}");
        }
    }

    /// Cancels a run for the next one of its schedule, also one that waits.
    pub(super) async fn make_way(self: Arc<Self>, run: RunId) {
        // One that has ended by itself meanwhile is out of the way as well.
        if let Err(failure) = self.owner.cancelled(&run).await {
            tracing::warn!(%run, "not cancelled: {:#}", failure.error);
        }
    }

    /// Attempts a run once it is its turn, and sees to what becomes of it.
    pub(super) async fn go_on(self: Arc<Self>, run: RunId) {
        let _permit = tokio::select! {
            biased;
            // It is in the journal, and the next process takes it up.
            () = self.stopped() => return,
            permit = self.permits.acquire() => permit,
        };
        let after = match self.attempted(&run).await {
            Ok(after) => after,
            Err(failure) => {
                tracing::error!(%run, "cannot be attempted: {:#}", failure.error);
                let now = self.owner.clock.now();
                After::Wakes(now.checked_add(SignedDuration::from_mins(1)).unwrap_or(now))
            }
        };
        if matches!(after, After::Wakes(_) | After::Troubled(_))
            && let Err(failure) = self.pass_on(&run).await
        {
            tracing::error!(%run, "what it has said is told when it is over: {:#}", failure.error);
        }
        match after {
            After::Nothing => {}
            After::Wakes(at) => self.happens(Happened::Wakes(at, run)),
            After::Troubled(trouble) => self.troubled(&run, trouble).await,
            After::Person | After::Over => {
                if let Err(failure) = self.over(&run).await {
                    tracing::error!(%run, "what came of it cannot be told: {:#}", failure.error);
                }
            }
        }
    }

    async fn attempted(&self, run: &RunId) -> Result<After, Failure> {
        // Somebody has taken it up by hand, and it is told from there. Before it is read, so that it stays as it is read.
        let Ok(under_way) = self.owner.table.begin(run) else { return Ok(After::Nothing) };
        let record = self.owner.record(run).await?;
        if record.status == Status::Finished || self.is_stopping() {
            return Ok(After::Nothing);
        }
        if record.cancel_requested {
            self.owner.close(run, Outcome::Cancelled, Value::Null).await?;
            return Ok(After::Over);
        }
        let settings = match RunSettings::from_value(&record.new.settings).or_exit(Exit::Input) {
            Ok(settings) => settings,
            Err(failure) => return self.not_opened(&record, &under_way, failure).await,
        };
        let waits_for_trouble = !self.night.goes_in_circles(run);
        let terms = Terms { waits_for_trouble, ..attempt::terms(&settings, &under_way) };
        let scope = &record.new.scope;
        let audience = Arc::new(Logged {
            run: run.clone(),
            automation: scope.automation.clone(),
            connection: scope.connection.clone(),
        });
        let opened = async {
            let ready = self.owner.ready(&record, settings, &under_way, audience, terms).await?;
            if let Some(trouble) = self.night.known(&ready.accounts.own) {
                let failure = Failure::text(Exit::Credential, trouble.1);
                return Err(Failure { trouble: Some(trouble.0), ..failure });
            }
            let opened = ready.open(&self.owner.clients).await?.unattended();
            Ok::<_, Failure>((ready, opened))
        };
        let (ready, opened) = match opened.await {
            Ok(opened) => opened,
            Err(failure) => return self.not_opened(&record, &under_way, failure).await,
        };
        let done = self.owner.attempt(&ready, &opened).await;
        opened.close().await;
        self.after(&ready, done?)
    }

    fn after(&self, ready: &Ready, done: Done) -> Result<After, Failure> {
        let run = &ready.run;
        let report = &done.report;
        self.metrics.attempt_ended(match report.next {
            Next::Over => report.outcome.as_str(),
            Next::At { .. } | Next::After(_) => "parked",
            Next::Person => "unknown",
        });
        Ok(match report.next {
            Next::At { when, reason } => match reason {
                WaitingReason::Stopped => {
                    tracing::info!(%run, "goes on with the next `pianoroll serve`");
                    After::Nothing
                }
                _ => {
                    tracing::info!(%run, reason = reason.as_str(), "waits until {when}");
                    After::Wakes(when)
                }
            },
            Next::After(trouble) => After::Troubled(trouble),
            Next::Person => After::Person,
            Next::Over => After::Over,
        })
    }

    /// An attempt that did not come to its program: nothing of it has happened.
    async fn not_opened(
        &self,
        record: &RunRecord,
        under_way: &UnderWay<'_>,
        failure: Failure,
    ) -> Result<After, Failure> {
        let run = &record.new.id;
        let now = self.owner.clock.now();
        let halted = under_way.halt.reason() == Some(HaltReason::Stop);
        let waits = match (failure.trouble, failure.exit) {
            _ if halted => Some(Waiting { reason: WaitingReason::Stopped, until: Some(now) }),
            (Some(trouble), _) => Some(Waiting { reason: reason_of(trouble), until: None }),
            // What is wrong with the project does not pass by itself.
            (None, Exit::Failed) if record.attempt < OPENINGS => {
                let pause = SignedDuration::from_secs(30 << record.attempt.min(6));
                let until = Some(now.checked_add(pause).unwrap_or(now));
                Some(Waiting { reason: WaitingReason::Retry, until })
            }
            _ => None,
        };
        let cancelled = under_way.cancel.is_cancelled() && !halted;
        let waits = waits.filter(|_| !cancelled);
        let end = End {
            end: if waits.is_some() { AttemptEnd::Parked } else { AttemptEnd::Failed },
            status: if waits.is_some() { Status::Waiting } else { Status::Finished },
            waiting: waits,
            outcome: match waits {
                Some(_) => None,
                None if cancelled => Some(Outcome::Cancelled),
                None => Some(Outcome::Failed),
            },
            at: now,
            result: Value::Null,
            error: failure.to_json(),
            summary: record.summary.clone(),
        };
        let attempt = self.owner.journal.begin(run, now).await.map_err(|error| failed(&error))?;
        attempt.end(end).await.map_err(|error| failed(&error))?;
        tracing::warn!(%run, "could not begin: {:#}", failure.error);
        Ok(match (waits.and_then(|waits| waits.until), failure.trouble) {
            _ if halted => After::Nothing,
            (Some(until), _) => After::Wakes(until),
            (None, Some(trouble)) if waits.is_some() => After::Troubled(trouble),
            _ => After::Over,
        })
    }
}
