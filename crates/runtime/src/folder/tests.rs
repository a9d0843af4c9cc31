use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use expect_test::{Expect, expect};

use super::*;

/// A folder with a file, a hidden one, a key, and links that lead to all of them and out.
fn stage() -> (tempfile::TempDir, Folder) {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("project");
    fs::create_dir_all(root.join("data")).unwrap();
    fs::create_dir_all(root.join("secrets")).unwrap();
    fs::write(outer.path().join("outside.txt"), "outside").unwrap();
    fs::write(root.join("data/prices.csv"), "hello").unwrap();
    fs::write(root.join(".env"), "hidden").unwrap();
    fs::write(root.join("secrets/key"), "a key").unwrap();
    fs::hard_link(root.join("secrets/key"), root.join("data/same.txt")).unwrap();
    for (link, target) in [
        ("out.txt", "../outside.txt"),
        ("absolute.txt", "/etc/passwd"),
        ("up", ".."),
        ("hidden.txt", ".env"),
        ("key.txt", "secrets/key"),
        ("nowhere.txt", "gone.txt"),
        ("nothing", "gone"),
        ("inner.csv", "data/prices.csv"),
        ("circle", "circle"),
    ] {
        symlink(target, root.join(link)).unwrap();
    }
    let pipe = std::process::Command::new("mkfifo").arg(root.join("pipe")).status();
    assert!(pipe.unwrap().success());
    let folder = Folder::new(&root, vec![root.join("secrets/key"), root.join("secrets/other")]);
    (outer, folder)
}

fn path(text: &str) -> FilePath {
    FilePath::parse(text).unwrap()
}

fn run() -> RunId {
    "run-1".parse().unwrap()
}

fn read(text: &str, expected: Expect) {
    let (_outer, folder) = stage();
    let told = match folder.open(&path(text)) {
        Ok(mut file) => {
            let mut text = String::new();
            file.bytes.read_to_string(&mut text).unwrap();
            format!("{} bytes: {text}", file.size)
        }
        Err(cause) => cause.to_string(),
    };
    expected.assert_eq(&told);
}

#[test]
fn reading_stays_inside_and_off_what_is_hidden() {
    read("data/prices.csv", expect!["5 bytes: hello"]);
    read("inner.csv", expect!["5 bytes: hello"]);
    read("data/price.csv", expect!["there is no such file, did you mean `data/prices.csv`?"]);
    read("data", expect!["it is a folder, and no file"]);
    read("data/prices.csv/x", expect!["there is no such file"]);
    read("pipe", expect!["it is a device or a pipe, and no file"]);
    read("out.txt", expect!["it leads out of the project's folder"]);
    read("absolute.txt", expect!["it leads out of the project's folder"]);
    read("up/outside.txt", expect!["it leads out of the project's folder"]);
    read("up/project/data/prices.csv", expect!["it leads out of the project's folder"]);
    read(
        "hidden.txt",
        expect!["it leads to what is out of reach: what begins with a dot is hidden from programs"],
    );
    read("secrets/key", expect!["the project file says that a key is in it"]);
    read("key.txt", expect!["the project file says that a key is in it"]);
    read("data/same.txt", expect!["the project file says that a key is in it"]);
    read("nowhere.txt", expect!["there is no such file"]);
    read("circle", expect!["Too many levels of symbolic links (os error 40)"]);
}

fn write(text: &str, expected: Expect) {
    let (outer, folder) = stage();
    let names = || {
        let mut names = Vec::new();
        list(&outer.path().join("project"), "", &mut names);
        names
    };
    let before = names();
    let checked = folder.check(&path(text)).err();
    let told = match folder.create(&path(text), &run()) {
        Ok(mut file) => {
            assert_eq!(checked, None);
            file.write_all(b"new").unwrap();
            file.settle().unwrap();
            file.put().unwrap();
            let now = names();
            let added = now.iter().filter(|name| !before.contains(name)).cloned();
            let there = fs::read_to_string(outer.path().join("project").join(text)).unwrap();
            format!("{there}, added: {}", added.collect::<Vec<_>>().join(" "))
        }
        Err(cause) => {
            assert_eq!(checked, Some(cause.clone()));
            assert_eq!(names(), before);
            cause.to_string()
        }
    };
    assert_eq!(fs::read_to_string(outer.path().join("outside.txt")).unwrap(), "outside");
    assert_eq!(fs::read_to_string(outer.path().join("project/secrets/key")).unwrap(), "a key");
    expected.assert_eq(&told);
}

fn list(folder: &Path, before: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), &format!("{name}/"), names);
        }
        names.push(name);
    }
    names.sort();
}

#[test]
fn writing_stays_inside_and_replaces_only_files() {
    write("new.csv", expect!["new, added: new.csv"]);
    write("data/prices.csv", expect!["new, added: "]);
    write("out/deep/report.csv", expect!["new, added: out out/deep out/deep/report.csv"]);
    write("data", expect!["a folder is in its place"]);
    write("data/prices.csv/x.csv", expect!["`data/prices.csv` is no folder"]);
    write("pipe", expect!["a device or a pipe is in its place"]);
    write("out.txt", expect!["a link is in its place"]);
    write("inner.csv", expect!["a link is in its place"]);
    write("nowhere.txt", expect!["a link is in its place"]);
    write("up/outside.txt", expect!["it leads out of the project's folder"]);
    write("up/new.txt", expect!["it leads out of the project's folder"]);
    write("nothing/new.txt", expect!["`nothing` is a link that leads nowhere"]);
    write("secrets/key", expect!["the project file says that a key is in it"]);
    write("data/same.txt", expect!["the project file says that a key is in it"]);
    write("secrets/other", expect!["the project file says that a key is in it"]);
}

#[test]
fn what_is_not_put_in_place_leaves_nothing() {
    let (outer, folder) = stage();
    let root = outer.path().join("project");
    let mut names = Vec::new();
    list(&root, "", &mut names);
    let mut file = folder.create(&path("out/new.csv"), &run()).unwrap();
    file.write_all(b"half").unwrap();
    file.flush().unwrap();
    // What a killed run would leave behind says what it is.
    assert_eq!(fs::read_to_string(root.join(".pianoroll-run-1-0.partial")).unwrap(), "half");
    drop(file);
    let mut now = Vec::new();
    list(&root, "", &mut now);
    assert_eq!(names, now);
}

#[test]
fn what_a_killed_attempt_has_left_is_written_anew() {
    let (outer, first) = stage();
    let mut left = first.create(&path("out.csv"), &run()).unwrap();
    left.write_all(b"half of").unwrap();
    std::mem::forget(left);
    let folder = Folder::new(&outer.path().join("project"), Vec::new());
    let mut file = folder.create(&path("out.csv"), &run()).unwrap();
    file.write_all(b"whole").unwrap();
    file.settle().unwrap();
    file.put().unwrap();
    let root = outer.path().join("project");
    assert_eq!(fs::read_to_string(root.join("out.csv")).unwrap(), "whole");
    let names = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().ends_with(".partial")));
}

#[test]
fn a_file_that_is_replaced_keeps_its_permissions() {
    let (outer, folder) = stage();
    let file = outer.path().join("project/data/prices.csv");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let mut new = folder.create(&path("data/prices.csv"), &run()).unwrap();
    new.settle().unwrap();
    new.put().unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn one_of_two_that_cannot_be_put_leaves_the_other_and_is_told() {
    let (outer, folder) = stage();
    let mut file = folder.create(&path("out/new.csv"), &run()).unwrap();
    file.settle().unwrap();
    // Somebody puts a file where the folder was to be made.
    fs::write(outer.path().join("project/out"), "in the way").unwrap();
    assert!(file.put().is_err());
    drop(file);
    assert_eq!(fs::read_to_string(outer.path().join("project/out")).unwrap(), "in the way");
    assert!(!outer.path().join("project/.pianoroll-run-1-0.partial").exists());
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let outer = tempfile::tempdir().unwrap();
    let folder = Folder::new(&outer.path().join("gone"), Vec::new());
    let cause = folder.open(&path("x.csv")).map(drop).unwrap_err();
    assert!(cause.to_string().contains("gone` cannot be opened"), "{cause}");
}
