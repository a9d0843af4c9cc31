//! What a plugin tries and is not let do, by `plugin test`: the call is refused, or the plugin ended, and nothing has happened.

use expect_test::{Expect, expect};
use pianoroll_tests::Finished;
use pianoroll_tests::plugins::{Shop, changed};
use serde_json::json;

fn shop() -> Shop {
    let shop = Shop::new();
    shop.write("hostile.wasm", changed("hostile", &[]));
    shop
}

fn attacked(shop: &Shop, attack: &str, words: &[&str]) -> Finished {
    let attack = format!("attack={attack}");
    let test = ["plugin", "test", "hostile.wasm", "--json", "--param", &attack];
    shop.run(&[&test, words].concat())
}

/// It is ended with these words, and the account is as it was.
fn ends(attack: &str, words: &[&str], expected: Expect) {
    let finished = attacked(&shop(), attack, words).expect_code(1);
    let report = finished.json();
    let rendered = report["error"]["rendered"].as_str().unwrap();
    // Functions without a name have numbers of the toolchain.
    let lines = rendered.lines().filter(|line| !line.starts_with("  in function "));
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(report["effects"]["write"], 0, "{report}");
    assert!(finished.stderr.contains(rendered), "{finished:?}");
}

/// It is told so and goes on.
fn is_told(shop: &Shop, attack: &str, words: &[&str], expected: Expect) {
    let report = attacked(shop, attack, words).expect_code(0).json();
    expected.assert_eq(&serde_json::to_string_pretty(&report["result"]).unwrap());
    assert_eq!(report["calls"], 0, "{report}");
}

#[test]
fn nothing_is_changed_inside_a_checkpoint() {
    ends(
        "checkpoint",
        &[],
        expect![[r#"
            the plugin `hostile` 1.0.0 was ended: lists.create has no place in a checkpoint, which may only read: move it behind `end`
              in pianoroll_plugin_sdk::generated::lists::send::create
              in pianoroll_plugin_sdk::checkpoint::checkpoint
              in run"#]],
    );
    ends(
        "checkpoint-batch",
        &[],
        expect![[r#"
            the plugin `hostile` 1.0.0 was ended: lists.create has no place in a checkpoint, which may only read: move it behind `end`
              in pianoroll_plugin_sdk::host::imports::batch
              in pianoroll_plugin_sdk::checkpoint::checkpoint
              in run"#]],
    );
}

#[test]
fn a_host_call_has_room_for_so_much_and_no_more() {
    ends(
        "state",
        &[],
        expect![[r#"
        the plugin `hostile` 1.0.0 was ended: it moved more than 16 MiB in one host call
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { transfer_mib = … }"#]],
    );
    ends(
        "batch",
        &[],
        expect![[r#"
        the plugin `hostile` 1.0.0 was ended: it moved more than 16 MiB in one host call
          = `[plugins.hostile]` of pianoroll.toml may set another: limits = { transfer_mib = … }"#]],
    );
    // Few enough, but side by side as nobody may.
    ends(
        "batch",
        &["--param", "amount=3"],
        expect![[r#"
            the plugin `hostile` 1.0.0 was ended: a batch makes 1 to 16 calls at a time, not 255
              in pianoroll_plugin_sdk::host::imports::batch
              in pianoroll_plugin_sdk::calls::batch
              in run"#]],
    );
    is_told(
        &shop(),
        "nested",
        &["--param", "amount=2000"],
        expect![[
            r#""arguments: lists.create: the body is no json text: recursion limit exceeded at line 1 column 128""#
        ]],
    );
}

#[test]
fn files_are_not_there_without_a_grant() {
    let shop = shop();
    shop.write("secret.csv", "a,b");
    is_told(
        &shop,
        "file",
        &["--grant", "lists:read", "--files", "."],
        expect![[r#"
        [
          [
            "/etc/passwd",
            "permission: files: needs the permission `files:read`, which is not granted; grant it with `pianoroll plugin install hostile@1.0.0 --grant lists:read,files:read`"
          ],
          [
            "../../etc/passwd",
            "permission: files: needs the permission `files:read`, which is not granted; grant it with `pianoroll plugin install hostile@1.0.0 --grant lists:read,files:read`"
          ],
          [
            "pianoroll.toml",
            "permission: files: needs the permission `files:read`, which is not granted; grant it with `pianoroll plugin install hostile@1.0.0 --grant lists:read,files:read`"
          ],
          [
            "a/../../b",
            "permission: files: needs the permission `files:read`, which is not granted; grant it with `pianoroll plugin install hostile@1.0.0 --grant lists:read,files:read`"
          ],
          [
            ".env",
            "permission: files: needs the permission `files:read`, which is not granted; grant it with `pianoroll plugin install hostile@1.0.0 --grant lists:read,files:read`"
          ]
        ]"#]],
    );
    is_told(
        &shop,
        "open",
        &["--grant", "none", "--files", "."],
        expect![[r#"
        [
          0,
          "files: needs the permission `files:read`, which is not granted; grant it with `pianoroll plugin install hostile@1.0.0 --grant files:read`"
        ]"#]],
    );
}

#[test]
fn a_plugin_holds_so_many_files_and_no_more() {
    let shop = shop();
    shop.write("pianoroll.toml", "");
    is_told(
        &shop,
        "open",
        &["--files", "."],
        expect![[r#"
        [
          64,
          "a plugin holds at most 64 files open: close some first"
        ]"#]],
    );
}

#[test]
fn a_test_gives_it_an_empty_folder() {
    let shop = shop();
    shop.write("pianoroll.toml", "");
    let report = attacked(&shop, "open", &["--grant", "all"]).expect_code(0).json();
    assert_eq!(report["result"][0], json!(0), "{report}");
}

#[test]
fn what_a_plugin_says_does_not_steer_a_terminal() {
    let shop = shop();
    let finished = attacked(&shop, "\u{1b}[2Jgone\u{202e}\r", &[]).expect_code(1);
    expect![[r#"
        plugin:hostile@1.0.0 on the simulator (documented, 500 profiles)
        error: the plugin `hostile` 1.0.0 failed: there is no attack \u{1b}[2Jgone\u{202e}\u{d}
    "#]]
    .assert_eq(&finished.stderr);
    shop.does(&["plugin", "install", "hostile.wasm", "--grant", "all"], 0);
    let run = ["run", "plugin:hostile", "--simulate", "--param", "attack=\u{1b}[2Jgone\u{202e}\r"];
    shop.does(&run, 1);
    for words in
        [["runs", "list"].as_slice(), &["runs", "show", "last"], &["runs", "bundle", "last"]]
    {
        let finished = shop.run(words).expect_code(0);
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!finished.stdout.contains(steers), "{words:?}: {:?}", finished.stdout);
    }
}
