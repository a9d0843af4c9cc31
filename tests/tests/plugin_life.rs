//! A plugin's way from its vendor to a run and out again, by the binary.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::os::unix::fs::PermissionsExt as _;

use expect_test::{Expect, expect};
use pianoroll_tests::plugins::{Shop, changed, component, plain, signed};

const NAME: (&str, &str) = ("win-back-rust", "win-back");

/// What a command says on both streams.
fn said(shop: &Shop, words: &[&str], code: i32, expected: Expect) {
    let finished = shop.run(words).expect_code(code);
    let text = format!("{}{}", finished.stdout, finished.stderr);
    let text = text.replace(&shop.path().display().to_string(), "FOLDER");
    expected.assert_eq(&plain(&text));
}

/// A folder with two versions of a plugin by one vendor; the second asks for one permission more.
fn shop() -> Shop {
    let shop = Shop::new();
    let more = ("[permissions]", "[permissions]\n\"files:write\" = \"to write a report\"");
    let version = |version| ("\"1.0.0\"", version);
    shop.write("a.wasm", signed("win-back-rust", 1, &[NAME]));
    shop.write("b.wasm", signed("win-back-rust", 1, &[NAME, version("\"1.1.0\"")]));
    shop.write("c.wasm", signed("win-back-rust", 1, &[NAME, version("\"1.2.0\""), more]));
    shop
}

#[test]
fn a_vendor_makes_a_package() {
    let shop = Shop::new();
    shop.write("win_back.wasm", component("win-back-rust"));
    let manifest = pianoroll_tests::root().join("plugins/win-back-rust/plugin.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    shop.write(
        "plugin.toml",
        manifest.replace("1.0.0", "1.0").replace("\"lists:read\"", "\"list:read\""),
    );
    said(
        &shop,
        &["plugin", "pack", "win_back.wasm"],
        2,
        expect![[r#"
        error: plugin.toml:3:11: `1.0` is not a version such as `1.0.0`
          |
        3 | version = "1.0"
          |           ^^^^^

        plugin.toml:11:1: there is no resource `list`
           |
        11 | "list:read" = "to find the list and who is on it"
           | ^^^^^^^^^^^
           = did you mean `lists:read`?
    "#]],
    );
    shop.write("plugin.toml", &manifest);
    let packed = shop.run(&["plugin", "pack", "win_back.wasm", "--json"]).expect_code(0).json();
    assert_eq!(packed["file"], "win-back-rust-1.0.0.wasm");
    assert_eq!(packed["signer"], serde_json::Value::Null);
    said(
        &shop,
        &["plugin", "pack", "win_back.wasm"],
        2,
        expect![[r#"
        error: `win-back-rust-1.0.0.wasm` is there already
          hint: --force replaces it, --output FILE writes another one
    "#]],
    );

    let key = shop.run(&["plugin", "keygen"]).expect_code(0).stdout;
    assert_eq!(shop.read("plugin.key.pub"), key);
    let mode = std::fs::metadata(shop.file("plugin.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    said(
        &shop,
        &["plugin", "keygen"],
        2,
        expect![[r#"
        error: `plugin.key.pub` is there already
          hint: say another file: a key that signed something must not be lost
    "#]],
    );
    let words = ["plugin", "sign", "win-back-rust-1.0.0.wasm", "--key", "plugin.key", "--json"];
    let sign = shop.run(&words).expect_code(0).json();
    assert_eq!((&sign["digest"], sign["signer"].as_str()), (&packed["digest"], Some(key.trim())));
    std::fs::set_permissions(shop.file("plugin.key"), std::fs::Permissions::from_mode(0o644))
        .unwrap();
    said(
        &shop,
        &words[..5],
        2,
        expect![[r#"
        error: others can read plugin.key; make it yours alone with `chmod 600 plugin.key`
    "#]],
    );
}

#[test]
fn an_operator_reads_what_it_is_before_anything_of_it_is_run() {
    let shop = shop();
    said(
        &shop,
        &["plugin", "inspect", "c.wasm"],
        0,
        expect![[r#"
            win-back 1.2.0  Keeps a list of customers to win back: they ordered once, not lately, and may be written to.
              digest     sha256:…
              signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
            asks for
              events:read     to see who ordered, and when
              lists:read      to find the list and who is on it
              lists:write     to make the list and keep it in step
              metrics:read    to find the metric of orders
              profiles:read   to see who may be written to, and who is in the control group
              profiles:write  to mark who is in the control group
              files:write     to write a report
            takes
              list (string = "Win back")  The list: its id, or its exact name. It is made where it is missing
              metric (string = "Placed Order")  The metric whose events are orders: its id, or its exact name
              quiet_days (int = 90)  How many days a customer has not ordered
              memory_days (int = 365)  After how many days nobody tries any more
              control_percent (int = 10)  How many of a hundred are kept off the list, so that its effect can be measured
            calls
              events.list, lists.create, lists.list, lists.list_profiles, metrics.list
              and by `calls` any operation that it is granted
            uses of the host
              calls, checkpoints, clock, log, params, progress, random, state
        "#]],
    );
    let object = shop.run(&["plugin", "inspect", "c.wasm", "--json"]).expect_code(0).json();
    assert_eq!(object["permissions"][1]["permission"], "lists:read", "{object}");
    assert_eq!(object["permissions"][1]["reason"], "to find the list and who is on it");
    assert_eq!((&object["fits"], &object["version"]), (&true.into(), &"1.2.0".into()));
    assert!(!shop.file("pianoroll.lock").exists() && !shop.file("plugins").exists());
}

#[test]
fn nobody_is_asked_where_there_is_no_terminal() {
    let shop = shop();
    said(
        &shop,
        &["plugin", "install", "a.wasm"],
        2,
        expect![[r#"
        error: win-back@1.0.0 is not installed:
          it asks for:
            events:read     to see who ordered, and when
            lists:read      to find the list and who is on it
            lists:write     to make the list and keep it in step
            metrics:read    to find the metric of orders
            profiles:read   to see who may be written to, and who is in the control group
            profiles:write  to mark who is in the control group
          grant it, or less: pianoroll plugin install a.wasm --grant events:read --grant lists:read --grant lists:write --grant metrics:read --grant profiles:read --grant profiles:write
    "#]],
    );
    assert!(!shop.file("pianoroll.lock").exists() && !shop.file("plugins").exists());
    said(
        &shop,
        &["plugin", "install", "a.wasm", "--grant", "profiles:delete"],
        2,
        expect![[r#"
            error: win-back@1.0.0 is not installed:
              it does not ask for `profiles:delete`: it asks for `events:read`, `lists:read`, `lists:write`, `metrics:read`, `profiles:read`, `profiles:write`
        "#]],
    );
    said(
        &shop,
        &["plugin", "install", "a.wasm", "--grant", "profile:read"],
        2,
        expect![[r#"
        error: --grant: there is no resource `profile`
          hint: did you mean `profiles:read`?
    "#]],
    );
    said(
        &shop,
        &["plugin", "install", "a.wasm", "--grant", "all", "--dry-run"],
        0,
        expect![[r#"
            would install win-back 1.0.0
              signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
              granted    events:read, lists:read, lists:write, metrics:read, profiles:read, profiles:write
        "#]],
    );
    assert!(!shop.file("pianoroll.lock").exists());
}

#[test]
fn it_is_installed_run_upgraded_and_removed() {
    let shop = shop();
    let install =
        ["plugin", "install", "a.wasm", "--grant", "metrics:read,events:read,profiles:read"];
    said(
        &shop,
        &install,
        0,
        expect![[r#"
        installed win-back 1.0.0
          signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
          granted    events:read, metrics:read, profiles:read
          denied, so such calls are refused:
            lists:read      to find the list and who is on it
            lists:write     to make the list and keep it in step
            profiles:write  to mark who is in the control group
    "#]],
    );
    said(
        &shop,
        &["run", "plugin:win-back", "--simulate"],
        4,
        expect![[r#"
            failed after …
              calls     3 (3 reads)
              requests  3, 0 retries, 0 ms waited for quota
              problems  0
            plugin:win-back on the simulator (documented, 500 profiles)
            info   59 customers are quiet, 49 of them may be written to
            error: lists.list: needs the permission `lists:read`, which is not granted; grant it with `pianoroll plugin install win-back@1.0.0 --grant events:read,metrics:read,profiles:read,lists:read`
              = the plugin `win-back` 1.0.0 did not handle it
        "#]],
    );
    let words = ["run", "plugin:win-back", "--simulate", "--allow", "lists:read"];
    said(
        &shop,
        &words,
        2,
        expect![[r#"
        error: --allow cannot widen what a plugin may do: `win-back` was granted `events:read`, `metrics:read`, `profiles:read` when it was installed
          hint: `pianoroll plugin install win-back@1.0.0 --grant events:read,metrics:read,profiles:read,lists:read` grants it for good
    "#]],
    );
    said(
        &shop,
        &["plugin", "install", "win-back@1.0.0", "--grant", "all"],
        0,
        expect![[r#"
        installed win-back 1.0.0
          signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
          kept       events:read, metrics:read, profiles:read
          granted    lists:read, lists:write, profiles:write
    "#]],
    );
    let report =
        shop.run(&["run", "plugin:win-back", "--simulate", "--json"]).expect_code(0).json();
    assert_eq!(report["result"]["quiet"], 59, "{report}");
    assert!(report["measured"]["usage"]["host_calls"].as_u64() > Some(10), "{report}");

    // The same hands, and nothing new: nothing to say.
    said(
        &shop,
        &["plugin", "upgrade", "b.wasm"],
        0,
        expect![[r#"
        upgraded 1.0.0 to win-back 1.1.0
          signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
          kept       events:read, lists:read, lists:write, metrics:read, profiles:read, profiles:write
    "#]],
    );
    assert!(!shop.file("plugins/win-back-1.0.0.wasm").exists());
    said(
        &shop,
        &["plugin", "upgrade", "c.wasm"],
        2,
        expect![[r#"
        error: win-back@1.2.0 is not installed:
          it asks for besides what it was granted before:
            files:write  to write a report
          grant it, or less: pianoroll plugin upgrade c.wasm --grant files:write
    "#]],
    );
    // Beside the other one, with other grants.
    said(
        &shop,
        &["plugin", "install", "c.wasm", "--grant", "none"],
        0,
        expect![[r#"
        installed win-back 1.2.0
          signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
          granted    nothing
          denied, so such calls are refused:
            events:read     to see who ordered, and when
            lists:read      to find the list and who is on it
            lists:write     to make the list and keep it in step
            metrics:read    to find the metric of orders
            profiles:read   to see who may be written to, and who is in the control group
            profiles:write  to mark who is in the control group
            files:write     to write a report
    "#]],
    );
    let listed = shop.run(&["plugin", "list", "--json"]).expect_code(0).json();
    let short = |index: usize| {
        let one = &listed[index];
        (
            one["version"].as_str().unwrap(),
            one["granted"].as_array().unwrap().len(),
            &one["problem"],
        )
    };
    assert_eq!(
        (short(0), short(1)),
        (("1.1.0", 6, &serde_json::Value::Null), ("1.2.0", 0, &serde_json::Value::Null))
    );
    shop.does(&["run", "plugin:win-back@1.1.0", "--simulate", "--dry-run"], 0);
    shop.does(&["run", "plugin:win-back", "--simulate"], 4);

    shop.write("pianoroll.toml", "[automations.weekly]\nprogram = \"plugin:win-back@1.1.0\"\n");
    said(
        &shop,
        &["plugin", "remove", "win-back@1.1.0"],
        0,
        expect![[r#"
        removed win-back 1.1.0
        warning: the automation `weekly` at pianoroll.toml:2 runs `plugin:win-back@1.1.0`, which is not there any more
    "#]],
    );
    said(
        &shop,
        &["plugin", "remove", "win-back@1.1.0"],
        2,
        expect![[r#"
        error: the plugin `win-back` is not installed in the version 1.1.0, but in 1.2.0
    "#]],
    );
    said(
        &shop,
        &["run", "weekly", "--simulate"],
        2,
        expect![[r#"
        error: the plugin `win-back` is not installed in the version 1.1.0, but in 1.2.0
    "#]],
    );
    said(
        &shop,
        &["plugin", "remove", "win-back"],
        0,
        expect![[r#"
        removed win-back 1.2.0
        warning: the automation `weekly` at pianoroll.toml:2 runs `plugin:win-back@1.1.0`, which is not there any more
    "#]],
    );
    said(
        &shop,
        &["plugin", "list"],
        0,
        expect![[r#"
        no plugin is installed in FOLDER
    "#]],
    );
}

#[test]
fn an_automation_takes_away_what_it_does_not_name() {
    let shop = shop();
    shop.does(&["plugin", "install", "a.wasm", "--grant", "all"], 0);
    let automation =
        "[automations.weekly]\nprogram = \"plugin:win-back\"\nparams = { quiet_days = 60 }\n";
    shop.write("pianoroll.toml", format!("{automation}permissions = [\"read\"]\n"));
    shop.does(&["check"], 0);
    said(
        &shop,
        &["run", "weekly", "--simulate"],
        4,
        expect![[r#"
            failed after …
              calls     6 (6 reads)
              requests  6, 0 retries, 0 ms waited for quota
              problems  0
            weekly on the simulator (documented, 500 profiles)
            info   111 customers are quiet, 93 of them may be written to
            error: lists.create: needs the permission `lists:write`, which is not granted; it was granted when the plugin was installed; give it back in `[automations.weekly]` at pianoroll.toml:4 with `permissions = ["read", "lists:write"]`
              = the plugin `win-back` 1.0.0 did not handle it
        "#]],
    );
    shop.write("pianoroll.toml", automation);
    shop.does(&["run", "weekly", "--simulate"], 0);
    let limits = "limits = { only = [\"profiles.*\"] }\n";
    shop.write("pianoroll.toml", format!("{automation}{limits}"));
    said(
        &shop,
        &["run", "weekly", "--simulate"],
        4,
        expect![[r#"
            failed after …
              calls     6 (6 reads)
              requests  6, 0 retries, 0 ms waited for quota
              problems  0
            weekly on the simulator (documented, 500 profiles)
            info   111 customers are quiet, 93 of them may be written to
            error: lists.create: not called, the run was stopped: `pianoroll.toml:4:19 (limits.only)` names the only operations that may change anything
        "#]],
    );

    let wrong = "[automations.a]\nprogram = \"plugin:winback\"\n[automations.b]\nprogram = \"plugin:win-back@2.0.0\"\n[automations.c]\nprogram = \"plugin:win-back\"\nparams = { quiet = 60, quiet_days = \"x\" }\npermissions = [\"campaigns:send\", \"lists:read\"]\nwith = { other = \"acme\" }\n[connections.acme]\nid = \"21fd90f9-5935-43cd-b6c8-bde9d915ca80\"\n";
    shop.write("pianoroll.toml", wrong);
    said(
        &shop,
        &["check"],
        2,
        expect![[r#"
        pianoroll.toml:2:11: error: there is no plugin `winback`; did you mean `win-back`?
          |
        2 | program = "plugin:winback"
          |           ^^^^^^^^^^^^^^^^

        pianoroll.toml:4:11: error: the plugin `win-back` is not installed in the version 2.0.0, but in 1.0.0
          |
        4 | program = "plugin:win-back@2.0.0"
          |           ^^^^^^^^^^^^^^^^^^^^^^^

        pianoroll.toml:7:12: error: plugin:win-back has no parameter `quiet`: it takes list, metric, quiet_days, memory_days, control_percent
          |
        7 | params = { quiet = 60, quiet_days = "x" }
          |            ^^^^^

        pianoroll.toml:7:24: error: parameter `quiet_days` is a whole number such as `90`, not `x` (declared by plugin:win-back)
          |
        7 | params = { quiet = 60, quiet_days = "x" }
          |                        ^^^^^^^^^^

        pianoroll.toml:8:16: warning: `campaigns:send` gives `plugin:win-back` nothing
          |
        8 | permissions = ["campaigns:send", "lists:read"]
          |                ^^^^^^^^^^^^^^^^
          = it was granted `events:read`, `lists:read`, `lists:write`, `metrics:read`, `profiles:read`, `profiles:write`; here that can only become less

        pianoroll.toml:9:10: error: `plugin:win-back` declares no connection `other`
          |
        9 | with = { other = "acme" }
          |          ^^^^^
          = only its manifest can declare one

        checked 1 file: 5 errors, 1 warning
    "#]],
    );
}

#[test]
fn a_component_runs_by_its_name_only() {
    let shop = shop();
    said(
        &shop,
        &["run", "a.wasm", "--simulate"],
        2,
        expect![[r#"
        error: `a.wasm` is a component, and components run as plugins only
          hint: `pianoroll plugin install a.wasm` shows what it asks for, and then `pianoroll run plugin:NAME` runs it
          hint: `pianoroll plugin test a.wasm` tries it against the simulator, without an installation
    "#]],
    );
    said(
        &shop,
        &["run", "plugin:Win", "--simulate"],
        2,
        expect![[r#"
        error: `Win` cannot be the name of a plugin: names have small letters, digits and `-`, begin with a letter, and are no longer than 64 characters
    "#]],
    );
    said(
        &shop,
        &["run", "plugin:win-back@1", "--simulate"],
        2,
        expect![[r#"
        error: `1` is no version such as `1.0.0`
    "#]],
    );
}

#[test]
fn what_it_uses_is_measured_against_its_limits() {
    let shop = Shop::new();
    shop.write("a.wasm", changed("hostile", &[]));
    let words = ["plugin", "test", "a.wasm", "--param", "attack=none", "--json"];
    let report = shop.run(&words).expect_code(0).json();
    let usage = report["usage"].as_object().unwrap();
    let names: Vec<&str> = usage.keys().map(String::as_str).collect();
    expect!["bytes_in bytes_out cpu_ms host_calls largest log memory table_elements"]
        .assert_eq(&names.join(" "));
    assert_eq!(
        (&usage["host_calls"]["used"], &usage["host_calls"]["limit"]),
        (&1.into(), &10_000_000.into())
    );
    let text = shop.run(&words[..5]).expect_code(0).stdout;
    for title in
        ["memory", "computing", "bytes in", "bytes out", "largest call", "log", "host calls"]
    {
        assert!(text.contains(&format!("\n  {title}  ")), "{title}: {text}");
    }
    said(
        &shop,
        &["plugin", "test", "a.wasm", "--grant", "flows:read"],
        2,
        expect![[r#"
        error: --grant: the manifest does not ask for `flows:read`
          hint: it asks for `lists:read`, `lists:write`, `profiles:read`, `profiles:write`, `request`, `files:read`
    "#]],
    );
    said(
        &shop,
        &["plugin", "test", "a.wasm"],
        2,
        expect![[r#"
        error: parameter `attack` is missing: text (What it does: one of the names in src/lib.rs) (declared by plugin:hostile)
    "#]],
    );
}

#[test]
fn a_vendor_is_told_what_happened_and_nothing_of_the_account() {
    let shop = shop();
    shop.does(&["plugin", "install", "a.wasm", "--grant", "all"], 0);
    let words = [
        "run",
        "plugin:win-back",
        "--simulate",
        "--param",
        "list=Secret plans",
        "--param",
        "control_percent=40",
        "--json",
    ];
    shop.does(&words, 0);
    let words = ["runs", "bundle", "last", "--output", "report.json"];
    shop.does(&words, 0);
    let mode = std::fs::metadata(shop.file("report.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let report = shop.read("report.json");
    let told: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(told["program"]["name"], "win-back", "{report}");
    assert!(told["calls"].as_array().unwrap().len() > 10, "{report}");
    assert!(report.contains("profiles.update") && report.contains("lists.create"), "{report}");
    for secret in ["Secret", "plans", "01GDD", "@example", "21fd90f9"] {
        assert!(!report.contains(secret), "{secret}: {report}");
    }
    said(
        &shop,
        &words,
        2,
        expect![[r#"
        error: `report.json` is there already
          hint: say another file: --output FILE
    "#]],
    );
}

#[test]
fn what_was_taken_back_does_not_come_again_with_an_earlier_run() {
    let shop = shop();
    shop.does(&["plugin", "install", "a.wasm", "--grant", "all"], 0);
    shop.does(&["run", "plugin:win-back", "--simulate"], 0);
    shop.does(&["runs", "rerun", "last"], 0);
    shop.does(&["plugin", "install", "win-back", "--grant", "metrics:read"], 0);
    said(
        &shop,
        &["runs", "rerun", "last"],
        4,
        expect![[r#"
        failed after …
          calls     1 (1 read)
          requests  1, 0 retries, 0 ms waited for quota
          problems  0
        plugin:win-back on the simulator (documented, 500 profiles)
        error: events.list: needs the permission `events:read`, which is not granted; grant it with `pianoroll plugin install win-back@1.0.0 --grant metrics:read,events:read`
          = the plugin `win-back` 1.0.0 did not handle it
    "#]],
    );
    shop.does(&["plugin", "remove", "win-back"], 0);
    said(
        &shop,
        &["runs", "rerun", "last"],
        2,
        expect![[r#"
        error: there is no plugin `win-back`; `pianoroll plugin install FILE` installs one
          hint: no plugin is installed in `FOLDER`
    "#]],
    );
    let shown = shop.run(&["runs", "show", "last"]).expect_code(0).stdout;
    assert!(shown.contains("program   win-back 1.0.0  "), "{shown}");
}
