//! Automations of a project, run by name.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use expect_test::expect;
use pianoroll_model::Effect;
use pianoroll_simulator::{Settings, Simulator};
use pianoroll_tests::{Finished, at, pianoroll, simulator, unlimited};
use serde_json::Value;

const ACME: &str = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";
const BETA: &str = "5e0ef7a4-1111-4222-8333-bde9d915ca81";

/// A simulator with two accounts.
async fn two_accounts() -> Simulator {
    let connections = [ACME, BETA].map(|id| id.parse().unwrap()).into();
    simulator(Settings { connections, ..unlimited() }).await
}

/// A project with two connections, and these tables below them.
fn project(live: &str, tables: &str, scripts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[connections.acme]\nid = \"{ACME}\"\nlabels = [\"retail\"]\n{live}\n[connections.beta]\nid = \"{BETA}\"\nlabels = [\"retail\"]\n{tables}"
    );
    std::fs::write(folder.path().join("pianoroll.toml"), text).unwrap();
    std::fs::create_dir(folder.path().join("scripts")).unwrap();
    for (name, program) in scripts {
        std::fs::write(folder.path().join("scripts").join(name), program).unwrap();
    }
    folder
}

fn pianoroll_in(folder: &Path, simulator: &Simulator, words: &[&str]) -> Finished {
    let mut command = pianoroll(words);
    command.args(at(simulator)).current_dir(folder);
    Finished::new(&command.output().unwrap())
}

/// The effects that reached an account, as methods and paths.
fn effects(simulator: &Simulator, connection: &str) -> Vec<String> {
    let requests = simulator.requests().into_iter();
    let effects = requests.filter(|request| {
        request.effect != Some(Effect::Read)
            && request.headers.get("maton-connection").is_some_and(|id| id == connection)
    });
    effects.map(|request| format!("{} {}", request.method, request.path)).collect()
}

const MARK: &str = r#"
//! Marks profiles.
//! param count: int = 1
//! param title: string
let done = 0;
for p in profiles::each(#{ page_size: 20 }) {
    if done == params::count { break; }
    profiles::update(p.id, #{ title: params::title });
    done += 1;
}
done
"#;

const RETAG: &str = "[automations.mark]\nprogram = \"scripts/mark.rhai\"\nconnections = \"label:retail\"\nparams = { count = 3, title = \"Dr\" }\npermissions = [\"profiles:read\", \"profiles:write\"]\nlimits = { writes = 5 }\n";

#[tokio::test(flavor = "multi_thread")]
async fn an_automation_runs_once_on_each_of_its_connections() {
    let simulator = two_accounts().await;
    let folder = project("", RETAG, &[("mark.rhai", MARK.trim())]);
    let finished =
        pianoroll_in(folder.path(), &simulator, &["run", "mark", "--json"]).expect_code(0);
    let report = finished.json();
    assert_eq!(
        (&report["automation"], &report["exit_code"]),
        (&Value::from("mark"), &Value::from(0))
    );
    let runs = report["runs"].as_array().unwrap();
    let shown: Vec<(&str, &Value)> =
        runs.iter().map(|run| (run["connection"].as_str().unwrap(), &run["result"])).collect();
    assert_eq!(shown, [("acme", &Value::from(3)), ("beta", &Value::from(3))]);
    assert_ne!(runs[0]["run"], runs[1]["run"]);
    assert_eq!((effects(&simulator, ACME).len(), effects(&simulator, BETA).len()), (3, 3));

    // One of them, with a parameter by hand.
    let words = ["run", "mark", "--connection", "beta", "--param", "count=1", "--json"];
    let report = pianoroll_in(folder.path(), &simulator, &words).expect_code(0).json();
    assert_eq!(report["runs"].as_array().unwrap().len(), 1);
    assert_eq!((effects(&simulator, ACME).len(), effects(&simulator, BETA).len()), (3, 4));

    let words = ["run", "mark", "--connection", "betta"];
    let finished = pianoroll_in(folder.path(), &simulator, &words).expect_code(2);
    expect![[r#"
        error: the automation `mark` does not run on `betta`
          hint: did you mean `beta`?
    "#]]
    .assert_eq(&finished.stderr);
    let text = pianoroll_in(folder.path(), &simulator, &["run", "mark"]).expect_code(0).stdout;
    let group: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("mark:")).collect();
    expect![[r#"
        mark: 2 of 2 runs completed
          acme  completed
          beta  completed"#]]
    .assert_eq(&group.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_that_fails_does_not_keep_the_others_from_being_run() {
    let simulator = two_accounts().await;
    // acme is pinned to another account.
    let folder = project("account = \"ZZZZZZ\"", RETAG, &[("mark.rhai", MARK.trim())]);
    let finished =
        pianoroll_in(folder.path(), &simulator, &["run", "mark", "--json"]).expect_code(5);
    let report = finished.json();
    assert_eq!(report["runs"][0]["error"]["exit_code"], 5, "{report}");
    assert_eq!(report["runs"][1]["outcome"], "completed", "{report}");
    assert_eq!((effects(&simulator, ACME).len(), effects(&simulator, BETA).len()), (0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_and_limits_are_those_of_the_project() {
    let simulator = two_accounts().await;
    let folder = project("", RETAG, &[("mark.rhai", MARK.trim())]);
    let words = ["run", "mark", "--connection", "acme", "--param", "count=9"];
    let finished = pianoroll_in(folder.path(), &simulator, &words).expect_code(4);
    assert!(
        finished.stderr.contains(
            "it has made the 5 writes that `pianoroll.toml:13:21 (limits.writes)` allows"
        ),
        "{}",
        finished.stderr
    );
    assert_eq!(effects(&simulator, ACME).len(), 5);

    // A flag tightens, and is refused where it would loosen.
    let tighter: Vec<&str> = words.iter().copied().chain(["--limit", "writes=2"]).collect();
    let finished = pianoroll_in(folder.path(), &simulator, &tighter).expect_code(4);
    assert!(finished.stderr.contains("`--limit writes=2`"), "{}", finished.stderr);
    assert_eq!(effects(&simulator, ACME).len(), 7);
    let looser: Vec<&str> = words.iter().copied().chain(["--limit", "writes=6"]).collect();
    let finished = pianoroll_in(folder.path(), &simulator, &looser).expect_code(2);
    expect![[r#"
        error: `--limit writes=6` would loosen `pianoroll.toml:13:21 (limits.writes)`, which allows 5
          hint: a flag may only tighten; to allow more, change pianoroll.toml
    "#]].assert_eq(&finished.stderr);
    assert_eq!(effects(&simulator, ACME).len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_automation_was_not_granted_is_not_sent() {
    let simulator = two_accounts().await;
    let tables = "[automations.drop]\nprogram = \"scripts/drop.rhai\"\nconnections = [\"acme\"]\npermissions = [\"lists:read\"]\n[automations.bare]\nprogram = \"scripts/drop.rhai\"\nconnections = [\"acme\"]\n";
    let folder = project(
        "",
        tables,
        &[("drop.rhai", "lists::get(\"Y6nRLr\");\nlists::delete(\"Y6nRLr\");\n")],
    );
    let denied =
        |words: &[&str]| pianoroll_in(folder.path(), &simulator, words).expect_code(4).stderr;
    let error = denied(&["run", "drop"]);
    let line = error.lines().find(|line| line.contains("needs the permission")).unwrap();
    expect![[r#"error: scripts/drop.rhai:2:8: lists.delete: needs the permission `lists:delete`, which is not granted; grant it in `[automations.drop]` at pianoroll.toml:11 with `permissions = ["lists:read", "lists:delete"]`, or for one run with `--allow lists:delete`"#]].assert_eq(line);
    // Without permissions not even a read.
    let error = denied(&["run", "bare"]);
    let line = error.lines().find(|line| line.contains("needs the permission")).unwrap();
    expect![[r#"error: scripts/drop.rhai:1:8: lists.get: needs the permission `lists:read`, which is not granted; grant it in `[automations.bare]` at pianoroll.toml:12 with `permissions = ["lists:read"]`, or for one run with `--allow lists:read`"#]].assert_eq(line);
    assert_eq!(effects(&simulator, ACME), [""; 0]);
    let _ = pianoroll_in(folder.path(), &simulator, &["run", "drop", "--allow", "lists:delete"])
        .expect_code(0);
    assert_eq!(effects(&simulator, ACME), ["DELETE /klaviyo/api/lists/Y6nRLr"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_wins_and_an_unknown_name_is_told_with_what_was_meant() {
    let simulator = two_accounts().await;
    let folder = project("", RETAG, &[("mark.rhai", MARK.trim()), ("clean_up.rhai", "1")]);
    let refused =
        |words: &[&str]| pianoroll_in(folder.path(), &simulator, words).expect_code(2).stderr;
    expect![[r#"
        error: there is no file and no automation `marc`
          hint: did you mean `mark`?
    "#]]
    .assert_eq(&refused(&["run", "marc"]));
    expect![[r#"
        error: there is no file and no automation `cleanup`
          hint: did you mean `scripts/clean_up.rhai`?
    "#]]
    .assert_eq(&refused(&["run", "cleanup"]));
    expect![[r#"
        error: there is no file `scripts/mrak.rhai`
          hint: did you mean `scripts/mark.rhai`?
    "#]]
    .assert_eq(&refused(&["run", "scripts/mrak.rhai"]));
    expect![[r#"
        error: there is no file and no automation `nothing-like-it`
          hint: automations here: mark
    "#]]
    .assert_eq(&refused(&["run", "nothing-like-it"]));
    expect![[r#"
        error: `scripts` is a folder, and no script
          hint: automations here: mark
    "#]]
    .assert_eq(&refused(&["run", "scripts"]));
    std::fs::write(folder.path().join("mark"), "\"the file\"").unwrap();
    let words = ["run", "mark", "--connection", "acme", "--json"];
    let report = pianoroll_in(folder.path(), &simulator, &words).expect_code(0).json();
    assert_eq!(report["result"], "the file");
    std::fs::remove_file(folder.path().join("scripts/mark.rhai")).unwrap();
    std::fs::remove_file(folder.path().join("mark")).unwrap();
    expect![[r#"
        error: the program `scripts/mark.rhai` of the automation `mark` does not exist
          hint: it is named at pianoroll.toml:9:11
    "#]]
    .assert_eq(&refused(&["run", "mark"]));
}

const COPY: &str = r#"
//! Copies a template.
//! connection target   Where the copy goes.
let name = `copy of ${templates::get("TEMPLATE_ID").attributes.name}`;
on("target", || templates::create(#{ name: name, editor_type: "CODE", html: "<p>x</p>" }).id)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_over_two_accounts_asks_for_both_and_writes_where_it_should() {
    let simulator = two_accounts().await;
    let program = COPY
        .trim()
        .replace("templates::get(\"TEMPLATE_ID\").attributes.name", "accounts::list().data[0].id");
    let tables = "[automations.copy]\nprogram = \"scripts/copy.rhai\"\nconnections = [\"acme\"]\nwith = { target = \"beta\" }\npermissions = [\"accounts:read\", \"templates:write\"]\n";
    let folder = project("", tables, &[("copy.rhai", &program)]);
    let refused =
        |words: &[&str]| pianoroll_in(folder.path(), &simulator, words).expect_code(2).stderr;
    let file = ["run", "scripts/copy.rhai", "--connection", "acme"];
    let with =
        |word: &'static str| -> Vec<&str> { file.into_iter().chain(["--with", word]).collect() };
    expect![[r#"
        error: the program also works on the connection `target` (Where the copy goes.), and none is named for it
          hint: --with target=CONNECTION
    "#]].assert_eq(&refused(&file));
    expect![[r#"
        error: `scripts/copy.rhai` declares no connection `targt`
          hint: did you mean `target`?
    "#]]
    .assert_eq(&refused(&with("targt=beta")));
    let _ = pianoroll_in(folder.path(), &simulator, &with("target=beta")).expect_code(0);
    assert_eq!(effects(&simulator, ACME), [""; 0]);
    assert_eq!(effects(&simulator, BETA), ["POST /klaviyo/api/templates"]);
    let _ = pianoroll_in(folder.path(), &simulator, &["run", "copy"]).expect_code(0);
    assert_eq!(effects(&simulator, BETA).len(), 2);
    // Where all is simulated, every account is.
    let mut command = pianoroll(["run", "copy", "--simulate"]);
    let finished = Finished::new(&command.current_dir(folder.path()).output().unwrap());
    let _ = finished.expect_code(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_of_every_account_is_looked_at_before_the_first_effect() {
    let simulator = two_accounts().await;
    let program = "//! connection target\nprofiles::create(#{ email: \"a@example.org\" });\n";
    let tables = "account = \"ZZZZZZ\"\n";
    let folder = project("", tables, &[("copy.rhai", program)]);
    let words = ["run", "scripts/copy.rhai", "--connection", "acme", "--with", "target=beta"];
    let finished = pianoroll_in(folder.path(), &simulator, &words).expect_code(5);
    assert!(
        finished.stderr.contains("and not to ZZZZZZ as pianoroll.toml says"),
        "{}",
        finished.stderr
    );
    assert!(effects(&simulator, ACME).is_empty() && effects(&simulator, BETA).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_account_is_asked_about_before_the_101st_effect() {
    let simulator = two_accounts().await;
    let program = format!(
        "//! connection target\n{}",
        r#"
let ids = [];
for p in profiles::each(#{ page_size: 100 }) { ids.push(p.id); if ids.len() == 120 { break; } }
for id in ids { profiles::update(id, #{ title: "Dr" }); }
"#
    );
    // Beta alone is not live here; acme says that it is, so a run that can reach it asks.
    let folder = project("live = true", "", &[("mark.rhai", &program)]);
    let on = |own: &'static str, other: &'static str, more: &[&'static str]| {
        let words = ["run", "scripts/mark.rhai", "--connection", own, "--with", other];
        let words: Vec<&str> = words.into_iter().chain(more.iter().copied()).collect();
        pianoroll_in(folder.path(), &simulator, &words)
    };
    let finished = on("beta", "target=acme", &[]).expect_code(4);
    let hint = finished.stderr.lines().find(|line| line.contains("hint")).unwrap();
    expect!["  hint: connection acme is live, and a run by hand asks before its 101st effect: there is no terminal to ask on, so say --yes"].assert_eq(hint);
    assert_eq!(effects(&simulator, BETA).len(), 100);
    let _ = on("beta", "target=acme", &["--yes"]).expect_code(0);
    let _ = on("beta", "target=beta", &[]).expect_code(0);
    assert_eq!(effects(&simulator, BETA).len(), 340);
}
