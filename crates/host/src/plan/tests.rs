//! Dry runs against the simulator: what they show, what they plan, and that nothing else is sent.

mod differential;
mod overlay;
mod plans;

use std::sync::Arc;

use pianoroll_api::Arguments;
use pianoroll_model::Effect;
use serde_json::Value;

use crate::road::tests::stage::Stage;
use crate::{Branch, Host, HostError, HostSettings};

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";
const BOB: &str = "01GDDKASAP8TKDDA2GRZDSVP4I";
const LIST: &str = "Y6nRLr";

/// A dry run that is granted everything.
fn dry(stage: &Stage) -> Arc<Host> {
    let settings = stage.settings("read write delete send request");
    Host::new(HostSettings { dry_run: true, ..settings })
}

async fn call(branch: &Branch, operation: &str, arguments: Arguments) -> Value {
    branch.call(operation, arguments).await.unwrap().json()
}

async fn refusal(branch: &Branch, operation: &str, arguments: Arguments) -> HostError {
    branch.call(operation, arguments).await.unwrap_err()
}

/// All rows of a list, page by page.
async fn each(branch: &Branch, operation: &str, arguments: Arguments) -> Vec<Value> {
    let mut pages = branch.pages(operation, arguments).unwrap();
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        rows.extend(page.json()["data"].as_array().unwrap().clone());
    }
    rows
}

fn ids_of(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["id"].as_str().unwrap()).collect()
}

/// Nothing but reads has reached the simulator.
#[track_caller]
fn only_reads(stage: &Stage) {
    for request in stage.simulator.requests() {
        assert_eq!(request.effect, Some(Effect::Read), "{request:?}");
    }
}
