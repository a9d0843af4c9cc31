//! A host for tests of plugins: outside of WebAssembly, all calls of this crate come here.
//!
//! ```
//! use pianoroll_plugin_sdk::{Error, json, log, mock, params, profiles};
//!
//! fn run() -> Result<String, Error> {
//!     let id: String = params::<pianoroll_plugin_sdk::Value>()?["id"].as_str().unwrap_or_default().to_owned();
//!     let profile = profiles::get(id)?;
//!     log::info!("read {}", profile.id());
//!     Ok(profile.text("email").unwrap_or("nobody").to_owned())
//! }
//!
//! let played = mock::Host::new()
//!     .params(json!({ "id": "P1" }))
//!     .on("profiles.get", |call| {
//!         json!({ "data": { "type": "profile", "id": call.ids[0], "attributes": { "email": "a@b.c" } } })
//!     })
//!     .run(run);
//! assert_eq!(played.result, Ok(json!("a@b.c")));
//! assert_eq!(played.calls[0].operation, "profiles.get");
//! assert_eq!(played.logs, [(log::Level::Info, "read P1".to_owned())]);
//! ```
//!
//! A call without an answer fails the test, and says what to write. Permissions and arguments are not checked here; `pianoroll plugin test`
//! runs the plugin against the simulator, which does.

mod answered;
pub(crate) mod host;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::{Call, Error, Response, log::Level};

pub use answered::Answered;

type OnCall = Box<dyn Fn(&Call) -> Result<Response, Error>>;

/// A host to be.
#[derive(Default)]
#[must_use = "it does nothing until `run`"]
pub struct Host {
    answers: BTreeMap<String, OnCall>,
    params: Option<Value>,
    last_run: Value,
    now: i64,
    seed: u64,
    state: BTreeMap<String, Value>,
    files: BTreeMap<String, Vec<u8>>,
    recorded: BTreeMap<String, Result<Value, Value>>,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Played {
    /// Its result as JSON, or why it failed.
    pub result: Result<Value, Error>,
    /// Its calls in order, those of batches in the order of the batch. `request` is one of the operation `request`, with
    /// method and path as ids.
    pub calls: Vec<Call>,
    /// Its lines.
    pub logs: Vec<(Level, String)>,
    /// The state as it was left.
    pub state: BTreeMap<String, Value>,
    /// The files that it wrote and closed.
    pub written: BTreeMap<String, Vec<u8>>,
    /// Its problems.
    pub problems: Vec<(String, Value)>,
    /// What it told the operator: texts, and details or null.
    pub notifications: Vec<(String, Value)>,
    /// What it reported, done and total.
    pub progress: Vec<(u64, Option<u64>)>,
    /// Its checkpoints with their values, or what they failed with.
    pub checkpoints: Vec<(String, Result<Value, Value>)>,
    /// How long it paused in all.
    pub paused: Duration,
}

/// What is there while a run goes on.
struct Stage {
    host: Host,
    played: Played,
    random: u64,
    /// The name of the checkpoint that is open.
    open_checkpoint: Option<String>,
    names: BTreeSet<String>,
    handles: Vec<Option<host::Handle>>,
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

impl Host {
    /// One that answers no call, at the beginning of 2024, with no parameters, no state and no files.
    pub fn new() -> Self {
        Self { now: 1_704_067_200_000, ..Self::default() }
    }

    /// Answers the calls of an operation: with a document (a [`Value`]), a [`Response`], an [`Error`], or a `Result` of them.
    /// `on("request", …)` answers [`request`](crate::calls::request), with method and path as ids.
    pub fn on<A: Into<Answered>>(
        mut self,
        operation: &str,
        answer: impl Fn(&Call) -> A + 'static,
    ) -> Self {
        let answer = move |call: &Call| answer(call).into().0;
        self.answers.insert(operation.to_owned(), Box::new(answer));
        self
    }

    /// With these parameters, an object.
    pub fn params(mut self, params: impl Serialize) -> Self {
        self.params = Some(written("the parameters", params));
        self
    }

    /// With one more parameter.
    ///
    /// # Panics
    /// Those that are there are no object.
    pub fn param(mut self, name: &str, value: impl Serialize) -> Self {
        let mut params = self.params.take().unwrap_or_else(|| json!({}));
        let Some(all) = params.as_object_mut() else { panic!("the parameters are no object") };
        all.insert(name.to_owned(), written("the parameter", value));
        self.params = Some(params);
        self
    }

    /// With a run before this one: `{ "run": …, "started": …, "finished": …, "problems": … }`.
    pub fn last_run(mut self, last_run: impl Serialize) -> Self {
        self.last_run = written("the last run", last_run);
        self
    }

    /// The time at the start, in milliseconds since 1970; it stands still but for pauses. [`clock::parse`](crate::clock::parse) reads one.
    pub fn now(mut self, milliseconds: i64) -> Self {
        self.now = milliseconds;
        self
    }

    /// The seed of chance.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// With a value in its state.
    pub fn state(mut self, key: &str, value: impl Serialize) -> Self {
        self.state.insert(key.to_owned(), written("the state", value));
        self
    }

    /// With a file in the project's folder.
    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), bytes.into());
        self
    }

    /// With a checkpoint that an earlier attempt had done.
    pub fn recorded(mut self, name: &str, value: impl Serialize) -> Self {
        self.recorded.insert(name.to_owned(), Ok(written("the checkpoint", value)));
        self
    }

    /// Plays a run, or any part of one, on this thread.
    ///
    /// # Panics
    /// The plugin called what nothing answers, or did what ends a real run; the message says what.
    pub fn run<T: Serialize>(self, run: impl FnOnce() -> Result<T, Error>) -> Played {
        let played = Played {
            result: Ok(Value::Null),
            calls: Vec::new(),
            logs: Vec::new(),
            state: self.state.clone(),
            written: BTreeMap::new(),
            problems: Vec::new(),
            notifications: Vec::new(),
            progress: Vec::new(),
            checkpoints: Vec::new(),
            paused: Duration::ZERO,
        };
        let stage = Stage {
            random: self.seed,
            host: self,
            played,
            open_checkpoint: None,
            names: BTreeSet::new(),
            handles: Vec::new(),
        };
        STAGE.with_borrow_mut(|there| {
            assert!(there.is_none(), "a mock host runs one plugin at a time on a thread");
            *there = Some(stage);
        });
        // Also where the run panics, so that the next test on this thread finds the stage empty.
        let _leave = Leave;
        let result = run().and_then(|value| Ok(serde_json::to_value(value)?));
        let stage = STAGE.with_borrow_mut(Option::take);
        let Some(Stage { mut played, .. }) = stage else { unreachable!("it was put there above") };
        played.result = result;
        played
    }
}

impl Played {
    /// The calls of one operation.
    #[must_use]
    pub fn calls_of(&self, operation: &str) -> Vec<&Call> {
        self.calls.iter().filter(|call| call.operation == operation).collect()
    }

    /// A file that it wrote, as text.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.written.get(path)?).ok()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers: Vec<&String> = self.answers.keys().collect();
        f.debug_struct("Host").field("answers", &answers).finish_non_exhaustive()
    }
}

struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        STAGE.with_borrow_mut(|stage| *stage = None);
    }
}

fn written(what: &str, value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|error| panic!("{what} is no JSON: {error}"))
}

impl Stage {
    fn params(&self) -> Value {
        self.host.params.clone().unwrap_or_else(|| json!({}))
    }
}
