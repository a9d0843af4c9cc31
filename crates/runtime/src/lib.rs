//! Projects and the execution of runs: what stands between a person's folder and the host.
//!
//! - [`project`]: `pianoroll.toml`, found upwards from a folder, parsed strictly and with positions.
//! - [`mod@credential`]: where a gateway key or another secret is read, the only place that does.
//! - [`secret`]: what a secret is that is no key.
//! - [`base_url`]: the traps of base URLs.
//! - [`folder`]: the project's folder, as programs may use it; the only place that opens files for them.
//! - [`state_folder`]: where the journal of a project's runs is.
//! - [`durable`]: what the journal keeps of a run's settings, so that another attempt can begin.
//! - [`deployment`]: the checked snapshot of a project that `serve` runs.
//! - [`components`]: the components of plugins that stored runs are made of.
//! - [`retention`]: how long it is kept.
//! - [`schedule`]: when something is due, in a zone, through daylight saving.
//! - [`scheduler`]: schedules that are kept: every due time gets a fate, once.
//! - [`execution`]: a guest and its host become a run with a report.
//!
//! Architecture invariants: this crate knows no guest by name (it takes `dyn Guest`), prints nothing and asks nobody: a
//! terminal, a colour or a question belongs to the floor above. Time, ids and randomness come in as arguments.

pub mod base_url;
pub mod components;
pub mod credential;
pub mod deployment;
pub mod durable;
pub mod execution;
pub mod folder;
pub mod project;
pub mod retention;
pub mod schedule;
pub mod scheduler;
pub mod secret;
pub mod state_folder;
