//! Runs that are there already: another attempt, a new run like it, and an operator's word.

use std::sync::Arc;
use std::time::Duration;

use pianoroll_journal::{Answer, Entry, EntryState, RunRecord, Trigger, WaitingReason};
use pianoroll_model::{Outcome, RunId, Status};
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::execution::Terms;
use pianoroll_server::{Audience, Decision, Ended, ResolveRun};
use serde_json::{Value, json};

use super::accounts::Accounts;
use super::attempt::{self, Ready};
use super::folder_owner::FolderOwner;
use super::run::Fresh;
use super::table::UnderWay;
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::numbers::counted;
use crate::plugins;
use crate::recorded::failed;
use crate::style::{DIM, Styled};

/// How many entries are looked through at once, and how many bytes of them.
const CHUNK: (u32, usize) = (512, 4 << 20);

impl FolderOwner {
    /// Another attempt of the same run.
    pub(super) async fn retry(
        &self,
        run: &RunId,
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        let record = self.record(run).await?;
        let reason = record.waiting.map(|waiting| waiting.reason);
        let text = match (record.outcome, reason) {
            (Some(outcome @ (Outcome::Completed | Outcome::Skipped)), _) => {
                let hint = format!("`pianoroll runs rerun {run}` starts a new one like it");
                return Err(Failure::input(format!("run {run} is {outcome}")).hint(hint));
            }
            (_, Some(WaitingReason::UnknownOutcome)) => "has a call whose outcome is unknown",
            (_, Some(WaitingReason::Restored)) => {
                "was found in a backup: what it did after the backup would be done again"
            }
            _ => return self.go_on(&record, under_way, audience).await,
        };
        let hint = format!(
            "`pianoroll runs show {run}` tells more; `pianoroll runs resolve {run}` goes on"
        );
        Err(Failure::text(Exit::UnknownOutcome, format!("run {run} {text}")).hint(hint))
    }

    /// A new run with the program and parameters of an earlier one.
    pub(super) async fn rerun(
        &self,
        of: &RunId,
        run: &RunId,
        yes: bool,
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        let RunRecord { new, .. } = self.record(of).await?;
        let mut settings = RunSettings::from_value(&new.settings).or_exit(Exit::Input)?;
        settings.yes |= yes;
        plugins::narrow_to_today(&mut settings)?;
        let Value::Object(params) = new.params else { return Err(damaged(of)) };
        let fresh = Fresh {
            name: new.name,
            automation: new.scope.automation,
            program: self.program(&new.program).await?,
            params,
            settings,
            trigger: Trigger::Rerun { of: of.clone() },
            seed: None,
        };
        self.create(run, fresh, None, under_way, audience).await
    }

    /// An operator's word on calls whose outcome is unknown; then the run goes on.
    pub(super) async fn resolve(
        &self,
        resolve: ResolveRun,
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        let ResolveRun { run, call, decision } = resolve;
        let record = self.record(&run).await?;
        if record.status == Status::Finished {
            let text = format!("run {run} is finished: nothing of it is open");
            return Err(Failure::input(text));
        }
        if decision == Decision::Fail {
            return self.give_up(&record, audience).await;
        }
        let restored = record.waiting.is_some_and(|it| it.reason == WaitingReason::Restored);
        refuse_simulated(&record)?;
        if restored {
            if decision != Decision::Retry {
                let text = format!(
                    "run {run} was found in a backup, and no call of it is known to be open"
                );
                return Err(Failure::input(text).hint("--retry lets it go on, --fail gives it up"));
            }
            self.backend().release(&run, self.clock.now()).await.map_err(|error| failed(&error))?;
            let record = self.record(&run).await?;
            return self.go_on(&record, under_way, audience).await;
        }
        let open = self.unknown(&run).await?;
        let meant: Vec<&Entry> = open
            .iter()
            .filter(|entry| call.is_none_or(|call| entry.intent.position == call))
            .collect();
        if meant.is_empty() {
            let what = call.map(|call| format!(" at {call}")).unwrap_or_default();
            let text = format!("run {run} has no call{what} whose outcome is unknown");
            let places: Vec<String> =
                open.iter().map(|entry| entry.intent.position.to_string()).collect();
            let hint = (!places.is_empty()).then(|| format!("there are: {}", places.join(", ")));
            return Err(Failure::input(text).hint_if(hint));
        }
        for entry in &meant {
            let answer = told(&decision);
            self.backend()
                .resolve(&run, entry.number, answer)
                .await
                .map_err(|error| failed(&error))?;
        }
        let left = open.len() - meant.len();
        if left > 0 {
            let calls = counted(left as u64, "call is", "calls are");
            let text = format!("{calls} still unknown");
            return Ok(settled(&record, Exit::UnknownOutcome, "waiting", &text));
        }
        self.go_on(&record, under_way, audience).await
    }

    /// The calls of a run whose outcome is unknown.
    async fn unknown(&self, run: &RunId) -> Result<Vec<Entry>, Failure> {
        let (mut unknown, mut sent) = (Vec::new(), Vec::new());
        let mut from = 1;
        loop {
            let chunk = self.backend().entries(run, from, CHUNK.0, CHUNK.1).await;
            let chunk = chunk.map_err(|error| failed(&error))?;
            let Some(last) = chunk.last() else { break };
            from = last.number + 1;
            for entry in chunk {
                match entry.state() {
                    EntryState::Unknown => unknown.push(entry),
                    EntryState::Sent => sent.push(entry),
                    _ => {}
                }
            }
        }
        // What was on its way beside an unknown call is settled by the next attempt, as its class says; by itself it is what is
        // meant.
        Ok(if unknown.is_empty() { sent } else { unknown })
    }

    async fn give_up(
        &self,
        record: &RunRecord,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        drop(audience);
        let run = &record.new.id;
        let mut error = record.error.clone();
        let message = "given up by an operator";
        match &mut error {
            Value::Object(error) => drop(error.insert("resolved".to_owned(), message.into())),
            error => *error = json!({ "message": message, "kind": "resolved" }),
        }
        self.close(run, Outcome::Failed, error).await?;
        Ok(settled(record, Exit::Failed, "failed", message))
    }

    /// Makes further attempts of a run.
    async fn go_on(
        &self,
        record: &RunRecord,
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
    ) -> Result<Ended, Failure> {
        refuse_simulated(record)?;
        let new = &record.new;
        let settings = RunSettings::from_value(&new.settings).or_exit(Exit::Input)?;
        let terms = attempt::terms(&settings, under_way);
        let ready = self.ready(record, settings, under_way, audience, terms).await?;
        let opened = ready.open(&self.clients).await?;
        ready.note(format_args!("{} on {}", Styled(DIM, &new.name), opened.about()));
        let ended = self.attempts(&ready, &opened).await;
        opened.close().await;
        ended
    }

    /// A run of the journal, ready for its next attempt.
    pub(super) async fn ready(
        &self,
        record: &RunRecord,
        settings: RunSettings,
        under_way: &UnderWay<'_>,
        audience: Arc<dyn Audience>,
        terms: Terms,
    ) -> Result<Ready, Failure> {
        let new = &record.new;
        let Value::Object(params) = new.params.clone() else { return Err(damaged(&new.id)) };
        let project = self.project(&settings)?;
        Ok(Ready {
            run: new.id.clone(),
            program: self.runnable(&self.program(&new.program).await?).await?,
            accounts: Accounts::of(&settings, &project)?,
            terms,
            settings,
            params,
            project,
            audience,
            tells_effects: false,
            cancel: under_way.cancel.clone(),
        })
    }

    pub(super) async fn program(
        &self,
        digest: &str,
    ) -> Result<pianoroll_journal::Program, Failure> {
        let program = self.backend().program(digest).await.map_err(|error| failed(&error))?;
        program.ok_or_else(|| {
            Failure::text(Exit::Failed, format!("the journal has no program {digest}"))
        })
    }
}

/// The answer that an operator's word is.
fn told(decision: &Decision) -> Answer {
    let (state, body) = match decision {
        Decision::Done { answer: Some(answer) } => (EntryState::Done, answer.to_string().into()),
        Decision::Done { answer: None } => (EntryState::Done, Vec::new()),
        Decision::Retry | Decision::Fail => (EntryState::Void, Vec::new()),
    };
    let settlement = "resolved".to_owned();
    Answer { state, settlement, took: Duration::ZERO, ..Answer::value(body) }
}

/// The end of an order that made no attempt.
fn settled(record: &RunRecord, exit: Exit, word: &str, message: &str) -> Ended {
    let new = &record.new;
    let report = json!({
        "run": new.id,
        "outcome": if word == "waiting" { Value::Null } else { word.into() },
        "status": if word == "waiting" { "waiting" } else { "finished" },
        "exit_code": exit.code(),
        "target": new.target,
        "message": message,
    });
    let connection = Some(new.scope.connection.clone()).filter(|name| !name.is_empty());
    let text = format!("{word}: {message}  {}\n", Styled(DIM, format!("run {}", new.id)));
    Ended { run: new.id.clone(), connection, exit: exit.code(), report, text, error: None }
}

/// The account that a simulated run has worked on is gone with its process.
fn refuse_simulated(record: &RunRecord) -> Result<(), Failure> {
    let simulated = record.new.settings["target"]["simulate"] == true;
    if !simulated {
        return Ok(());
    }
    let run = &record.new.id;
    let text =
        format!("run {run} was simulated, and its account is gone with the process that played it");
    Err(Failure::input(text).hint(format!("`pianoroll runs rerun {run}` starts anew")))
}

fn damaged(run: &RunId) -> Failure {
    Failure::text(Exit::Failed, format!("the parameters of run {run} are no object"))
}
