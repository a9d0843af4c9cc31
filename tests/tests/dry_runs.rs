//! Dry runs of the real binary: they send reads only, and list what the real run sends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use pianoroll_tests::dry_run::dry_then_real;
use pianoroll_tests::{Finished, at, pianoroll, root, simulator, unlimited};

#[tokio::test(flavor = "multi_thread")]
async fn the_main_script_sends_what_its_dry_run_lists() {
    let simulator = simulator(unlimited()).await;
    let words = ["scripts/retag_inactive_profiles.rhai", "--param", "days=300"];
    let (dry, real) = dry_then_real(&simulator, &root(), &words);
    assert!(dry["planned"].as_array().unwrap().len() > 10, "{dry}");
    assert_eq!(dry["effects"], real["effects"]);
    // The program has seen the same, too.
    assert_eq!(dry["result"], real["result"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn stand_ins_become_what_they_stand_for() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lists.rhai");
    let program = r#"
        let names = ["One", "Two", "Three"];
        let made = parallel(names, 3, |name| lists::create(#{ name: name }));
        for list in made {
            let p = profiles::create(#{ email: `${list.attributes.name.to_lower()}@example.com` });
            lists::add_profiles(list.id, [p.id, "01GDDKASAP8TKDDA2GRZDSVP4H"]);
            profiles::update(p.id, #{ first_name: list.attributes.name });
        }
        lists::delete(made[1].id);
        let seen = 0;
        for p in lists::each_profile(made[0].id) { seen += 1; }
        seen
    "#;
    std::fs::write(&file, program).unwrap();
    let words = [file.to_str().unwrap(), "--allow", "read,write,delete"];
    let (dry, real) = dry_then_real(&simulator, &root(), &words);
    assert_eq!((&dry["result"], &real["result"]), (&2.into(), &2.into()));
    assert_eq!(dry["planned"].as_array().unwrap().len(), 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_does_not_read_as_done() {
    let simulator = simulator(unlimited()).await;
    let mut command = pianoroll(["run", "scripts/retag_inactive_profiles.rhai", "--dry-run"]);
    let told = Finished::new(&command.args(at(&simulator)).output().unwrap()).expect_code(0);
    assert!(!told.stdout.contains("completed"), "{}", told.stdout);
    assert!(told.stdout.contains("nothing was sent but reads"), "{}", told.stdout);
    let mut command = pianoroll(["call", "lists.delete", "Y6nRLr", "--dry-run"]);
    let told = Finished::new(&command.args(at(&simulator)).output().unwrap()).expect_code(0);
    assert!(told.stdout.contains("DELETE /klaviyo/api/lists/Y6nRLr"), "{}", told.stdout);
    assert!(told.stdout.contains("not granted: --allow lists:delete"), "{}", told.stdout);
    assert!(simulator.requests().iter().all(|request| request.method == "GET"));
}
