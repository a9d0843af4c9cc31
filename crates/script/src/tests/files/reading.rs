//! What is read: CSV, JSON and texts, and what is refused.

use expect_test::expect;

use super::check;

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
