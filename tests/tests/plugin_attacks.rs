//! What a hostile plugin does once it is let in, by the binary: each ends in a clear error, and pianoroll goes on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use expect_test::{Expect, expect};
use pianoroll_tests::plugins::{Shop, changed};

/// Limits that a test can wait for.
const LIMITS: &str = "[plugins.hostile]\nlimits = { cpu_seconds = 1, memory_mib = 32, log_kib = 16, host_calls = 2_000, transfer_mib = 4 }\n";

/// What it is granted: all that it asks for but to change profiles.
const GRANTS: &str = "files:read,lists:read,lists:write,profiles:read,request";

fn shop() -> Shop {
    let shop = Shop::new();
    shop.write("pianoroll.toml", LIMITS);
    shop.write("hostile.wasm", changed("hostile", &[]));
    shop.does(&["plugin", "install", "hostile.wasm", "--grant", GRANTS], 0);
    shop
}

/// An attack ends like this: exit code, the error, and the note behind it.
fn ends(shop: &Shop, attack: &str, code: i32, expected: Expect) {
    let attack = format!("attack={attack}");
    let finished =
        shop.run(&["run", "plugin:hostile", "--simulate", "--param", &attack]).expect_code(code);
    let told = finished
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: ") || line.starts_with("  = "));
    expected.assert_eq(&told.collect::<Vec<_>>().join("\n"));
    // Where in it: functions by the names that their author gave them.
    let place: Vec<&str> =
        finished.stderr.lines().filter(|line| line.starts_with("  in ")).collect();
    assert!(place.iter().all(|line| !line.contains("_ZN")), "{place:?}");
    assert!(!finished.stderr.contains("panicked at crates/"), "{}", finished.stderr);
}

/// Nothing is left behind that keeps the next run from going well.
fn is_unharmed(shop: &Shop, runs: usize) {
    shop.does(&["run", "plugin:hostile", "--simulate", "--param", "attack=none"], 0);
    let listed = shop.run(&["runs", "list", "--limit", "100", "--json"]).expect_code(0).json();
    let outcomes = listed.as_array().unwrap().iter().map(|run| run["outcome"].as_str().unwrap());
    let failed = outcomes.filter(|outcome| *outcome == "failed").count();
    assert_eq!((listed.as_array().unwrap().len(), failed), (runs + 1, runs), "{listed}");
}

#[test]
fn what_takes_too_much_is_ended_with_the_limit_that_it_reached() {
    let shop = shop();
    ends(
        &shop,
        "loop",
        1,
        expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it computed longer than 1 s
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { cpu_seconds = … }"#]],
    );
    ends(
        &shop,
        "memory",
        1,
        expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it wanted more memory than 32 MiB
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { memory_mib = … }"#]],
    );
    ends(
        &shop,
        "recursion",
        1,
        expect![
            "error: the plugin `hostile` 1.0.0 was ended: it reached beyond its memory (too deep a recursion, or a fault of its own)"
        ],
    );
    ends(
        &shop,
        "string",
        1,
        expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it wanted more memory than 32 MiB
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { memory_mib = … }"#]],
    );
    ends(
        &shop,
        "result",
        1,
        expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it wanted more memory than 32 MiB
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { memory_mib = … }"#]],
    );
    ends(
        &shop,
        "log",
        1,
        expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it logged more than 16 KiB
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { log_kib = … }"#]],
    );
    ends(
        &shop,
        "problems",
        1,
        expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it logged more than 16 KiB
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { log_kib = … }"#]],
    );
    ends(
        &shop,
        "calls",
        1,
        expect![[r#"
        error: the plugin `hostile` 1.0.0 was ended: it made more than 2000 host calls
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { host_calls = … }"#]],
    );
    ends(
        &shop,
        "panic",
        1,
        expect![
            "error: the plugin `hostile` 1.0.0 was ended: it gave up (a panic, an abort, or an error that it did not handle)"
        ],
    );
    is_unharmed(&shop, 9);
}

#[test]
fn what_it_is_not_granted_is_not_there() {
    let shop = shop();
    shop.write(".env", "SECRET=1");
    let result = |attack: &str| {
        let attack = format!("attack={attack}");
        let words = ["run", "plugin:hostile", "--simulate", "--param", &attack, "--json"];
        let finished = shop.run(&words).expect_code(0);
        serde_json::to_string_pretty(&finished.json()["result"]).unwrap()
    };
    expect![[r#""permission: profiles.update: needs the permission `profiles:write`, which is not granted; grant it with `pianoroll plugin install hostile@1.0.0 --grant lists:read,lists:write,profiles:read,request,files:read,profiles:write`""#]].assert_eq(&result("ungranted"));
    expect![[r#""permission: segments.list: needs the permission `segments:read`, which is not granted; the manifest of the plugin `hostile` 1.0.0 does not ask for it, so only another version of the plugin can have it""#]].assert_eq(&result("unasked"));
    expect![[r#""account: this run knows no account `elsewhere`: it has only its own""#]]
        .assert_eq(&result("connection"));
    expect![[r#"
        [
          [
            "../lists",
            "arguments: profiles.get: profile_id: holds `/`, so it would leave its place in the path"
          ],
          [
            "..",
            "arguments: profiles.get: profile_id: `..` would leave its place in the path"
          ],
          [
            "a/../../lists",
            "arguments: profiles.get: profile_id: holds `/`, so it would leave its place in the path"
          ],
          [
            "%2e%2e/lists",
            "arguments: profiles.get: profile_id: holds `/`, so it would leave its place in the path"
          ],
          [
            "P1?filter=",
            "api: profiles.get: 404 not_found: a profile with id p1?filter= does not exist. (at /data/)"
          ],
          [
            "P1#",
            "api: profiles.get: 404 not_found: a profile with id p1# does not exist. (at /data/)"
          ],
          [
            "",
            "arguments: profiles.get: profile_id: is empty"
          ]
        ]"#]].assert_eq(&result("path"));
    expect![[r#"
        [
          [
            "/api/../../slack/api/chat.postMessage",
            "arguments: get /api/../../slack/api/chat.postmessage: path: holds `.` or `..` as a segment, so it would leave its place"
          ],
          [
            "/../slack/api/chat.postMessage",
            "arguments: get /../slack/api/chat.postmessage: path: holds `.` or `..` as a segment, so it would leave its place"
          ],
          [
            "//elsewhere.example/api/lists",
            "arguments: get //elsewhere.example/api/lists: path: holds `//`"
          ],
          [
            "https://elsewhere.example/api/lists",
            "arguments: get https://elsewhere.example/api/lists: path: is a url; give the native path, such as /api/profiles"
          ],
          [
            "/api/%2e%2e/%2e%2e/slack",
            "arguments: get /api/%2e%2e/%2e%2e/slack: path: holds `.` or `..` as a segment, so it would leave its place"
          ],
          [
            "/api/lists\r\nHost: elsewhere.example",
            "arguments: get /api/lists  host: elsewhere.example: path: holds the control character u+000d"
          ]
        ]"#]].assert_eq(&result("request"));
    expect![[r#"
        [
          [
            "/etc/passwd",
            "file: `/etc/passwd` cannot be read: a path begins at the project's folder, such as `data/prices.csv`"
          ],
          [
            "../../etc/passwd",
            "file: `../../etc/passwd` cannot be read: a path stays inside the project's folder, so it has no `..`"
          ],
          [
            "pianoroll.toml",
            "done"
          ],
          [
            "a/../../b",
            "file: `a/../../b` cannot be read: a path stays inside the project's folder, so it has no `..`"
          ],
          [
            ".env",
            "file: `.env` cannot be read: what begins with a dot is hidden from programs"
          ]
        ]"#]].assert_eq(&result("file"));
}

#[test]
fn who_sleeps_for_ever_is_ended_or_leaves_the_process_its_peace() {
    let shop = shop();
    shop.write("pianoroll.toml", "[plugins.hostile]\nlimits = { wall_seconds = 1 }\n");
    let attack = ["--param", "attack=wait"];
    let test =
        shop.run(&[&["plugin", "test", "hostile.wasm"], &attack[..]].concat()).expect_code(1);
    assert!(test.stderr.contains("was ended: it ran longer than 1 s"), "{test:?}");

    // A recorded run waits without its plugin: nothing of that is there meanwhile.
    let mut command =
        shop.command(&[&["run", "plugin:hostile", "--simulate"], &attack[..]].concat());
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("waiting until ")));
    child.kill().unwrap();
    child.wait().unwrap();
    let listed = shop.run(&["runs", "list", "--json"]).expect_code(0).json();
    assert_eq!(listed[0]["status"], "waiting", "{listed}");
    shop.does(&["runs", "cancel", "last"], 0);
    shop.does(&["run", "plugin:hostile", "--simulate", "--param", "attack=none"], 0);
}
