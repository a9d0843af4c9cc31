//! What arrays and maps have beside Rhai's own functions.

use expect_test::{Expect, expect};

use super::support::run_offline;

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_offline(source).text());
}

#[test]
fn ends_and_parts_change_nothing() {
    check(
        "let a = [3, 1, 2]; [a.first(), a.last(), a.first(2), a.last(2), a.skip(1), a.first(9), a.last(-1), a.skip(9), [].first(), [].last(), a]",
        expect!["[3,2,[3,1],[1,2],[1,2],[3,1,2],[],[],null,null,[3,1,2]]"],
    );
    check("[[1, [2]], [], 3, [\"a\"]].flatten()", expect![[r#"[1,[2],3,"a"]"#]]);
}

#[test]
fn sums_and_extremes() {
    check(
        "[[1, 2].sum(), [1, 0.5].sum(), [].sum(), [hours(1), hours(2)].sum() == hours(3), [#{ n: 2 }, #{ n: 3 }].sum_by(|x| x.n),
          [3, 1, 2].min(), [3, 1, 2].max(), [].max(), [\"pear\", \"fig\", \"nut\"].min_by(|x| x.len()), [\"a\", \"bb\"].max_by(|x| x.len()), max(1, 2)]",
        expect![[r#"[3,1.5,0,true,5,1,3,null,"fig","bb",2]"#]],
    );
    check(
        "[1, \"2\"].sum()",
        expect![[r#"
        test.rhai:1:10: the string "2" cannot be summed
          |
        1 | [1, "2"].sum()
          |          ^^^"#]],
    );
    check(
        "[#{ n: () }].sum_by(|x| x.n)",
        expect![[r#"
        test.rhai:1:14: () cannot be summed: it may be absent; give another with `??`
          |
        1 | [#{ n: () }].sum_by(|x| x.n)
          |              ^^^^^^"#]],
    );
    check(
        "[1, days(1)].sum()",
        expect![[r#"
        test.rhai:1:14: numbers and durations have no common sum
          |
        1 | [1, days(1)].sum()
          |              ^^^"#]],
    );
    check(
        "[9223372036854775807, 1].sum()",
        expect![[r#"
        test.rhai:1:26: this sum is out of range
          |
        1 | [9223372036854775807, 1].sum()
          |                          ^^^"#]],
    );
    check(
        "[1, \"a\"].min()",
        expect![[r#"
        test.rhai:1:10: the string "a" and the int 1 cannot be ordered: read the text with `parse_float(…)` or `parse_int(…)`
          |
        1 | [1, "a"].min()
          |          ^^^"#]],
    );
}

#[test]
fn groups_counts_and_indexes_have_keys_of_text() {
    check(
        "let people = [#{ city: \"Rome\", age: 1 }, #{ city: \"Oslo\", age: 2 }, #{ city: \"Rome\", age: 3 }];
        [people.group_by(|p| p.city), people.count_by(|p| p.city), people.index_by(|p| p.age > 1), people.sorted_by(|p| -p.age).map(|p| p.age),
         people.sorted_by_desc(|p| p.city).map(|p| p.age), #{ b: 1, a: 2 }.entries()]",
        expect![[r#"[{"Oslo":[{"age":2,"city":"Oslo"}],"Rome":[{"age":1,"city":"Rome"},{"age":3,"city":"Rome"}]},{"Oslo":1,"Rome":2},{"false":{"age":1,"city":"Rome"},"true":{"age":3,"city":"Rome"}},[3,2,1],[1,3,2],[{"key":"a","value":2},{"key":"b","value":1}]]"#]],
    );
    check(
        "[#{ a: 1 }].group_by(|x| x.b)",
        expect![[r#"
        test.rhai:1:13: the closure of `group_by` answers a string, an int or a bool, not (): it may be absent; give another with `??`
          |
        1 | [#{ a: 1 }].group_by(|x| x.b)
          |             ^^^^^^^^"#]],
    );
    check(
        "[1.5].count_by(|x| x)",
        expect![[r#"
        test.rhai:1:7: the closure of `count_by` answers a string, an int or a bool, not the float 1.5
          |
        1 | [1.5].count_by(|x| x)
          |       ^^^^^^^^"#]],
    );
    check(
        "[1, \"a\"].sorted_by(|x| x)",
        expect![[r#"
        test.rhai:1:10: the int 1 and the string "a" cannot be ordered: read the text with `parse_float(…)` or `parse_int(…)`
          |
        1 | [1, "a"].sorted_by(|x| x)
          |          ^^^^^^^^^"#]],
    );
    check(
        "[1].sorted_by(|a, b| a < b)",
        expect![[r#"
        test.rhai:1:5: a closure that takes (int) is needed here
          |
        1 | [1].sorted_by(|a, b| a < b)
          |     ^^^^^^^^^
          = count the names between the bars: `|x|` takes one value"#]],
    );
    let error = crate::Script::compile("[1].groupBy(|x| x)", "test.rhai").unwrap_err();
    expect![[r#"
        test.rhai:1:5: there is no method `groupBy`
          |
        1 | [1].groupBy(|x| x)
          |     ^^^^^^^
          = did you mean `group_by`?"#]]
    .assert_eq(&error.to_string());
}
