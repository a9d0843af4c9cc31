//! What a vendor writes wrong in `plugin.toml`: all of it is told at once, with its place, by every command that reads it.

use expect_test::{Expect, expect};
use pianoroll_tests::plugins::{Shop, changed, component, plain};

const WRONG: &str = r#"[plugin]
name = "Win Back"
version = "1.0"
descripton = "Brings them back."

[permissions]
"profile:read" = "to find them"
"write" = "to do anything"
"profiles:send" = "to write to them"
"lists:read" = ""
"events:read" = "to see\u001b[2J"

[params.Days]
type = "int"

[params.list]
type = "text"

[params.since]
type = "date"
default = 3

[conections.other]
"#;

fn refused(shop: &Shop, words: &[&str], expected: Expect) {
    expected.assert_eq(&shop.run(words).expect_code(2).stderr);
}

#[test]
fn all_mistakes_are_told_with_their_places() {
    let shop = Shop::new();
    shop.write("component.wasm", component("win-back-rust"));
    shop.write("plugin.toml", WRONG);
    let told = shop.run(&["plugin", "pack", "component.wasm"]).expect_code(2).stderr;
    expect![[r#"
        error: plugin.toml:1:2: `[plugin]` has no `description`
          |
        1 | [plugin]
          |  ^^^^^^

        plugin.toml:2:8: `Win Back` cannot be the name of a plugin
          |
        2 | name = "Win Back"
          |        ^^^^^^^^^^
          = names have small letters, digits and `-`, begin with a letter, and have at most 64 characters

        plugin.toml:3:11: `1.0` is not a version such as `1.0.0`
          |
        3 | version = "1.0"
          |           ^^^^^

        plugin.toml:4:1: unknown key `descripton` in `[plugin]`
          |
        4 | descripton = "Brings them back."
          | ^^^^^^^^^^
          = did you mean `description`?

        plugin.toml:7:1: there is no resource `profile`
          |
        7 | "profile:read" = "to find them"
          | ^^^^^^^^^^^^^^
          = did you mean `profiles:read`?

        plugin.toml:8:1: `write` is not a permission of plugins
          |
        8 | "write" = "to do anything"
          | ^^^^^^^
          = a plugin names each resource, such as `profiles:write`: `write` would be all of them

        plugin.toml:9:1: there is no permission `profiles:send`
          |
        9 | "profiles:send" = "to write to them"
          | ^^^^^^^^^^^^^^^
          = of profiles: `profiles:read`, `profiles:write`, `profiles:delete`

        plugin.toml:10:16: `lists:read` has no reason
           |
        10 | "lists:read" = ""
           |                ^^
           = whoever installs the plugin reads it before they grant anything

        plugin.toml:11:17: the reason holds line ends, or characters that do not show as what they are
           |
        11 | "events:read" = "to see\u001b[2J"
           |                 ^^^^^^^^^^^^^^^^^
           = write one line of plain text

        plugin.toml:13:9: `Days` cannot be the name of a parameter
           |
        13 | [params.Days]
           |         ^^^^
           = names have small letters, digits and `_`, and begin with a letter

        plugin.toml:17:8: `text` is not a type of parameters
           |
        17 | type = "text"
           |        ^^^^^^
           = known here: string, int, float, bool, date, datetime, duration, list

        plugin.toml:21:11: the default of `since` is not a day such as `2026-01-31`
           |
        21 | default = 3
           |           ^

        plugin.toml:23:2: unknown section `conections`
           |
        23 | [conections.other]
           |  ^^^^^^^^^^
           = did you mean `connections`?
    "#]].assert_eq(&told);
    for words in [
        ["plugin", "test", "component.wasm"].as_slice(),
        &["plugin", "new", "win-back", "--lang", "js", "--manifest", "plugin.toml"],
        &["plugin", "new", "--refresh", "--lang", "js"],
    ] {
        let other = shop.run(words).expect_code(2).stderr;
        assert_eq!(other.replace("./plugin.toml", "plugin.toml"), told, "{words:?}");
    }
    let left = std::fs::read_dir(shop.path()).unwrap().count();
    assert_eq!(left, 2, "nothing was written");
}

#[test]
fn what_is_no_manifest_is_told() {
    let shop = Shop::new();
    shop.write("component.wasm", component("win-back-rust"));
    let pack = ["plugin", "pack", "component.wasm"];
    refused(
        &shop,
        &pack,
        expect![[r#"
        error: there is no plugin.toml beside `component.wasm` or here
          hint: say where it is: --manifest FILE
    "#]],
    );
    shop.write("plugin.toml", "name = [");
    refused(
        &shop,
        &pack,
        expect![[r#"
        error: plugin.toml:1:9: unclosed array, expected `]`
          |
        1 | name = [
          |         ^
    "#]],
    );
    shop.write("plugin.toml", "");
    refused(
        &shop,
        &pack,
        expect![[r#"
        error: plugin.toml:1:1: there is no `[plugin]`
          = write `[plugin]` with `name`, `version` and `description`
    "#]],
    );
    shop.write("plugin.toml", b"\xff\xfe");
    refused(
        &shop,
        &pack,
        expect![[r#"
        error: `plugin.toml` is no text in UTF-8
    "#]],
    );
}

#[test]
fn a_manifest_must_ask_for_what_the_code_calls() {
    let shop = Shop::new();
    shop.write("component.wasm", component("win-back-rust"));
    shop.write(
        "plugin.toml",
        "[plugin]\nname = \"a\"\nversion = \"1.0.0\"\ndescription = \"A.\"\n[permissions]\n\"lists:read\" = \"why\"\n",
    );
    refused(
        &shop,
        &["plugin", "pack", "component.wasm"],
        expect![[r#"
        error: the component does not fit:
          it imports `events`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "events:read" = "why"
          it imports `metrics`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "metrics:read" = "why"
    "#]],
    );
    refused(
        &shop,
        &["plugin", "test", "component.wasm"],
        expect![[r#"
        error: the component does not fit:
          it imports `events`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "events:read" = "why"
          it imports `metrics`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "metrics:read" = "why"
    "#]],
    );
}

#[test]
fn a_scaffold_has_a_name_a_language_and_a_place_of_its_own() {
    let shop = Shop::new();
    refused(
        &shop,
        &["plugin", "new", "Win"],
        expect![[r#"
        error: `Win` cannot be the name of a plugin: small letters, digits and `-`, a letter first, 64 at most
    "#]],
    );
    refused(
        &shop,
        &["plugin", "new", "a", "--lang", "ruby"],
        expect![[r#"
        error: invalid value 'ruby' for '--lang <LANGUAGE>': plugins are written in rust, js or python, not in `ruby`

        For more information, try '--help'.
    "#]],
    );
    refused(
        &shop,
        &["plugin", "new", "--refresh"],
        expect![[r#"
        error: cannot read `./plugin.toml`
          because: No such file or directory (os error 2)
    "#]],
    );
    let made = shop.run(&["plugin", "new", "a", "--lang", "js", "--json"]).expect_code(0).json();
    assert_eq!(made["folder"], "a", "{made}");
    refused(
        &shop,
        &["plugin", "new", "a", "--lang", "js"],
        expect![[r#"
        error: a already has .gitignore, README.md, jsconfig.json, package.json, pianoroll/entry.js, pianoroll/index.d.ts, pianoroll/index.js, pianoroll/layer.js, pianoroll/prelude.js, plugin.toml, src/main.js, wit/klaviyo.wit; nothing was written
          hint: --dir DIR takes another folder, --refresh writes only what is pianoroll's
    "#]],
    );
    shop.write("other.toml", shop.read("a/plugin.toml"));
    refused(
        &shop,
        &["plugin", "new", "b", "--lang", "js", "--manifest", "other.toml"],
        expect![[r#"
            error: other.toml is the manifest of `a`, and not of `b`
        "#]],
    );
    assert!(!shop.file("b").exists());
}

#[test]
fn a_new_plugin_is_refreshed_and_its_authors_files_stay() {
    for (language, own) in [("rust", "src/lib.rs"), ("js", "src/main.js"), ("python", "main.py")] {
        let shop = Shop::new();
        shop.does(&["plugin", "new", "first", "--lang", language], 0);
        shop.does(&["plugin", "new", "first", "--lang", language], 2);
        let own = format!("first/{own}");
        shop.write(&own, "mine");
        shop.replace(
            "first/plugin.toml",
            "[permissions]",
            "[permissions]\n\"segments:read\" = \"why\"",
        );
        shop.does(&["plugin", "new", "first", "--refresh"], 0);
        assert_eq!(shop.read(&own), "mine");
        let wit = match language {
            "rust" => "first/sdk/wit/klaviyo.wit",
            _ => "first/wit/klaviyo.wit",
        };
        assert!(shop.read(wit).contains("interface segments"), "{language}");
        assert_eq!(shop.read(wit).contains("interface flows"), language == "rust");
    }
}

#[test]
fn a_plugin_that_tells_its_operator_something_is_shown_and_granted() {
    let shop = Shop::new();
    let more = ("[permissions]", "[permissions]\n\"notify\" = \"to say when the list has shrunk\"");
    shop.write("a.wasm", changed("win-back-rust", &[("win-back-rust", "a"), more]));
    let inspected = shop.run(&["plugin", "inspect", "a.wasm"]).expect_code(0);
    let asked = "  notify          to say when the list has shrunk\n";
    assert!(plain(&inspected.stdout).contains(asked), "{inspected:?}");
    let refused = shop.run(&["plugin", "install", "a.wasm"]).expect_code(2);
    assert!(plain(&refused.stderr).contains(asked), "{refused:?}");
    let installed = shop.run(&["plugin", "install", "a.wasm", "--grant", "notify"]).expect_code(0);
    assert!(plain(&installed.stdout).contains("  granted    notify\n"), "{installed:?}");
}
