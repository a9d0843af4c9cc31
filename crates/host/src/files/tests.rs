//! Files in memory, and what a run does with them.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::sync::Mutex;

use expect_test::{Expect, expect};

use super::*;
use crate::road::tests::stage::{gateway, settings};

/// A folder in memory, whose disk fails where a name says so.
#[derive(Default)]
struct Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

struct New {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    path: String,
    bytes: Vec<u8>,
}

impl Files for Memory {
    fn open(&self, path: &FilePath) -> Result<OpenFile, FileCause> {
        let bytes = lock(&self.0).get(path.as_str()).cloned();
        let bytes =
            bytes.ok_or(FileCause::NotFound { near: Some("data/prices.csv".to_owned()) })?;
        Ok(OpenFile { size: bytes.len() as u64, bytes: Box::new(io::Cursor::new(bytes)) })
    }

    fn exists(&self, path: &FilePath) -> Result<bool, FileCause> {
        Ok(lock(&self.0).contains_key(path.as_str()))
    }

    fn check(&self, _: &FilePath) -> Result<(), FileCause> {
        Ok(())
    }

    fn create(&self, path: &FilePath, _: &RunId) -> Result<Box<dyn NewFile>, FileCause> {
        let (files, path) = (Arc::clone(&self.0), path.to_string());
        Ok(Box::new(New { files, path, bytes: Vec::new() }))
    }
}

impl io::Write for New {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.path.contains("full") && !self.bytes.is_empty() {
            return Err(io::Error::other("no space left"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for New {
    fn settle(&mut self) -> io::Result<()> {
        if self.path.contains("broken") {
            Err(io::Error::other("the disk is broken"))
        } else {
            Ok(())
        }
    }

    fn put(&mut self) -> io::Result<()> {
        if self.path.contains("locked") {
            return Err(io::Error::other("the folder is locked"));
        }
        lock(&self.files).insert(self.path.clone(), std::mem::take(&mut self.bytes));
        Ok(())
    }
}

fn offline() -> crate::HostSettings {
    settings(gateway("http://127.0.0.1:9"), "")
}

fn host(dry_run: bool) -> (Arc<Host>, Memory) {
    let memory = Memory::default();
    lock(&memory.0).insert("in.txt".to_owned(), b"hello".to_vec());
    let files = Arc::new(Memory(Arc::clone(&memory.0)));
    (Host::new(crate::HostSettings { files, dry_run, ..offline() }), memory)
}

fn write(host: &Host, path: &str, text: &str) {
    host.create_file(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn told(host: &Host) -> String {
    let lines = host.outputs().into_iter();
    lines
        .map(|output| format!("{} {} {}\n", output.path, output.bytes, output.end.as_str()))
        .collect()
}

fn check_path(path: &str, expected: Expect) {
    let checked = FilePath::parse(path).and_then(|path| path.check_writable().map(|()| path));
    expected.assert_eq(&checked.map_or_else(|cause| cause.to_string(), |path| path.to_string()));
}

#[test]
fn paths_stay_inside_and_show_nothing_hidden() {
    check_path("data/prices.csv", expect!["data/prices.csv"]);
    check_path("./prices é.csv", expect!["prices é.csv"]);
    check_path("", expect!["a path names a file, such as `data/prices.csv`"]);
    check_path(
        "/etc/passwd",
        expect!["a path begins at the project's folder, such as `data/prices.csv`"],
    );
    check_path(
        "~/x.csv",
        expect!["a path begins at the project's folder, such as `data/prices.csv`"],
    );
    check_path(
        "C:\\x.csv",
        expect!["a path begins at the project's folder, such as `data/prices.csv`"],
    );
    check_path("../x.csv", expect!["a path stays inside the project's folder, so it has no `..`"]);
    check_path(
        "data/../../x.csv",
        expect!["a path stays inside the project's folder, so it has no `..`"],
    );
    check_path(
        "data//x.csv",
        expect!["between two `/` stands a folder's name, and behind the last a file's"],
    );
    check_path(
        "data/",
        expect!["between two `/` stands a folder's name, and behind the last a file's"],
    );
    check_path(
        "data/./x.csv",
        expect!["between two `/` stands a folder's name, and behind the last a file's"],
    );
    check_path(".env", expect!["what begins with a dot is hidden from programs"]);
    check_path("data/.git/config", expect!["what begins with a dot is hidden from programs"]);
    check_path("data\\x.csv", expect![[r#"write `/` between folders, not `\`"#]]);
    check_path(
        "10:30.csv",
        expect![[
            r#"names have no `: * ? " < > |` and no control characters: not every system takes them"#
        ]],
    );
    check_path(
        "a\0b",
        expect![[
            r#"names have no `: * ? " < > |` and no control characters: not every system takes them"#
        ]],
    );
    check_path(
        "x.toml.",
        expect!["names neither begin with a space nor end with a space or a dot"],
    );
    check_path("Scripts/X.RHAI", expect!["programs write no `.rhai` files: those say what runs"]);
    check_path("pianoroll.toml", expect!["programs write no `.toml` files: those say what runs"]);
    check_path(&"x".repeat(201), expect!["a name is too long: over 200 bytes"]);
    check_path(&"x/".repeat(600), expect!["the path is too long: over 1000 bytes"]);
}

#[test]
fn a_run_without_files_says_so() {
    let host = Host::new(offline());
    let refused = [
        host.open_file("x.csv").map(drop).unwrap_err(),
        host.create_file("x.csv").map(drop).unwrap_err(),
        host.file_exists("x.csv").map(drop).unwrap_err(),
    ];
    expect![[r#"
        `x.csv` cannot be read: this run has no folder to read from or write to
        `x.csv` cannot be written: this run has no folder to read from or write to
        `x.csv` cannot be read: this run has no folder to read from or write to"#]]
    .assert_eq(&refused.map(|error| error.to_string()).join("\n"));
}

#[test]
fn what_is_read_is_remembered_by_its_digest() {
    let (host, _) = host(false);
    let mut text = String::new();
    host.open_file("in.txt").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
    let mut first = [0; 2];
    host.open_file("./in.txt").unwrap().read_exact(&mut first).unwrap();
    host.open_file("in.txt").unwrap().read_exact(&mut first).unwrap();
    expect![[r#"
        [
          {
            "path": "in.txt",
            "bytes": 5,
            "digest": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "complete": true
          },
          {
            "path": "in.txt",
            "bytes": 2,
            "digest": "372f7e2fd2d01ce2a1d71dc072acbba4c6fd25a1087cd7f153f4ec0ce37e1ede",
            "complete": false
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&host.inputs()).unwrap());
    let error = host.open_file("data/price.csv").map(drop).unwrap_err();
    expect!["no_such_file: `data/price.csv` cannot be read: there is no such file, did you mean `data/prices.csv`?"].assert_eq(&format!("{}: {error}", error.code()));
    assert_eq!((host.file_exists("in.txt"), host.file_exists("out.txt")), (Ok(true), Ok(false)));
}

#[test]
fn outputs_appear_at_the_end_and_whole() {
    let (host, memory) = host(false);
    write(&host, "b.csv", "two");
    host.create_file("a.csv").unwrap().close().unwrap();
    assert_eq!(lock(&memory.0).len(), 1);
    expect![[r#"
        a.csv 0 open
        b.csv 3 open
    "#]]
    .assert_eq(&told(&host));
    host.commit_files().unwrap();
    expect![[r#"
        a.csv 0 written
        b.csv 3 written
    "#]]
    .assert_eq(&told(&host));
    assert_eq!(lock(&memory.0)["b.csv"], b"two");
}

#[test]
fn a_run_that_did_not_complete_leaves_nothing() {
    let (host, memory) = host(false);
    write(&host, "a.csv", "one");
    host.discard_files();
    host.commit_files().unwrap();
    expect![[r#"
        a.csv 3 discarded
    "#]]
    .assert_eq(&told(&host));
    assert_eq!(lock(&memory.0).len(), 1);
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let (host, memory) = host(true);
    write(&host, "a.csv", "one");
    host.commit_files().unwrap();
    expect![[r#"
        a.csv 3 planned
    "#]]
    .assert_eq(&told(&host));
    assert_eq!(lock(&memory.0).len(), 1);
}

#[test]
fn a_file_is_written_once_and_not_read_meanwhile() {
    let (host, _) = host(false);
    write(&host, "A.csv", "one");
    let again = host.create_file("a.csv").map(drop).unwrap_err();
    let read = host.open_file("./A.csv").map(drop).unwrap_err();
    expect![[r#"
        `a.csv` cannot be written: this run writes it already; keep the writer, and push to that
        `./A.csv` cannot be read: this run writes it, and it appears when the run has completed; keep what you need of it in a variable"#]].assert_eq(&format!("{again}\n{read}"));
    // What was there before may be replaced, also while it is read.
    let mut old = host.open_file("in.txt").unwrap();
    write(&host, "in.txt", "new");
    let mut text = String::new();
    old.read_to_string(&mut text).unwrap();
    assert_eq!(text, "hello");
}

#[test]
fn what_cannot_be_put_in_place_is_told() {
    let (host, memory) = host(false);
    write(&host, "a.csv", "one");
    write(&host, "locked.csv", "two");
    write(&host, "z.csv", "three");
    expect!["not all files of the run are in their places: `locked.csv` could not be written (the folder is locked); in place: `a.csv`, `z.csv`"].assert_eq(&host.commit_files().unwrap_err().to_string());
    assert_eq!(lock(&memory.0).len(), 3);
}

#[test]
fn where_one_is_not_durable_none_is_put_in_place() {
    let (host, memory) = host(false);
    write(&host, "a.csv", "one");
    write(&host, "broken.csv", "two");
    let mut full = host.create_file("full.csv").unwrap();
    full.write_all(b"row").unwrap();
    // A program may catch this; the file is lost all the same.
    let error = full.write_all(b"row").unwrap_err();
    assert_eq!(error.to_string(), full.write_all(b"row").unwrap_err().to_string());
    expect!["not all files of the run are in their places: `broken.csv` could not be written (the disk is broken), `full.csv` could not be written (no space left); none is in its place; given up: `a.csv`"].assert_eq(&host.commit_files().unwrap_err().to_string());
    expect![[r#"
        a.csv 3 discarded
        broken.csv 3 failed
        full.csv 3 failed
    "#]]
    .assert_eq(&told(&host));
    assert_eq!(lock(&memory.0).len(), 1);
}
