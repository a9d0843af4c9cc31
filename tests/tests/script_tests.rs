//! `pianoroll test` and `pianoroll fixtures`, as a newcomer uses them: the real binary in a folder of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use pianoroll_tests::{Finished, at, pianoroll, simulator, unlimited};

/// Marks a profile, and fails without its list.
const SCRIPT: &str = r#"
//! param list: string = Inactive
let list = lists::find(params::list);
for p in profiles::each(#{ fields: ["email"] }) {
    profiles::update(p.id, #{ properties: #{ seen: true } });
}
log::info("all seen");
#{ list: list.id }
"#;

/// A folder with a script and its tests.
fn folder(tests: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mark.rhai"), SCRIPT).unwrap();
    std::fs::write(folder.path().join("mark.test.rhai"), tests).unwrap();
    folder
}

fn run_in(folder: &Path, words: &[&str]) -> Finished {
    let mut command = pianoroll(words);
    // No key is needed: there is none.
    command.current_dir(folder).env_remove("MATON_API_KEY");
    Finished::new(&command.output().unwrap())
}

#[test]
fn tests_that_hold_pass_and_see_one_account_from_run_to_run() {
    let folder = folder(
        r#"
test("marks everybody", || {
    given::now("2026-03-01T09:00:00Z");
    let list = given::list(#{ name: "Inactive" });
    let eve = given::profile(#{ email: "eve@example.com", lists: list });
    let plan = run(#{ dry_run: true });
    expect::effects(plan, [#{ operation: "profiles.update", target: eve.id, body: #{ properties: #{ seen: true } } }]);
    expect::equal(profiles::get(eve.id).attributes.properties, #{});
    let run = run();
    expect::completed(run);
    expect::effects(run, plan.effects);
    expect::log(run, "all seen");
    expect::problems(run, 0);
    expect::equal(run.result.list, list.id);
    expect::equal(profiles::get(eve.id).attributes.properties.seen, true);
    expect::equal(now(), time("2026-03-01T09:00:00Z"));
});
test("waiting takes no time, and a lost answer changes nothing twice", || {
    given::list(#{ name: "Inactive" });
    given::profile(#{ email: "eve@example.com" });
    given::fault(#{ method: "PATCH", path: "/klaviyo/api/profiles/*", status: 503, headers: #{ "retry-after": "600" }, times: 1 });
    let began = now();
    let run = run();
    expect::completed(run);
    expect::equal(run.retries, 1);
    expect::effects(run, ["profiles.update"]);
    expect::that(now() - began >= minutes(10), "it has waited ten minutes");
});
test("fails without its list", || {
    expect::failed(run(), "Inactive");
    expect::failed(run(#{ params: #{ list: "Other" } }), "Other");
});
test("stays within its limits", || {
    given::list(#{ name: "Inactive" });
    for name in ["a", "b"] { given::profile(#{ email: name + "@example.com" }); }
    let run = run(#{ limits: #{ writes: 1 } });
    expect::failed(run, "writes=1");
    expect::equal(run.effects.len(), 1);
});
"#,
    );
    let finished = run_in(folder.path(), &["test"]).expect_code(0);
    assert!(finished.stdout.ends_with("4 passed, 0 failed\n"), "{}", finished.stdout);
    let json =
        run_in(folder.path(), &["test", "--json", "--filter", "limits"]).expect_code(0).json();
    assert_eq!(json["passed"], 1, "{json}");
    assert_eq!(json["tests"][0]["name"], "stays within its limits");
    assert_eq!(json["tests"][0]["outcome"], "passed");
    let listed = run_in(folder.path(), &["test", "--list"]).expect_code(0).stdout;
    assert_eq!(listed.lines().count(), 4, "{listed}");
    let _ = run_in(folder.path(), &["test", "--filter", "nothing like this"]).expect_code(2);
}

#[test]
fn scripts_read_the_files_that_were_given_and_their_outputs_are_seen() {
    let folder = folder(
        r#"
//! script prices.rhai
test("copies what it reads", || {
    given::file("in/prices.json", "[{\"sku\": \"A\"}]");
    let plan = run(#{ dry_run: true });
    expect::completed(plan);
    expect::no_file("out.json");
    expect::completed(run());
    expect::file("out.json");
    expect::equal(files::read_json("out.json"), [#{ sku: "A" }]);
});
test("has files of its own", || {
    expect::failed(run(), "in/prices.json");
    expect::no_file("out.json");
});
"#,
    );
    let script = r#"
let rows = files::read_json("in/prices.json");
files::json("out.json", rows);
"#;
    std::fs::write(folder.path().join("prices.rhai"), script).unwrap();
    let finished = run_in(folder.path(), &["test"]).expect_code(0);
    assert!(finished.stdout.contains("2 passed"), "{finished:?}");
    assert!(!folder.path().join("out.json").exists(), "a test writes into no project");
}

#[test]
fn tests_that_do_not_hold_fail_with_the_place_and_the_difference() {
    let folder = folder(
        r#"
test("differs", || {
    given::list(#{ name: "Inactive" });
    given::profile(#{ email: "eve@example.com" });
    expect::effects(run(), [#{ operation: "profiles.update", body: #{ properties: #{ seen: false } } }]);
});
test("proves nothing", || { run(); });
test("hides nothing", || { try { expect::equal(1, 2); } catch { } });
test("goes on with the next one", || { expect::equal(1, 1); });
"#,
    );
    let json = run_in(folder.path(), &["test", "--json"]).expect_code(1).json();
    assert_eq!((&json["passed"], &json["failed"]), (&1.into(), &3.into()), "{json}");
    let differs = &json["tests"][0];
    assert_eq!((&differs["place"]["line"], &differs["outcome"]), (&5.into(), &"failed".into()));
    let lines: Vec<&str> =
        differs["diff"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(lines.iter().any(|line| line.starts_with('-') && line.contains("false")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with('+') && line.contains("true")), "{lines:?}");
    assert!(json["tests"][1]["message"].as_str().unwrap().contains("proves nothing"), "{json}");
    assert_eq!(json["tests"][2]["message"], "expected 2, found 1");
    let text = run_in(folder.path(), &["test"]).expect_code(1).stdout;
    assert!(text.contains("mark.test.rhai:5:") && text.contains("1 passed, 3 failed"), "{text}");
}

#[test]
fn mistakes_in_tests_are_told_before_anything_runs() {
    let folder = folder("test(\"x\", || { given::porfile(#{}); });\n");
    let finished = run_in(folder.path(), &["test"]).expect_code(2);
    assert!(finished.stdout.contains("did you mean `given::profile`?"), "{finished:?}");
    let misplaced = "if true { test(\"y\", || {}); }\n";
    std::fs::write(folder.path().join("mark.test.rhai"), misplaced).unwrap();
    let finished = run_in(folder.path(), &["test"]).expect_code(2);
    assert!(finished.stdout.contains("mark.test.rhai:1:11: "), "{finished:?}");
    let _ = run_in(folder.path(), &["test", "mark.rhai"]).expect_code(2);
    // What only tests have, scripts have not.
    std::fs::write(folder.path().join("x.rhai"), "given::list(#{});").unwrap();
    let finished = run_in(folder.path(), &["run", "x.rhai", "--simulate"]).expect_code(2);
    assert!(finished.stderr.contains("given"), "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fixtures_are_pulled_by_reads_alone_and_tests_use_them() {
    let folder = folder(
        r#"
test("an account like the real one", || {
    given::fixtures("shop");
    let run = run(#{ params: #{ list: "VIP Customers" } });
    expect::completed(run);
    expect::equal(run.effects.len(), 5);
    expect::equal(tags::find("Promo").id, "abc123");
    // Each is listed under its channel, as in the account.
    expect::that(campaigns::count(#{ filter: filter::equals("messages.channel", "email") }) > 100, "campaigns are there");
    expect::that(campaigns::count(#{ filter: filter::equals("messages.channel", "sms") }) > 10, "campaigns are there");
});
"#,
    );
    let simulator = simulator(unlimited()).await;
    let pull = |more: &[&str]| {
        let mut command =
            pianoroll(["fixtures", "pull", "--masked", "5", "--out", "fixtures/shop.json"]);
        command.current_dir(folder.path()).args(at(&simulator)).args(more);
        Finished::new(&command.output().unwrap())
    };
    let _ = pull(&[]).expect_code(0);
    let requests = simulator.requests();
    assert!(requests.len() > 15, "{}", requests.len());
    let reads = requests.iter().all(|one| one.effect.is_none_or(|effect| effect.is_read()));
    assert!(reads && requests.iter().all(|one| one.method == "GET"), "{requests:?}");

    let stored = std::fs::read_to_string(folder.path().join("fixtures/shop.json")).unwrap();
    // The data set's people: an address, a name, a street, a number.
    for personal in
        ["alice@", "Alice", "Johnson", "bob@", "01GDDKASAP8TKDDA2GRZDSVP4H", "+12025000"]
    {
        assert!(!stored.contains(personal), "{personal} is in the fixtures");
    }
    let _ = run_in(folder.path(), &["test"]).expect_code(0);

    let again = pull(&[]).expect_code(2);
    assert!(again.stderr.contains("--force"), "{again:?}");
    let _ = pull(&["--force"]).expect_code(0);
    assert_eq!(std::fs::read_to_string(folder.path().join("fixtures/shop.json")).unwrap(), stored);
}
