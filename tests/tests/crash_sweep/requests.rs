//! Ended or stopped while a request is under way.

use std::fmt;
use std::process::Child;

use pianoroll_simulator::{LoggedRequest, Rule, When};
use pianoroll_tests::crash::point::{spread, visit};
use pianoroll_tests::crash::scene::{Scene, Script, wait_for};
use pianoroll_tests::crash::shim::{Trouble, signal};
use pianoroll_tests::crash::sweep::{Disturbance, shim_in, survive, undisturbed};

/// Which request, on which side of its effect, and how the process ends: `KILL`, or `PWR` where the machine loses its power.
struct Point {
    at: u64,
    when: When,
    end: &'static str,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.when == When::Before { "before" } else { "after" };
        write!(f, "request {} {side} {}", self.at, self.end)
    }
}

/// Whether a request is where the point wants it.
fn is_there(log: &[LoggedRequest], point: &Point) -> bool {
    let request = usize::try_from(point.at - 1).ok().and_then(|index| log.get(index));
    request.is_some_and(|request| match point.when {
        When::Before => true,
        // What is refused is never applied, and what a hold keeps is not answered.
        When::After => request.applied || request.status.is_some(),
    })
}

/// Longer than any test takes, and than a process can wait for an answer.
const HELD: u64 = 600_000;

fn hold(point: &Point, delay_ms: u64) -> Rule {
    Rule { when: point.when, delay_ms, skip: point.at - 1, times: Some(1), ..Rule::default() }
}

fn sweep(
    test: &str,
    script: Script,
    ends: &[&'static str],
    some: u64,
    look: impl Fn(
        &Scene,
        &Point,
        &dyn Fn(&Disturbance<'_>) -> Result<bool, String>,
    ) -> Result<bool, String>
    + Sync,
) {
    let shim = shim_in(crate::TARGET);
    let expected = undisturbed(script, &shim);
    let mut points = Vec::new();
    for when in [When::Before, When::After] {
        for &end in ends {
            let numbers = spread(expected.requests, some).into_iter();
            points.extend(numbers.map(|at| Point { at, when, end }));
        }
    }
    let look = |scene: &Scene, point: &Point| {
        scene.begin();
        look(scene, point, &|disturbance| survive(scene, &expected, disturbance))
    };
    visit(test, &points, || Scene::new(script, &shim), look);
}

fn killed(test: &str, script: Script, ends: &[&'static str], some: u64) {
    sweep(test, script, ends, some, |scene, point, survive| {
        scene.simulator.set_faults(vec![hold(point, HELD)]);
        let watched = |scene: &Scene, child: &mut Child| {
            if scene.until(child, |log| is_there(log, point)) {
                signal(child, point.end);
            }
        };
        survive(&Disturbance { trouble: Trouble::Ready, words: &[], watched: &watched })
    });
}

#[test]
fn campaign_killed_at_a_request() {
    killed("campaign_killed_at_a_request", Script::CAMPAIGN, &["KILL", "PWR"], 14);
}

#[test]
fn plugin_killed_at_a_request() {
    killed("plugin_killed_at_a_request", Script::PLUGIN, &["KILL", "PWR"], 8);
}

#[test]
fn retag_killed_at_a_request() {
    killed("retag_killed_at_a_request", Script::RETAG, &["KILL", "PWR"], 6);
}

/// The answer comes while the process is stopped, after the time that it waits for one.
const STOPPED: u64 = 300;

fn stopped(test: &str, script: Script, some: u64) {
    sweep(test, script, &["STOP"], some, |scene, point, survive| {
        scene.simulator.set_faults(vec![hold(point, STOPPED)]);
        let watched = |scene: &Scene, child: &mut Child| {
            if !scene.until(child, |log| is_there(log, point)) {
                return;
            }
            signal(child, "STOP");
            // Either it is answered while it is stopped, or it had hung up before it was: then no answer comes.
            wait_for(2 * STOPPED, || {
                let log = scene.simulator.requests();
                let answered = log[usize::try_from(point.at - 1).unwrap()].status.is_some();
                (answered || has_ended(child)).then_some(())
            });
            signal(child, "CONT");
        };
        let words = ["--request-timeout", "200ms"];
        let found =
            survive(&Disturbance { trouble: Trouble::Ready, words: &words, watched: &watched });
        // What is sent again at once completes all the same.
        found.map(|_| true)
    });
}

fn has_ended(child: &Child) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
    stat.rsplit(") ").next().is_none_or(|rest| rest.starts_with('Z'))
}

#[test]
fn campaign_stopped_during_a_request() {
    stopped("campaign_stopped_during_a_request", Script::CAMPAIGN, 8);
}
