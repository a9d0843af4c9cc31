//! What scripts can do without the API.

use expect_test::{Expect, expect};

use super::support::{World, run_offline, runtime};
use crate::Script;

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_offline(source).text());
}

#[test]
fn a_script_answers_its_last_value() {
    check(
        "let a = [1, 2.5, \"x\", (), true]; #{ a: a, b: #{ c: 'c' } }",
        expect![[r#"{"a":[1,2.5,"x",null,true],"b":{"c":"c"}}"#]],
    );
    check("40 + 2", expect!["42"]);
    check("let x = 1;", expect!["null"]);
    check("exit(#{ early: true }); 1", expect![[r#"{"early":true}"#]]);
    check("time(\"2026-01-31\") + days(1)", expect![[r#""2026-02-01T00:00:00Z""#]]);
}

#[test]
fn times_and_durations_calculate() {
    check("time(\"2026-03-01\") - days(1)", expect![[r#""2026-02-28T00:00:00Z""#]]);
    check("`${time(\"2026-03-01\") - time(\"2026-02-01\")}`", expect![[r#""28d""#]]);
    check(
        "[days(1) == hours(24), days(2) > hours(1.5), -days(1) < days(0), days(3) / days(2), days(1) * 2 == days(2), (days(1) / 2).hours, days(90).days]",
        expect!["[true,true,true,1.5,true,12,90]"],
    );
    check(
        "let t = time(\"2026-03-01T10:20:30+02:00\"); [t.year, t.month, t.day, t.hour, t.minute, t.second, t.weekday, t.date, t.unix]",
        expect![[r#"[2026,3,1,8,20,30,7,"2026-03-01",1772353230]"#]],
    );
    check("now() >= time(\"2024-01-01\") && now() == now()", expect!["true"]);
    check("let t = now(); t != () && !(t == ())", expect!["true"]);
    check(
        "[now(), time(\"2020-01-01\")].map(|t| max(t, time(\"2021-01-01\")) == now())",
        expect!["[true,false]"],
    );
}

#[test]
fn comparisons_are_never_silently_false() {
    check(
        "\"2020-01-01\" < now()",
        expect![[r#"
        test.rhai:1:14: the string "2020-01-01" and a time cannot be ordered: read the text with `time(…)`
          |
        1 | "2020-01-01" < now()
          |              ^"#]],
    );
    check(
        "() < now()",
        expect![[r#"
        test.rhai:1:4: () and a time cannot be ordered: it may be absent; give a default with `??`
          |
        1 | () < now()
          |    ^"#]],
    );
    check(
        "let x = (); x < 3",
        expect![[r#"
        test.rhai:1:15: () and the int 3 cannot be ordered: it may be absent; give a default with `??`
          |
        1 | let x = (); x < 3
          |               ^"#]],
    );
    check(
        "90 > \"9\"",
        expect![[r#"
        test.rhai:1:4: the int 90 and the string "9" cannot be ordered: read the text with `parse_float(…)` or `parse_int(…)`
          |
        1 | 90 > "9"
          |    ^"#]],
    );
    check(
        "now() == \"2020\"",
        expect![[r#"
        test.rhai:1:7: a time never equals a string: read the text with `time(…)`
          |
        1 | now() == "2020"
          |       ^"#]],
    );
    check(
        "days(3) > 2",
        expect![[r#"
        test.rhai:1:9: a duration and the int 2 cannot be ordered: write `days(…)` or `hours(…)`
          |
        1 | days(3) > 2
          |         ^"#]],
    );
    check(
        "now() - 90",
        expect![[r#"
        test.rhai:1:7: a time - the int 90 means nothing: write `days(…)` or `hours(…)`
          |
        1 | now() - 90
          |       ^"#]],
    );
    check(
        "[1 < 2.5, 2 >= 2, \"a\" < \"b\", 'a' < \"b\", 0.1 + 0.2 == 0.3, 0.1 + 0.2 > 0.3, false < true, 1 == \"1\", () == ()]",
        expect!["[true,true,true,true,true,false,true,false,true]"],
    );
    check(
        "time(())",
        expect![[r#"
        test.rhai:1:1: () is not a time: it may be absent; give another with `??`
          |
        1 | time(())
          | ^^^^"#]],
    );
    check(
        "time(\"yesterday\")",
        expect![[r#"
        test.rhai:1:1: the string "yesterday" is not a time: write `2026-01-31T09:00:00Z`, with an offset, or a day such as `2026-01-31`
          |
        1 | time("yesterday")
          | ^^^^"#]],
    );
}

#[test]
fn rows_behave_like_a_list() {
    check(
        "let r = rows(); for i in 0..5 { r.push(`id${i}`); } r += 7; [r.len(), r.len, r[0], r[-1], r.contains(\"id3\"), r.contains(7), r.contains(\"x\"), r.to_array(), r.chunks(4), `${r}`]",
        expect![[
            r#"[6,6,"id0",7,true,true,false,["id0","id1","id2","id3","id4",7],[["id0","id1","id2","id3"],["id4",7]],"rows of 6"]"#
        ]],
    );
    check(
        "let n = 0; let r = rows([1, 2, 3]); for x in r { n += x; } r.append([4]); let s = r; s.push(5); [n, r.len(), s.len(), r == rows([1, 2, 3, 4])]",
        expect!["[6,4,5,true]"],
    );
    check(
        "rows()[0]",
        expect![[r#"
        test.rhai:1:7: there is no row 0: there are 0
          |
        1 | rows()[0]
          |       ^"#]],
    );
}

#[test]
fn arrays_and_texts_have_what_they_lacked() {
    check(
        "[[1, 2, 3].join(\", \"), [1, 2, 3].chunks(2), [1, \"1\", 1, \"a\", \"a\"].unique(), [].chunks(1)]",
        expect![[r#"["1, 2, 3",[[1,2],[3]],[1,"1","a"],[]]"#]],
    );
    check(
        "[1].chunks(0)",
        expect![[r#"
        test.rhai:1:5: a chunk has at least 1 element, not 0
          |
        1 | [1].chunks(0)
          |     ^^^^^^"#]],
    );
    check(
        "let a = [1]; a.pad(3, 0); let t = \"x\"; t.pad(3, \"ab\"); [a, t, \"x\".pad_start(3), \"x\".pad_end(3) + \"|\", \" y \".trimmed()]",
        expect![[r#"[[1,0,0],"xab","  x","x  |","y"]"#]],
    );
    check(
        "[parse_json(`{\"a\":[1,null]}`), to_json(#{ b: rows([1]) })]",
        expect![[r#"[{"a":[1,null]},"{\"b\":[1]}"]"#]],
    );
    check(
        "parse_json(\"{\")",
        expect![[r#"
        test.rhai:1:1: this text is no JSON: EOF while parsing an object at line 1 column 1
          |
        1 | parse_json("{")
          | ^^^^^^^^^^"#]],
    );
}

#[test]
fn filters_are_quoted() {
    check(
        "[filter::equals(\"name\", `say \"hi\" \\\\`), filter::any(\"id\", [\"a\", \"b\"]), filter::greater_than(\"created\", time(\"2026-01-31\")), filter::has(\"profile\"), filter::equals(\"archived\", false), filter::and(filter::equals(\"a\", 1), filter::equals(\"b\", 2.5)), filter::and([filter::has(\"x\")])]",
        expect![[
            r#"["equals(name,\"say \\\"hi\\\" \\\\\\\\\")","any(id,[\"a\",\"b\"])","greater-than(created,2026-01-31T00:00:00Z)","has(profile)","equals(archived,false)","and(equals(a,1),equals(b,2.5))","has(x)"]"#
        ]],
    );
    check(
        "filter::any(\"id\", [])",
        expect![[r#"
        test.rhai:1:9: `filter::any` on `id` has no values: the API refuses that
          |
        1 | filter::any("id", [])
          |         ^^^"#]],
    );
    check(
        "filter::equals(\"x\", #{})",
        expect![[r#"
        test.rhai:1:9: a filter compares with a text, a number, a bool or a time, not a map
          |
        1 | filter::equals("x", #{})
          |         ^^^^^^"#]],
    );
}

#[test]
fn random_numbers_are_seeded() {
    let draw = "[random(1000000), random(1, 6), shuffled([1, 2, 3, 4, 5]), choose([\"a\", \"b\"]), random()]";
    assert_eq!(run_offline(draw).text(), run_offline(draw).text());
    check(
        "let ok = true; for i in 0..1000 { let n = random(2, 4); let f = random(); if n < 2 || n > 4 || f < 0.0 || f >= 1.0 { ok = false; } } ok",
        expect!["true"],
    );
    check(
        "random(0)",
        expect![[r#"
        test.rhai:1:1: `random(n)` answers 0 to n - 1, so n is at least 1, not 0
          |
        1 | random(0)
          | ^^^^^^"#]],
    );
}

#[test]
fn logs_carry_their_place() {
    let ended = run_offline(
        "print(\"a\");\nlog::warn(#{ a: 1 });\n  log::debug(now() - now());\nprogress(1, 3); progress(2);\nfn f() { log::error([1]); }\nf();",
    );
    expect![[r#"
        info 1:1 a
        warn 2:6 {"a":1}
        debug 3:8 0s
        progress 1 of Some(3)
        progress 2 of None
        error 5:15 [1]"#]]
    .assert_eq(&ended.logs.join("\n"));
}

#[test]
fn parameters_are_typed() {
    let source = "//! param days: int = 90\n//! param since: date = 2026-01-31\n//! param at: datetime?\n//! param every: duration = 1d\n//! param tags: list = a, b\n//! param rate: float = 1\n//! param on: bool = true\n//! param name: string\nfn inside() { params::days + 1 }\n[inside(), params::since + params::every, params::at, params::tags[1], params::rate, !params::on, params::name]";
    let ended = runtime().block_on(async {
        let script = Script::compile(source, "test.rhai").unwrap();
        let given = [("days", "7"), ("name", "x"), ("tags", "c,d,e")];
        World::offline().run_script(&script, &given).await
    });
    expect![[r#"[8,"2026-02-01T00:00:00Z",null,"d",1.0,false,"x"]"#]].assert_eq(&ended.text());
}

#[test]
fn arrays_are_sorted_by_the_order_of_their_elements() {
    check(
        "[[3, 1.5, 2].order(), [\"b\", \"a\"].order_desc(), [time(\"2021-01-01\"), time(\"2020-01-01\")].order()]",
        expect![[r#"[[1.5,2,3],["b","a"],["2020-01-01T00:00:00Z","2021-01-01T00:00:00Z"]]"#]],
    );
    check(
        "let a = [3, 1, 2]; a.sort(); let b = a; b.sort_desc(); [a, b]",
        expect!["[[1,2,3],[3,2,1]]"],
    );
    check(
        "[3, \"a\"].order()",
        expect![[r#"
            test.rhai:1:10: the int 3 and the string "a" cannot be ordered: read the text with `parse_float(…)` or `parse_int(…)`
              |
            1 | [3, "a"].order()
              |          ^^^^^"#]],
    );
    check("let a = [\"b\", \"a\"]; a.sort(|x, y| x > y); a", expect![[r#"["b","a"]"#]]);
}
