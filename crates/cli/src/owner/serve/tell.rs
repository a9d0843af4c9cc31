//! What people are told: notices are written to the journal, and the courier sends them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use pianoroll_journal::{
    Fate, Keep, NoteKind, NoticeRecord, NoticeState, Occurrence, RunFilter, RunRecord, Trigger,
    WaitingReason,
};
use pianoroll_model::{Outcome, RunId, Status};
use pianoroll_runtime::project::Notice;
use pianoroll_runtime::scheduler::schedule_name;
use serde_json::{Value, json};

use super::Server;
use crate::failure::Failure;
use crate::moments;
use crate::numbers::counted;
use crate::output::plain;
use crate::recorded::failed;

/// How long a notice waits for others that belong to the same message.
const GROUPED: SignedDuration = SignedDuration::from_secs(5);

/// How long before the last sign of an earlier process its runs may have ended untold: it may have ended between a run's end and its
/// notice.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// Something that people are told.
pub(super) struct Said {
    pub(super) kind: Notice,
    /// One line.
    pub(super) text: String,
    /// Names it: what has the same name is told once.
    pub(super) key: String,
    pub(super) run: Option<RunId>,
    /// What a program has said beside its text.
    pub(super) details: Option<Value>,
}

impl Said {
    /// Something that has nothing beside its text.
    pub(super) fn new(kind: Notice, text: String, key: String, run: Option<RunId>) -> Self {
        Self { kind, text, key, run, details: None }
    }
}

impl Server {
    /// A run has ended, or needs a person: counts it, lets others begin that waited for it, and tells of it.
    pub(super) async fn over(&self, run: &RunId) -> Result<(), Failure> {
        let record = self.owner.record(run).await?;
        self.ended(&record).await;
        for said in self.words_of(&record).await? {
            self.say(&record.new.scope.automation, said).await;
        }
        self.changed();
        Ok(())
    }

    /// A run that somebody waits for has ended, or waits: others may begin that waited for it. Nobody else needs to be told of it.
    pub(in crate::owner) async fn seen(&self, run: &RunId) {
        let Ok(record) = self.owner.record(run).await else { return };
        self.ended(&record).await;
        self.changed();
    }

    /// Counts a run that has ended, and lets its schedule know.
    async fn ended(&self, record: &RunRecord) {
        let Some(outcome) = record.outcome else { return };
        let (run, now) = (&record.new.id, self.owner.clock.now());
        let (automation, connection) = (&record.new.scope.automation, &record.new.scope.connection);
        let took = moments::between(record.new.started, record.changed);
        self.metrics.run_ended(automation, outcome, took.as_secs_f64());
        match record.error.get("message").and_then(Value::as_str) {
            Some(error) if outcome == Outcome::Failed => {
                tracing::warn!(%run, automation, connection, "failed: {}", plain(error));
            }
            _ => tracing::info!(%run, automation, connection, "{outcome}"),
        }
        match self.scheduler.ended(automation, connection, run, outcome, now).await {
            Ok(false) => {}
            Ok(true) => {
                let name = schedule_name(automation, connection);
                let text = format!(
                    "the schedule {name} is paused: too many of its runs have failed in a row; `pianoroll schedule resume {name}` lets it go on"
                );
                tracing::warn!("{text}");
                let key = format!("paused:{name}:{run}");
                let said = Said::new(Notice::Paused, text, key, Some(run.clone()));
                self.say(automation, said).await;
            }
            Err(error) => tracing::error!(%run, "its schedule does not know its end: {error}"),
        }
    }

    /// Tells what a run has said to people, also while it goes on.
    pub(super) async fn pass_on(&self, run: &RunId) -> Result<(), Failure> {
        let record = self.owner.record(run).await?;
        for said in self.said_by(&record).await? {
            self.say(&record.new.scope.automation, said).await;
        }
        Ok(())
    }

    /// What a run itself has said to people: each of its notes once.
    async fn said_by(&self, record: &RunRecord) -> Result<Vec<Said>, Failure> {
        let run = &record.new.id;
        let notes = self.owner.backend().notes(run).await.map_err(|error| failed(&error))?;
        let said = notes.into_iter().filter(|note| note.kind == NoteKind::Notify).map(|note| {
            let branch = note.branch.map(|(parallel, item)| format!("{parallel}.{item}."));
            let key = format!("said:{run}:{}{}", branch.unwrap_or_default(), note.number);
            let details = (!note.details.is_null()).then_some(note.details);
            Said { kind: Notice::Said, text: note.text, key, run: Some(run.clone()), details }
        });
        Ok(said.collect())
    }

    /// What there is to tell of a run.
    async fn words_of(&self, record: &RunRecord) -> Result<Vec<Said>, Failure> {
        let run = &record.new.id;
        let whose = format!("{} on {}", record.new.name, record.new.scope.connection);
        let message = record.error.get("message").and_then(serde_json::Value::as_str);
        let message = message.unwrap_or("no reason is recorded");
        let problems = record.summary.get("problem_count").and_then(serde_json::Value::as_u64);
        let said = |kind: Notice, text: String| {
            let key = format!("{}:{run}", kind.as_str());
            let text = format!("{text}  (run {run})");
            Said { kind, text, key, run: Some(run.clone()), details: None }
        };
        let mut all = self.said_by(record).await?;
        match (record.outcome, record.waiting.map(|waiting| waiting.reason)) {
            // Whoever has given it up knows.
            (Some(Outcome::Failed), _) if record.error.get("resolved").is_some() => {}
            (Some(Outcome::Failed), _) => {
                all.push(said(Notice::Failed, format!("{whose} has failed: {message}")));
            }
            (Some(Outcome::Completed), _) => {
                if self.failed_before(record).await? {
                    all.push(said(Notice::Recovered, format!("{whose} has completed again")));
                }
                if let Some(problems) = problems.filter(|problems| *problems > 0) {
                    let problems = counted(problems, "problem", "problems");
                    all.push(said(
                        Notice::Problems,
                        format!("{whose} has completed with {problems}"),
                    ));
                }
            }
            (None, Some(WaitingReason::UnknownOutcome)) => {
                let text = format!(
                    "{whose} waits for a word: it is not known whether a call has happened; `pianoroll runs show {run}`"
                );
                all.push(said(Notice::Unknown, text));
            }
            _ => {}
        }
        Ok(all)
    }

    /// Whether the run before this one, of the same automation and connection, has failed.
    async fn failed_before(&self, record: &RunRecord) -> Result<bool, Failure> {
        let filter = RunFilter {
            automation: Some(record.new.scope.automation.clone()),
            connection: Some(record.new.scope.connection.clone()),
            status: vec![Status::Finished],
            before: Some(record.new.id.clone()),
            limit: 1,
            ..RunFilter::default()
        };
        let before = self.owner.backend().runs(&filter).await.map_err(|error| failed(&error))?;
        Ok(before.first().is_some_and(|before| before.outcome == Some(Outcome::Failed)))
    }

    /// Tells once more of the runs that an earlier process has ended last: what was told before is not told again.
    pub(super) async fn tell_again(&self) -> Result<(), Failure> {
        let (mut before, mut since) = (None, None);
        loop {
            let filter = RunFilter { before, limit: 200, ..RunFilter::default() };
            let runs = self.owner.backend().runs(&filter).await.map_err(|error| failed(&error))?;
            let Some(last) = runs.last() else { return Ok(()) };
            before = Some(last.new.id.clone());
            let newest = runs.iter().map(|run| run.changed).max().unwrap_or(last.changed);
            let since = *since
                .get_or_insert_with(|| newest.checked_sub(TOLD_AGAIN).unwrap_or(Timestamp::MIN));
            let is_over = last.new.started < since;
            for record in runs {
                let own = !matches!(record.new.trigger, Trigger::Manual | Trigger::Rerun { .. });
                if own && record.changed >= since {
                    for said in self.words_of(&record).await? {
                        self.say(&record.new.scope.automation, said).await;
                    }
                }
            }
            if is_over {
                return Ok(());
            }
        }
    }

    /// Counts what came of due times; answers what is to be told of those that made no run, each with its automation.
    pub(super) fn note_fates(&self, decided: &[Occurrence]) -> Vec<(String, Said)> {
        let mut missed: BTreeMap<&str, Vec<&Occurrence>> = BTreeMap::new();
        for occurrence in decided {
            // What waits is counted once it has come to something.
            if occurrence.fate != Fate::Waiting {
                self.metrics.occurrence(occurrence.fate.as_str());
            }
            let Occurrence { schedule, due, reason, .. } = occurrence;
            match occurrence.fate {
                Fate::Missed | Fate::Skipped => {
                    tracing::warn!(schedule, %due, reason, "{}", occurrence.fate.as_str());
                    // What stands in the way of all of its runs was told, once.
                    if !self.night.holds_one_of(reason) {
                        missed.entry(schedule).or_default().push(occurrence);
                    }
                }
                Fate::Paused => tracing::debug!(schedule, %due, "paused"),
                Fate::Waiting | Fate::Fired => {}
            }
        }
        let told = missed.into_iter().filter_map(|(schedule, occurrences)| {
            let last = occurrences.last()?;
            let automation = schedule.split('/').next().unwrap_or_default().to_owned();
            let count = counted(occurrences.len() as u64, "due time has", "due times have");
            let text = format!(
                "{schedule}: {count} made no run, the last one {}: {}",
                last.due, last.reason
            );
            let key = format!("missed:{schedule}:{}", last.due);
            Some((automation, Said::new(Notice::Missed, text, key, None)))
        });
        told.collect()
    }

    /// Tells of several things.
    pub(super) async fn say_each(self: Arc<Self>, said: Vec<(String, Said)>) {
        for (automation, said) in said {
            self.say(&automation, said).await;
        }
    }

    /// Tells everybody whom an automation names.
    pub(super) async fn say(&self, automation: &str, said: Said) {
        let current = self.current();
        let names = current.settings(automation).map(|settings| settings.notify.clone());
        self.write(names.unwrap_or_default().iter().map(String::as_str), &said).await;
    }

    /// Tells everybody.
    pub(super) async fn say_to_all(&self, said: Said) {
        let current = self.current();
        self.write(current.project.notify.keys().map(String::as_str), &said).await;
    }

    async fn write(&self, names: impl Iterator<Item = &str>, said: &Said) {
        let (current, now) = (self.current(), self.owner.clock.now());
        let wanted = |name: &&str| {
            current.project.notify.get(*name).is_some_and(|notify| notify.on.contains(&said.kind))
        };
        let notices: Vec<Keep> = names
            .filter(wanted)
            .map(|name| {
                Keep::Notice(NoticeRecord {
                    id: 0,
                    recipient: name.to_owned(),
                    key: said.key.clone(),
                    kind: said.kind.as_str().to_owned(),
                    content: json!({ "text": said.text, "run": said.run, "details": said.details }),
                    at: now,
                    state: NoticeState::Waiting,
                    tries: 0,
                    next: now.checked_add(GROUPED).unwrap_or(now),
                    error: None,
                })
            })
            .collect();
        if notices.is_empty() {
            return;
        }
        if let Err(error) = self.owner.backend().keep(notices).await {
            tracing::error!("a notice cannot be kept ({error}): {}", said.text);
        }
    }
}
