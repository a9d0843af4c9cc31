//! What is written, and what is run of it.

use std::fs;
use std::path::Path;
use std::thread;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::*;

/// A project with packages of the vendor 1, all granted.
fn project(packages: &[&Package]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for package in packages {
        install(folder.path(), package, &granting(Action::Install, &["all"])).unwrap();
    }
    folder
}

fn files(folder: &Path) -> String {
    let entries = fs::read_dir(folder.join("plugins")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.join(" ")
}

fn loaded(folder: &Path, name: &str, version: Option<&str>) -> Result<String, InstalledError> {
    let version = version.map(|version| version.parse().unwrap());
    let loaded = load(folder, &Lock::read(folder).unwrap(), name, version.as_ref())?;
    Ok(loaded.entry.title())
}

fn not_loaded(folder: &Path, expected: Expect) {
    expected.assert_eq(&loaded(folder, "a", None).unwrap_err().to_string());
}

#[test]
fn a_link_in_the_place_of_a_package_is_replaced_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (packages, other) = (folder.path().join("plugins"), folder.path().join("other"));
    fs::create_dir(&packages).unwrap();
    fs::write(&other, "of somebody else").unwrap();
    std::os::unix::fs::symlink("../other", packages.join("a-1.0.0.wasm")).unwrap();
    let one = package("a", "1.0.0", &ASKS, 1);
    install(folder.path(), &one, &granting(Action::Install, &["all"])).unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), "of somebody else");
    assert_eq!(loaded(folder.path(), "a", None).unwrap(), "a@1.0.0");
}

#[test]
fn a_plugin_is_run_as_it_was_installed() {
    let (one, two) = (package("a", "1.0.0", &ASKS, 1), package("a", "2.0.0", &ASKS, 1));
    let folder = project(&[&one, &two]);
    assert_eq!(files(folder.path()), "a-1.0.0.wasm a-2.0.0.wasm");
    assert_eq!(fs::read(folder.path().join("plugins/a-1.0.0.wasm")).unwrap(), one.file());
    assert_eq!(loaded(folder.path(), "a", None).unwrap(), "a@2.0.0");
    assert_eq!(loaded(folder.path(), "a", Some("1.0.0")).unwrap(), "a@1.0.0");
    assert!(matches!(loaded(folder.path(), "b", None), Err(InstalledError::NotInstalled(_))));

    let three = package("a", "3.0.0", &ASKS, 1);
    let shown = preview(folder.path(), &three, &request(Action::Upgrade)).unwrap();
    assert_eq!(files(folder.path()), "a-1.0.0.wasm a-2.0.0.wasm");
    assert_eq!(install(folder.path(), &three, &request(Action::Upgrade)).unwrap(), shown);
    assert_eq!(files(folder.path()), "a-1.0.0.wasm a-3.0.0.wasm");

    let removed = remove(folder.path(), "a", Some(&"1.0.0".parse().unwrap())).unwrap();
    assert_eq!((removed.len(), files(folder.path()).as_str()), (1, "a-3.0.0.wasm"));
    assert_eq!(remove(folder.path(), "a", None).unwrap().len(), 1);
    assert_eq!(files(folder.path()), "");
    assert_eq!(Lock::read(folder.path()).unwrap().known().len(), 1);
    assert!(matches!(remove(folder.path(), "a", None), Err(InstallError::NotInstalled(_))));
}

#[test]
fn what_was_denied_is_nothing_new_while_the_old_package_is_there() {
    let (one, two) = (package("a", "1.0.0", &ASKS, 1), package("a", "2.0.0", &ASKS, 1));
    let folder = tempfile::tempdir().unwrap();
    let some = granting(Action::Install, &["profiles:read"]);
    install(folder.path(), &one, &some).unwrap();
    let decision = preview(folder.path(), &two, &request(Action::Upgrade)).unwrap();
    assert_eq!(decision.entry.grants.to_string(), "profiles:read");
    fs::remove_file(folder.path().join("plugins/a-1.0.0.wasm")).unwrap();
    assert!(preview(folder.path(), &two, &request(Action::Upgrade)).is_err());
}

#[test]
fn what_is_not_as_it_was_installed_does_not_run() {
    let package = package("a", "1.0.0", &ASKS, 1);
    let folder = project(&[&package]);
    let folder = folder.path();
    let file = folder.join("plugins/a-1.0.0.wasm");

    fs::write(&file, package.component()).unwrap();
    not_loaded(
        folder,
        expect![
            "plugins/a-1.0.0.wasm does not have the signature any more that it was installed with: install it again from its file"
        ],
    );
    fs::write(&file, super::package("a", "1.0.0", &["lists:read"], 1).file()).unwrap();
    not_loaded(
        folder,
        expect![[r#"
        plugins/a-1.0.0.wasm is not what was installed:
          installed sha256:0c9723f53db923ad2f9a9cda98ea2f0034b00e915f7208cd57aa5a454ba092fa
          this one  sha256:c74d55a4555fa1561ca7b6d7a1887e1102e6fc6feda69c2827b7194f648ba6c1
        put the old file back, or `pianoroll plugin remove a@1.0.0` and install the one that you mean"#]],
    );
    fs::write(&file, &package.file()[1..]).unwrap();
    not_loaded(
        folder,
        expect![
            "plugins/a-1.0.0.wasm is not what was installed: the file is no WebAssembly component"
        ],
    );
    fs::remove_file(&file).unwrap();
    not_loaded(
        folder,
        expect![
            "plugins/a-1.0.0.wasm is not there, and pianoroll.lock has a@1.0.0: install it again from its file"
        ],
    );
    fs::create_dir(&file).unwrap();
    not_loaded(folder, expect!["cannot read plugins/a-1.0.0.wasm"]);
    fs::remove_dir(&file).unwrap();

    // Installing it again puts its file back.
    install(folder, &package, &request(Action::Install)).unwrap();
    assert_eq!(loaded(folder, "a", None).unwrap(), "a@1.0.0");
    let lock = folder.join("pianoroll.lock");
    let text = fs::read_to_string(&lock).unwrap();
    let edited = text.replacen("grants = [", "grants = [\"profiles:delete\", ", 1);
    fs::write(&lock, edited).unwrap();
    not_loaded(
        folder,
        expect![
            "the entry of a@1.0.0 in pianoroll.lock was edited by hand, and grants nothing so: undo that, or `pianoroll plugin remove a@1.0.0` and install it again with what you grant"
        ],
    );
    // The way out that it tells.
    remove(folder, "a", None).unwrap();
    install(folder, &package, &granting(Action::Install, &["all"])).unwrap();
    assert_eq!(loaded(folder, "a", None).unwrap(), "a@1.0.0");
}

#[test]
fn a_refused_install_changes_nothing() {
    let folder = project(&[&package("a", "1.0.0", &ASKS, 1)]);
    let lock = fs::read(folder.path().join("pianoroll.lock")).unwrap();
    let other = package("a", "1.1.0", &ASKS, 2);
    let refused = install(folder.path(), &other, &granting(Action::Install, &["all"]));
    assert!(matches!(refused, Err(InstallError::Refused(_))));
    assert_eq!(files(folder.path()), "a-1.0.0.wasm");
    assert_eq!(fs::read(folder.path().join("pianoroll.lock")).unwrap(), lock);
}

#[test]
fn two_installs_at_once_are_both_there() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a", "b", "c", "d"];
    thread::scope(|scope| {
        for name in names {
            let folder = folder.path();
            scope.spawn(move || {
                let package = package(name, "1.0.0", &ASKS, 1);
                install(folder, &package, &granting(Action::Install, &["all"])).unwrap();
            });
        }
    });
    for name in names {
        assert!(loaded(folder.path(), name, None).is_ok(), "{name}");
    }
}

#[test]
fn nothing_is_removed_where_nothing_is() {
    let folder = tempfile::tempdir().unwrap();
    assert!(remove(folder.path(), "a", None).is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
