//! What lies in a project's folder and is not what it seems, and commands that change it at the same time.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use expect_test::{Expect, expect};
use pianoroll_tests::Finished;
use pianoroll_tests::plugins::{Shop, changed, plain, signed};

const NAME: (&str, &str) = ("win-back-rust", "a");

fn said(shop: &Shop, words: &[&str], code: i32, expected: Expect) {
    let finished = shop.run(words).expect_code(code);
    let text = format!("{}{}", finished.stdout, finished.stderr);
    expected.assert_eq(&plain(&text.replace(&shop.path().display().to_string(), "FOLDER")));
}

#[test]
fn a_link_in_the_place_of_a_package_is_not_written_through() {
    let shop = Shop::new();
    let other = Shop::new();
    other.write("profile", "of somebody else");
    std::fs::create_dir(shop.file("plugins")).unwrap();
    symlink(other.file("profile"), shop.file("plugins/a-1.0.0.wasm")).unwrap();
    shop.write("a.wasm", signed("win-back-rust", 1, &[NAME]));
    shop.does(&["plugin", "install", "a.wasm", "--grant", "all"], 0);
    assert_eq!(other.read("profile"), "of somebody else");
    shop.does(&["run", "plugin:a", "--simulate", "--dry-run"], 0);
    shop.does(&["plugin", "remove", "a"], 0);
    assert_eq!(other.read("profile"), "of somebody else");
}

#[test]
fn nobody_waits_at_a_pipe() {
    let shop = Shop::new();
    shop.write("a.wasm", changed("win-back-rust", &[NAME]));
    let made = |name: &str| Command::new("mkfifo").arg(shop.file(name)).status().unwrap();
    assert!(made("pipe").success());
    for words in [
        ["plugin", "inspect", "pipe"].as_slice(),
        &["plugin", "install", "pipe", "--grant", "all"],
        &["plugin", "test", "pipe"],
        &["plugin", "pack", "a.wasm", "--manifest", "pipe"],
        &["plugin", "sign", "a.wasm", "--key", "pipe"],
        &["plugin", "install", ".", "--grant", "all"],
        &["plugin", "inspect", "/dev/zero"],
    ] {
        let finished = shop.run(words).expect_code(2);
        assert!(finished.stderr.contains("no file"), "{words:?}: {finished:?}");
    }
    assert!(made("pianoroll.lock").success());
    said(
        &shop,
        &["plugin", "list"],
        2,
        expect![[r#"
            error: cannot use FOLDER/pianoroll.lock
              because: it is no file
        "#]],
    );
}

#[test]
fn more_than_a_package_may_have_is_not_even_read() {
    let shop = Shop::new();
    let file = std::fs::File::create(shop.file("large.wasm")).unwrap();
    file.set_len(1 << 40).unwrap();
    said(
        &shop,
        &["plugin", "install", "large.wasm", "--grant", "all"],
        2,
        expect![[r#"
        error: large.wasm: the file has more than 64 MiB
    "#]],
    );
    said(
        &shop,
        &["plugin", "test", "large.wasm"],
        2,
        expect![[r#"
        error: `large.wasm` has more than 64 MiB
    "#]],
    );
}

#[test]
fn plugins_that_are_installed_at_once_are_all_there() {
    let shop = Shop::new();
    let names = ["a", "b", "c", "d"];
    for name in names {
        shop.write(&format!("{name}.wasm"), signed("win-back-rust", 1, &[("win-back-rust", name)]));
    }
    let started = names.map(|name| {
        let mut command =
            shop.command(&["plugin", "install", &format!("{name}.wasm"), "--grant", "all"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for child in started {
        let _ = Finished::new(&child.wait_with_output().unwrap()).expect_code(0);
    }
    let listed = shop.run(&["plugin", "list", "--json"]).expect_code(0).json();
    let listed: Vec<(&str, bool)> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["plugin"].as_str().unwrap(), one["problem"].is_null()))
        .collect();
    assert_eq!(listed, names.map(|name| (name, true)));
}

#[test]
fn plugins_are_those_of_the_project_wherever_one_stands_in_it() {
    let shop = Shop::new();
    shop.write("pianoroll.toml", "");
    std::fs::create_dir_all(shop.file("deep/down")).unwrap();
    shop.write("deep/down/a.wasm", changed("win-back-rust", &[NAME]));
    let inside = |words: &[&str]| {
        let mut command = shop.command(words);
        Finished::new(&command.current_dir(shop.file("deep/down")).output().unwrap())
    };
    let _ = inside(&["plugin", "install", "a.wasm", "--grant", "all"]).expect_code(0);
    assert!(shop.file("plugins/a-1.0.0.wasm").exists() && !shop.file("deep/down/plugins").exists());
    let _ = inside(&["run", "plugin:a", "--simulate", "--dry-run"]).expect_code(0);
    let mut elsewhere = Shop::new().command(&["run", "plugin:a", "--simulate"]);
    let other = Shop::new();
    let elsewhere = Finished::new(&elsewhere.current_dir(other.path()).output().unwrap());
    let elsewhere = elsewhere.expect_code(2).stderr;
    let elsewhere = elsewhere.replace(&other.path().display().to_string(), "FOLDER");
    expect![[r#"
        error: there is no plugin `a`; `pianoroll plugin install FILE` installs one
          hint: no plugin is installed in `FOLDER`
    "#]]
    .assert_eq(&elsewhere);
}

#[test]
fn what_is_installed_is_told_with_what_became_of_it() {
    let shop = Shop::new();
    shop.write("a.wasm", signed("win-back-rust", 1, &[NAME]));
    let upgrade = ["plugin", "upgrade", "a.wasm"];
    said(
        &shop,
        &upgrade,
        2,
        expect![[r#"
            error: a@1.0.0 is not installed:
              there is no `a` to upgrade: `pianoroll plugin install a.wasm` installs it
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
    shop.does(&["plugin", "install", "a.wasm", "--grant", "profiles:read"], 0);
    said(
        &shop,
        &["plugin", "install", "a.wasm"],
        0,
        expect![[r#"
        a 1.0.0 is installed already, just so
          signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=
          kept       profiles:read
          denied, so such calls are refused:
            events:read     to see who ordered, and when
            lists:read      to find the list and who is on it
            lists:write     to make the list and keep it in step
            metrics:read    to find the metric of orders
            profiles:write  to mark who is in the control group
    "#]],
    );
    said(
        &shop,
        &["plugin", "list"],
        0,
        expect![[r#"
        plugin  version  state  signed by                                             granted
        a       1.0.0    ready  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=  profiles:read
    "#]],
    );
    let seen = shop.run(&["plugin", "inspect", "a@1.0.0"]).expect_code(0).stdout;
    let about: String = plain(&seen).lines().take(4).map(|line| format!("{line}\n")).collect();
    expect![[r#"
        a 1.0.0  Keeps a list of customers to win back: they ordered once, not lately, and may be written to.
          digest     sha256:…
          signed by  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=  the key that is known
          installed  1.0.0, granted `profiles:read`
    "#]]
    .assert_eq(&about);
    // Another one that says the same of itself.
    shop.write("other.wasm", signed("win-back-rust", 1, &[NAME, ("Keeps a list", "Holds a list")]));
    let seen = shop.run(&["plugin", "inspect", "other.wasm"]).expect_code(0).stdout;
    assert!(seen.contains("\n  installed  1.0.0 with other content, granted"), "{seen}");
    shop.write("plugins/a-1.0.0.wasm", "something else");
    said(
        &shop,
        &["plugin", "list"],
        0,
        expect![[r#"
        plugin  version  state       signed by                                             granted
        a       1.0.0    cannot run  ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=  profiles:read
        a@1.0.0: plugins/a-1.0.0.wasm is not what was installed: the file is no WebAssembly component
    "#]],
    );
}
