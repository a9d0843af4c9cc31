//! One run, seen from its program.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_api::Operation;
use pianoroll_gateway::{Cancel, Connection, Gateway};
use pianoroll_journal::{Attempt, LastRun, NoteKind};
use pianoroll_model::{Clock, PermissionSet, Position, Revision, RunId};
use serde_json::{Map, Value};

use crate::account::{Account, KnownAccount};
use crate::branch::{Branch, Line};
use crate::error::{Cause, HostError};
use crate::failures::Failures;
use crate::files::{Files, NoFiles, Shelf};
use crate::guardrails::{Guardrails, Spent};
use crate::ledger::{Book, Ledger};
use crate::notifications::{Notification, Notifications};
use crate::observer::{Observer, Silent};
use crate::permission::GrantBy;
use crate::plan::{DryRun, Plan, Replaced};
use crate::summary::{LOGGED_LINES, Problem, Problems, Summary, Tally};

/// What a run is given.
#[derive(Clone)]
pub struct HostSettings {
    /// The way out, with the credential and its quota.
    pub gateway: Gateway,
    /// The account.
    pub connection: Connection,
    /// Other accounts that the program may call, by the names that it knows them by.
    pub others: BTreeMap<String, Account>,
    /// What was granted.
    pub grants: PermissionSet,
    /// Where more would be granted, for denials.
    pub grant_by: GrantBy,
    /// The limits.
    pub guardrails: Guardrails,
    /// The program's parameters, typed by its header.
    pub params: Map<String, Value>,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// When the run started, by the wall clock: the program's `now()`.
    pub started: Timestamp,
    /// Seeds the program's random numbers; drawn from the operating system once a run.
    pub seed: u64,
    /// The run's id. Keys of keyed operations are made from it, so no two runs may share one.
    pub run: RunId,
    /// Who hears of the run.
    pub observer: Arc<dyn Observer>,
    /// Stops the run at its next call.
    pub cancel: Cancel,
    /// Whether effects are planned and not sent: see [`Host::plan`]. Outputs are counted and not written.
    pub dry_run: bool,
    /// What the program may read and write.
    pub files: Arc<dyn Files>,
    /// What records the run, and answers what earlier attempts of it have done; nothing where the run is not durable. Never
    /// with a dry run.
    pub journal: Option<Attempt>,
    /// The state values that the program finds, where nothing records the run: what it sets is then gone with it.
    pub state: BTreeMap<String, Value>,
    /// What the program's `last_run()` answers, where nothing records the run.
    pub last_run: Option<LastRun>,
}

impl HostSettings {
    /// A run that starts now, is granted nothing, has no files, and is limited and observed by nobody.
    pub fn new(
        gateway: Gateway,
        connection: Connection,
        clock: Arc<dyn Clock>,
        run: RunId,
        seed: u64,
    ) -> Self {
        Self {
            gateway,
            connection,
            others: BTreeMap::new(),
            grants: PermissionSet::none(),
            grant_by: GrantBy::Flag,
            guardrails: Guardrails::default(),
            params: Map::new(),
            started: clock.now(),
            clock,
            seed,
            run,
            observer: Arc::new(Silent),
            cancel: Cancel::new(),
            dry_run: false,
            files: Arc::new(NoFiles),
            journal: None,
            state: BTreeMap::new(),
            last_run: None,
        }
    }
}

/// One run: what its program may ask for, and what it has done so far. Shared by all branches and threads of the run.
pub struct Host {
    pub(crate) settings: HostSettings,
    pub(crate) spent: Spent,
    pub(crate) tally: Tally,
    /// By the clock that never goes back, for the guardrail on time.
    started: Duration,
    /// The error that ended the run, if one did: every later call gets it too.
    stopped: OnceLock<HostError>,
    trunk: Arc<Line>,
    own: KnownAccount,
    others: BTreeMap<String, KnownAccount>,
    // Effects only, for some nanoseconds each, and never over an await.
    book: Mutex<Book>,
    // As rarely as a program reports a problem.
    problems: Mutex<Problems>,
    // As rarely as a program tells its operator something.
    notifications: Mutex<Notifications>,
    // As rarely as a program opens a file.
    pub(crate) shelf: Mutex<Shelf>,
    /// 0 until the program says so; then one more than what it said.
    progress: AtomicU64,
    drawn: AtomicBool,
    /// Lines that the program logged.
    pub(crate) logged: AtomicU64,
    pub(crate) dry_run: Option<DryRun>,
    pub(crate) replaced: Replaced,
    pub(crate) failures: Failures,
    // State values of a run that nothing records; for some nanoseconds.
    pub(crate) state: Mutex<BTreeMap<String, Value>>,
}

impl Host {
    /// The host of a new run.
    #[must_use]
    pub fn new(settings: HostSettings) -> Arc<Host> {
        let (gateway, connection) = (settings.gateway.clone(), settings.connection.clone());
        let other = |(name, account): (&String, &Account)| {
            (name.clone(), KnownAccount::other(name, account.clone()))
        };
        let mut problems = Problems::default();
        for note in said(&settings, NoteKind::Problem) {
            problems.add(Problem::new(&note.text, note.details.clone()));
        }
        let notified = said(&settings, NoteKind::Notify)
            .map(|note| Notification { text: note.text.clone(), details: note.details.clone() });
        let notifications = Mutex::new(Notifications::after(notified.collect()));
        Arc::new(Host {
            own: KnownAccount::own(Account { gateway, connection }),
            others: settings.others.iter().map(other).collect(),
            spent: Spent::default(),
            tally: Tally::new(),
            started: settings.clock.monotonic(),
            stopped: OnceLock::new(),
            trunk: Arc::new(Line::new(settings.seed, None)),
            book: Mutex::new(Book::default()),
            problems: Mutex::new(problems),
            notifications,
            shelf: Mutex::new(Shelf::default()),
            progress: AtomicU64::new(0),
            drawn: AtomicBool::new(false),
            logged: AtomicU64::new(said(&settings, NoteKind::Log).count() as u64),
            dry_run: settings.dry_run.then(DryRun::default),
            replaced: Replaced::default(),
            failures: Failures::default(),
            state: Mutex::new(settings.state.clone()),
            settings,
        })
    }

    /// What records the run.
    pub(crate) fn attempt(&self) -> Option<&Attempt> {
        self.settings.journal.as_ref()
    }

    /// Whether a journal records the run.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.attempt().is_some()
    }

    /// The last run of the same automation and connection that completed before this one began.
    #[must_use]
    pub fn last_run(&self) -> Option<&LastRun> {
        match self.attempt() {
            Some(attempt) => attempt.started_as().new.last_run.as_ref(),
            None => self.settings.last_run.as_ref(),
        }
    }

    /// The run's main line. All its handles count the same sequence.
    #[must_use]
    pub fn trunk(self: &Arc<Self>) -> Branch {
        Branch::new(Arc::clone(self), Arc::clone(&self.trunk), self.own.clone())
    }

    /// The state values as the program has left them, where nothing records the run.
    #[must_use]
    pub fn unrecorded_state(&self) -> BTreeMap<String, Value> {
        lock(&self.state).clone()
    }

    /// The program's parameters.
    #[must_use]
    pub fn params(&self) -> &Map<String, Value> {
        &self.settings.params
    }

    /// When the run started, by the wall clock.
    #[must_use]
    pub fn started(&self) -> Timestamp {
        self.settings.started
    }

    /// Where time comes from.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.settings.clock
    }

    /// The run's id.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.settings.run
    }

    /// The account that the run is for.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.settings.connection
    }

    /// The names of the other accounts that the program may call, in order.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.others.keys().map(String::as_str)
    }

    pub(crate) fn other(&self, name: &str) -> Option<&KnownAccount> {
        self.others.get(name)
    }

    /// What was granted.
    #[must_use]
    pub fn grants(&self) -> &PermissionSet {
        &self.settings.grants
    }

    /// Where more would be granted.
    #[must_use]
    pub fn grant_by(&self) -> &GrantBy {
        &self.settings.grant_by
    }

    /// Stops the run at its next call, once given.
    #[must_use]
    pub fn cancel(&self) -> &Cancel {
        &self.settings.cancel
    }

    /// Whether the run is over for its program: cancelled, past a guardrail, or with an unknown outcome. A long computation
    /// looks here.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.get().is_some() || self.settings.cancel.is_cancelled()
    }

    /// The error that ended the run, if one that no program can catch did. Calls of other branches fail with the same.
    #[must_use]
    pub fn stop_reason(&self) -> Option<&HostError> {
        self.stopped.get()
    }

    /// Tells how far the program is.
    pub fn progress(&self, done: u64, total: Option<u64>) {
        self.progress.store(done.saturating_add(1), Ordering::Relaxed);
        self.settings.observer.progress(done, total);
    }

    /// How far the program said it is, if it did.
    #[must_use]
    pub fn last_progress(&self) -> Option<u64> {
        self.progress.load(Ordering::Relaxed).checked_sub(1)
    }

    /// What the random numbers came from, where the program has drawn some: a run with the same seed draws the same again.
    #[must_use]
    pub fn drawn_seed(&self) -> Option<u64> {
        self.drawn.load(Ordering::Relaxed).then_some(self.settings.seed)
    }

    pub(crate) fn note_drawn(&self) {
        self.drawn.store(true, Ordering::Relaxed);
    }

    /// The run in numbers, so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let outcomes = self.book().counts();
        let problems = lock(&self.problems).snapshot();
        let unlogged = self.logged.load(Ordering::Relaxed).saturating_sub(LOGGED_LINES);
        let summary =
            self.tally.summary(self.spent.calls(), self.spent.effects(), outcomes, problems);
        let notifications = self.notifications().count();
        Summary { unlogged, notifications, ..summary }
    }

    /// The effects of the run, so far.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        self.book().ledger()
    }

    /// What the run would have done, so far; nothing where it is no dry run.
    #[must_use]
    pub fn plan(&self) -> Option<Plan> {
        self.dry_run.as_ref().map(DryRun::plan)
    }

    /// The revision that an operation is served at by the run's own account.
    #[must_use]
    pub fn revision(&self, operation: &Operation) -> Option<Revision> {
        self.own.revision(operation)
    }

    pub(crate) fn running(&self) -> Duration {
        self.settings.clock.monotonic().saturating_sub(self.started)
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.book)
    }

    pub(crate) fn notifications(&self) -> MutexGuard<'_, Notifications> {
        lock(&self.notifications)
    }

    pub(crate) fn problems(&self) -> MutexGuard<'_, Problems> {
        lock(&self.problems)
    }

    /// Ends the run. The first reason stays.
    pub(crate) fn stop(&self, error: &HostError) {
        let _ = self.stopped.set(error.clone());
    }

    /// Ends the run for a reason, and answers that as an error.
    pub(crate) fn stopped(&self, cause: Cause, position: Position) -> HostError {
        let error = HostError::new(cause, position);
        self.stop(&error);
        error
    }
}

/// What earlier attempts have said.
fn said(settings: &HostSettings, kind: NoteKind) -> impl Iterator<Item = &pianoroll_journal::Note> {
    let said = settings.journal.iter().flat_map(Attempt::said);
    said.filter(move |note| note.kind == kind)
}

/// What these locks guard is whole between any two lines of ours, so a panic elsewhere leaves nothing half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
