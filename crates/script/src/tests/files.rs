//! Files of scripts: what is read, what is written, what is refused. The folder is in memory; the real one has its tests in
//! `runtime`, and whole runs theirs in `tests`.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard};

use expect_test::{Expect, expect};
use pianoroll_host::{FileCause, FilePath, Files, NewFile, OpenFile};
use pianoroll_model::RunId;
use proptest::prelude::*;

use super::support::{Ended, World, runtime};

/// A folder in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Memory {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let files = files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
        Self(Arc::new(Mutex::new(files.collect())))
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
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

struct New(Memory, String, Vec<u8>);

impl Files for Memory {
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
    let memory = Memory::with(&[
        ("in.csv", file),
        ("in.json", file),
        ("in.jsonl", file),
        ("endless.csv", file),
    ]);
    expected.assert_eq(&memory.run(source).text());
}

/// Runs a script and shows what it wrote.
fn check_output(source: &str, expected: Expect) {
    let memory = Memory::default();
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
fn rows_are_maps_by_the_header() {
    let all = "files::read_csv(\"in.csv\").to_array()";
    check(
        b"sku,price\nA,1.50\n\"B, \"\"b\"\"\nc\",\n",
        all,
        expect![[r#"[{"price":"1.50","sku":"A"},{"price":"","sku":"B, \"b\"\nc"}]"#]],
    );
    check(b"\xef\xbb\xbf sku ,price\r\nA,1\r\n", all, expect![[r#"[{"price":"1","sku":"A"}]"#]]);
    check(b"sku\n", all, expect!["[]"]);
    check(
        b"sku;price\nA;1,5\n",
        "files::read_csv(\"in.csv\", #{ delimiter: ';' }).to_array()",
        expect![[r#"[{"price":"1,5","sku":"A"}]"#]],
    );
    check(
        b"a,b,c\n1,2,3\n",
        "files::read_csv(\"in.csv\", #{ columns: [\"c\", \"a\"] }).to_array()",
        expect![[r#"[{"a":"1","c":"3"}]"#]],
    );
    check(
        b"1,2\n3,4\n",
        "files::read_csv(\"in.csv\", #{ header: false }).to_array()",
        expect![[r#"[["1","2"],["3","4"]]"#]],
    );
    check(
        b"1,2\n",
        "files::read_csv(\"in.csv\", #{ header: false, columns: [\"b\", \"a\"] }).to_array()",
        expect![[r#"[{"a":"2","b":"1"}]"#]],
    );
    check(
        b"sku,price\nA,1.50\nB, 2\n",
        "let sum = 0.0; for row in files::read_csv(\"in.csv\") { sum += row.price.to_float(); } sum",
        expect!["3.5"],
    );
}

#[test]
fn what_is_no_csv_is_told_with_its_line() {
    let all = "files::read_csv(\"in.csv\").to_array()";
    check(
        b"",
        all,
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: it is empty, and should begin with a header
          |
        1 | files::read_csv("in.csv").to_array()
          |        ^^^^^^^^"#]],
    );
    check(
        b"a,b\n1,2\n\n3\n",
        all,
        expect![[r#"
            test.rhai:1:8: `in.csv` cannot be read: the row at line 3 has 1 cells, where 2 belong: a cell that holds the delimiter or a line break stands in quotes
              |
            1 | files::read_csv("in.csv").to_array()
              |        ^^^^^^^^"#]],
    );
    check(
        b"a,b\n1,2\n3,\xff\n",
        all,
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: line 3, column 2 is not UTF-8: save it as UTF-8
          |
        1 | files::read_csv("in.csv").to_array()
          |        ^^^^^^^^"#]],
    );
    check(
        b"\xff\xfea\0",
        all,
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: it is UTF-16: save it as UTF-8, which spreadsheets call `CSV UTF-8`
          |
        1 | files::read_csv("in.csv").to_array()
          |        ^^^^^^^^"#]],
    );
    check(
        b"a,b,a\n",
        all,
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: its header names `a` twice: choose others with `columns`, or read arrays with `header: false`
          |
        1 | files::read_csv("in.csv").to_array()
          |        ^^^^^^^^"#]],
    );
    check(
        b"a,,b\n",
        all,
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: column 2 of its header has no name: choose others with `columns`, or read arrays with `header: false`
          |
        1 | files::read_csv("in.csv").to_array()
          |        ^^^^^^^^"#]],
    );
    check(
        b"sku;price\nA;1\n",
        all,
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: its cells seem to end with ';': add `#{ delimiter: ";" }`
          |
        1 | files::read_csv("in.csv").to_array()
          |        ^^^^^^^^"#]],
    );
    check(
        b"a,b\n\"1,2\n3,4\n",
        all,
        expect![[r#"
            test.rhai:1:8: `in.csv` cannot be read: the row at line 2 has 1 cells, where 2 belong: a cell that holds the delimiter or a line break stands in quotes
              |
            1 | files::read_csv("in.csv").to_array()
              |        ^^^^^^^^"#]],
    );
    check(
        b"a,b\n1,2\n\"",
        "files::read_csv(\"endless.csv\").to_array()",
        expect![[r#"
        test.rhai:1:8: `endless.csv` cannot be read: the row at line 3 has more than 16 MiB: a quote may be open
          |
        1 | files::read_csv("endless.csv").to_array()
          |        ^^^^^^^^"#]],
    );
    check(
        b"a,b\n",
        "files::read_csv(\"in.csv\", #{ columns: [\"prise\"] })",
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: there is no column `prise`: there is a, b
          |
        1 | files::read_csv("in.csv", #{ columns: ["prise"] })
          |        ^^^^^^^^"#]],
    );
    check(
        b"1,2\n",
        "files::read_csv(\"in.csv\", #{ header: false, columns: [\"a\"] }).to_array()",
        expect![[r#"
            test.rhai:1:8: `in.csv` cannot be read: the row at line 1 has 2 cells, where 1 belong: a cell that holds the delimiter or a line break stands in quotes
              |
            1 | files::read_csv("in.csv", #{ header: false, columns: ["a"] }).to_array()
              |        ^^^^^^^^"#]],
    );
    check(
        b"",
        "files::read_csv(\"nowhere.csv\")",
        expect![[r#"
        test.rhai:1:8: `nowhere.csv` cannot be read: there is no such file
          |
        1 | files::read_csv("nowhere.csv")
          |        ^^^^^^^^"#]],
    );
    check(
        b"",
        "files::read_csv(\"../in.csv\")",
        expect![[r#"
        test.rhai:1:8: `../in.csv` cannot be read: a path stays inside the project's folder, so it has no `..`
          |
        1 | files::read_csv("../in.csv")
          |        ^^^^^^^^"#]],
    );
    check(
        b"a\n1\n",
        "let i = files::read_csv(\"in.csv\"); i.to_array(); for x in i { print(x); }",
        expect![[r#"
        test.rhai:1:59: this iterator was used before: make another one
          |
        1 | let i = files::read_csv("in.csv"); i.to_array(); for x in i { print(x); }
          |                                                           ^"#]],
    );
    check(
        b"a\n1\n2,3\n",
        "let n = 0; try { for row in files::read_csv(\"in.csv\") { n += 1; } } catch (e) { return [n, e.code]; }",
        expect![[r#"[1,"invalid_file"]"#]],
    );
}

#[test]
fn options_are_checked() {
    check(
        b"a\n",
        "let o = #{ delimeter: ';' }; files::read_csv(\"in.csv\", o)",
        expect![[r#"
        test.rhai:1:37: `files::read_csv` has no option `delimeter`: did you mean `delimiter`?
          |
        1 | let o = #{ delimeter: ';' }; files::read_csv("in.csv", o)
          |                                     ^^^^^^^^"#]],
    );
    check(
        b"a\n",
        "files::read_csv(\"in.csv\", #{ delimiter: \";;\" })",
        expect![[r#"
        test.rhai:1:8: `files::read_csv` takes one ASCII character as `delimiter`, such as ";" or "\t", not the string ";;"
          |
        1 | files::read_csv("in.csv", #{ delimiter: ";;" })
          |        ^^^^^^^^"#]],
    );
    check(
        b"a\n",
        "files::read_csv(\"in.csv\", #{ header: \"no\" })",
        expect![[r#"
        test.rhai:1:8: `files::read_csv` takes true or false as `header`, not the string "no"
          |
        1 | files::read_csv("in.csv", #{ header: "no" })
          |        ^^^^^^^^"#]],
    );
    check(
        b"a\n",
        "files::read_csv(\"in.csv\", #{ columns: \"a\" })",
        expect![[r#"
        test.rhai:1:8: `files::read_csv` takes the columns as an array of names such as `["email", "city"]`, not the string "a"
          |
        1 | files::read_csv("in.csv", #{ columns: "a" })
          |        ^^^^^^^^"#]],
    );
    check(
        b"a\n",
        "files::read_csv(\"in.csv\", \";\")",
        expect![[r#"
        test.rhai:1:8: `files::read_csv` takes its options as a map such as `#{ delimiter: ";" }`, not the string ";"
          |
        1 | files::read_csv("in.csv", ";")
          |        ^^^^^^^^"#]],
    );
    check(
        b"a\n",
        "files::read_csv(42)",
        expect![[r#"
        test.rhai:1:8: `files::read_csv` takes the path as a string, not the int 42
          |
        1 | files::read_csv(42)
          |        ^^^^^^^^"#]],
    );
    let error =
        crate::Script::compile("files::read_csv(\"in.csv\", #{ delimeter: ';' })", "test.rhai");
    expect![[r#"
        test.rhai:1:30: `files::read_csv` has no option `delimeter`
          |
        1 | files::read_csv("in.csv", #{ delimeter: ';' })
          |                              ^^^^^^^^^
          = did you mean `delimiter`?"#]]
    .assert_eq(&error.unwrap_err().to_string());
}

#[test]
fn texts_are_read_as_numbers_or_refused() {
    check(
        b"",
        "[\" 12 \".to_int(), \"-1.5\".to_float(), \"3\".to_float(), 3.9.to_int()]",
        expect!["[12,-1.5,3.0,3]"],
    );
    check(
        b"",
        "\"12,50\".to_float()",
        expect![[r#"
        test.rhai:1:9: the string "12,50" is not a number: a point stands before the fraction, and nothing between thousands
          |
        1 | "12,50".to_float()
          |         ^^^^^^^^"#]],
    );
    check(
        b"",
        "\"\".to_float()",
        expect![[r#"
        test.rhai:1:4: the string "" is not a number: it is empty
          |
        1 | "".to_float()
          |    ^^^^^^^^"#]],
    );
    check(
        b"",
        "\"NaN\".to_float()",
        expect![[r#"
        test.rhai:1:7: the string "NaN" is not a number
          |
        1 | "NaN".to_float()
          |       ^^^^^^^^"#]],
    );
    check(
        b"",
        "\"1.0\".to_int()",
        expect![[r#"
        test.rhai:1:7: the string "1.0" is not a whole number
          |
        1 | "1.0".to_int()
          |       ^^^^^^"#]],
    );
}

#[test]
fn json_is_read_whole_or_by_element() {
    let each = "files::each_json(\"in.json\").to_array()";
    check(b"\xef\xbb\xbf{\"a\":[1]}", "files::read_json(\"in.json\")", expect![[r#"{"a":[1]}"#]]);
    check(
        b"{\"a\":}",
        "files::read_json(\"in.json\")",
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: it is no JSON: expected value at line 1 column 6
          |
        1 | files::read_json("in.json")
          |        ^^^^^^^^^"#]],
    );
    check(
        b" [1, \"a]\\\",\", {\"b\": [2, 3]}\n ,null] \n",
        each,
        expect![[r#"[1,"a]\",",{"b":[2,3]},null]"#]],
    );
    check(b"[]", each, expect!["[]"]);
    check(b"", each, expect!["[]"]);
    check(b"{\"a\":1}\n\n{\"a\":2}", each, expect![[r#"[{"a":1},{"a":2}]"#]]);
    check(b"[1]\n[2]\n", "files::each_json(\"in.jsonl\").to_array()", expect!["[[1],[2]]"]);
    check(
        b"[1,\n2,]",
        each,
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: element 3, line 2: there is none between two commas, or behind the last
          |
        1 | files::each_json("in.json").to_array()
          |        ^^^^^^^^^"#]],
    );
    check(
        b"[1,\n {\"a\" 2},\n3]",
        each,
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: element 2, line 2: expected `:`
          |
        1 | files::each_json("in.json").to_array()
          |        ^^^^^^^^^"#]],
    );
    check(
        b"[1,\n2",
        each,
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: element 2, line 1: the file ends before its list does
          |
        1 | files::each_json("in.json").to_array()
          |        ^^^^^^^^^"#]],
    );
    check(
        b"[1]\n2",
        each,
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: line 2 goes on behind the end of its list
          |
        1 | files::each_json("in.json").to_array()
          |        ^^^^^^^^^"#]],
    );
    check(
        b"[1\n]]",
        each,
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: line 2 goes on behind the end of its list
          |
        1 | files::each_json("in.json").to_array()
          |        ^^^^^^^^^"#]],
    );
    check(
        b"{\"a\":1}\n{\"a\":\n",
        each,
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: element 2, line 3: EOF while parsing a value
          |
        1 | files::each_json("in.json").to_array()
          |        ^^^^^^^^^"#]],
    );
    let deep = format!("[{}{}]", "[".repeat(10_000), "]".repeat(10_000));
    check(
        deep.as_bytes(),
        "files::read_json(\"in.json\")",
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: it is no JSON: recursion limit exceeded at line 1 column 128
          |
        1 | files::read_json("in.json")
          |        ^^^^^^^^^"#]],
    );
    check(
        deep.as_bytes(),
        each,
        expect![[r#"
        test.rhai:1:8: `in.json` cannot be read: element 1, line 1: recursion limit exceeded
          |
        1 | files::each_json("in.json").to_array()
          |        ^^^^^^^^^"#]],
    );
}

#[test]
fn texts_are_read() {
    check(
        "é\n".as_bytes(),
        "[files::read_text(\"in.csv\"), files::exists(\"in.csv\"), files::exists(\"x/y.csv\")]",
        expect![[r#"["é\n",true,false]"#]],
    );
    check(
        b"a\nb\xff",
        "files::read_text(\"in.csv\")",
        expect![[r#"
        test.rhai:1:8: `in.csv` cannot be read: line 2 is not UTF-8
          |
        1 | files::read_text("in.csv")
          |        ^^^^^^^^^"#]],
    );
    check(
        b"",
        "files::read_text(\"endless.csv\")",
        expect![[r#"
        test.rhai:1:8: `endless.csv` cannot be read: it has more than 64 MiB: that is too long for a text
          |
        1 | files::read_text("endless.csv")
          |        ^^^^^^^^^"#]],
    );
    check(
        b"",
        "files::exists(\"/etc/passwd\")",
        expect![[r#"
        test.rhai:1:8: `/etc/passwd` cannot be read: a path begins at the project's folder, such as `data/prices.csv`
          |
        1 | files::exists("/etc/passwd")
          |        ^^^^^^"#]],
    );
}

#[test]
fn csv_is_written() {
    check_output(
        "let w = files::csv(\"out.csv\", [\"id\", \"v\"]); w.push(#{ v: 1.5, id: \"a,b\" }); w.push([\"=1+1\", true]); w.push(#{ id: () });
         for v in [time(\"2026-01-31\"), days(2), [1, \"x\"], #{ a: () }, 'c', \"two\\nlines\", -3, 2.0] { w.push([w.len, v]); } [w.len(), w.path, `${w}`]",
        expect![[r#"
            [11,"out.csv","writer of out.csv"]
            --- out.csv
            id,v
            "a,b",1.5
            '=1+1,true
            ,
            3,2026-01-31T00:00:00Z
            4,2d
            5,"[1,""x""]"
            6,"{""a"":null}"
            7,c
            8,"two
            lines"
            9,-3
            10,2.0
        "#]],
    );
    check_output(
        "files::csv(\"a.csv\", [\"x\"], [#{ x: \"\" }, [()]])",
        expect![[r#"
        2
        --- a.csv
        x
        ""
        ""
    "#]],
    );
    check_output(
        "let r = rows(); r.push([1]); [files::csv(\"a.csv\", [\"x\"], r), files::csv(\"b.csv\", [\"=x\"], [])]",
        expect![[r#"
        [1,0]
        --- a.csv
        x
        1
        --- b.csv
        '=x
    "#]],
    );
}

#[test]
fn rows_that_do_not_fit_are_refused_and_nothing_is_written() {
    let push = |row: &str| {
        format!(
            "let w = files::csv(\"a.csv\", [\"email\", \"city\"]); w.push([1, 2]); w.push({row});"
        )
    };
    check_output(
        &push("#{ emial: 1 }"),
        expect![[r#"
        test.rhai:1:67: row 2 of `a.csv`: there is no column `emial`: did you mean `email`?
          |
        1 | let w = files::csv("a.csv", ["email", "city"]); w.push([1, 2]); w.push(#{ emial: 1 });
          |                                                                   ^^^^
    "#]],
    );
    check_output(
        &push("#{ x: 1 }"),
        expect![[r#"
        test.rhai:1:67: row 2 of `a.csv`: there is no column `x`: there is email, city
          |
        1 | let w = files::csv("a.csv", ["email", "city"]); w.push([1, 2]); w.push(#{ x: 1 });
          |                                                                   ^^^^
    "#]],
    );
    check_output(
        &push("[1]"),
        expect![[r#"
        test.rhai:1:67: row 2 of `a.csv`: 1 cells for 2 columns
          |
        1 | let w = files::csv("a.csv", ["email", "city"]); w.push([1, 2]); w.push([1]);
          |                                                                   ^^^^
    "#]],
    );
    check_output(
        &push("\"a\""),
        expect![[r#"
        test.rhai:1:67: row 2 of `a.csv`: a row is a map by column, or an array of cells, not the string "a"
          |
        1 | let w = files::csv("a.csv", ["email", "city"]); w.push([1, 2]); w.push("a");
          |                                                                   ^^^^
    "#]],
    );
    check_output(
        &push("#{ city: || 1 }"),
        expect![[r#"
        test.rhai:1:67: row 2 of `a.csv`: `city`: a function cannot be written
          |
        1 | let w = files::csv("a.csv", ["email", "city"]); w.push([1, 2]); w.push(#{ city: || 1 });
          |                                                                   ^^^^
    "#]],
    );
    check_output(
        &push("[0.0 / 0.0, 1]"),
        expect![[r#"
        test.rhai:1:67: row 2 of `a.csv`: `email`: a number that is not finite cannot be written
          |
        1 | let w = files::csv("a.csv", ["email", "city"]); w.push([1, 2]); w.push([0.0 / 0.0, 1]);
          |                                                                   ^^^^
    "#]],
    );
    check_output(
        "files::csv(\"a.csv\", [\"a\", \"a\"])",
        expect![[r#"
        test.rhai:1:8: `files::csv` is given the column `a` twice
          |
        1 | files::csv("a.csv", ["a", "a"])
          |        ^^^
    "#]],
    );
    check_output(
        "files::csv(\"a.csv\", \"a\")",
        expect![[r#"
        test.rhai:1:8: `files::csv` takes the columns as an array of names such as `["email", "city"]`, not the string "a"
          |
        1 | files::csv("a.csv", "a")
          |        ^^^
    "#]],
    );
    check_output(
        "files::csv(\"a.csv\", [\"a\"], 7)",
        expect![[r#"
        test.rhai:1:8: `files::csv` takes an array, rows, a range or an iterator, not the int 7
          |
        1 | files::csv("a.csv", ["a"], 7)
          |        ^^^
    "#]],
    );
    check_output(
        "files::csv(\"a.csv\", [\"a\"]); files::csv(\"A.csv\", [\"a\"]);",
        expect![[r#"
        test.rhai:1:36: `A.csv` cannot be written: this run writes it already; keep the writer, and push to that
          |
        1 | files::csv("a.csv", ["a"]); files::csv("A.csv", ["a"]);
          |                                    ^^^
    "#]],
    );
    check_output(
        "files::text(\"a.txt\", \"x\"); files::read_text(\"a.txt\")",
        expect![[r#"
        test.rhai:1:35: `a.txt` cannot be read: this run writes it, and it appears when the run has completed; keep what you need of it in a variable
          |
        1 | files::text("a.txt", "x"); files::read_text("a.txt")
          |                                   ^^^^^^^^^
    "#]],
    );
    check_output(
        "files::text(\"lib/a.rhai\", \"x\")",
        expect![[r#"
        test.rhai:1:8: `lib/a.rhai` cannot be written: programs write no `.rhai` files: those say what runs
          |
        1 | files::text("lib/a.rhai", "x")
          |        ^^^^
    "#]],
    );
    check_output(
        "files::text(\"a.txt\", 7)",
        expect![[r#"
        test.rhai:1:8: `files::text` takes a text, not the int 7: write `value.to_string()`, or use `files::json`
          |
        1 | files::text("a.txt", 7)
          |        ^^^^
    "#]],
    );
    check_output(
        "files::text(\"a.txt\", \"x\"); throw \"no\";",
        expect![[r#"
        test.rhai:1:28: no
          |
        1 | files::text("a.txt", "x"); throw "no";
          |                            ^^^^^
    "#]],
    );
    // What was caught does not undo the rest.
    check_output(
        "files::text(\"a.txt\", \"x\"); try { files::text(\".b\", \"y\"); } catch (e) { e.code }",
        expect![[r#"
            null
            --- a.txt
            x"#]],
    );
}

#[test]
fn json_is_written() {
    check_output(
        "files::json(\"a.json\", #{ b: [1, now() == now()], r: rows([1]) }); let w = files::json_lines(\"b.jsonl\"); w.push(#{ a: \"é\\n\" }); w.push(()); w.len",
        expect![[r#"
            2
            --- a.json
            {
              "b": [
                1,
                true
              ],
              "r": [
                1
              ]
            }
            --- b.jsonl
            {"a":"é\n"}
            null
        "#]],
    );
    check_output(
        "files::json(\"a.json\", #{ f: || 1 })",
        expect![[r#"
        test.rhai:1:8: a function cannot be written, but stands at `f`
          |
        1 | files::json("a.json", #{ f: || 1 })
          |        ^^^^
    "#]],
    );
    check_output(
        "files::json_lines(\"b.jsonl\").push([days(1)])",
        expect![[r#"
        test.rhai:1:30: row 1 of `b.jsonl`: a duration cannot be written, but stands at `[0]`
          |
        1 | files::json_lines("b.jsonl").push([days(1)])
          |                              ^^^^
    "#]],
    );
}

#[test]
fn writers_stay_outside_of_blocks_that_run_apart() {
    check_output(
        "let w = files::csv(\"a.csv\", [\"x\"]); parallel([1, 2], 2, |x| w.len + x);",
        expect![[r#"
            test.rhai:1:37: a writer that was made outside cannot be pushed to in a `parallel`: its rows would have no order; answer the rows, and push them behind it
              |
            1 | let w = files::csv("a.csv", ["x"]); parallel([1, 2], 2, |x| w.len + x);
              |                                     ^^^^^^^^
        "#]],
    );
    check_output(
        "let w = files::csv(\"a.csv\", [\"x\"]); checkpoint(\"c\", || w.len);",
        expect![[r#"
            test.rhai:1:37: a writer that was made outside cannot be pushed to in a `checkpoint`: a replay would not push again; push behind the block
              |
            1 | let w = files::csv("a.csv", ["x"]); checkpoint("c", || w.len);
              |                                     ^^^^^^^^^^
        "#]],
    );
    check_output(
        "checkpoint(\"c\", || { files::text(\"a.txt\", \"x\"); 1 });",
        expect![[r#"
        test.rhai:1:29: files::text has an effect, and a `checkpoint` block may only read: move it behind the block
          |
        1 | checkpoint("c", || { files::text("a.txt", "x"); 1 });
          |                             ^^^^
    "#]],
    );
    check_output(
        "parallel([1, 2], 2, |x| { files::text(`${x}.txt`, `${x}`); }).len()",
        expect![[r#"
            2
            --- 1.txt
            1--- 2.txt
            2"#]],
    );
    check(
        b"a\n1\n",
        "let i = files::read_csv(\"in.csv\"); parallel([1], 1, |x| { for y in i { print(y); } });",
        expect![[r#"
            test.rhai:1:36: an iterator that was made outside cannot be used in a `parallel`: what it yields has one order
              |
            1 | let i = files::read_csv("in.csv"); parallel([1], 1, |x| { for y in i { print(y); } });
              |                                    ^^^^^^^^"#]],
    );
    check(
        b"a\n1\n",
        "checkpoint(\"c\", || files::read_csv(\"in.csv\").to_array())",
        expect![[r#"[{"a":"1"}]"#]],
    );
    check(
        b"a\n1\n2\n3\n",
        "parallel(files::read_csv(\"in.csv\"), 2, |row| row.a.to_int() * 2)",
        expect!["[2,4,6]"],
    );
    check(
        b"a\n1\n2,2\n3\n",
        "parallel(files::read_csv(\"in.csv\"), 2, |row| row.a)",
        expect![[r#"
            test.rhai:1:17: `in.csv` cannot be read: the row at line 3 has 2 cells, where 1 belong: a cell that holds the delimiter or a line break stands in quotes
              |
            1 | parallel(files::read_csv("in.csv"), 2, |row| row.a)
              |                 ^^^^^^^^"#]],
    );
    check(
        b"[1,2,3]",
        "let r = rows(); r.append(files::each_json(\"in.json\")); [r.len, r[2]]",
        expect!["[3,3]"],
    );
    check(b"a\n1\n", "files::csv(\"out.csv\", [\"a\"], files::read_csv(\"in.csv\"))", expect!["1"]);
}

#[test]
fn a_long_native_loop_stops_when_the_run_is_cancelled() {
    // One call of a native that would read for ever.
    let mut world = World::offline();
    world.files = Arc::new(Memory::with(&[("endless.csv", b"")]));
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
            Memory::default().create(path, run)
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
        let ended = Memory::with(&files).run(&example);
        assert!(ended.result.is_ok(), "{example}\n{}", ended.text());
        count += 1;
    }
    assert_eq!(count, 9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_csv_was_written_is_read_again(rows in prop::collection::vec(prop::collection::vec("[a-z=+@0-9,;\"'\\\\ \r\n\té-]{0,6}", 2), 0..6)) {
        let memory = Memory::default();
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
