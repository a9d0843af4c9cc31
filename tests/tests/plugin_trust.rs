//! Who wants in and does not belong there: packages, locks and compiled code that are not what they say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use expect_test::{Expect, expect};
use pianoroll_plugin::{ChildCompiler, CompileError, CompileLimits, Compiler, Package, PrivateKey};
use pianoroll_tests::binary;
use pianoroll_tests::plugins::{
    Shop, changed, component, manifest_section, packed, plain, signed, with_section,
};

const NAME: (&str, &str) = ("win-back-rust", "a");

fn version(version: &'static str) -> (&'static str, &'static str) {
    ("\"1.0.0\"", version)
}

/// A project that has let a plugin in.
fn project() -> Shop {
    let shop = Shop::new();
    shop.write("a.wasm", signed("win-back-rust", 1, &[NAME]));
    shop.does(&["plugin", "install", "a.wasm", "--grant", "all"], 0);
    shop
}

/// A command is refused with these words, and changes nothing.
fn refused(shop: &Shop, words: &[&str], expected: Expect) {
    let lock = std::fs::read(shop.file("pianoroll.lock")).ok();
    let finished = shop.run(words).expect_code(2);
    expected.assert_eq(&plain(&finished.stderr));
    assert_eq!(std::fs::read(shop.file("pianoroll.lock")).ok(), lock);
    assert!(!shop.file(".pianoroll").exists(), "nothing was run");
}

fn run_is_refused(shop: &Shop, expected: Expect) {
    refused(shop, &["run", "plugin:a", "--simulate"], expected);
    // And the list says so.
    let listed = shop.run(&["plugin", "list", "--json"]).expect_code(0).json();
    assert!(listed[0]["problem"].is_string(), "{listed}");
}

#[test]
fn a_lock_that_was_edited_by_hand_grants_nothing() {
    let shop = Shop::new();
    shop.write("a.wasm", signed("win-back-rust", 1, &[NAME]));
    shop.does(&["plugin", "install", "a.wasm", "--grant", "lists:read"], 0);
    shop.replace(
        "pianoroll.lock",
        "grants = [\"lists:read\"]",
        "grants = [\"lists:read\", \"profiles:write\"]",
    );
    run_is_refused(
        &shop,
        expect![[r#"
        error: the entry of a@1.0.0 in pianoroll.lock was edited by hand, and grants nothing so: undo that, or `pianoroll plugin remove a@1.0.0` and install it again with what you grant
    "#]],
    );
    refused(
        &shop,
        &["plugin", "install", "a.wasm", "--grant", "all"],
        expect![[r#"
        error: a@1.0.0 is not installed:
          the entry of a@1.0.0 in pianoroll.lock was edited by hand: undo that, or `pianoroll plugin remove a@1.0.0` and install it again with what you grant
    "#]],
    );
    // The way out that it tells.
    shop.does(&["plugin", "remove", "a@1.0.0"], 0);
    shop.does(&["plugin", "install", "a.wasm", "--grant", "all"], 0);
    shop.does(&["run", "plugin:a", "--simulate", "--dry-run"], 0);
}

#[test]
fn a_lock_that_two_branches_have_changed_is_told_with_its_place() {
    let shop = project();
    let lock = shop.read("pianoroll.lock");
    shop.write("pianoroll.lock", format!("<<<<<<< ours\n{lock}"));
    refused(
        &shop,
        &["run", "plugin:a", "--simulate"],
        expect![[r#"
        error: pianoroll.lock:1:9: key with no value, expected `=`
          |
        1 | <<<<<<< ours
          |         ^
          = pianoroll writes this file; undo what was changed in it, or take the one of either branch
    "#]],
    );
    refused(
        &shop,
        &["plugin", "list"],
        expect![[r#"
        error: pianoroll.lock:1:9: key with no value, expected `=`
          |
        1 | <<<<<<< ours
          |         ^
          = pianoroll writes this file; undo what was changed in it, or take the one of either branch
    "#]],
    );
}

#[test]
fn an_upgrade_by_other_hands_is_refused() {
    let shop = project();
    shop.write("b.wasm", signed("win-back-rust", 2, &[NAME, version("\"1.1.0\"")]));
    shop.write("c.wasm", changed("win-back-rust", &[NAME, version("\"1.1.0\"")]));
    let upgrade = |file: &'static str| ["plugin", "upgrade", file, "--grant", "all"];
    refused(
        &shop,
        &upgrade("b.wasm"),
        expect![[r#"
        error: a@1.1.0 is not installed:
          `a` is known to be signed by ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=, and this one is signed by ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=: ask whoever makes it, by another way than you got this file; if the new key is theirs, `--trust-key ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=`
    "#]],
    );
    refused(
        &shop,
        &upgrade("c.wasm"),
        expect![[r#"
        error: a@1.1.0 is not installed:
          `a` is known to be signed by ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=, and this one is not signed: get the signed one; or, if anybody may have made it, `--trust-key unsigned`
    "#]],
    );
    // Also when the plugin was removed in between.
    shop.does(&["plugin", "remove", "a"], 0);
    refused(
        &shop,
        &["plugin", "install", "c.wasm", "--grant", "all"],
        expect![[r#"
        error: a@1.1.0 is not installed:
          `a` is known to be signed by ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=, and this one is not signed: get the signed one; or, if anybody may have made it, `--trust-key unsigned`
    "#]],
    );
    // Who names another key lets in nobody else.
    let key = PrivateKey::from_seed([2; 32]).public().to_string();
    let trusting = |file: &'static str| {
        let words = ["plugin", "install", file, "--grant", "all", "--trust-key", &key];
        words.map(str::to_owned)
    };
    let words = trusting("c.wasm");
    refused(
        &shop,
        &words.each_ref().map(String::as_str),
        expect![[r#"
        error: a@1.1.0 is not installed:
          you trust ed25519:gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q=, and this one is not signed: it is not theirs
    "#]],
    );
    let words = trusting("b.wasm");
    shop.does(&words.each_ref().map(String::as_str), 0);
}

#[test]
fn an_old_version_is_not_played_again() {
    let shop = project();
    shop.write("b.wasm", signed("win-back-rust", 1, &[NAME, version("\"1.1.0\"")]));
    shop.does(&["plugin", "upgrade", "b.wasm"], 0);
    refused(
        &shop,
        &["plugin", "upgrade", "a.wasm"],
        expect![[r#"
        error: a@1.0.0 is not installed:
          1.0.0 is older than 1.1.0, which was installed before: it may have faults that were mended since; `--allow-downgrade` installs it all the same
    "#]],
    );
    shop.does(&["plugin", "remove", "a"], 0);
    refused(
        &shop,
        &["plugin", "install", "a.wasm", "--grant", "all"],
        expect![[r#"
        error: a@1.0.0 is not installed:
          1.0.0 is older than 1.1.0, which was installed before: it may have faults that were mended since; `--allow-downgrade` installs it all the same
    "#]],
    );
    shop.does(&["plugin", "install", "a.wasm", "--grant", "all", "--allow-downgrade"], 0);
}

#[test]
fn a_version_never_changes() {
    let shop = project();
    let other = ("Keeps a list", "Holds a list");
    shop.write("b.wasm", signed("win-back-rust", 1, &[NAME, other]));
    refused(
        &shop,
        &["plugin", "install", "b.wasm", "--grant", "all"],
        expect![[r#"
            error: a@1.0.0 is not installed:
              a@1.0.0 is installed with other content, and a version never changes:
                installed sha256:…
                this one  sha256:…
              get another version; or `pianoroll plugin remove a@1.0.0` first
        "#]],
    );
}

#[test]
fn a_package_that_was_exchanged_under_the_lock_does_not_run() {
    let shop = project();
    let installed = "plugins/a-1.0.0.wasm";
    let good = std::fs::read(shop.file(installed)).unwrap();
    shop.write(installed, signed("win-back-rust", 1, &[NAME, ("Keeps a list", "Holds a list")]));
    run_is_refused(
        &shop,
        expect![[r#"
            error: plugins/a-1.0.0.wasm is not what was installed:
              installed sha256:…
              this one  sha256:…
            put the old file back, or `pianoroll plugin remove a@1.0.0` and install the one that you mean
        "#]],
    );
    // The signature taken off.
    shop.write(installed, Package::read(good.as_slice()).unwrap().component());
    run_is_refused(
        &shop,
        expect![[r#"
        error: plugins/a-1.0.0.wasm does not have the signature any more that it was installed with: install it again from its file
    "#]],
    );
    // One byte of the code.
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    shop.write(installed, bad);
    shop.does(&["run", "plugin:a", "--simulate"], 2);
    std::fs::remove_file(shop.file(installed)).unwrap();
    run_is_refused(
        &shop,
        expect![[r#"
        error: plugins/a-1.0.0.wasm is not there, and pianoroll.lock has a@1.0.0: install it again from its file
    "#]],
    );
    shop.write(installed, good);
    shop.does(&["run", "plugin:a", "--simulate", "--dry-run"], 0);
}

#[test]
fn files_that_are_no_packages_are_refused() {
    let shop = Shop::new();
    let good = packed("win-back-rust");
    let manifest = manifest_section(&good);
    let noise: Vec<u8> =
        (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let check = |content: &[u8], expected: Expect| {
        shop.write("bad.wasm", content);
        refused(&shop, &["plugin", "install", "bad.wasm", "--grant", "all"], expected);
        for command in ["inspect", "test"] {
            shop.does(&["plugin", command, "bad.wasm"], 2);
        }
    };
    // What wasmtime precompiles is machine code in the form of this system's programs.
    check(
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0",
        expect![[r#"
        error: bad.wasm: the file is compiled machine code, which is never run; a package holds the component that it was made of
    "#]],
    );
    check(
        &good[..good.len() / 2],
        expect![[r#"
            error: bad.wasm: the file is no valid component: unexpected end-of-file (at byte …
        "#]],
    );
    check(
        &noise,
        expect![[r#"
        error: bad.wasm: the file is no WebAssembly component
    "#]],
    );
    check(
        b"",
        expect![[r#"
        error: bad.wasm: the file is no WebAssembly component
    "#]],
    );
    check(
        &with_section(&good, "pianoroll:manifest", &manifest),
        expect![[r#"
        error: bad.wasm: the file has two manifests, and which one holds is not known; pack it again
    "#]],
    );
    check(
        &with_section(&good, "pianoroll:signature", &[1; 97]),
        expect![[r#"
        error: bad.wasm: its signature by ed25519:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= is not valid: the file was changed after it was signed; get it again from whoever made it
    "#]],
    );
    refused(
        &shop,
        &["plugin", "install", "gone.wasm"],
        expect![[r#"
        error: cannot read gone.wasm
          because: No such file or directory (os error 2)
    "#]],
    );
}

#[test]
fn a_manifest_that_lies_about_the_imports_is_refused() {
    let shop = Shop::new();
    let manifest = String::from_utf8(manifest_section(&packed("win-back-rust"))).unwrap();
    let lie = manifest.replace("lists:", "flows:");
    assert_ne!(lie, manifest);
    let bad = with_section(&component("win-back-rust"), "pianoroll:manifest", lie.as_bytes());
    shop.write("bad.wasm", bad);
    refused(
        &shop,
        &["plugin", "install", "bad.wasm", "--grant", "all"],
        expect![[r#"
        error: win-back-rust@1.0.0 is not installed:
          the component does not fit:
            it imports `lists`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "lists:read" = "why", "lists:write" = "why"
    "#]],
    );
    let seen = shop.run(&["plugin", "inspect", "bad.wasm", "--json"]).expect_code(2).json();
    assert_eq!(seen["fits"], false, "{seen}");
    refused(
        &shop,
        &["plugin", "test", "bad.wasm"],
        expect![[r#"
        error: the component does not fit:
          it imports `lists`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "lists:read" = "why", "lists:write" = "why"
    "#]],
    );
}

#[test]
fn what_wants_the_machine_is_refused_with_the_whole_list() {
    let shop = Shop::new();
    let text = r#"(component
        (import "wasi:filesystem/preopens@0.2.3" (instance))
        (import "wasi:cli/environment@0.2.3" (instance))
        (import "wasi:sockets/tcp@0.2.3" (instance))
        (import "wasi:clocks/wall-clock@0.2.3" (instance)))"#;
    let manifest = manifest_section(&packed("win-back-rust"));
    let bad = with_section(&wat::parse_str(text).unwrap(), "pianoroll:manifest", &manifest);
    shop.write("bad.wasm", bad);
    refused(
        &shop,
        &["plugin", "install", "bad.wasm", "--grant", "all"],
        expect![[r#"
        error: win-back-rust@1.0.0 is not installed:
          the component does not fit:
            it imports `wasi:cli/environment@0.2.3`, which is not there: a plugin reaches nothing of the machine; build it without WASI (`pianoroll plugin new` shows how)
            it imports `wasi:clocks/wall-clock@0.2.3`, which is not there: a plugin reaches nothing of the machine; build it without WASI (`pianoroll plugin new` shows how)
            it imports `wasi:filesystem/preopens@0.2.3`, which is not there: a plugin reaches nothing of the machine; build it without WASI (`pianoroll plugin new` shows how)
            it imports `wasi:sockets/tcp@0.2.3`, which is not there: a plugin reaches nothing of the machine; build it without WASI (`pianoroll plugin new` shows how)
            it exports no `run`: implement the world `automation` of the WIT package
    "#]],
    );
}

#[test]
fn compiled_code_that_was_changed_is_made_again() {
    let shop = project();
    let cache = tempfile::tempdir().unwrap();
    let run = || {
        let mut command = shop.command(&[
            "run",
            "plugin:a",
            "--simulate",
            "--dry-run",
            "--random-seed",
            "1",
            "--json",
        ]);
        let output = command.env("XDG_CACHE_HOME", cache.path()).output().unwrap();
        pianoroll_tests::Finished::new(&output).expect_code(0)
    };
    let folder = cache.path().join("pianoroll/compiled");
    let entry = || {
        let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let mut large = entries.filter(|path| path.metadata().unwrap().len() > 1000);
        large.next().unwrap()
    };
    let first = run();
    let good = std::fs::read(entry()).unwrap();
    for place in [0, 20, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 0x40;
        std::fs::write(entry(), &bad).unwrap();
        let again = run();
        assert_eq!(again.json()["result"], first.json()["result"]);
        assert!(again.stderr.contains("was changed or is damaged"), "{}", again.stderr);
        assert_ne!(std::fs::read(entry()).unwrap(), bad);
    }
    assert!(!run().stderr.contains("damaged"));
}

/// The binary compiles in a child of itself; here with limits that a test can wait for.
#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_is_endless_work_for_the_compiler_is_ended() {
    let adds = "i32.const 7 i32.add local.tee 0 local.get 0 i32.mul\n".repeat(60_000);
    let function = format!("(func (param i32) (result i32) local.get 0\n{adds})\n");
    let text = format!("(component (core module {}))", function.repeat(8));
    let bomb = wat::parse_str(text).unwrap();
    let compile = async |limits: CompileLimits| {
        let words = vec!["compile-plugin".into()];
        let child = ChildCompiler { program: binary().to_owned(), words, limits };
        Compiler::Child(child).compile(&bomb).await
    };
    let limits = CompileLimits::default();
    let over = |ended: Result<Vec<u8>, CompileError>| match ended {
        Err(CompileError::Limit(text)) => text,
        other => panic!("{:?}", other.map(|code| code.len())),
    };
    let time = over(compile(CompileLimits { cpu: Duration::from_secs(1), ..limits }).await);
    let memory = over(compile(CompileLimits { memory: 160 << 20, ..limits }).await);
    let code = over(compile(CompileLimits { code: 1 << 20, ..limits }).await);
    expect![[r#"
        it computed longer than 1 s
        it wanted more than 160 MiB
        its code has more than 1 MiB"#]]
    .assert_eq(&format!("{time}\n{memory}\n{code}"));
}
