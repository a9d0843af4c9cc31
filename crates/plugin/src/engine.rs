//! The engine: one a process, with the pulse that computing is counted by.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use wasmtime::{Config, Engine, WasmBacktraceDetails};

use crate::limits::SLICE;

/// The stack of a plugin's functions, in bytes. Deep recursion ends there, and not in the host's own stack.
const WASM_STACK: usize = 1 << 20;

/// The stack that a plugin and the host functions below it run on, in bytes. Wasmtime asks for room beside the plugin's.
const FIBER_STACK: usize = 3 << 20;

/// How plugins are compiled and run. Code that was compiled under other settings is refused by wasmtime.
pub(crate) fn config() -> Config {
    let mut config = Config::new();
    config
        // A plugin that computes is interrupted after each slice.
        .epoch_interruption(true)
        // The same run twice gives the same result, on every machine.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .wasm_memory64(false)
        // Without it a host call costs a third; plugins wait for one call at a time, or make a batch.
        .concurrency_support(false)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(FIBER_STACK)
        // Names of functions tell where a plugin ended; its debugging sections are not trusted to be read.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    config
}

/// Makes the epochs of an engine go by while plugins run, and rests otherwise.
pub(crate) struct Pulse {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    running: usize,
    stopped: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pulse {
    /// Starts the thread that it beats on.
    ///
    /// # Errors
    /// No thread could be started.
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new() });
        let (engine, beating) = (engine.weak(), Arc::clone(&shared));
        thread::Builder::new().name("plugin pulse".to_owned()).spawn(move || {
            loop {
                let mut state = beating.state();
                while state.running == 0 && !state.stopped {
                    state = beating.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                if state.stopped {
                    return;
                }
                drop(state);
                thread::sleep(SLICE);
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { shared })
    }

    /// Beats for as long as the answer lives.
    pub(crate) fn beat(&self) -> Beating {
        self.shared.state().running += 1;
        self.shared.changed.notify_one();
        Beating { shared: Arc::clone(&self.shared) }
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.shared.state().stopped = true;
        self.shared.changed.notify_one();
    }
}

/// One plugin that runs.
pub(crate) struct Beating {
    shared: Arc<Shared>,
}

impl Drop for Beating {
    fn drop(&mut self) {
        self.shared.state().running -= 1;
    }
}
