//! A run of a script, on a thread of its own.

#![expect(clippy::result_large_err, reason = "the size is the host's choice, and a run ends once")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use pianoroll_host::{Branch, Guest, GuestError, GuestRun};
use rhai::{Dynamic, Scope};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::context::{Context, Run, Tag};
use crate::engine::{self, STACK_BYTES};
use crate::error::guest_error;
use crate::header::to_dynamic;
use crate::script::Program;
use crate::testing::Playing;
use crate::value::to_json_lossy;

/// A script, ready to run. It must be run inside a tokio runtime.
#[derive(Clone)]
pub struct ScriptGuest {
    program: Arc<Program>,
    memory: Option<MemoryLimit>,
    test: Option<Arc<Playing>>,
}

impl std::fmt::Debug for ScriptGuest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScriptGuest").field("path", &self.program.path).finish_non_exhaustive()
    }
}

impl ScriptGuest {
    pub(crate) fn new(program: Arc<Program>) -> Self {
        Self { program, memory: None, test: None }
    }

    /// A file of tests, for one of them.
    pub(crate) fn of_test(
        program: Arc<Program>,
        memory: Option<MemoryLimit>,
        test: Arc<Playing>,
    ) -> Self {
        Self { program, memory, test: Some(test) }
    }

    /// With a limit on memory. Without one a script can take all there is: Rhai's own limits walk every array at each push,
    /// so they are off.
    #[must_use]
    pub fn with_memory_limit(self, limit: MemoryLimit) -> Self {
        Self { memory: Some(limit), ..self }
    }
}

/// A limit on the memory of a run, looked at after every few operations of its script.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimit {
    /// The most bytes.
    pub most: u64,
    /// How many bytes are in use: what a counting allocator says. It is called often, from every thread of the run.
    pub used: fn() -> u64,
}

impl MemoryLimit {
    /// What to tell where it is exceeded.
    pub(crate) fn exceeded(&self) -> Option<String> {
        let most = self.most / (1024 * 1024);
        ((self.used)() > self.most).then(|| format!("the run uses more than {most} MiB of memory"))
    }
}

impl Guest for ScriptGuest {
    fn run(&self, trunk: Branch) -> GuestRun<'_> {
        let program = Arc::clone(&self.program);
        let memory = self.memory;
        let test = self.test.clone();
        Box::pin(async move {
            let is_missing = |name: &str| !trunk.host().others().any(|other| other == name);
            let mut declared = program.header.connections.iter();
            if let Some(missing) = declared.find(|connection| is_missing(&connection.name)) {
                let (name, line) = (&missing.name, missing.line.unwrap_or(1));
                let path = &program.path;
                return Err(GuestError::program(format!(
                    "the run was given no connection `{name}`, which the script declares at {path}:{line}"
                )));
            }
            let (sender, receiver) = oneshot::channel();
            let mut guard = StopWhenDropped(Some(trunk.clone()));
            let runtime = Handle::current();
            // A thread of our own: a script waits for its calls, and tokio's blocking threads are few and have small stacks.
            let builder = thread::Builder::new().name("script".to_owned());
            let spawned = builder.stack_size(STACK_BYTES).spawn(move || {
                // Nobody listens any more when the run was dropped.
                let _ = sender.send(run(program, memory, test, runtime, trunk));
            });
            if let Err(error) = spawned {
                return Err(GuestError::program(format!("no thread could be started: {error}")));
            }
            let ended = receiver.await;
            guard.0 = None;
            ended.unwrap_or_else(|_| Err(defect("its thread ended without a result")))
        })
    }
}

/// Stops the script at its next call when nobody waits for it any more.
struct StopWhenDropped(Option<Branch>);

impl Drop for StopWhenDropped {
    fn drop(&mut self) {
        if let Some(branch) = &self.0 {
            branch.host().cancel().cancel();
        }
    }
}

fn run(
    program: Arc<Program>,
    memory: Option<MemoryLimit>,
    test: Option<Arc<Playing>>,
    runtime: Handle,
    trunk: Branch,
) -> Result<Value, GuestError> {
    let params = program.header.params.iter().map(|param| {
        let given = trunk.host().params().get(&param.name);
        let value = given.or(param.default.as_ref()).unwrap_or(&Value::Null);
        (param.name.clone(), to_dynamic(param.kind, value))
    });
    let params = engine::params_module(params.collect::<Vec<_>>());
    let run = Arc::new(Run::new(program, runtime, params, memory, test));
    let context = Arc::new(Context::trunk(Arc::clone(&run), trunk));
    let engine = engine::for_branch(Tag(context));
    let ended = catch_unwind(AssertUnwindSafe(|| {
        engine.eval_ast_with_scope::<Dynamic>(&mut Scope::new(), &run.program.ast)
    }));
    match ended {
        // A fatal error that some native swallowed still ends the run as what it is.
        Ok(Ok(_)) if run.is_ending() => match run.fatal() {
            Some((fatal, place)) => Err(guest_error(&fatal.at(place), &run)),
            None => Err(defect("it ended without a reason")),
        },
        Ok(Ok(value)) => Ok(to_json_lossy(&value)),
        Ok(Err(failure)) => Err(guest_error(&failure, &run)),
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().copied();
            let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            Err(defect(text.unwrap_or("unknown")))
        }
    }
}

fn defect(what: &str) -> GuestError {
    GuestError::program(format!("the script ended by a defect of pianoroll: {what}"))
}
