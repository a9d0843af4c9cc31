//! A backup is taken while a run is under way, the run finishes, and the backup is restored: it does not know what happened since,
//! so nothing goes on by itself.

use std::fmt;
use std::process::Child;

use pianoroll_simulator::Rule;
use pianoroll_tests::crash::point::{spread, visit};
use pianoroll_tests::crash::scene::{Scene, Script};
use pianoroll_tests::crash::sweep::{shim_in, undisturbed};
use serde_json::Value;

/// During which request the backup is taken.
struct Point(u64);

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {}", self.0)
    }
}

/// How long the request is held: the backup is made meanwhile. Where it is not, it is one of a run that has finished.
const HELD: u64 = 2_000;

fn look(scene: &Scene, point: &Point) -> Result<bool, String> {
    scene.begin();
    let hold = Rule { delay_ms: HELD, skip: point.0 - 1, times: Some(1), ..Rule::default() };
    scene.simulator.set_faults(vec![hold]);
    let copy = scene.project().with_file_name("copy.db");
    let copy = copy.to_str().unwrap();
    let _ = std::fs::remove_file(copy);
    let backup = std::cell::RefCell::new(Ok(0));
    let watched = |child: &mut Child| {
        scene.until(child, |log| log.len() as u64 >= point.0);
        let output = scene.command(["backup", copy]).output().unwrap();
        *backup.borrow_mut() = match output.status.code() {
            Some(0) => Ok(0),
            _ => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        };
    };
    let finished = scene.end(scene.run(), &watched)?;
    backup.into_inner()?;
    if finished.code != 0 {
        return Err(format!("{finished:?}"));
    }
    let sent = scene.simulator.requests().len();
    let command = |words: &[&str]| scene.end(scene.command(words.iter().copied()), &|_| {});
    let restored = command(&["restore", copy, "--yes"])?;
    let runs: Value = serde_json::from_str(&command(&["runs", "list", "--json"])?.stdout)
        .map_err(|error| format!("{error}: {restored:?}"))?;
    // Taken before the run was recorded, or behind its end: there is nothing to be parked.
    let finished = runs[0].is_null() || runs[0]["status"] == "finished";
    let retried = command(&["runs", "retry", "last"])?;
    let more = || scene.simulator.requests().split_off(sent);
    let quiet = more().is_empty();
    if restored.code != 0 || retried.code == 0 || !quiet {
        let more: Vec<_> = more().into_iter().map(|it| (it.method, it.path)).collect();
        return Err(format!("restored: {restored:?}\nretried: {retried:?}\nsent: {more:?}"));
    }
    if !finished && runs[0]["waiting"]["reason"] != "restored" {
        return Err(format!("the run is not parked: {}", runs[0]));
    }
    let failed = command(&["runs", "resolve", "last", "--fail"])?;
    // Failing it is what was asked for, and no request is needed for that.
    match more().is_empty() && (finished || failed.code == 1) {
        true => Ok(!finished),
        false => Err(format!("given up: {failed:?}")),
    }
}

#[test]
fn a_restored_run_waits_for_a_word() {
    let shim = shim_in(crate::TARGET);
    let expected = undisturbed(Script::CAMPAIGN, &shim);
    let points: Vec<Point> = spread(expected.requests, 6).into_iter().map(Point).collect();
    let place = || Scene::new(Script::CAMPAIGN, &shim);
    visit("a_restored_run_waits_for_a_word", &points, place, look);
}
