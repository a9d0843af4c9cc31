//! What any guest may ask for: the one road of a call, and the seams around it.
//!
//! A [`Guest`] is a program; a [`Host`] is one run of it. The program speaks through a [`Branch`], and every call takes the
//! same road (`road.rs`), whoever makes it: resolve, check, split, permission, guardrails, plan, ledger, gateway, ledger.
//!
//! Invariants: nothing here knows a language, a file system or a command line; no HTTP request is built here; no lock is held over
//! an await; and a guest reaches the API by no other way than a [`Branch`].

mod account;
mod branch;
mod files;
mod guest;
mod host;
mod pages;
mod params;
mod reply;

pub mod check;
mod guardrails;
mod key;
pub mod ledger;
mod permission;
pub mod plan;
mod replay;
pub mod resolve;
mod road;
mod split;

mod error;
mod failures;
mod notifications;
mod observer;
mod random;
pub mod state_values;
mod summary;

pub use account::Account;
pub use branch::{Branch, Checkpoint, OpenCheckpoint, OpenError};
pub use check::{About, CheckError, CheckErrors};
pub use error::{Cause, Done, HostError, HostErrorKind, PagingMistake};
pub use files::{
    FileCause, FileError, FilePath, Files, FilesError, Input, InputRecord, MAX_OUTPUTS, NewFile,
    NoFiles, OpenFile, Output, OutputEnd, OutputRecord,
};
pub use guardrails::{
    Bounds, GuardrailError, Guardrails, Limit, Loosened, OperationPattern, Refusal, Scope,
    WordError, bounds, check_id, record_resource,
};
pub use guest::{Guest, GuestError, GuestErrorKind, GuestRun};
pub use host::{Host, HostSettings};
pub use ledger::{Ledger, LedgerEntry};
pub use notifications::{MOST_NOTIFICATIONS, NOTIFICATION_BYTES, NOTIFICATION_DETAILS_BYTES};
pub use observer::{Level, Observer, Place, Silent};
pub use pages::{Ahead, Pages};
pub use params::{ConnectionSpec, ParamError, ParamKind, ParamMistake, ParamSpec, Span, bind};
pub use permission::{GrantBy, GrantedPlugin, NarrowedBy, PermissionError, grant_word};
pub use plan::{Plan, PlannedEffect, PlannedNotification};
pub use random::RandomStream;
pub use replay::Divergence;
pub use reply::Reply;
pub use summary::{KEPT_PROBLEMS, LINE_BYTES, LOGGED_LINES, PROBLEM_BYTES, Problem, Summary};
