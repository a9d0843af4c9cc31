//! Ended at a write to the state folder, or from one on with a full disk.

use std::fmt;

use pianoroll_tests::crash::point::{spread, visit};
use pianoroll_tests::crash::scene::{Scene, Script};
use pianoroll_tests::crash::shim::{Trouble, When};
use pianoroll_tests::crash::sweep::{Disturbance, shim_in, survive, undisturbed};

/// Which write, and what becomes of the process; none where the disk is full.
struct Point {
    at: u64,
    when: Option<When>,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.when.map_or("full", When::as_str);
        write!(f, "write {} {word}", self.at)
    }
}

fn sweep(test: &str, script: Script, kinds: &[Option<When>], some: u64) {
    let shim = shim_in(crate::TARGET);
    let expected = undisturbed(script, &shim);
    let points: Vec<Point> = kinds
        .iter()
        .flat_map(|&when| {
            spread(expected.writes, some).into_iter().map(move |at| Point { at, when })
        })
        .collect();
    let look = |scene: &Scene, point: &Point| {
        scene.begin();
        let trouble = match point.when {
            Some(when) => Trouble::Crash { at: point.at, when },
            None => Trouble::Full { from: point.at },
        };
        let disturbance = Disturbance { trouble, words: &[], watched: &|_, _| {} };
        survive(scene, &expected, &disturbance)
    };
    visit(test, &points, || Scene::new(script, &shim), look);
}

const KILLED: [Option<When>; 3] = [Some(When::Before), Some(When::After), Some(When::Half)];

#[test]
fn campaign_killed_at_a_write() {
    sweep("campaign_killed_at_a_write", Script::CAMPAIGN, &KILLED, 14);
}

#[test]
fn campaign_without_power_at_a_write() {
    sweep("campaign_without_power_at_a_write", Script::CAMPAIGN, &[Some(When::Power)], 14);
}

#[test]
fn campaign_with_a_full_disk() {
    sweep("campaign_with_a_full_disk", Script::CAMPAIGN, &[None], 12);
}

#[test]
fn retag_killed_at_a_write() {
    let kinds = [Some(When::Before), Some(When::After), Some(When::Half), Some(When::Power), None];
    sweep("retag_killed_at_a_write", Script::RETAG, &kinds, 6);
}

#[test]
fn plugin_killed_at_a_write() {
    let kinds = [Some(When::Before), Some(When::After), Some(When::Half), Some(When::Power), None];
    sweep("plugin_killed_at_a_write", Script::PLUGIN, &kinds, 8);
}
