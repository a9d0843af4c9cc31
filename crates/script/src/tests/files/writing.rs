//! What is written: CSV and JSON, and what is refused.

use expect_test::expect;

use super::{check, check_output};

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
