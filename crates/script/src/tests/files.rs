//! Files of scripts: what is read, what is written, what is refused. The folder is in memory; the real one has its tests in
//! `runtime`, and whole runs theirs in `tests`.

mod reading;
mod writing;

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use expect_test::Expect;
use pianoroll_host::{FileCause, FilePath, Files, NewFile, OpenFile};
use pianoroll_model::RunId;
use proptest::prelude::*;

use super::support::{Ended, World, runtime};

/// A folder in memory.
#[derive(Clone, Default)]
pub(super) struct Folder(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Folder {
    pub(super) fn with(files: &[(&str, &[u8])]) -> Self {
        let files = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
        Self(Arc::new(Mutex::new(files.collect())))
    }

    pub(super) fn files(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.0.lock().unwrap()
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.files()[path].clone()).unwrap()
    }

    fn run(&self, source: &str) -> Ended {
        let mut world = World::offline();
        world.files = Arc::new(self.clone());
        runtime().block_on(world.run(source))
    }
}

struct New(Folder, String, Vec<u8>);

impl Files for Folder {
    fn open(&self, path: &FilePath) -> Result<OpenFile, FileCause> {
        let bytes = self.files().get(path.as_str()).cloned();
        let bytes = bytes.ok_or(FileCause::NotFound { near: None })?;
        let size = bytes.len() as u64;
        // Longer than its bytes say: endless, and larger than what is read as one value.
        if path.name() == "endless.csv" {
            return Ok(OpenFile {
                bytes: Box::new(Cursor::new(bytes).chain(io::repeat(b'x'))),
                size,
            });
        }
        Ok(OpenFile { bytes: Box::new(Cursor::new(bytes)), size })
    }

    fn exists(&self, path: &FilePath) -> Result<bool, FileCause> {
        Ok(self.files().contains_key(path.as_str()))
    }

    fn check(&self, _: &FilePath) -> Result<(), FileCause> {
        Ok(())
    }

    fn create(&self, path: &FilePath, _: &RunId) -> Result<Box<dyn NewFile>, FileCause> {
        Ok(Box::new(New(self.clone(), path.to_string(), Vec::new())))
    }
}

impl Write for New {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.2.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl NewFile for New {
    fn settle(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn put(&mut self) -> io::Result<()> {
        self.0.files().insert(self.1.clone(), std::mem::take(&mut self.2));
        Ok(())
    }
}

/// Runs a script beside a file.
fn check(file: &[u8], source: &str, expected: Expect) {
    let memory = Folder::with(&[
        ("in.csv", file),
        ("in.json", file),
        ("in.jsonl", file),
        ("endless.csv", file),
    ]);
    expected.assert_eq(&memory.run(source).text());
}

/// Runs a script and shows what it wrote.
fn check_output(source: &str, expected: Expect) {
    let memory = Folder::default();
    let ended = memory.run(source);
    let mut told = match &ended.result {
        Ok(value) => format!("{value}\n"),
        Err(error) => format!("{}\n", error.rendered),
    };
    for (path, bytes) in memory.files().iter() {
        told += &format!("--- {path}\n{}", String::from_utf8_lossy(bytes));
    }
    expected.assert_eq(&told);
}

#[test]
fn a_long_native_loop_stops_when_the_run_is_cancelled() {
    // One call of a native that would read for ever.
    let mut world = World::offline();
    world.files = Arc::new(Folder::with(&[("endless.csv", b"")]));
    world.cancel.cancel();
    struct Endless;
    impl Files for Endless {
        fn open(&self, _: &FilePath) -> Result<OpenFile, FileCause> {
            Ok(OpenFile { bytes: Box::new(Rows(false)), size: 0 })
        }
        fn exists(&self, _: &FilePath) -> Result<bool, FileCause> {
            Ok(true)
        }
        fn check(&self, _: &FilePath) -> Result<(), FileCause> {
            Ok(())
        }
        fn create(&self, path: &FilePath, run: &RunId) -> Result<Box<dyn NewFile>, FileCause> {
            Folder::default().create(path, run)
        }
    }
    struct Rows(bool);
    impl Read for Rows {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = !self.0;
            buffer[0] = if self.0 { b'x' } else { b'\n' };
            Ok(1)
        }
    }
    world.files = Arc::new(Endless);
    let ended = runtime().block_on(world.run("files::read_csv(\"x.csv\").to_array()"));
    assert!(ended.result.unwrap_err().is_cancelled());
}

#[test]
fn every_example_of_the_definitions_runs() {
    let text = include_str!("../../definitions/files.d.rhai");
    let examples = text.split("/// ```rhai\n").skip(1).map(|rest| {
        let lines = rest.lines().take_while(|line| *line != "/// ```");
        lines.map(|line| line.trim_start_matches("///")).collect::<Vec<_>>().join("\n")
    });
    let files: [(&str, &[u8]); 5] = [
        ("data/prices.csv", b"name,sku,price\nx,A,1.5\n"),
        ("data/settings.json", b"{\"name\":\"x\"}"),
        ("data/orders.json", b"[{\"value\":1.5}]"),
        ("data/subjects.txt", b"a\nb"),
        ("data/known.json", b"[]"),
    ];
    let mut count = 0;
    for example in examples {
        let ended = Folder::with(&files).run(&example);
        assert!(ended.result.is_ok(), "{example}\n{}", ended.text());
        count += 1;
    }
    assert_eq!(count, 9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_csv_was_written_is_read_again(rows in prop::collection::vec(prop::collection::vec("[a-z=+@0-9,;\"'\\\\ \r\n\té-]{0,6}", 2), 0..6)) {
        let memory = Folder::default();
        let literal = serde_json::to_string(&rows).unwrap();
        let source = format!("files::csv(\"x.csv\", [\"a\", \"b\"], parse_json({}))", serde_json::to_string(&literal).unwrap());
        let written = memory.run(&source);
        prop_assert_eq!(written.text(), rows.len().to_string());
        let read = memory.run("files::read_csv(\"x.csv\").to_array().map(|row| [row.a, row.b])");
        let marked = |cell: &String| super::super::modules::files::cell_text(cell);
        let expected: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(marked).collect()).collect();
        prop_assert_eq!(read.text(), serde_json::to_string(&expected).unwrap(), "{}", memory.text("x.csv"));
    }
}
