//! The commands around calls and runs, as a newcomer meets them: a new project, connections, the doctor, completions; and
//! the exit codes that the README promises.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::{Command, Stdio};

use pianoroll_api::operation::Mode;
use pianoroll_simulator::{Settings, Simulator};
use pianoroll_tests::{Finished, at, pianoroll, run, simulator, unlimited, with_input};
use serde_json::{Value, json};

const DOCUMENTED: &str = "21fd90f9-5935-43cd-b6c8-bde9d915ca80";

fn finish(mut command: Command) -> Finished {
    Finished::new(&command.output().unwrap())
}

/// A command that talks to the simulator, in a folder.
fn inside(simulator: &Simulator, folder: &Path, words: &[&str]) -> Finished {
    let mut command = pianoroll(words);
    command.args(at(simulator)).current_dir(folder);
    finish(command)
}

fn script(folder: &Path, text: &str) -> String {
    let file = folder.join("script.rhai");
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_new_project_runs_at_once_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    let finished = run(["init", demo.to_str().unwrap()]).expect_code(0);
    assert!(finished.stdout.contains("--simulate"), "{finished:?}");
    let mut command = pianoroll(["run", "scripts/quiet_profiles.rhai", "--simulate", "--json"]);
    command.current_dir(&demo);
    let report = finish(command).expect_code(0).json();
    assert_eq!(report["result"]["seen"], 500, "{report}");
    assert_eq!(report["effects"]["write"], 0, "{report}");
    let before = std::fs::read_to_string(demo.join("pianoroll.toml")).unwrap();
    let again = run(["init", demo.to_str().unwrap()]).expect_code(2);
    assert!(again.stderr.contains("pianoroll.toml"), "{again:?}");
    assert_eq!(std::fs::read_to_string(demo.join("pianoroll.toml")).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_imported_used_by_its_name_and_deleted() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let none = inside(&simulator, folder, &["connections", "import", "acme"]).expect_code(2);
    assert!(none.stderr.contains("pianoroll init"), "{none:?}");
    std::fs::write(folder.join("pianoroll.toml"), "# mine\n").unwrap();
    let _ = inside(&simulator, folder, &["connections", "import", "acme"]).expect_code(0);
    let text = std::fs::read_to_string(folder.join("pianoroll.toml")).unwrap();
    assert_eq!(
        text,
        format!(
            "# mine\n\n[connections.acme]\nid = \"{DOCUMENTED}\"\naccount = \"AbC123\"\nlive = true\n"
        )
    );
    let again = inside(&simulator, folder, &["connections", "import", "acme"]).expect_code(2);
    assert!(again.stderr.contains("already"), "{again:?}");

    let _ =
        inside(&simulator, folder, &["call", "lists.list", "--connection", "acme"]).expect_code(0);
    let wrong =
        inside(&simulator, folder, &["call", "lists.list", "--connection", "acne"]).expect_code(5);
    assert!(wrong.stderr.contains("did you mean `acme`"), "{wrong:?}");

    let kept = inside(&simulator, folder, &["connections", "delete", "acme"]).expect_code(4);
    assert!(kept.stderr.contains("--yes"), "{kept:?}");
    let _ = inside(&simulator, folder, &["connections", "delete", "acme", "--yes"]).expect_code(0);
    let listed =
        inside(&simulator, folder, &["connections", "list", "--json"]).expect_code(0).json();
    assert_eq!(listed, json!([]));
    let doctor = inside(&simulator, folder, &["doctor"]).expect_code(5);
    assert!(doctor.stdout.contains("fail"), "{doctor:?}");

    // Nobody is asked about a simulator's connection that the project does not call live; and `--json` is everywhere.
    std::fs::remove_file(folder.join("pianoroll.toml")).unwrap();
    simulator.reset();
    let words = ["connections", "delete", DOCUMENTED, "--json"];
    let deleted = inside(&simulator, folder, &words).expect_code(0).json();
    assert_eq!(deleted, json!({"deleted": DOCUMENTED}));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_than_the_pinned_one_is_never_written_to() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    let project = format!("[connections.acme]\nid = \"{DOCUMENTED}\"\naccount = \"Other1\"\n");
    std::fs::write(folder.path().join("pianoroll.toml"), project).unwrap();
    let file = script(folder.path(), "lists::create(#{ name: \"x\" });");
    let finished = inside(&simulator, folder.path(), &["run", &file]).expect_code(5);
    assert!(
        finished.stderr.contains("AbC123") && finished.stderr.contains("Other1"),
        "{finished:?}"
    );
    assert!(simulator.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_connections_and_none_named_is_an_error_that_lists_them() {
    let connections = [DOCUMENTED, "second-one"].map(|id| id.parse().unwrap()).to_vec();
    let simulator = simulator(Settings { connections, ..unlimited() }).await;
    let folder = tempfile::tempdir().unwrap();
    let finished = inside(&simulator, folder.path(), &["call", "lists.list"]).expect_code(5);
    assert!(finished.stderr.contains("--connection second-one"), "{finished:?}");
    assert!(finished.stderr.contains(&format!("--connection {DOCUMENTED}")), "{finished:?}");
    let named =
        inside(&simulator, folder.path(), &["call", "lists.list", "--connection", "second-one"]);
    let _ = named.expect_code(0);
    let paths: Vec<String> = simulator.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/connections?app=klaviyo", "/klaviyo/api/lists"]);
}

#[test]
fn the_exit_code_tells_how_a_run_ended() {
    let folder = tempfile::tempdir().unwrap();
    let check = |text: &str, words: &[&str], code: i32, outcome: &str| {
        let file = script(folder.path(), text);
        let mut command = pianoroll(["run", &file, "--simulate", "--quota", "off", "--json"]);
        command.args(words);
        let report = finish(command).expect_code(code).json();
        assert_eq!(report["outcome"], outcome, "{report}");
        assert_eq!(report["exit_code"], code, "{report}");
        report
    };
    let write = r#"profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: "Jane" });"#;
    let report = check(&format!("{write} 7"), &[], 0, "completed");
    assert_eq!((&report["result"], &report["effects"]["write"]), (&json!(7), &json!(1)));
    let report = check("profiles::get(\"nobody\")", &[], 1, "failed");
    assert_eq!(
        (&report["error"]["status"], &report["error"]["place"]["line"]),
        (&json!(404), &json!(1))
    );
    let report = check("let x = ;", &[], 2, "failed");
    assert_eq!((&report["calls"], &report["run"]), (&json!(0), &Value::Null));
    let report = check("problem(\"look\", [1]);", &[], 3, "completed");
    assert_eq!(report["problems"][0]["text"], "look");
    let _ = check("lists::delete(\"Y6nRLr\");", &[], 4, "failed");
    let _ = check("lists::delete(\"Y6nRLr\");", &["--allow", "lists:delete"], 0, "completed");
    let report = check(&write.repeat(3), &["--limit", "writes=2"], 4, "failed");
    assert_eq!(report["effects"]["write"], 2, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_connection_is_asked_about_before_the_101st_effect() {
    let simulator = simulator(unlimited()).await;
    let folder = tempfile::tempdir().unwrap();
    let write = r#"profiles::update("01GDDKASAP8TKDDA2GRZDSVP4H", #{ first_name: `${n}` })"#;
    let file = script(folder.path(), &format!("for n in 0..150 {{ {write}; }}"));
    // This address reaches the simulator as well, but is none of this machine's own by its looks.
    let elsewhere = simulator.gateway_url().replace("127.0.0.1", "0.0.0.0");
    let live = |words: &[&str]| {
        let mut command =
            pianoroll(["run", &file, "--gateway", &elsewhere, "--control", &elsewhere]);
        command.args(["--quota", "off"]).args(words);
        finish(command)
    };
    let writes = || simulator.requests().iter().filter(|request| request.method == "PATCH").count();
    let finished = live(&[]).expect_code(4);
    assert!(finished.stderr.contains("--yes"), "{finished:?}");
    assert_eq!(writes(), 100);
    let printed =
        finished.stderr.lines().filter(|line| line.starts_with("write   profiles.update"));
    assert!(printed.count() >= 100, "the effects are printed: {finished:?}");
    simulator.reset();
    let _ = live(&["--yes"]).expect_code(0);
    assert_eq!(writes(), 150);
}

#[test]
fn the_doctor_names_the_traps() {
    let check = |words: &[&str], code: i32, name: &str, said: &str| {
        let mut command = pianoroll(["doctor", "--json"]);
        command.args(words);
        let report = finish(command).expect_code(code).json();
        let checks = report["checks"].as_array().unwrap();
        let failed = checks.iter().find(|check| check["state"] == "fail" && check["name"] == name);
        let failed = failed.unwrap_or_else(|| panic!("no failed check {name}: {report}"));
        assert!(failed.to_string().contains(said), "{failed}");
    };
    check(
        &["--gateway", "https://gateway.maton.ai/klaviyo/api"],
        2,
        "base URLs",
        "https://gateway.maton.ai`",
    );
    check(&["--gateway", "https://gateway.maton.ai", "--quota", "off"], 2, "quota", "10 requests");
    // A port that nobody listens on: taken, and given back.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(&["--gateway", &format!("http://{port}")], 1, "control plane", "base URL");
    let mut keyless = pianoroll(["doctor"]);
    keyless.env_remove("MATON_API_KEY");
    assert!(finish(keyless).expect_code(5).stdout.contains("maton.ai/settings"));
    let fine = run(["doctor", "--simulate"]).expect_code(0);
    assert!(fine.stdout.contains("everything is fine"), "{fine:?}");
}

#[test]
fn listings_end_quietly_when_nobody_reads_on() {
    let mut child = pianoroll(["operations", "list", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let finished = Finished::new(&child.wait_with_output().unwrap()).expect_code(0);
    assert_eq!(finished.stderr, "");
}

#[test]
fn operations_are_shown_and_completed() {
    let rows = run(["operations", "list", "--json"]).expect_code(0).json();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), pianoroll_api::OPERATIONS.len());
    let row = |id: &str| rows.iter().find(|row| row["id"] == id).unwrap();
    assert_eq!(row("profiles.get")["path"], "/api/profiles/{profile_id}");
    assert_eq!(row("tags.tag_campaigns")["documented_path"], "/api/tag-campaign-relationships");
    assert_eq!(row("profiles.bulk_import")["documented_path"], Value::Null);
    assert!(row("campaigns.estimate_recipients")["documented_only"].is_string());
    assert_eq!(row("profiles.merge")["permission"], "profiles:delete");
    for row in rows {
        let shown = run(["operations", "show", row["id"].as_str().unwrap()]).expect_code(0);
        assert!(shown.stdout.contains(row["path"].as_str().unwrap()), "{shown:?}");
    }
    // The generator for fish completes options only.
    for (shell, words) in
        [("bash", "profiles.list"), ("zsh", "profiles.list"), ("fish", "simulate")]
    {
        let script = run(["completions", shell]).expect_code(0).stdout;
        assert!(script.contains(words), "{shell}");
    }
}

/// What `operations show` prints can be pasted into a shell.
#[test]
fn shown_examples_can_be_pasted() {
    let binary = pianoroll_tests::binary().parent().unwrap().to_path_buf();
    for id in
        ["profiles.list", "profiles.update", "catalog_items.get", "campaigns.list", "lists.delete"]
    {
        let shown = run(["operations", "show", id]).expect_code(0).stdout;
        let lines = shown
            .lines()
            .map(str::trim)
            .filter(|line| line.contains("--simulate") && !line.starts_with('#'));
        let lines: Vec<&str> = lines.collect();
        assert!(!lines.is_empty(), "{shown}");
        for line in lines {
            let path =
                format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
            let output = Command::new("sh").args(["-c", line]).env("PATH", path).output().unwrap();
            assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_take_the_gateways_address_before_and_behind_the_inner_command() {
    let simulator = simulator(unlimited()).await;
    let address = at(&simulator);
    for place in [1, 2] {
        let mut words = vec!["connections", "list"];
        words.splice(place..place, address.iter().map(String::as_str));
        words.push("--json");
        let listed = run(words).expect_code(0).json();
        assert_eq!(listed[0]["connection_id"], DOCUMENTED, "{listed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulator_whose_mode_nobody_tells_takes_what_any_mode_takes() {
    let today = simulator(Settings { mode: Mode::Today, ..unlimited() }).await;
    let message =
        json!({"type": "campaign-message", "attributes": {"definition": {"channel": "email"}}});
    let body = json!({
        "name": "Summer",
        "audiences": {"included": ["Y6nRLr"]},
        "campaign-messages": {"data": [message]},
    });
    let mut command = pianoroll(["call", "campaigns.create", "--body", "-", "--json"]);
    command.args(at(&today));
    let created = with_input(command, body.to_string().as_bytes()).expect_code(0).json();
    assert_eq!(created["data"]["attributes"]["name"], "Summer", "{created}");
    // Told that it plays another one, the client refuses what that one would refuse.
    let mut command = pianoroll(["call", "campaigns.create", "--body", "-", "--mode", "strict"]);
    command.args(at(&today));
    let refused = with_input(command, body.to_string().as_bytes()).expect_code(2);
    assert!(refused.stderr.contains("channel"), "{refused:?}");

    // The document's example would not do here; the one that does everywhere is taken.
    let strict = simulator(Settings { mode: Mode::Strict, ..unlimited() }).await;
    let mut words = vec!["call", "catalog_items.create", "--example", "--json"];
    let address = at(&strict);
    words.extend(address.iter().map(String::as_str));
    let _ = run(words).expect_code(0);
}
