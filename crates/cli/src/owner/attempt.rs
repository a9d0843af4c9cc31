//! One attempt of a run: a program and its accounts become a host's settings, and what came of it what people and programs read.

use std::sync::Arc;

use jiff::Timestamp;
use pianoroll_gateway::Cancel;
use pianoroll_host::HostSettings;
use pianoroll_journal::Attempt;
use pianoroll_model::{Outcome, RunId};
use pianoroll_runtime::durable::RunSettings;
use pianoroll_runtime::execution::{self, Attempts, RunReport, Terms};
use pianoroll_runtime::folder::Folder;
use pianoroll_runtime::project::Project;
use pianoroll_server::{Audience, Ended, Event, Reply};
use serde_json::{Map, Value};

use super::accounts::{Accounts, Opened};
use super::herald::Herald;
use super::program::Runnable;
use super::table::UnderWay;
use crate::confirm::{Confirm, UNASKED};
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::target::{self, Clients};
use crate::{refusal, report};

/// A run that is ready for its attempts.
pub(super) struct Ready {
    pub(super) run: RunId,
    pub(super) program: Runnable,
    pub(super) settings: RunSettings,
    pub(super) params: Map<String, Value>,
    pub(super) project: Project,
    pub(super) accounts: Accounts,
    pub(super) audience: Arc<dyn Audience>,
    /// Whether effects are told on any account, and not only on a live one.
    pub(super) tells_effects: bool,
    pub(super) cancel: Cancel,
    pub(super) terms: Terms,
}

/// The terms of a run that somebody waits for.
pub(super) fn terms(settings: &RunSettings, under_way: &UnderWay<'_>) -> Terms {
    let halt = under_way.halt.clone();
    Terms { attempts: Attempts::of(settings.attempts), halt, waits_for_trouble: false }
}

/// What tells one attempt of a run from another.
pub(super) struct This {
    pub(super) journal: Option<Attempt>,
    pub(super) started: Timestamp,
    pub(super) seed: u64,
    pub(super) dry_run: bool,
}

/// What came of an attempt.
pub(super) struct Done {
    pub(super) report: RunReport,
    pub(super) exit: Exit,
    /// What to do about an error.
    pub(super) hint: Option<String>,
}

/// The project that a run belongs to, as it is today.
pub(super) fn project(settings: &RunSettings) -> Result<Project, Failure> {
    match &settings.project {
        Some(file) => Project::load(file).or_exit(Exit::Input),
        None => Ok(Project::default()),
    }
}

impl Ready {
    /// Opens the accounts, and makes sure that they are the ones that are meant.
    pub(super) async fn open(&self, clients: &Clients) -> Result<Opened, Failure> {
        let opened = self.accounts.open(clients, &self.cancel).await?;
        match opened.verify(&self.accounts).await {
            Ok(()) => Ok(opened),
            Err(failure) => {
                opened.close().await;
                Err(failure)
            }
        }
    }

    /// Tells a line.
    pub(super) fn note(&self, text: impl std::fmt::Display) {
        self.audience.hear(Event::Note { text: text.to_string() });
    }

    /// Makes one attempt.
    pub(super) async fn attempt(&self, opened: &Opened, this: This) -> Result<Done, Failure> {
        let target = &opened.own;
        // Nobody needs to say yes to what is not sent.
        let live = opened.live().filter(|_| !this.dry_run);
        let confirm =
            live.as_ref().map(|live| Confirm::new(live, self.settings.yes, self.cancel.clone()));
        let herald = Arc::new(Herald {
            audience: self.audience.clone(),
            confirm,
            tells_effects: self.tells_effects,
        });
        let permissions = self.settings.permissions().map_err(Failure::input)?;
        let settings = HostSettings {
            others: opened.others(),
            grants: permissions,
            grant_by: self.settings.grant_by.clone(),
            guardrails: self.settings.guardrails.clone(),
            params: self.params.clone(),
            observer: herald.clone(),
            cancel: self.cancel.clone(),
            dry_run: this.dry_run,
            files: Arc::new(Folder::new(&self.settings.folder, self.project.secret_files())),
            started: this.started,
            journal: this.journal,
            ..HostSettings::new(
                target.gateway.clone(),
                target.connection.clone(),
                target.clock.clone(),
                self.run.clone(),
                this.seed,
            )
        };
        let guest = self.program.guest(&self.settings, &self.project);
        let report = execution::execute(&*guest, settings, &self.terms).await;
        let mut exit = report::exit(&report);
        let hint = match herald.confirm.as_ref().and_then(Confirm::answer) {
            Some(Reply::Nobody) => {
                exit = Exit::Denied;
                Some(format!(
                    "{}, and a run by hand asks before its {}st effect: there is no terminal to ask on, so say --yes",
                    live.unwrap_or_default(),
                    UNASKED + 1
                ))
            }
            Some(Reply::No) => Some("the answer was no".to_owned()),
            _ => report
                .error
                .as_ref()
                .and_then(|error| error.host()?.call_error().cloned())
                .and_then(|error| refusal::hint_of_call(&error, self.accounts.own.source())),
        };
        Ok(Done { report, exit, hint })
    }

    /// The end of the run, or of its last attempt for now.
    pub(super) fn ended(&self, done: Done, about: &str) -> Ended {
        let Done { report, exit, hint } = done;
        let mut text = String::new();
        if !report.result.is_null() {
            // JSON always serialises.
            text = serde_json::to_string_pretty(&report.result).unwrap_or_default();
            text.push('\n');
        }
        text.push_str(&report::text(&report));
        Ended {
            run: self.run.clone(),
            connection: name_of(&self.accounts),
            exit: exit.code(),
            report: report::json(&report, about, exit),
            text,
            error: report::error(&report, hint),
        }
    }
}

impl Done {
    /// A run that was cancelled between two attempts.
    pub(super) fn cancelled(mut self) -> Self {
        self.report.outcome = Outcome::Cancelled;
        self.report.error = None;
        (self.exit, self.hint) = (Exit::Cancelled, None);
        self
    }
}

/// A new seed. It is told as a JSON number, of which not every reader takes more than 53 bits.
pub(super) fn random_seed() -> Result<u64, Failure> {
    target::seed().map(|seed| seed >> 11)
}

/// The name of the connection that the run is for.
fn name_of(accounts: &Accounts) -> Option<String> {
    accounts.own.chosen().and_then(|chosen| chosen.name().map(str::to_owned))
}
