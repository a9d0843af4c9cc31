//! What native functions find behind a script: its run, its branch, and the way to the host.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pianoroll_api::{Arguments, Operation};
use pianoroll_host::{Branch, HostError, Level, Place, Reply};
use rhai::{Dynamic, EvalAltResult, NativeCallContext, Position, Shared};
use serde_json::Value;
use tokio::runtime::Handle;

use crate::engine::SharedModule;
use crate::error::{Failure, Fatal};
use crate::run::MemoryLimit;
use crate::script::Program;
use crate::testing::Playing;

/// What all branches of a run share.
pub(crate) struct Run {
    pub(crate) program: Arc<Program>,
    pub(crate) runtime: Handle,
    pub(crate) params: Shared<rhai::Module>,
    pub(crate) memory: Option<MemoryLimit>,
    /// The test that this is, if it is one.
    pub(crate) test: Option<Arc<Playing>>,
    // Checkpoints by name: each may stand once.
    checkpoints: Mutex<BTreeSet<String>>,
    // Errors of the host that were thrown as maps, so that the one which ends the run is known again.
    thrown: Mutex<ThrownErrors>,
    // The first fatal error. Set once, and looked at after every few operations: whatever a script catches, it ends.
    fatal: OnceLock<(Fatal, Position, Option<String>)>,
    // The libraries that were imported, by name.
    modules: Mutex<BTreeMap<String, SharedModule>>,
}

/// The last errors of the host that were thrown, by the mark of the value that a script sees.
#[derive(Default)]
struct ThrownErrors {
    last: i32,
    errors: VecDeque<(i32, HostError)>,
}

impl ThrownErrors {
    fn push(&mut self, mark: i32, error: HostError) {
        if self.errors.len() == REMEMBERED {
            self.errors.pop_front();
        }
        self.errors.push_back((mark, error));
    }
}

/// How many thrown errors are remembered. One that was thrown, caught and kept for longer is shown as a plain map.
const REMEMBERED: usize = 256;

impl Run {
    pub(crate) fn new(
        program: Arc<Program>,
        runtime: Handle,
        params: Shared<rhai::Module>,
        memory: Option<MemoryLimit>,
        test: Option<Arc<Playing>>,
    ) -> Self {
        Self {
            program,
            runtime,
            params,
            memory,
            test,
            checkpoints: Mutex::default(),
            thrown: Mutex::default(),
            fatal: OnceLock::new(),
            modules: Mutex::default(),
        }
    }

    /// The error that ends the run, and where it happened.
    pub(crate) fn fatal(&self) -> Option<(Fatal, Position)> {
        self.fatal.get().map(|(fatal, position, _)| (fatal.clone(), *position))
    }

    /// The file of the place where the error that ends the run happened.
    pub(crate) fn fatal_file(&self) -> Option<&str> {
        self.fatal.get().and_then(|(.., file)| file.as_deref())
    }

    /// A library that was imported before.
    pub(crate) fn module(&self, name: &str) -> Option<SharedModule> {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    pub(crate) fn keep_module(&self, name: &str, module: &SharedModule) {
        let mut modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        modules.insert(name.to_owned(), Shared::clone(module));
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.fatal.get().is_some()
    }

    /// Ends the run.
    pub(crate) fn end(&self, fatal: Fatal, position: Position) -> Failure {
        // Only the first one counts: what follows are its echoes in other branches.
        let _ = self.fatal.set((fatal.clone(), position, current_file()));
        fatal.at(position)
    }

    /// The host's error behind a thrown value.
    pub(crate) fn remembered(&self, value: &Dynamic) -> Option<HostError> {
        let mark = value.tag();
        if mark == 0 || !value.is_map() {
            return None;
        }
        let thrown = self.thrown.lock().unwrap_or_else(PoisonError::into_inner);
        thrown.errors.iter().find(|(known, _)| *known == mark).map(|(_, error)| error.clone())
    }

    /// The host's error behind a failure, and the mark of the value that was thrown.
    pub(crate) fn behind(&self, failure: &EvalAltResult) -> Option<(i32, HostError)> {
        let EvalAltResult::ErrorRuntime(value, _) = failure.unwrap_inner() else { return None };
        Some((value.tag(), self.remembered(value)?))
    }

    /// Remembers an error that may have been forgotten.
    pub(crate) fn remember(&self, mark: i32, error: &HostError) {
        let mut thrown = self.thrown.lock().unwrap_or_else(PoisonError::into_inner);
        thrown.errors.retain(|(known, _)| *known != mark);
        thrown.push(mark, error.clone());
    }

    /// The host's error as a script sees it.
    pub(crate) fn throw(&self, error: HostError, position: Position) -> Failure {
        if !error.is_catchable() {
            return self.end(Fatal::Host(error), position);
        }
        let mut value = crate::value::from_json(&error.to_map());
        let mut thrown = self.thrown.lock().unwrap_or_else(PoisonError::into_inner);
        thrown.last = thrown.last.checked_add(1).unwrap_or(1);
        let mark = thrown.last;
        thrown.push(mark, error);
        value.set_tag(mark);
        Box::new(EvalAltResult::ErrorRuntime(value, position))
    }

    /// Takes the name of a checkpoint; `false` where it is taken.
    pub(crate) fn take_checkpoint(&self, name: &str) -> bool {
        let mut names = self.checkpoints.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(name.to_owned())
    }
}

/// One branch of a run, as the natives called in it see it.
pub(crate) struct Context {
    pub(crate) run: Arc<Run>,
    pub(crate) branch: Branch,
    /// Whether this is an item of a `parallel`.
    pub(crate) is_item: bool,
    /// How many `checkpoint` blocks stand around; shared with the items of a `parallel` inside.
    pub(crate) checkpoints: Arc<AtomicU32>,
    zones: Arc<Mutex<Zones>>,
}

/// The zones of accounts that were read, by the accounts' names. Each branch has its own: what one read must not save a call
/// of another, or positions would depend on who came first.
pub(crate) type Zones = BTreeMap<Option<String>, TimeZone>;

/// How a [`Context`] rides on an engine: as its tag.
#[derive(Clone)]
pub(crate) struct Tag(pub(crate) Arc<Context>);

impl Context {
    pub(crate) fn trunk(run: Arc<Run>, branch: Branch) -> Self {
        let (checkpoints, zones) = (Arc::default(), Arc::default());
        Self { run, branch, is_item: false, checkpoints, zones }
    }

    /// The context of an item of a `parallel`.
    pub(crate) fn item(&self, parallel: u64, item: u64) -> Self {
        Self {
            run: Arc::clone(&self.run),
            branch: self.branch.fork(parallel, item),
            is_item: true,
            checkpoints: Arc::clone(&self.checkpoints),
            zones: Arc::new(Mutex::new(self.zones())),
        }
    }

    /// The context of a block whose calls go to another account: the same line.
    pub(crate) fn on(&self, branch: Branch) -> Self {
        Self {
            run: Arc::clone(&self.run),
            branch,
            is_item: self.is_item,
            checkpoints: Arc::clone(&self.checkpoints),
            zones: Arc::clone(&self.zones),
        }
    }

    /// The zones that are known by now.
    pub(crate) fn zones(&self) -> Zones {
        self.zones.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Knows these zones and no other: a replay does not run a checkpoint's block, and knows nothing that it read.
    pub(crate) fn set_zones(&self, zones: Zones) {
        *self.zones.lock().unwrap_or_else(PoisonError::into_inner) = zones;
    }

    /// The zone of the account that calls go to, where it was read.
    pub(crate) fn known_zone(&self) -> Option<TimeZone> {
        self.zones().get(&self.branch.account().map(str::to_owned)).cloned()
    }

    pub(crate) fn remember_zone(&self, zone: &TimeZone) {
        let mut zones = self.zones.lock().unwrap_or_else(PoisonError::into_inner);
        zones.insert(self.branch.account().map(str::to_owned), zone.clone());
    }

    pub(crate) fn in_checkpoint(&self) -> bool {
        self.checkpoints.load(Ordering::Relaxed) > 0
    }

    /// Waits for the host on the script's own thread.
    pub(crate) fn wait<T>(
        &self,
        position: Position,
        future: impl Future<Output = Result<T, HostError>>,
    ) -> Result<T, Failure> {
        self.block_on(future).map_err(|error| self.run.throw(error, position))
    }

    /// Waits for anything of the host on the script's own thread.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.run.runtime.block_on(future)
    }

    /// One operation through the whole road.
    pub(crate) fn call(
        &self,
        operation: &'static Operation,
        arguments: Arguments,
        position: Position,
    ) -> Result<Reply, Failure> {
        if !operation.effect_of(arguments.body.as_ref()).is_read() {
            self.refuse_in_checkpoint(operation.id, position)?;
        }
        self.wait(position, self.branch.call(operation.id, arguments))
    }

    /// Effects have no place in a checkpoint: replay would answer its value and not make them.
    pub(crate) fn refuse_in_checkpoint(
        &self,
        what: &str,
        position: Position,
    ) -> Result<(), Failure> {
        if !self.in_checkpoint() {
            return Ok(());
        }
        let message = format!(
            "{what} has an effect, and a `checkpoint` block may only read: move it behind the block"
        );
        Err(self.run.end(Fatal::Program(message), position))
    }

    /// When the run started.
    pub(crate) fn started(&self) -> Timestamp {
        self.branch.host().started()
    }

    /// The next 64 random bits of this branch.
    pub(crate) fn random(&self) -> u64 {
        self.branch.random()
    }

    pub(crate) fn log(&self, level: Level, text: &str, position: Position) {
        self.block_on(self.branch.log(level, text, self.place(position).as_ref()));
    }

    pub(crate) fn progress(&self, done: u64, total: Option<u64>) {
        self.branch.host().progress(done, total);
    }

    pub(crate) fn problem(&self, text: &str, details: Option<Value>, position: Position) {
        let place = self.place(position);
        let details = details.unwrap_or(Value::Null);
        self.block_on(self.branch.problem(text, details, place.as_ref()));
    }

    pub(crate) fn notify(
        &self,
        text: &str,
        details: Value,
        position: Position,
    ) -> Result<(), Failure> {
        let place = self.place(position);
        self.wait(position, self.branch.notify(text, details, place.as_ref()))
    }

    /// A place of the script for the host.
    fn place(&self, position: Position) -> Option<Place> {
        let (line, column) = (position.line()?, position.position().unwrap_or(1));
        let file = current_file().unwrap_or_default();
        Some(Place { file: self.run.program.file(&file).0.to_owned(), line, column })
    }
}

thread_local! {
    // The file of the native call that a branch's thread is in: Rhai's positions are lines without a file.
    static FILE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does something as called from a file.
pub(crate) fn called_from<T>(file: Option<&str>, work: impl FnOnce() -> T) -> T {
    let before = FILE.replace(file.map(str::to_owned));
    let done = work();
    FILE.set(before);
    done
}

/// The file of the native call that this thread is in.
pub(crate) fn current_file() -> Option<String> {
    FILE.with_borrow(Clone::clone)
}

/// The context that a native was called in.
///
/// # Errors
/// None in a run; a constant expression that calls the host while a script is compiled has no context.
pub(crate) fn context(call: &NativeCallContext) -> Result<Arc<Context>, Failure> {
    let tag = call.tag().and_then(|tag| tag.read_lock::<Tag>().map(|tag| Arc::clone(&tag.0)));
    tag.ok_or_else(|| {
        Fatal::Program("nothing can be called outside a run".to_owned()).at(call.call_position())
    })
}
