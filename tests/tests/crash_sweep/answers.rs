//! Answers that are lost or spoiled while the process lives: the same thing as a crash.

use std::fmt;

use pianoroll_simulator::{Rule, When};
use pianoroll_tests::crash::point::{spread, visit};
use pianoroll_tests::crash::scene::{Scene, Script};
use pianoroll_tests::crash::shim::Trouble;
use pianoroll_tests::crash::sweep::{Disturbance, shim_in, survive, undisturbed};

/// What becomes of an answer.
#[derive(Clone, Copy)]
enum Loss {
    DroppedBefore,
    DroppedAfter,
    ServerError,
    BadGateway,
    Truncated,
}

impl Loss {
    const ALL: [Loss; 5] = [
        Loss::DroppedBefore,
        Loss::DroppedAfter,
        Loss::ServerError,
        Loss::BadGateway,
        Loss::Truncated,
    ];

    fn rule(self) -> Rule {
        let after = Rule { when: When::After, ..Rule::default() };
        match self {
            Loss::DroppedBefore => Rule { drop: true, ..Rule::default() },
            Loss::DroppedAfter => Rule { drop: true, ..after },
            Loss::ServerError => Rule { status: Some(500), ..after },
            Loss::BadGateway => Rule { html: true, status: Some(502), ..after },
            Loss::Truncated => Rule { truncate: Some(10), ..after },
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Loss::DroppedBefore => "dropped before",
            Loss::DroppedAfter => "dropped after",
            Loss::ServerError => "500 after",
            Loss::BadGateway => "502 after",
            Loss::Truncated => "truncated",
        }
    }
}

struct Point {
    at: u64,
    loss: Loss,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "answer {} {}", self.at, self.loss.as_str())
    }
}

fn sweep(test: &str, script: Script, some: u64) {
    let shim = shim_in(crate::TARGET);
    let expected = undisturbed(script, &shim);
    let points: Vec<Point> = Loss::ALL
        .into_iter()
        .flat_map(|loss| {
            spread(expected.requests, some).into_iter().map(move |at| Point { at, loss })
        })
        .collect();
    let look = |scene: &Scene, point: &Point| {
        scene.begin();
        let rule = Rule { skip: point.at - 1, times: Some(1), ..point.loss.rule() };
        scene.simulator.set_faults(vec![rule]);
        let disturbance = Disturbance { trouble: Trouble::Ready, words: &[], watched: &|_, _| {} };
        // What is sent again at once completes all the same.
        survive(scene, &expected, &disturbance).map(|_| true)
    };
    visit(test, &points, || Scene::new(script, &shim), look);
}

#[test]
fn campaign_with_lost_answers() {
    sweep("campaign_with_lost_answers", Script::CAMPAIGN, 9);
}

#[test]
fn retag_with_lost_answers() {
    sweep("retag_with_lost_answers", Script::RETAG, 4);
}

#[test]
fn plugin_with_lost_answers() {
    sweep("plugin_with_lost_answers", Script::PLUGIN, 6);
}
