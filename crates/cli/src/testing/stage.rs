//! One test's stage.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use pianoroll_gateway::{Cancel, Config, Connection, Credential, Endpoints, Gateway, Quota};
use pianoroll_host::{
    Account, Branch, Host, HostSettings, Level, Observer, Place, Plan, PlannedNotification,
};
use pianoroll_journal::LastRun;
use pianoroll_model::{
    Clock, ConnectionId, Effect, Outcome, PermissionSet, Revision, SteppingClock,
};
use pianoroll_runtime::execution::{self, RunReport};
use pianoroll_runtime::folder::Folder;
use pianoroll_script::MemoryLimit;
use pianoroll_script::testing::{AccountWords, LogLine, Played, RunError, Scenario, Stage, Told};
use pianoroll_simulator::{Data, GivenRecord, Mode, Rule, Settings, Simulator};
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::{Scripts, effects};
use crate::arguments::{GrantArguments, LimitArguments};
use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};
use crate::fixtures::Fixtures;
use crate::output;
use crate::owner::MOST_MEMORY;
use crate::style::{DIM, Styled};
use crate::target::gateway_app;

/// What the clock says where a test does not: any day on which the documented revision is served.
const START: Timestamp = Timestamp::constant(1_767_258_000, 0);

/// What a test is played on.
pub(crate) struct SimulatedStage {
    scripts: Arc<Scripts>,
    /// Where `fixtures/` is.
    project: PathBuf,
    simulator: Simulator,
    clock: SteppingClock,
    gateway: Gateway,
    revision: Revision,
    /// The account of the runs.
    own: ConnectionId,
    /// Their other accounts, by name.
    others: BTreeMap<String, ConnectionId>,
    folder: TempDir,
    runtime: Handle,
    // Held for a look.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Whether the account was given something, or a run has seen it.
    used: bool,
    runs: u64,
    /// The state values of the runs.
    values: BTreeMap<String, Value>,
    /// The last run that completed.
    last_run: Option<LastRun>,
}

impl SimulatedStage {
    /// A stage with an empty account for the runs, and one for each name. Must be called within the async runtime.
    pub(crate) async fn new(
        scripts: Arc<Scripts>,
        project: &Path,
        names: impl IntoIterator<Item = String>,
    ) -> Result<Self, Failure> {
        let clock = SteppingClock::new(START);
        let own = connection(0);
        let others: BTreeMap<String, ConnectionId> =
            names.into_iter().zip((1..).map(connection)).collect();
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let settings = settings(&own, &others);
        let simulator = Simulator::start(settings, listen, Arc::new(clock.clone()))
            .await
            .or_exit(Exit::Failed)?;
        let endpoints =
            Endpoints { gateway: simulator.gateway_url(), control: simulator.control_url() };
        let config = Config {
            endpoints,
            quota: Quota::Off,
            // The clock runs ahead of the machine, so nothing may hang on it that ends by itself.
            request_timeout: SteppingClock::NEVER,
            seed: 7,
            ..Config::default()
        };
        let credential = Credential::new("simulated".to_owned()).or_exit(Exit::Failed)?;
        let gateway =
            Gateway::new(config, credential, Arc::new(clock.clone())).or_exit(Exit::Failed)?;
        let revision = Mode::Documented.revision(gateway_app()?);
        let revision = revision.unwrap_or(Revision::constant(2024, 10, 15));
        let folder = tempfile::tempdir().or_exit(Exit::Failed)?;
        Ok(Self {
            scripts,
            project: project.to_owned(),
            simulator,
            clock,
            gateway,
            revision,
            own,
            others,
            folder,
            runtime: Handle::current(),
            state: Mutex::default(),
        })
    }

    /// The line that the test's own calls go along. A test may do everything: the account is its own.
    pub(crate) fn trunk(&self) -> Branch {
        let grants =
            Effect::ALL.into_iter().fold(PermissionSet::none(), PermissionSet::with_effect);
        let grants = grants.clone().allow_word("request").unwrap_or(grants);
        let observer = Arc::new(Printed);
        Host::new(HostSettings { grants, observer, ..self.host_settings(0) }).trunk()
    }

    /// Stops what was started.
    pub(crate) async fn close(self) {
        self.simulator.stop().await;
    }

    fn host_settings(&self, run: u64) -> HostSettings {
        let account = |id: &ConnectionId| Account {
            gateway: self.gateway.clone(),
            connection: Connection::new(Some(id.clone()), self.revision),
        };
        let others = self.others.iter().map(|(name, id)| (name.clone(), account(id)));
        let mut random = [0; 10];
        random[2..].copy_from_slice(&run.to_be_bytes());
        let Account { gateway, connection } = account(&self.own);
        let id = execution::run_id(self.clock.now(), random);
        HostSettings {
            others: others.collect(),
            // Nothing secret is in it: a test has put there what is there.
            files: Arc::new(Folder::new(self.folder.path(), Vec::new())),
            ..HostSettings::new(gateway, connection, Arc::new(self.clock.clone()), id, 7 + run)
        }
    }

    fn play(&self, scenario: &Scenario) -> Result<Played, Failure> {
        let script = self.scripts.get(&scenario.script)?;
        let params = script.bind(&scenario.params).or_exit(Exit::Input)?;
        let grants = GrantArguments { allow: scenario.allow.clone() }.permissions()?;
        let words = scenario.limits.iter().map(|(name, most)| format!("{name}={most}"));
        let guardrails = LimitArguments::limited(words.collect()).guardrails()?;
        let (run, values, last_run) = {
            let mut state = self.locked();
            state.used = true;
            state.runs += 1;
            (state.runs, state.values.clone(), state.last_run.clone())
        };
        let heard = Arc::new(Heard::default());
        let settings = HostSettings {
            grants,
            guardrails,
            params,
            observer: heard.clone(),
            cancel: Cancel::new(),
            dry_run: scenario.dry_run,
            state: values,
            last_run,
            ..self.host_settings(run)
        };
        let before = self.simulator.requests().len();
        let memory = MemoryLimit { most: MOST_MEMORY, used: crate::allocator::held };
        let guest = script.guest().with_memory_limit(memory);
        let report = self.runtime.block_on(execution::execute(
            &guest,
            settings,
            &execution::Terms::default(),
        ));
        if !scenario.dry_run {
            self.keep(&report);
        }
        let requests = self.simulator.requests();
        let sent = requests.get(before..).unwrap_or_default();
        let effects = match &report.plan {
            Some(plan) => plan.effects.iter().map(effects::planned).collect(),
            None => effects::made(sent, &self.others),
        };
        Ok(played(report, &heard, effects))
    }

    /// What the next run finds of this one.
    fn keep(&self, report: &RunReport) {
        let mut state = self.locked();
        state.values.clone_from(&report.state);
        if report.outcome == Outcome::Completed {
            state.last_run = Some(LastRun {
                run: report.run.clone(),
                started: report.started,
                finished: self.clock.now(),
                problems: report.summary.problem_count,
            });
        }
    }

    /// Refuses what would throw away what the account has been given.
    fn unused(&self, what: &str) -> Result<(), String> {
        match self.locked().used {
            false => Ok(()),
            true => Err(format!(
                "{what} stands at the beginning of a test: what the account was given before would be lost"
            )),
        }
    }

    fn inside(&self, path: &str) -> Result<PathBuf, String> {
        let parts = || Path::new(path).components();
        let plain = parts().all(|part| matches!(part, std::path::Component::Normal(_)));
        if path.is_empty() || !plain || path.contains('\\') {
            return Err(format!("`{path}` is no path inside the folder of the run"));
        }
        Ok(self.folder.path().join(path))
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage for SimulatedStage {
    fn account(&self, words: &AccountWords) -> Result<(), String> {
        self.unused("`given::account`")?;
        let usual = settings(&self.own, &self.others);
        self.simulator.begin(Settings {
            data: if words.profiles.is_some() { Data::Busy } else { Data::Empty },
            profiles: words.profiles.unwrap_or_default(),
            seed: words.seed.unwrap_or(usual.seed),
            event_lag: Duration::from_secs(words.event_lag.unwrap_or_default()),
            ..usual
        });
        Ok(())
    }

    fn fixtures(&self, name: &str) -> Result<(), String> {
        let fixtures =
            Fixtures::of_project(&self.project, name).map_err(|failure| told(&failure))?;
        self.locked().used = true;
        fixtures.give(&self.simulator, &self.own).map_err(|failure| told(&failure))
    }

    fn set_now(&self, now: Timestamp) -> Result<(), String> {
        if self.locked().used {
            if now < self.clock.now() {
                return Err(format!(
                    "it is {} already: once the account is used, time only goes forward",
                    self.clock.now()
                ));
            }
            self.clock.set(now);
            return Ok(());
        }
        self.clock.set(now);
        // What every account has is as old as the account.
        self.simulator.reset();
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn give(
        &self,
        on: Option<&str>,
        kind: &str,
        fields: Map<String, Value>,
    ) -> Result<Value, String> {
        let id = match on {
            None => &self.own,
            Some(name) => {
                self.others.get(name).ok_or_else(|| format!("there is no account `{name}`"))?
            }
        };
        let record = GivenRecord::from_fields(kind, fields).map_err(|error| error.to_string())?;
        self.locked().used = true;
        self.simulator.give(Some(id), &record).map_err(|error| error.to_string())
    }

    fn fault(&self, rule: Value) -> Result<(), String> {
        let rule = serde_json::from_value::<Rule>(rule);
        let rule = rule.map_err(|error| format!("this is no fault: {error}"))?;
        self.simulator.add_fault(rule).map_err(|error| error.to_string())
    }

    fn set_state(&self, key: &str, value: Value) {
        let mut state = self.locked();
        match value {
            Value::Null => state.values.remove(key),
            value => state.values.insert(key.to_owned(), value),
        };
    }

    fn state(&self, key: &str) -> Value {
        self.locked().values.get(key).cloned().unwrap_or_default()
    }

    fn write_file(&self, path: &str, text: &str) -> Result<(), String> {
        let file = self.inside(path)?;
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written = folder.and_then(|()| std::fs::write(&file, text));
        written.map_err(|error| format!("`{path}` cannot be written: {error}"))
    }

    fn read_file(&self, path: &str) -> Result<Option<String>, String> {
        match std::fs::read_to_string(self.inside(path)?) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("`{path}` cannot be read: {error}")),
        }
    }

    fn run(&self, scenario: &Scenario) -> Result<Played, String> {
        self.play(scenario).map_err(|failure| told(&failure))
    }
}

fn settings(own: &ConnectionId, others: &BTreeMap<String, ConnectionId>) -> Settings {
    Settings {
        data: Data::Empty,
        limits: false,
        connections: std::iter::once(own).chain(others.values()).cloned().collect(),
        ..Settings::default()
    }
}

/// The connection of an account; the first one is the document's.
fn connection(number: u64) -> ConnectionId {
    let id = match number {
        0 => "21fd90f9-5935-43cd-b6c8-bde9d915ca80".to_owned(),
        number => format!("00000000-0000-4000-8000-{number:012}"),
    };
    match id.parse() {
        Ok(id) => id,
        Err(_) => unreachable!("a UUID is letters, digits and dashes"),
    }
}

/// A failure for the person who wrote the test.
fn told(failure: &Failure) -> String {
    let hints = failure.hints.iter().map(|hint| format!("; {hint}"));
    format!("{:#}{}", failure.error, hints.collect::<String>())
}

fn played(
    report: RunReport,
    heard: &Heard,
    effects: Vec<pianoroll_script::testing::Effected>,
) -> Played {
    let summary = report.summary;
    let planned = |plan: Plan| {
        let told = plan.notifications.into_iter();
        told.map(|PlannedNotification { text, details, .. }| Told { text, details }).collect()
    };
    Played {
        outcome: report.outcome.to_string(),
        result: report.result,
        error: report
            .error
            .map(|error| RunError { message: error.message, rendered: error.rendered }),
        problems: summary.problems.into_iter().map(|problem| problem.text).collect(),
        notifications: report.plan.map_or_else(|| take(&heard.told), planned),
        logs: take(&heard.lines),
        effects,
        calls: summary.calls,
        requests: summary.requests,
        retries: summary.retries,
    }
}

/// Shows what a test itself prints, so that its author can look into what there is.
struct Printed;

impl Observer for Printed {
    fn log(&self, level: Level, text: &str, _place: Option<&Place>) {
        let text = output::plain(text).replace('\n', "\n         ");
        output::note(format_args!("    {}  {text}", Styled(DIM, format!("{level:5}"))));
    }

    fn notify(&self, text: &str, _details: &Value) {
        let text = output::plain(text).replace('\n', "\n          ");
        output::note(format_args!("    {}  {text}", Styled(DIM, "notify")));
    }
}

/// What a run logs, and tells its operator.
#[derive(Default)]
struct Heard {
    lines: Mutex<Vec<LogLine>>,
    told: Mutex<Vec<Told>>,
}

/// Empties what was heard.
fn take<T>(heard: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Observer for Heard {
    fn log(&self, level: Level, text: &str, _: Option<&Place>) {
        let line = LogLine { level: level.to_string(), text: text.to_owned() };
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn notify(&self, text: &str, details: &Value) {
        let told = Told { text: text.to_owned(), details: details.clone() };
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }
}
