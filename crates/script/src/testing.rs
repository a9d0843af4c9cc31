//! Tests of scripts, written in the same language: `NAME.test.rhai` beside `NAME.rhai`.
//!
//! A [`Suite`] is a file of tests. Each of them is played on a [`Stage`]: something that can be given records, files and a time,
//! that runs the script, and says what came of it. What a stage is made of (a simulator, a folder, a clock) is nobody's
//! business here.
//!
//! - `test(name, || …)` is a test; `run(#{ … })` runs the script (`play.rs`).
//! - `given::…` sets the stage (`given.rs`), `expect::…` says what must have come of it (`expect.rs`, `effects.rs`).
//! - Everything that scripts have is there as well, and reaches the test's own account.

mod diff;
mod effects;
mod expect;
mod given;
mod play;
mod stage;
mod suite;

use std::sync::LazyLock;

use rhai::{Engine, Module, Shared};

use crate::engine::SharedModule;

pub use diff::DiffLine;
pub use stage::{AccountWords, Effected, LogLine, Played, RunError, Scenario, Stage, Told};
pub use suite::{Suite, Test, TestFailure};

pub(crate) use play::Playing;

/// How the names of files with tests end.
pub const ENDING: &str = ".test.rhai";

struct Library {
    globals: SharedModule,
    named: [(&'static str, SharedModule); 2],
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let indexed = |mut module: Module| {
        module.build_index();
        Shared::new(module)
    };
    Library {
        globals: Shared::new(play::globals()),
        named: [("expect", indexed(expect::module())), ("given", indexed(given::module()))],
    }
});

/// Adds what only tests have.
pub(crate) fn extend(engine: &mut Engine) {
    engine.register_global_module(Shared::clone(&LIBRARY.globals));
    for (name, module) in &LIBRARY.named {
        engine.register_static_module(*name, Shared::clone(module));
    }
}
