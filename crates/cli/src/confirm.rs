//! A live connection, by hand: effects are printed, and before the 101st a person is asked.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pianoroll_gateway::Cancel;
use pianoroll_host::ledger::LedgerEntry;
use pianoroll_server::{Audience, Reply};

use crate::output::plain;
use crate::style::{self, DIM, Styled, WARNING};

/// How many effects a run by hand makes on a live connection before it asks.
pub(crate) const UNASKED: u64 = 100;

/// Prints effects and asks once.
#[derive(Debug)]
pub(crate) struct Confirm {
    /// What is live, for the question: `connection acme is live`.
    live: String,
    cancel: Cancel,
    // The answer, once there is one. Held while asking, so that every further effect waits for it.
    answer: Mutex<Option<Reply>>,
}

impl Confirm {
    /// `yes` answers the question before it is asked.
    pub(crate) fn new(live: &str, yes: bool, cancel: Cancel) -> Self {
        let answer = Mutex::new(yes.then_some(Reply::Yes));
        Self { live: live.to_owned(), cancel, answer }
    }

    /// An effect that is about to be sent: the line to print for it. A run whose question is answered with no is cancelled
    /// before this returns, and the effect is not sent.
    pub(crate) fn effect(&self, entry: &LedgerEntry, audience: &dyn Audience) -> Option<String> {
        if entry.number <= UNASKED {
            return Some(line(entry));
        }
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        let given = *answer.get_or_insert_with(|| {
            let live = &self.live;
            let question =
                format!("{live}, and this run has made {UNASKED} effects. Go on? [y/N] ");
            let given_up = || self.cancel.is_cancelled();
            // Other calls of the run go on being answered meanwhile.
            tokio::task::block_in_place(|| audience.ask(&question, &given_up))
        });
        if given != Reply::Yes {
            self.cancel.cancel();
        }
        None
    }

    /// What came of the question, if it was asked.
    pub(crate) fn answer(&self) -> Option<Reply> {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An effect on one line.
pub(crate) fn line(entry: &LedgerEntry) -> String {
    let items = match entry.items {
        0 => String::new(),
        items => format!(" ({})", crate::numbers::counted(items, "item", "items")),
    };
    let account = entry.account.as_ref().map(|name| format!(" on {name}")).unwrap_or_default();
    format!(
        "{:6}  {} {}{items}{account}  {}",
        Styled(style::effect(entry.effect), entry.effect),
        entry.operation,
        plain(&entry.target),
        Styled(DIM, entry.position)
    )
}

/// Asks on the terminal.
pub(crate) fn ask(question: &str, given_up: &(dyn Fn() -> bool + Sync)) -> Reply {
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !terminal {
        return Reply::Nobody;
    }
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{}", Styled(WARNING, question));
    let _ = stderr.flush();
    // On a thread of its own, since nothing ends a read from a terminal but the terminal.
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = std::io::stdin().lock().read_line(&mut line);
        let _ = sender.send(line);
    });
    loop {
        match receiver.recv_timeout(Duration::from_millis(100)) {
            Ok(line) if matches!(line.trim().to_lowercase().as_str(), "y" | "yes") => {
                return Reply::Yes;
            }
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Reply::No,
            Err(RecvTimeoutError::Timeout) if given_up() => return Reply::GivenUp,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// A plain question outside a run; nobody to ask means no.
pub(crate) fn yes(question: &str) -> bool {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return false;
    }
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{} [y/N] ", Styled(WARNING, question));
    let _ = stderr.flush();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.is_ok() && matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}
