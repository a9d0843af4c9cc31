//! Locks that are read, and those that are not.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::thread;

use expect_test::{Expect, expect};

use crate::signature::PrivateKey;

use super::*;

/// An entry of a plugin.
pub(crate) fn installed(name: &str, version: &str, words: &[&str]) -> Installed {
    Installed {
        name: name.to_owned(),
        version: version.parse().unwrap(),
        digest: Digest::of(name.as_bytes()),
        signer: Some(PrivateKey::from_seed([1; 32]).public()),
        grants: words.iter().map(|word| word.parse().unwrap()).collect(),
        edited: false,
    }
}

fn lock() -> Lock {
    let mut lock = Lock::default();
    lock.put(installed("win-back", "1.10.0", &["profiles:read", "lists:read", "files:write"]));
    lock.put(installed("win-back", "1.9.0", &[]));
    lock.put(Installed { signer: None, ..installed("audit", "0.1.0", &["request"]) });
    for (name, newest) in [("win-back", "2.0.0"), ("audit", "0.1.0"), ("gone", "3.0.0")] {
        let signer = (name != "audit").then(|| PrivateKey::from_seed([1; 32]).public());
        let (name, newest) = (name.to_owned(), newest.parse().unwrap());
        lock.remember(Known { name, signer, newest, edited: false });
    }
    lock
}

fn read(text: &str) -> Result<Lock, LockError> {
    Lock::parse(text, Path::new(LOCK_FILE))
}

#[test]
fn a_lock_is_read_as_it_was_written() {
    let text = lock().to_text();
    expect![[r##"
        # Written by pianoroll. Change it with `pianoroll plugin install`, `upgrade` and `remove`.
        version = 1

        [[plugin]]
        name = "audit"
        version = "0.1.0"
        digest = "sha256:b81f37a043a6f767e7c94d105f4bd31282f3ecc20680bb9d09bd93461cf4c863"
        grants = ["request"]
        seal = "8de5591c2e9285e5f7478492e3ec52a505d82eb850e732e9b0f3b4299f63d0ef"

        [[plugin]]
        name = "win-back"
        version = "1.9.0"
        digest = "sha256:5aab259ed491b8ba529934a74241e182e7cf31aa6537eaefbc0e74e3a8aa12ad"
        signer = "ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
        grants = []
        seal = "f990cb3acfbf9c69f896cb828388b7011a01cc3c28f5f344b20435fdb3a1f43a"

        [[plugin]]
        name = "win-back"
        version = "1.10.0"
        digest = "sha256:5aab259ed491b8ba529934a74241e182e7cf31aa6537eaefbc0e74e3a8aa12ad"
        signer = "ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
        grants = ["lists:read", "profiles:read", "files:write"]
        seal = "0ee9b2841a7fa8f00157633c9927203780d30f57fe3afda9b0aeb152a7713486"

        [[known]]
        name = "audit"
        newest = "0.1.0"
        seal = "e00618614f85ddcaa2c1877ea2c86810fe8764198380c37467c428e5dd1d723d"

        [[known]]
        name = "gone"
        signer = "ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
        newest = "3.0.0"
        seal = "6b807cca9dc0478467ec3ca835594b2789610acc204e2cabdde270617ccc8e33"

        [[known]]
        name = "win-back"
        signer = "ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
        newest = "2.0.0"
        seal = "6acaa87774f11be950c955e1d228f18bc4d2b097a47be02f504ff573526cc61f"
    "##]]
    .assert_eq(&text);
    assert_eq!(read(&text).unwrap(), lock());
    assert_eq!(read(&Lock::default().to_text()).unwrap(), Lock::default());
}

#[test]
fn a_plugin_is_found_by_name_and_version() {
    let lock = lock();
    let find = |name: &str, version: Option<&str>| {
        let version = version.map(|version| version.parse().unwrap());
        let found = lock.find(name, version.as_ref());
        found.map_or_else(|error| error.to_string(), Installed::title)
    };
    assert_eq!(find("win-back", None), "win-back@1.10.0");
    assert_eq!(find("win-back", Some("1.9.0")), "win-back@1.9.0");
    expect!["the plugin `win-back` is not installed in the version 2.0.0, but in 1.9.0 and 1.10.0"]
        .assert_eq(&find("win-back", Some("2.0.0")));
    expect!["there is no plugin `winback`; did you mean `win-back`?"]
        .assert_eq(&find("winback", None));
    expect!["there is no plugin `gone`; `pianoroll plugin install FILE` installs one"]
        .assert_eq(&find("gone", Some("3.0.0")));
}

#[test]
fn an_entry_that_was_edited_is_told_from_the_others() {
    let edited = |from: &str, to: &str| {
        let text = lock().to_text();
        assert!(text.contains(from), "{from}");
        let lock = read(&text.replacen(from, to, 1)).unwrap();
        // Writing does not mend it.
        assert_eq!(read(&lock.to_text()).unwrap(), lock);
        let plugins = lock.plugins().iter().filter(|plugin| plugin.edited).map(Installed::title);
        let known = lock.known().iter().filter(|known| known.edited);
        plugins.chain(known.map(|known| known.name.clone())).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(edited("\"request\"", "\"request\", \"profiles:delete\""), "audit@0.1.0");
    assert_eq!(edited("\"lists:read\", ", ""), "win-back@1.10.0");
    let digest = |of: &[u8]| Digest::of(of).to_string();
    assert_eq!(edited(&digest(b"audit"), &digest(b"other")), "audit@0.1.0");
    assert_eq!(edited("version = \"1.9.0\"", "version = \"1.8.0\""), "win-back@1.8.0");
    assert_eq!(edited("newest = \"3.0.0\"", "newest = \"2.0.0\""), "gone");
    assert_eq!(edited("newest = \"2.0.0\"", "newest = \"1.9.5\""), "win-back@1.10.0 win-back");
    let signer = format!("signer = \"{}\"\n", PrivateKey::from_seed([1; 32]).public());
    assert_eq!(edited(&signer, ""), "win-back@1.9.0");
    // The key and the newest version are not forgotten by taking their entry out.
    let text = lock().to_text();
    let known = text.rfind("[[known]]").unwrap();
    let lock = read(&text[..known]).unwrap();
    assert!(lock.versions("win-back").all(|plugin| plugin.edited));
}

#[test]
fn what_pianoroll_has_not_written_is_refused_with_its_place() {
    let check = |text: &str, expected: Expect| {
        expected.assert_eq(&read(text).unwrap_err().to_string());
    };
    let text = lock().to_text();
    let cut = |from: &str, to: &str| text.replacen(from, to, 1);
    check(
        "",
        expect![[r#"
        pianoroll.lock:1:1: missing field `version`
          = pianoroll writes this file; undo what was changed in it, or take the one of either branch"#]],
    );
    check(
        "version = 2\n[[plugins]]\n",
        expect![[r#"
        pianoroll.lock:1:11: it is of the form 2, and 1 is known
          |
        1 | version = 2
          |           ^
          = it was written by another pianoroll; use that one"#]],
    );
    check(
        "<<<<<<< HEAD\n",
        expect![[r#"
        pianoroll.lock:1:9: key with no value, expected `=`
          |
        1 | <<<<<<< HEAD
          |         ^
          = pianoroll writes this file; undo what was changed in it, or take the one of either branch"#]],
    );
    check(
        &cut("grants = [\"request\"]", "grants = [\"request\", \"write\", 3]"),
        expect![[r#"
        pianoroll.lock:8:31: invalid type: integer `3`, expected a string
          |
        8 | grants = ["request", "write", 3]
          |                               ^
          = pianoroll writes this file; undo what was changed in it, or take the one of either branch"#]],
    );
    check(
        &cut("grants = [\"request\"]", "grants = [\"request\", \"write\"]")
            .replacen("0.1.0", "v0.1.0", 1)
            .replacen("\"audit\"", "\"../audit\"", 1)
            .replacen("sha256:", "sha1:", 1)
            .replacen("ed25519:", "ed25519:\\u001b[2J", 1),
        expect![[r#"
            pianoroll.lock:5:8: this is not the name of a plugin
              |
            5 | name = "../audit"
              |        ^^^^^^^^^^
              = pianoroll writes this file; undo what was changed in it, or take the one of either branch

            pianoroll.lock:6:11: this is not a version
              |
            6 | version = "v0.1.0"
              |           ^^^^^^^^
              = pianoroll writes this file; undo what was changed in it, or take the one of either branch

            pianoroll.lock:7:10: this is not a digest
              |
            7 | digest = "sha1:b81f37a043a6f767e7c94d105f4bd31282f3ecc20680bb9d09bd93461cf4c863"
              |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              = pianoroll writes this file; undo what was changed in it, or take the one of either branch

            pianoroll.lock:8:22: this is not a permission of plugins
              |
            8 | grants = ["request", "write"]
              |                      ^^^^^^^
              = pianoroll writes this file; undo what was changed in it, or take the one of either branch

            pianoroll.lock:15:10: this is not a public key
               |
            15 | signer = "ed25519:\u001b[2Jiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w="
               |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
               = pianoroll writes this file; undo what was changed in it, or take the one of either branch"#]],
    );
    check(
        &cut("name = \"audit\"", "name = \"audit\"\ntrusted = true"),
        expect![[r#"
        pianoroll.lock:6:1: unknown field `trusted`, expected one of `name`, `version`, `digest`, `signer`, `grants`, `seal`
          |
        6 | trusted = true
          | ^^^^^^^
          = pianoroll writes this file; undo what was changed in it, or take the one of either branch"#]],
    );
    check(
        &cut("1.9.0", "1.10.0"),
        expect![[r#"
        pianoroll.lock:20:8: win-back@1.10.0 is there twice
           |
        20 | name = "win-back"
           |        ^^^^^^^^^^
           = pianoroll writes this file; undo what was changed in it, or take the one of either branch"#]],
    );
    let known = text.rfind("[[known]]").unwrap();
    check(
        &format!("{text}\n{}", &text[known..]),
        expect![[r#"
        pianoroll.lock:45:8: `win-back` is known twice
           |
        45 | name = "win-back"
           |        ^^^^^^^^^^
           = pianoroll writes this file; undo what was changed in it, or take the one of either branch"#]],
    );
}

#[test]
fn a_file_is_written_whole_and_stays_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Lock::read(folder.path()).unwrap(), Lock::default());
    let guard = Guard::wait(folder.path()).unwrap();
    guard.write(&lock()).unwrap();
    assert_eq!(Lock::read(folder.path()).unwrap(), lock());
    let file = folder.path().join(LOCK_FILE);
    let mode = |file: &Path| fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o644);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    guard.write(&Lock::default()).unwrap();
    assert_eq!(mode(&file), 0o640);
    assert_eq!(Lock::read(folder.path()).unwrap(), Lock::default());

    fs::rename(&file, folder.path().join("real")).unwrap();
    symlink("real", &file).unwrap();
    guard.write(&lock()).unwrap();
    assert!(fs::symlink_metadata(&file).unwrap().is_symlink());
    assert_eq!(Lock::read(folder.path()).unwrap(), lock());
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 3, "the lock, where it leads, and the folder of packages");
}

#[test]
fn none_of_many_writers_at_once_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..8).map(|index| format!("plugin-{index}")).collect();
    thread::scope(|scope| {
        for name in &names {
            let folder = folder.path();
            scope.spawn(move || {
                let guard = Guard::wait(folder).unwrap();
                let mut lock = Lock::read(folder).unwrap();
                lock.put(installed(name, "1.0.0", &[]));
                guard.write(&lock).unwrap();
            });
        }
    });
    let lock = Lock::read(folder.path()).unwrap();
    assert!(lock.plugins().iter().map(|plugin| &plugin.name).eq(&names));
}
