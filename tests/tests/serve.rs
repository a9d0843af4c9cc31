//! `pianoroll serve` as a process: the real binary against the simulator. What is due, deployed, delivered, stopped, killed, in trouble
//! and told.
//!
//! No test waits for a time of the clock: what is due lies behind, and a test waits for a state.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "serve/deploy.rs"]
mod deploy;
#[path = "serve/due.rs"]
mod due;
#[path = "serve/hooks.rs"]
mod hooks;
#[path = "serve/night.rs"]
mod night;
#[path = "serve/notices.rs"]
mod notices;
#[path = "serve/orders.rs"]
mod orders;
#[path = "serve/site.rs"]
mod site;
#[path = "serve/soak.rs"]
mod soak;
#[path = "serve/stop.rs"]
mod stop;

use pianoroll_model::{Outcome, Status};
use pianoroll_tests::serving::{Serving, Station};

/// A profile that every busy account of the simulator has.
const PROFILE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

/// The connection that a simulator has unless told otherwise.
const CONNECTION: &str = "[connections.acme]\nid = \"21fd90f9-5935-43cd-b6c8-bde9d915ca80\"\n\n";

/// Changes one profile.
const ONCE: &str = r#"profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: "once" });"#;

/// An automation with what else its table says, on the one connection.
fn automation(name: &str, program: &str, rest: &str) -> String {
    format!(
        "[automations.{name}]\nprogram = \"{program}\"\npermissions = [\"profiles:read\", \"profiles:write\"]\n{rest}\n\n"
    )
}

/// So many connections: their table, and the ids that a simulator needs to have them.
fn connections(count: usize) -> (String, Vec<pianoroll_model::ConnectionId>) {
    let id = |number: usize| format!("{number:08x}-0000-4000-8000-000000000000");
    let table = |number: usize| {
        format!("[connections.shop{number:02}]\nid = \"{}\"\nlabels = [\"retail\"]\n\n", id(number))
    };
    let ids = (1..=count).map(|number| id(number).parse().unwrap());
    ((1..=count).map(table).collect(), ids.collect())
}

/// Waits until so many runs have completed, and no other has ended.
async fn completed(station: &Station, serving: &mut Serving, count: usize) {
    let what = format!("{count} runs that have completed");
    serving
        .until_seen(&what, async |said| {
            let runs = station.runs().await;
            let ended: Vec<_> = runs.iter().filter_map(|run| run.outcome).collect();
            let well = ended.iter().all(|outcome| *outcome == Outcome::Completed);
            assert!(well && ended.len() <= count, "{ended:?}\n{said}");
            ended.len() == count
        })
        .await;
}

/// Waits until so many runs wait.
async fn waiting(station: &Station, serving: &mut Serving, count: usize) {
    let what = format!("{count} runs that wait");
    serving
        .until_seen(&what, async |_| {
            let runs = station.runs().await;
            runs.iter().filter(|run| run.status == Status::Waiting).count() == count
        })
        .await;
}
