//! A run as the person who asked for it sees it: what it tells goes to the terminal, and Ctrl-C stops it, wherever it happens.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pianoroll_gateway::{Cancel, SystemClock};
use pianoroll_model::RunId;
use pianoroll_server::{Ended, Owner, RunOrder};
use tokio::task::JoinHandle;

use crate::cancellation::interrupted;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Output};
use crate::owner::Seat;
use crate::progress::Progress;

/// The terminal's side of the runs of a command.
pub(crate) struct Front {
    pub(crate) seat: Seat,
    /// Given by the first Ctrl-C.
    pub(crate) cancel: Cancel,
    current: Arc<Mutex<Option<Current>>>,
    listener: JoinHandle<()>,
}

/// The run that is looked at.
#[derive(Clone)]
struct Current {
    owner: Arc<dyn Owner>,
    run: RunId,
    here: bool,
}

impl Front {
    /// Listens to Ctrl-C from now on. Within the async runtime.
    pub(crate) fn new(seat: Seat) -> Self {
        let cancel = Cancel::new();
        let current = Arc::default();
        let listener = tokio::spawn(listen(cancel.clone(), Arc::clone(&current)));
        Self { seat, cancel, current, listener }
    }

    /// Has an order carried out, and shows what it tells.
    pub(crate) async fn run(&mut self, order: RunOrder) -> Result<Ended, Failure> {
        let current = Current {
            owner: self.seat.owner(),
            run: order.run().clone(),
            here: self.seat.is_here(),
        };
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(current);
        if self.cancel.is_cancelled() {
            return Err(Failure::text(Exit::Cancelled, "cancelled before it was started"));
        }
        let progress = Arc::new(Progress::new(Arc::new(SystemClock::new())));
        let ticker = tokio::spawn({
            let progress = progress.clone();
            async move { progress.tick().await }
        });
        let ended = self.seat.run(order, progress.clone()).await;
        progress.finish();
        ticker.abort();
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
        ended
    }

    /// Gives the folder back, once the runs of others are over.
    pub(crate) async fn leave(self) {
        self.listener.abort();
        self.seat.leave().await;
    }
}

/// Says what ended a run, and prints its result and numbers; of `--json` nothing, since that is one object in the end.
pub(crate) fn show(ended: &Ended, json: bool) -> Result<(), Failure> {
    if let Some(error) = &ended.error {
        output::note(error);
    }
    if json {
        return Ok(());
    }
    let mut output = Output::new();
    output.text(&ended.text)?;
    output.finish()
}

async fn listen(cancel: Cancel, current: Arc<Mutex<Option<Current>>>) {
    interrupted().await;
    cancel.cancel();
    let now = || current.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let here = now().is_none_or(|current| current.here);
    let second = if here { "stop at once" } else { "leave it to its owner" };
    output::note_over(format_args!("stopping at the next call; press Ctrl-C again to {second}"));
    let stop = async {
        // It may be a moment before its owner knows it.
        for _ in 0..50 {
            if let Some(current) = now()
                && current.owner.cancel(current.run).await.is_ok()
            {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = stop => {}
        () = interrupted() => {}
    }
    match now().filter(|current| !current.here) {
        Some(Current { run, .. }) => output::note_over(format_args!(
            "run {run} is left to the process that owns the state folder; `pianoroll runs show {run}` tells how it ended"
        )),
        None => {
            output::note_over("stopped at once: the calls that were under way may have happened")
        }
    }
    // Nothing to clean up: an effect is either at the API or not, the journal knows which were on their way, and the operating
    // system closes the rest.
    std::process::exit(i32::from(Exit::Cancelled.code()));
}
