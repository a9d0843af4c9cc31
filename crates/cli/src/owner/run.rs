//! A durable run: it is created, and then attempted until it is finished or needs a person.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_journal::{
    AttemptEnd, NewRun, Program, RunFilter, StateScope, Trigger, WaitingReason,
};
use pianoroll_model::{Outcome, RunId, Status};
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::execution::{HaltReason, Next};
use pianoroll_server::{Audience, Ended, Event, Refusal, RunOrder, StartRun};
use serde_json::{Map, Value};

use super::accounts::{Accounts, Opened};
use super::attempt::{self, Done, Ready, This};
use super::folder_owner::FolderOwner;
use super::table::UnderWay;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::moments;
use crate::numbers::counted;
use crate::recorded::failed;
use crate::style::{DIM, HEADING, Styled};

/// How long to sleep at most before the wall clock is looked at again: it may have been set.
const LOOK: Duration = Duration::from_secs(60);

/// A run that does not exist yet.
pub(super) struct Fresh {
    pub(super) name: String,
    pub(super) automation: String,
    pub(super) program: Program,
    pub(super) params: Map<String, Value>,
    pub(super) settings: RunSettings,
    pub(super) trigger: Trigger,
    pub(super) seed: Option<u64>,
}

impl FolderOwner {
    pub(super) async fn ordered(
        &self,
        order: RunOrder,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Refusal> {
        let under_way = self.table.begin(order.run())?;
        let ended = match order {
            RunOrder::Start(start) => self.start(*start, &under_way, audience).await,
            RunOrder::Retry { run } => self.retry(&run, &under_way, audience).await,
            RunOrder::Rerun { of, run, yes } => {
                self.rerun(&of, &run, yes, &under_way, audience).await
            }
            RunOrder::Trigger { run, automation, connection } => {
                self.trigger(&run, (&automation, &connection), &under_way, audience).await
            }
            RunOrder::Resolve(resolve) => self.resolve(resolve, &under_way, audience).await,
        };
        let run = under_way.run().clone();
        drop(under_way);
        if let Some(server) = self.server() {
            server.seen(&run).await;
        }
        ended.map_err(Refusal::from)
    }

    async fn start(
        &self,
        start: StartRun,
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        let StartRun { run, name, automation, program, params, settings, seed, keys } = start;
        let trigger = Trigger::Manual;
        let fresh = Fresh { name, automation, program, params, settings, trigger, seed };
        let keys = (!keys.is_empty()).then_some(&*keys);
        self.create(&run, fresh, keys, under_way, audience).await
    }

    /// Creates a run, and makes its attempts.
    pub(super) async fn create(
        &self,
        run: &RunId,
        fresh: Fresh,
        keys: Option<&[pianoroll_server::KeyDigest]>,
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        let Fresh { name, automation, program, params, mut settings, trigger, seed } = fresh;
        let project = self.project(&settings)?;
        let accounts = Accounts::of(&settings, &project)?;
        if let Some(keys) = keys {
            accounts.check_keys(keys)?;
        }
        let mut ready = Ready {
            run: run.clone(),
            program: self.runnable(&program).await?,
            settings: settings.clone(),
            params: params.clone(),
            project,
            accounts,
            audience,
            tells_effects: false,
            cancel: under_way.cancel.clone(),
            terms: attempt::terms(&settings, under_way),
        };
        let opened = ready.open(&self.clients).await?;
        opened.note_in(&mut settings);
        ready.settings = settings.clone();
        let own = &settings.own;
        let id = own.id.as_ref().map(ToString::to_string);
        let connection = own.connection.clone().or(id).unwrap_or_default();
        let scope = StateScope { automation, connection };
        ready.note(format_args!("{} on {}", Styled(DIM, &name), opened.about()));
        let ended = async {
            self.tell_interrupted(&ready, &scope).await?;
            let last_run = self.backend().last_run(&scope).await.map_err(|error| failed(&error))?;
            let new = NewRun {
                id: run.clone(),
                scope,
                name,
                target: opened.about(),
                program: program.digest.clone(),
                trigger,
                params: Value::Object(params),
                settings: settings.to_value(),
                started: self.clock.now(),
                seed: seed.map_or_else(attempt::random_seed, Ok)?,
                last_run,
            };
            let (automation, connection) =
                (new.scope.automation.clone(), new.scope.connection.clone());
            self.backend().create(new, program).await.map_err(|error| failed(&error))?;
            if let Some(server) = self.server() {
                server.scheduler.opened(&automation, &connection, run).await;
            }
            self.attempts(&ready, &opened).await
        };
        let ended = ended.await;
        opened.close().await;
        ended
    }

    /// Says which earlier runs of the same scope never came to an end.
    async fn tell_interrupted(&self, ready: &Ready, scope: &StateScope) -> Result<(), Failure> {
        let filter = RunFilter {
            automation: Some(scope.automation.clone()),
            connection: Some(scope.connection.clone()),
            status: vec![Status::Running],
            limit: 3,
            ..RunFilter::default()
        };
        for record in self.backend().runs(&filter).await.map_err(|error| failed(&error))? {
            if !self.is_interrupted(&record) {
                continue;
            }
            let id = &record.new.id;
            let again = match ready.settings.target.simulate {
                true => format!("pianoroll runs cancel {id}` closes it"),
                false => format!("pianoroll runs retry {id}` goes on from where it stopped"),
            };
            ready.note(format_args!(
                "{}: run {id} was interrupted: `{again}",
                Styled(HEADING, "note")
            ));
        }
        Ok(())
    }

    /// Attempts a run until it is finished or needs a person.
    pub(super) async fn attempts(&self, ready: &Ready, opened: &Opened) -> Result<Ended, Failure> {
        let run = &ready.run;
        loop {
            let mut done = self.attempt(ready, opened).await?;
            match done.report.next {
                // Who waits for a run is told of a trouble, and the run does not wait for its end.
                Next::Over | Next::After(_) => return Ok(ready.ended(done, &opened.about())),
                Next::Person => {
                    done.exit = Exit::UnknownOutcome;
                    done.hint = Some(resolve_hint(run));
                    return Ok(ready.ended(done, &opened.about()));
                }
                Next::At { reason: WaitingReason::Stopped, .. } => {
                    ready.note("its process ends, and the run goes on with the next one");
                    return Ok(ready.ended(done, &opened.about()));
                }
                Next::At { when, reason } => {
                    say_wait(ready, &done, when, reason);
                    if !self.wait(when, ready).await {
                        if ready.terms.halt.reason() == Some(HaltReason::Stop) {
                            ready.note("its process ends, and the run goes on with the next one");
                            return Ok(ready.ended(done, &opened.about()));
                        }
                        self.close(run, Outcome::Cancelled, Value::Null).await?;
                        ready.note("cancelled while it waited");
                        return Ok(ready.ended(done.cancelled(), &opened.about()));
                    }
                }
            }
        }
    }

    /// Makes one recorded attempt of a run.
    pub(super) async fn attempt(&self, ready: &Ready, opened: &Opened) -> Result<Done, Failure> {
        let run = &ready.run;
        let attempt =
            self.journal.begin(run, self.clock.now()).await.map_err(|error| failed(&error))?;
        let number = attempt.number();
        ready.audience.hear(Event::Started { run: run.clone(), attempt: number });
        if number > 1 {
            let calls = counted(attempt.left() as u64, "entry", "entries");
            let text = format!("attempt {number} of run {run}: {calls} in the journal");
            ready.note(Styled(DIM, text));
        }
        let (started, seed) = {
            let record = attempt.started_as();
            (record.new.started, record.new.seed)
        };
        let this = This { journal: Some(attempt), started, seed, dry_run: false };
        let done = self.within(ready, ready.attempt(opened, this)).await?;
        if let Some(error) = &done.report.unrecorded {
            let text = format!("the end of the attempt is not recorded: {error}");
            ready.note(format_args!("{}: {text}", Styled(HEADING, "note")));
        }
        Ok(done)
    }

    /// Waits for an attempt, and ends it where its run takes longer than it may.
    async fn within(
        &self,
        ready: &Ready,
        attempt: impl Future<Output = Result<Done, Failure>>,
    ) -> Result<Done, Failure> {
        let most = ready.settings.timeout.and_then(|most| Duration::try_from(most).ok());
        let Some(most) = most else { return attempt.await };
        let left = most.saturating_sub(self.time_spent(&ready.run).await?);
        let mut attempt = std::pin::pin!(attempt);
        tokio::select! {
            done = attempt.as_mut() => return done,
            () = self.clock.sleep(left) => {}
        }
        ready.terms.halt.give(HaltReason::Timeout { most });
        ready.cancel.cancel();
        attempt.await
    }

    /// How long the attempts of a run took. When one ended whose process was killed is not known, so it does not count.
    async fn time_spent(&self, run: &RunId) -> Result<Duration, Failure> {
        let attempts = self.backend().attempts(run).await.map_err(|error| failed(&error))?;
        let took = attempts.iter().filter(|attempt| attempt.end != Some(AttemptEnd::Interrupted));
        let took = took.filter_map(|attempt| {
            attempt.ended.map(|ended| moments::between(attempt.started, ended))
        });
        Ok(took.sum())
    }

    /// Waits until a moment by the wall clock; false where the run was cancelled before.
    async fn wait(&self, when: Timestamp, ready: &Ready) -> bool {
        loop {
            let left = when.duration_since(self.clock.now());
            let left = Duration::try_from(left).unwrap_or_default();
            if left.is_zero() {
                return !ready.cancel.is_cancelled();
            }
            tokio::select! {
                () = ready.cancel.cancelled() => return false,
                () = self.clock.sleep(left.min(LOOK)) => {}
            }
        }
    }
}

fn say_wait(ready: &Ready, done: &Done, when: Timestamp, reason: WaitingReason) {
    let why = match (reason, &done.report.error) {
        (WaitingReason::Retry, Some(error)) => {
            format!("attempt {} failed: {}; ", done.report.attempt, error.message)
        }
        _ => String::new(),
    };
    // Seconds are as exact as anybody waits.
    let second = when.round(jiff::Unit::Second).unwrap_or(when);
    ready.note(format_args!("{}waiting until {second}", crate::output::plain(&why)));
}

/// What an operator can say of calls whose outcome is unknown.
fn resolve_hint(run: &RunId) -> String {
    format!(
        "find out what happened, then `pianoroll runs resolve {run}` with one of\n    \
         --done   it happened: the run goes on behind it\n    \
         --retry  it did not happen: it is sent again\n    \
         --fail   the run is given up"
    )
}
