//! Where runs happen: in this process, which owns the state folder then, or in the one that owns it already. Both are an
//! [`Owner`](pianoroll_server::Owner), and a [`Seat`] is which of them it is.

mod accounts;
mod again;
mod attempt;
mod ephemeral;
mod folder_owner;
mod herald;
mod key;
mod program;
mod run;
mod schedules;
mod seat;
mod serve;
mod table;

pub(crate) use key::key_digests;
pub(crate) use program::{Runnable, stored};
pub(crate) use seat::{Seat, new_run_id};
pub(crate) use serve::{ServeWords, Server};

/// The most memory of a run, in bytes: far beyond what automations need, far below what a machine dies of.
pub(crate) const MOST_MEMORY: u64 = 1 << 30;
