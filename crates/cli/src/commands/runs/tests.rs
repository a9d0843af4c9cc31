//! Runs that were filled in by hand, and what is told of them.

mod filled;
mod listing;
mod saying;
mod showing;

use std::path::Path;
use std::sync::Arc;

use expect_test::Expect;
use jiff::Timestamp;
use pianoroll_journal::{Backend, Memory};
use pianoroll_runtime::state_folder::{StateEnvironment, StateFolder};

use crate::failure::Failure;
use crate::recorded::Recorded;
use filled::at;

fn folder() -> StateFolder {
    StateFolder::locate(Some(Path::new("/state")), None, &StateEnvironment::default()).unwrap()
}

fn recorded(backend: Memory, owned: bool) -> Recorded {
    let backend: Arc<dyn Backend> = Arc::new(backend);
    Recorded { backend, folder: folder(), owned, now: at(3600) }
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&anstream::adapter::strip_str(text).to_string());
}

fn told(failure: &Failure) -> String {
    let hints: String = failure.hints.iter().map(|hint| format!("\n  hint: {hint}")).collect();
    format!("{}{hints}\n", failure.error)
}

const EPOCH: Timestamp = Timestamp::constant(1_764_000_000, 0);
