//! Runs of plugins that are recorded: listed, shown, told to a vendor, killed, and taken up again with the component that they began
//! with, whatever has become of it since.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Stdio;

use expect_test::expect;
use pianoroll_simulator::Simulator;
use pianoroll_tests::crash::scene::wait_for;
use pianoroll_tests::plugins::{Shop, changed, signed};
use pianoroll_tests::{Finished, at, simulator, unlimited};
use serde_json::{Value, json};

const NAME: (&str, &str) = ("win-back-rust", "win-back");

/// How often a test looks for something before it gives up: a guard against waiting for ever.
const LOOKS: u64 = 120_000;

/// A project with plugins, and an account that outlives its runs.
struct Place {
    shop: Shop,
    simulator: Simulator,
}

impl Place {
    /// With this plugin, which was granted all that it asks for.
    async fn with(package: Vec<u8>) -> Self {
        let shop = Shop::new();
        shop.write("pianoroll.toml", "");
        shop.write("package.wasm", package);
        shop.does(&["plugin", "install", "package.wasm", "--grant", "all"], 0);
        Self { shop, simulator: simulator(unlimited()).await }
    }

    fn run(&self, words: &[&str]) -> std::process::Command {
        let mut command = self.shop.command(words);
        command.args(at(&self.simulator)).arg("--json");
        command
    }

    /// Runs it to its end.
    fn ran(&self, words: &[&str]) -> Finished {
        Finished::new(&self.run(words).output().unwrap())
    }

    /// How many requests of a method and an end of a path had their effect.
    fn applied(&self, method: &str, end: &str) -> usize {
        let requests = self.simulator.requests().into_iter();
        let is_it = |path: &str| path.trim_end_matches('/').ends_with(end);
        requests
            .filter(|request| request.method == method && is_it(&request.path) && request.applied)
            .count()
    }

    /// The component that the journal's runs are made of.
    fn component(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.shop.file(".pianoroll/plugins")).unwrap();
        let files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

/// A run of a plugin that was killed after it had made its list, and before anybody was on it.
async fn killed() -> Place {
    let place = Place::with(signed("win-back-rust", 1, &[NAME])).await;
    let hold = json!([{ "method": "POST", "path": "/klaviyo/api/lists/*", "delay_ms": 600_000 }]);
    place.simulator.set_faults(serde_json::from_value(hold).unwrap());
    let mut command = place.run(&["run", "plugin:win-back"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let is_held = || {
        let requests = place.simulator.requests();
        let held = |path: &str| path.contains("/relationships/profiles");
        requests.iter().any(|request| request.method == "POST" && held(&request.path)).then_some(())
    };
    assert!(wait_for(LOOKS, is_held).is_some(), "it never came to its list");
    child.kill().unwrap();
    child.wait().unwrap();
    place.simulator.set_faults(serde_json::from_value(json!([])).unwrap());
    assert_eq!(place.applied("POST", "/api/lists"), 1);
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_goes_on_after_its_plugin_was_removed() {
    let place = killed().await;
    let shop = &place.shop;
    shop.does(&["plugin", "remove", "win-back"], 0);
    shop.does(&["run", "plugin:win-back", "--simulate"], 2);
    let retried = shop.run(&["runs", "retry", "last", "--json"]).expect_code(0).json();
    assert!(retried["result"]["entered"].as_u64() > Some(0), "{retried}");
    assert_eq!(place.applied("POST", "/api/lists"), 1, "the list is made once");
    let shown = shop.run(&["runs", "list", "--json"]).expect_code(0).json();
    assert_eq!(
        (&shown[0]["name"], &shown[0]["outcome"]),
        (&json!("plugin:win-back"), &json!("completed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_goes_on_with_the_version_that_it_began_with() {
    let place = killed().await;
    let shop = &place.shop;
    let newer = signed("win-back-rust", 1, &[NAME, ("\"1.0.0\"", "\"1.1.0\"")]);
    shop.write("newer.wasm", newer);
    shop.does(&["plugin", "upgrade", "newer.wasm"], 0);
    shop.does(&["runs", "retry", "last"], 0);
    let version = || {
        let report = shop.run(&["runs", "bundle", "last"]).expect_code(0).json();
        report["program"]["version"].as_str().unwrap().to_owned()
    };
    assert_eq!(version(), "1.0.0");
    let _ = place.ran(&["run", "plugin:win-back"]).expect_code(0);
    assert_eq!(version(), "1.1.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_was_exchanged_beside_the_journal_does_not_run() {
    let place = killed().await;
    let shop = &place.shop;
    let file = place.component();
    let good = std::fs::read(&file).unwrap();
    let before = place.simulator.requests().len();
    let refused = || {
        let finished = shop.run(&["runs", "retry", "last"]).expect_code(1);
        assert_eq!(place.simulator.requests().len(), before, "nothing is sent");
        let text = finished.stderr.replace(&shop.path().display().to_string(), "FOLDER");
        let name = file.file_stem().unwrap().to_str().unwrap();
        text.replace(name, "DIGEST")
    };
    // A package that is one, and says the same of itself.
    std::fs::write(&file, changed("win-back-rust", &[NAME, ("Keeps a list", "Holds a list")]))
        .unwrap();
    expect![[r#"
        error: the plugin win-back 1.0.0 that the run was started with cannot be had
          because: FOLDER/.pianoroll/plugins/DIGEST.wasm is not the component that its name says: it was changed or damaged
          hint: nothing was sent; `pianoroll run plugin:win-back` starts a new run with the plugin that is installed now
    "#]].assert_eq(&refused());
    std::fs::remove_file(&file).unwrap();
    expect![[r#"
        error: the plugin win-back 1.0.0 that the run was started with cannot be had
          because: the component sha256:DIGEST is not in FOLDER/.pianoroll/plugins any more
          hint: nothing was sent; `pianoroll run plugin:win-back` starts a new run with the plugin that is installed now
    "#]].assert_eq(&refused());
    std::fs::write(&file, good).unwrap();
    shop.does(&["runs", "retry", "last"], 0);
    assert_eq!(place.applied("POST", "/api/lists"), 1, "the list is made once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_was_reached_is_shown_and_another_one_lets_the_run_go_on() {
    let place = Place::with(changed("hostile", &[])).await;
    let shop = &place.shop;
    let limits = |most: u64| {
        shop.write(
            "pianoroll.toml",
            format!("[plugins.hostile]\nlimits = {{ host_calls = {most} }}\n"),
        );
    };
    limits(100);
    let words = ["run", "plugin:hostile", "--param", "attack=calls", "--param", "amount=1000"];
    let failed = place.ran(&words).expect_code(1).json();
    assert_eq!(failed["error"]["kind"], "limit", "{failed}");
    let shown = shop.run(&["runs", "show", "last"]).expect_code(0).stdout;
    let why: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("error")).collect();
    expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it made more than 100 host calls
          in run
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { host_calls = … }

        next
          `pianoroll runs retry RUN` makes another attempt: effects that happened are not sent again
          `pianoroll runs rerun RUN` starts a new run with the same program and parameters"#]]
    .assert_eq(&why.join("\n").replace(failed["run"].as_str().unwrap().get(..8).unwrap(), "RUN"));
    shop.does(&["runs", "retry", "last"], 1);
    limits(5_000);
    let again = shop.run(&["runs", "retry", "last", "--json"]).expect_code(0).json();
    assert_eq!(again["result"], "called", "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_holds_nothing_of_the_account() {
    let place = Place::with(changed("sweep", &[])).await;
    let shop = &place.shop;
    shop.write(
        "guests.csv",
        "email,name\nann.sweep@shop.example,Ann Veryrare\nbob.sweep@shop.example,Bob Seldom\n",
    );
    let words = ["run", "plugin:sweep", "--param", "people=guests.csv"];
    let _ = place.ran(&words).expect_code(0);
    let report = shop.run(&["runs", "bundle", "last"]).expect_code(0);
    let told = report.json();
    assert!(told["calls"].as_array().unwrap().len() > 40, "{told}");
    assert_eq!(told["program"]["manifest"]["name"], "sweep", "{told}");
    assert_eq!(told["log"][0]["text"], "run 1 begins", "{told}");
    // Whatever the run has sent and kept, and whom it has seen besides.
    let people = ["call", "profiles.list", "page_size=100"];
    let people = place.ran(&people).expect_code(0).json();
    let mut known = BTreeSet::new();
    secrets("", &people, &mut known);
    assert!(known.len() > 300, "{}", known.len());
    let whole = shop.run(&["runs", "show", "last", "--json"]).expect_code(0).json();
    for entry in whole["entries"].as_array().unwrap() {
        for (part, name) in [("arguments", ""), ("answer", ""), ("target", "id")] {
            secrets(name, &entry[part], &mut known);
        }
    }
    for secret in
        known.iter().map(String::as_str).chain(["Veryrare", "Seldom", "guests", "invited.csv"])
    {
        assert!(!report.stdout.contains(secret), "{secret}");
    }
    let short = shop.run(&["runs", "bundle", "last", "--without-log", "--calls", "4"]);
    let short = short.expect_code(0).json();
    assert!(short.get("log").is_none(), "{short}");
    assert_eq!(short["calls"].as_array().unwrap().len(), 4, "{short}");
    shop.does(&["runs", "bundle", "last", "--output", "no/such/folder.json"], 1);
}

/// What in a document is somebody's: addresses, names, ids.
fn secrets(name: &str, value: &Value, found: &mut BTreeSet<String>) {
    const NAMES: [&str; 8] = [
        "id",
        "email",
        "first_name",
        "last_name",
        "phone_number",
        "external_id",
        "organization",
        "name",
    ];
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| secrets(name, value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| secrets(name, item, found)),
        // Short words are everywhere, and so are those of the API.
        Value::String(text) if text.len() >= 6 && NAMES.contains(&name) => {
            found.insert(text.clone());
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_a_failure_says_what_and_not_whose() {
    let place = Place::with(changed("hostile", &[])).await;
    let words = ["run", "plugin:hostile", "--param", "attack=on ann@shop.example, list Y6nRLr"];
    let failed = place.ran(&words).expect_code(1).json();
    assert!(failed["error"]["message"].as_str().unwrap().contains("ann@shop"), "{failed}");
    let report = place.shop.run(&["runs", "bundle", "last"]).expect_code(0).json();
    expect![[r#"
        {
          "kind": "program",
          "message": "the plugin `hostile` 1.0.0 failed: there is no attack value-1",
          "rendered": "the plugin `hostile` 1.0.0 failed: there is no attack value-1"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&report["error"]).unwrap());
    assert_eq!(report["parameters"], json!({ "amount": "number", "attack": "text" }));
}
