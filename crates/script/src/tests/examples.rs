//! The scripts in `scripts/`, against the simulator in all its modes.

use std::path::Path;

use pianoroll_simulator::{Mode, Settings};
use serde_json::Value;

use super::support::{Ended, World, runtime, settings};
use crate::Script;

fn example(name: &str) -> Script {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts").join(name);
    let source = std::fs::read_to_string(path).unwrap();
    Script::compile(&source, &format!("scripts/{name}")).unwrap_or_else(|error| panic!("{error}"))
}

/// Runs an example in every mode and with several data sets.
fn in_every_world(name: &str, params: &[(&str, &str)], check: impl Fn(&World, &Ended, u64)) {
    let script = example(name);
    for mode in Mode::ALL {
        for (profiles, seed) in [(500, 7), (0, 7), (1, 3), (1_203, 11)] {
            runtime().block_on(async {
                let world = World::simulated(Settings { mode, profiles, seed, ..settings() }).await;
                let ended = world.run_script(&script, params).await;
                if let Err(error) = &ended.result {
                    panic!("{mode}, {profiles} profiles:\n{}", error.rendered);
                }
                check(&world, &ended, profiles);
            });
        }
    }
}

#[test]
fn retagging_marks_and_syncs_and_a_second_run_changes_nothing() {
    in_every_world("retag_inactive_profiles.rhai", &[], |_, ended, profiles| {
        let Ok(result) = &ended.result else { unreachable!() };
        let number = |pointer: &str| result.pointer(pointer).and_then(Value::as_u64).unwrap();
        assert!(number("/profiles") >= profiles);
        assert_eq!(number("/inactive"), number("/list/added") + number("/list/kept"));
        assert_eq!(ended.summary.problem_count, 0);
        if profiles >= 500 {
            assert!(number("/marked") > 0 && number("/inactive") > number("/marked"));
        }
    });
    runtime().block_on(async {
        let world = World::simulated(settings()).await;
        let script = example("retag_inactive_profiles.rhai");
        let first = world.run_script(&script, &[]).await;
        assert!(first.summary.effects.write > 0);
        let second = world.run_script(&script, &[]).await;
        assert_eq!(second.summary.effects.write, 0, "{}", second.text());
    });
}

#[test]
fn the_campaign_report_is_a_table_and_reads_only() {
    in_every_world("campaign_report.rhai", &[("days", "3650"), ("most", "1000")], |_, ended, _| {
        assert_eq!(ended.summary.effects.write, 0);
        let Ok(result) = &ended.result else { unreachable!() };
        assert!(result["campaigns"].as_u64().unwrap() >= 3, "{result}");
        assert!(
            ended.logs.iter().any(|line| line.contains("Autumn Sale 2024")),
            "{:#?}",
            ended.logs
        );
    });
    in_every_world("campaign_report.rhai", &[], |_, ended, _| assert!(ended.result.is_ok()));
}

#[test]
fn the_connection_report_names_the_account_and_reads_only() {
    in_every_world("connection_health.rhai", &[], |_, ended, _| {
        assert_eq!(ended.summary.effects.write, 0);
        assert!(ended.logs.iter().any(|line| line.contains("account")));
        assert!(ended.logs.iter().any(|line| line.contains("webhooks")));
    });
}
