//! Where a process that serves is disturbed: three due times of a schedule have passed, and nobody has looked at them yet. Each makes a
//! run that is queued behind the one before.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pianoroll_gateway::SystemClock;
use pianoroll_journal::{Backend as _, Fate, Occurrence, OccurrenceFilter, RunFilter, RunRecord};
use pianoroll_journal::{Sqlite, WaitingReason};
use pianoroll_model::{Clock as _, Outcome};
use pianoroll_simulator::LoggedRequest;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::account::{self, Account, differences};
use super::deed::{Deed, deeds};
use super::operator::{answer, carries};
use super::oracle::{Words, judge};
use super::shim::{self, Trouble};
use crate::serving::{Past, Serving, Station};
use crate::unlimited;

/// How many due times have passed.
const DUE: i64 = 3;

/// Which of the three it is shows in every effect, by what the runs keep from one to the next.
const PROGRAM: &str = r#"
let n = (state::get("n") ?? 0) + 1;
state::set("n", n);
profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: `Night ${n}` });
let template = templates::create(#{ name: `Night ${n}`, editor_type: "CODE", html: "<p>one</p>" });
events::create(#{ metric: #{ name: "Night" }, profile: #{ email: "ada@sweep.example" }, properties: #{ n: n } });
templates::update(template.id, #{ html: "<p>two</p>" });
"#;

const TABLES: &str = "[connections.acme]\nid = \"21fd90f9-5935-43cd-b6c8-bde9d915ca80\"\n\n\
    [automations.night]\nprogram = \"night.rhai\"\n\
    permissions = [\"profiles:write\", \"templates:write\", \"events:write\"]\n";

/// How often one looks for the end at most: a guard against what never comes.
const PATIENCE: u32 = 3_000;

/// A place whose state folder begins anew for each point.
#[derive(Debug)]
pub struct Served {
    station: Station,
    /// The state folder as it is at first.
    pristine: PathBuf,
    past: Past,
    shim: PathBuf,
    // One worker, as in scenes.
    runtime: Runtime,
}

/// What an undisturbed night comes to.
#[derive(Debug)]
pub struct Night {
    deeds: Vec<Deed>,
    account: Account,
    /// How many calls the shim has counted.
    pub writes: u64,
}

impl Served {
    /// A place with what is deployed. `shim` is what [`shim::compile`] has made.
    ///
    /// # Panics
    /// Where the machine does not give a folder, a port or a thread.
    #[must_use]
    pub fn new(shim: &Path) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().expect("tokio starts");
        let past = Past::hours(DUE, Station::now());
        let station = runtime.block_on(async {
            let station = Station::new(unlimited()).await;
            station.write("night.rhai", PROGRAM);
            let policy = "catch_up = \"all\", overlap = \"queue\"";
            let schedule = format!("schedule = {{ cron = \"{}\", {policy} }}\n", past.cron);
            station.project(&(TABLES.to_owned() + &schedule));
            station.deploy_before(&past).await;
            station
        });
        let pristine = station.path("pristine");
        std::fs::rename(station.state(), &pristine).expect("the folder can be moved");
        Self { station, pristine, past, shim: shim.to_owned(), runtime }
    }

    /// Forgets all that was: an account and a state folder as they were at first.
    ///
    /// # Panics
    /// Where the folder cannot be emptied.
    pub fn begin(&self) {
        self.station.simulator.begin(unlimited());
        let state = self.station.state();
        if state.exists() {
            std::fs::remove_dir_all(&state).expect("the folder goes");
        }
        super::scene::copy(&self.pristine, &state);
        super::scene::private(&state);
    }

    /// What an undisturbed night comes to, and how many writes it has.
    ///
    /// # Panics
    /// Where it does not come to its end.
    #[must_use]
    pub fn undisturbed(&self) -> Night {
        self.begin();
        let count = self.station.path("count");
        let was_killed = self.disturbed(&Trouble::Count { file: count.clone() });
        assert_eq!(was_killed, Ok(false));
        let account = account::read(self.station.simulator.address());
        let deeds = deeds(&self.station.simulator.requests(), &account.names);
        assert_eq!(deeds.len(), 12, "{deeds:?}");
        let writes = std::fs::read_to_string(count).expect("the shim has counted");
        Night { deeds, account, writes: writes.parse().expect("a number") }
    }

    /// Serves in trouble until all runs have completed or the process has ended; answers whether it was killed.
    ///
    /// # Errors
    /// It does not come to an end.
    pub fn disturbed(&self, trouble: &Trouble) -> Result<bool, String> {
        self.runtime.block_on(async {
            let mut command = self.station.command(&["serve"]);
            shim::preload(&mut command, &self.shim, &self.station.state(), trouble);
            let mut serving = self.station.serve_by(command);
            self.until_said(&mut serving).await?;
            serving.signal("TERM");
            let ended = serving.end().await;
            self.station.simulator.settled().await.map_err(|error| error.to_string())?;
            match ended.code {
                0 => Ok(false),
                -1 => Ok(true),
                code => Err(format!("ended with {code}: {}", ended.stderr)),
            }
        })
    }

    /// Serves without trouble until all is settled, and judges what came of it.
    ///
    /// # Errors
    /// What is wrong.
    pub fn judged(&self, expected: &Night) -> Result<(), String> {
        let again = self.runtime.block_on(self.finish())?;
        let log = self.station.simulator.requests();
        let account = account::read(self.station.simulator.address());
        let mut words = Words::new();
        for deed in deeds(&again, &account.names) {
            *words.entry(deed.identity).or_default() += 1;
        }
        let mut wrong = judge(&expected.deeds, &deeds(&log, &account.names), &words);
        wrong.extend(differences(&expected.account, &account));
        let (occurrences, runs) = self.runtime.block_on(self.read()).ok_or("no journal")?;
        wrong.extend(self.unlike(&occurrences, &runs));
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }

    /// What is wrong with due times: each has one row, has fired, and has a run of its own that has completed.
    fn unlike(&self, occurrences: &[Occurrence], runs: &[RunRecord]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut due: Vec<_> = occurrences.iter().map(|it| it.due).collect();
        due.sort_unstable();
        if due != self.past.due {
            wrong.push(format!("{} due times have a fate: {occurrences:?}", due.len()));
        }
        let made: BTreeSet<_> = occurrences.iter().filter_map(|it| it.run.clone()).collect();
        let all: BTreeSet<_> = runs.iter().map(|run| run.new.id.clone()).collect();
        if made != all || all.len() != due.len() {
            wrong.push(format!("{} runs of {} due times", all.len(), due.len()));
        }
        for occurrence in occurrences.iter().filter(|it| it.fate != Fate::Fired) {
            wrong.push(format!("has not fired: {occurrence:?}"));
        }
        for run in runs.iter().filter(|run| run.outcome != Some(Outcome::Completed)) {
            wrong.push(format!("has not completed: {run:?}"));
        }
        wrong
    }

    /// Answers what was said to be sent again.
    async fn finish(&self) -> Result<Vec<LoggedRequest>, String> {
        let mut again = Vec::new();
        let mut serving = self.station.serve(&[]);
        let resolve = async |runs: &[RunRecord]| {
            for run in runs.iter().filter(|run| is_unknown(run)) {
                again.extend(self.resolve(run)?);
            }
            Ok(())
        };
        // Before that nobody would hear that it is told to end.
        serving.until("keeps 1 schedule").await;
        self.until_settled(&mut serving, resolve).await?;
        serving.signal("TERM");
        let ended = serving.end().await;
        if ended.code == 0 { Ok(again) } else { Err(format!("{ended:?}")) }
    }

    /// Waits until the log tells of all ends, or the process has ended. The journal is not looked at: what the power takes away of its
    /// files is taken from whoever reads them as well.
    async fn until_said(&self, serving: &mut Serving) -> Result<(), String> {
        let clock = SystemClock::new();
        for _ in 0..PATIENCE {
            let completed = serving.said().matches("completed run=").count();
            if serving.has_ended() || completed == self.past.due.len() {
                return Ok(());
            }
            clock.sleep(Duration::from_millis(20)).await;
        }
        Err(format!("not at its end: {}", serving.said()))
    }

    /// Waits until every due time has its run and every run its end; `meanwhile` sees to what holds them up.
    async fn until_settled(
        &self,
        serving: &mut Serving,
        mut meanwhile: impl AsyncFnMut(&[RunRecord]) -> Result<(), String>,
    ) -> Result<(), String> {
        let clock = SystemClock::new();
        for _ in 0..PATIENCE {
            if serving.has_ended() {
                return Err(format!("ended by itself: {}", serving.said()));
            }
            if let Some((occurrences, runs)) = self.read().await {
                let fired = occurrences.iter().filter(|it| it.fate == Fate::Fired).count();
                let ended = runs.iter().filter(|run| run.outcome.is_some()).count();
                let all = self.past.due.len();
                if (fired, ended) == (all, all) {
                    return Ok(());
                }
                meanwhile(&runs).await?;
            }
            clock.sleep(Duration::from_millis(20)).await;
        }
        Err(format!("not settled: {:?}\n{}", self.read().await, serving.said()))
    }

    /// The journal as it is; none where it is not there, or cannot be read at the moment.
    async fn read(&self) -> Option<(Vec<Occurrence>, Vec<RunRecord>)> {
        let journal = Sqlite::read_only(&self.station.state()).await.ok()?;
        let occurrences = journal.occurrences(&OccurrenceFilter::default()).await.ok()?;
        Some((occurrences, journal.runs(&RunFilter::default()).await.ok()?))
    }

    /// Says of a call what its account's log says; answers the request that is to be sent again.
    fn resolve(&self, run: &RunRecord) -> Result<Option<LoggedRequest>, String> {
        let id = run.new.id.as_str();
        let shown = self.station.say(&["runs", "show", id, "--json"]);
        let shown: Value =
            serde_json::from_str(&shown.stdout).map_err(|error| format!("{error}: {shown:?}"))?;
        let calls = shown["entries"].as_array().cloned().unwrap_or_default();
        let open = |state: &str| calls.iter().find(|call| call["state"] == state);
        let Some(call) = open("unknown").or_else(|| open("sent")) else {
            // It has gone on meanwhile.
            return Ok(None);
        };
        let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
        let (operation, position) = (text("name"), text("position"));
        let log = self.station.simulator.requests().into_iter();
        let is_it = |it: &LoggedRequest| it.operation == Some(&operation) && carries(it, call);
        let sent: Vec<LoggedRequest> = log.filter(is_it).collect();
        let mut words = vec!["runs", "resolve", id, "--call", &position, "--json"];
        let address = self.station.simulator.address();
        let told = answer(address, &operation, &call["arguments"]).map(|it| it.to_string());
        let again = match sent.iter().any(|request| request.applied) {
            true => {
                words.push("--done");
                words.extend(told.iter().flat_map(|told| ["--answer", told]));
                None
            }
            false => {
                words.push("--retry");
                sent.into_iter().next()
            }
        };
        let resolved = self.station.say(&words);
        match resolved.code {
            0 | 6 => Ok(again),
            _ => Err(format!("{resolved:?}")),
        }
    }
}

fn is_unknown(run: &RunRecord) -> bool {
    run.waiting.is_some_and(|waiting| waiting.reason == WaitingReason::UnknownOutcome)
}
