//! Ctrl-C: the first one stops at the next call, the second one stops at once.

use pianoroll_gateway::Cancel;

use crate::exit::Exit;
use crate::output;

/// Listens until the process ends. Must be called within the async runtime.
pub(crate) fn listen(cancel: Cancel) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        interrupted().await;
        cancel.cancel();
        output::note_over("stopping at the next call; press Ctrl-C again to stop at once");
        interrupted().await;
        output::note_over("stopped at once: the calls that were under way may have happened");
        // Nothing to clean up: an effect is either at the API or not, and the operating system closes the rest.
        std::process::exit(i32::from(Exit::Cancelled.code()));
    })
}

/// Completes when a person or the system asks the process to end.
#[cfg(unix)]
pub(crate) async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        // Without a second listener the first still works.
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
pub(crate) async fn interrupted() {
    drop(tokio::signal::ctrl_c().await);
}
