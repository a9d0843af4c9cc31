//! The async runtime, made by the commands that wait for something and by no other.

use std::future::Future;

use anyhow::Context as _;

use crate::exit::Exit;
use crate::failure::{Failure, OrExit as _};

/// Runs a future to its end.
///
/// Two worker threads: a run is bound by the quota and not by the processor, every further thread is start-up time, and
/// with one alone a question on the terminal would hold up the answers that are under way.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the async runtime cannot be started")
        .or_exit(Exit::Failed)?;
    let outcome = runtime.block_on(future);
    // A thread that still computes is not waited for: what it would do next is cancelled.
    runtime.shutdown_background();
    outcome
}
