//! `parallel`, `checkpoint`, and what stops a run.

use std::time::Duration;

use expect_test::{Expect, expect};
use pianoroll_host::{GuestErrorKind, Limit};

use super::support::{World, run_offline, runtime, settings};
use crate::Script;

fn check(source: &str, expected: Expect) {
    expected.assert_eq(&run_offline(source).text());
}

#[test]
fn results_come_in_item_order() {
    let source = "
        let factor = 10;
        // Earlier items work longer.
        parallel(0..64, 16, |n| { let sum = 0; for i in 0..(64 - n) * 20 { sum += 1; } n * factor })";
    let expected: Vec<i64> = (0..64).map(|n| n * 10).collect();
    for _ in 0..5 {
        assert_eq!(run_offline(source).result.unwrap(), serde_json::json!(expected));
    }
}

#[test]
fn items_may_be_any_list() {
    check(
        "[parallel([1, 2], 1, |x| x + 1), parallel(rows([\"a\"]), 3, |x| x + \"!\"), parallel(0..=2, 2, |x| x), parallel([], 4, |x| x)]",
        expect![[r#"[[2,3],["a!"],[0,1,2],[]]"#]],
    );
    check(
        "parallel(5, 2, |x| x)",
        expect![[r#"
        test.rhai:1:1: `parallel` takes an array, rows, a range or an iterator, not the int 5
          |
        1 | parallel(5, 2, |x| x)
          | ^^^^^^^^"#]],
    );
    check(
        "parallel([1], 0, |x| x)",
        expect![[r#"
        test.rhai:1:1: `parallel` takes 1 to 16 items at a time, not the int 0
          |
        1 | parallel([1], 0, |x| x)
          | ^^^^^^^^"#]],
    );
    check(
        "parallel([1], 17, |x| x)",
        expect![[r#"
        test.rhai:1:1: `parallel` takes 1 to 16 items at a time, not the int 17
          |
        1 | parallel([1], 17, |x| x)
          | ^^^^^^^^"#]],
    );
    check(
        "parallel([1], 2, 3)",
        expect![[r#"
        test.rhai:1:1: `parallel` takes a closure such as `|x| …`, not the int 3
          |
        1 | parallel([1], 2, 3)
          | ^^^^^^^^"#]],
    );
    check(
        "parallel([1], 2, |x| x, #{ on_error: \"ignore\" })",
        expect![[r#"
        test.rhai:1:1: `on_error` is "collect" or "throw"
          |
        1 | parallel([1], 2, |x| x, #{ on_error: "ignore" })
          | ^^^^^^^^"#]],
    );
    check(
        "let o = #{ on_erorr: 1 }; parallel([1], 2, |x| x, o)",
        expect![[r#"
        test.rhai:1:27: `parallel` has no option `on_erorr`: it has `on_error`
          |
        1 | let o = #{ on_erorr: 1 }; parallel([1], 2, |x| x, o)
          |                           ^^^^^^^^"#]],
    );
}

#[test]
fn the_first_failing_item_is_thrown_after_all_have_ended() {
    check(
        "parallel([3, 1, 0, 2, 0], 4, |x| {\n    if x == 0 { throw `no ${x}`; }\n    100 / x\n});",
        expect![[r#"
        test.rhai:2:17: no 0
          |
        2 |     if x == 0 { throw `no ${x}`; }
          |                 ^^^^^
          in item 2 of `parallel`, called at test.rhai:1:1"#]],
    );
    check(
        "try { parallel([1, 0], 2, |x| if x == 0 { throw #{ status: 409 } } else { x }); } catch (e) { e.status }",
        expect!["null"],
    );
}

#[test]
fn errors_are_collected_on_request() {
    check(
        "let done = parallel([3, 0, 2], 4, |x| { if x == 0 { throw #{ code: \"zero\" }; } 6 / x }, #{ on_error: \"collect\" }); done",
        expect![[
            r#"{"failed":[{"error":{"code":"zero"},"index":1,"item":0}],"ok":2,"results":[2,null,3]}"#
        ]],
    );
    check(
        "parallel([1], 1, |x| x.nope.nope, #{ on_error: \"collect\" }).failed[0].error",
        expect![[r#"{"code":"program","message":"int has no property `nope`"}"#]],
    );
}

#[test]
fn captured_values_are_copies() {
    check(
        "let m = #{ a: [1] }; let f = |x| m.a.len() + x; let r = parallel([1, 2], 2, |x| f.call(x)); [r, m]",
        expect![[r#"[[2,3],{"a":[1]}]"#]],
    );
    // A closure that is made elsewhere is found when it is used.
    check(
        "let seen = []; let f = |x| {\n    seen.push(x);\n};\nparallel([1, 2], 2, f);",
        expect![[r#"
        test.rhai:4:1: the closure changes `seen` (line 2), which it captured: each item has its own copy; answer a value instead
          |
        4 | parallel([1, 2], 2, f);
          | ^^^^^^^^"#]],
    );
    check(
        "let seen = []; let add = |x| seen.push(x);\nparallel([1, 2], 2, |x| add.call(x));",
        expect![[r#"
        test.rhai:2:1: the closure changes `seen` (line 1), which it captured: each item has its own copy; answer a value instead
          |
        2 | parallel([1, 2], 2, |x| add.call(x));
          | ^^^^^^^^"#]],
    );
    check(
        "let seen = []; let fs = [|x| seen.push(x)];\nparallel([1, 2], 2, |x| fs[0].call(x));",
        expect![[r#"
        test.rhai:2:1: the closure changes `seen` (line 1), which it captured: each item has its own copy; answer a value instead
          |
        2 | parallel([1, 2], 2, |x| fs[0].call(x));
          | ^^^^^^^^"#]],
    );
}

#[test]
fn a_parallel_does_not_stand_in_another() {
    check(
        "fn inner(x) { parallel([x], 1, |y| y) }\ntry { parallel([1, 2], 2, |x| inner(x)) } catch (e) { \"caught\" }",
        expect![[r#"
            test.rhai:1:15: `parallel` cannot stand inside another one: give the outer one more items instead
              |
            1 | fn inner(x) { parallel([x], 1, |y| y) }
              |               ^^^^^^^^"#]],
    );
    check(
        "fn inner(x) { parallel([x], 1, |y| y) }\nparallel([1, 2], 2, |x| inner(x))",
        expect![[r#"
        test.rhai:1:15: `parallel` cannot stand inside another one: give the outer one more items instead
          |
        1 | fn inner(x) { parallel([x], 1, |y| y) }
          |               ^^^^^^^^"#]],
    );
}

#[test]
fn random_numbers_of_items_do_not_depend_on_timing() {
    let source = "parallel(0..40, 16, |n| [random(1000000), random(1000000)])";
    let first = run_offline(source).text();
    assert_eq!(first, run_offline(source).text());
    let narrow = run_offline(&source.replace("16", "1")).text();
    assert_eq!(first, narrow);
}

#[test]
fn a_checkpoint_answers_its_value_and_only_reads() {
    check(
        "let n = 2; checkpoint(\"a\", || { #{ rows: rows([n]), days: days(1) } }).rows.len()",
        expect!["1"],
    );
    check(
        "try { checkpoint(\"a\", || 1); checkpoint(\"a\", || 2); } catch (e) { \"caught\" }",
        expect![[r#"
        test.rhai:1:30: there are two checkpoints `a` in this run: replay finds a value by its name
          |
        1 | try { checkpoint("a", || 1); checkpoint("a", || 2); } catch (e) { "caught" }
          |                              ^^^^^^^^^^"#]],
    );
    check(
        "checkpoint(\"a\", || checkpoint(\"b\", || 1))",
        expect![[r#"
        test.rhai:1:20: the checkpoint `b` stands inside another one
          |
        1 | checkpoint("a", || checkpoint("b", || 1))
          |                    ^^^^^^^^^^"#]],
    );
    check(
        "parallel([1], 1, |x| checkpoint(\"a\", || 1))",
        expect![[r#"
        test.rhai:1:22: a `checkpoint` stands around a `parallel`, not in it: its items have no order
          |
        1 | parallel([1], 1, |x| checkpoint("a", || 1))
          |                      ^^^^^^^^^^"#]],
    );
    check(
        "checkpoint(\"a\", || #{ f: |x| x })",
        expect![[r#"
            test.rhai:1:1: the value of the checkpoint `a`: a function cannot be kept, but stands at `f`
              |
            1 | checkpoint("a", || #{ f: |x| x })
              | ^^^^^^^^^^"#]],
    );
    check(
        "checkpoint(1, || 1)",
        expect![[r#"
        test.rhai:1:1: a checkpoint's name is a string, not the int 1
          |
        1 | checkpoint(1, || 1)
          | ^^^^^^^^^^"#]],
    );
    check(
        "checkpoint(\"a\", 1)",
        expect![[r#"
        test.rhai:1:1: a checkpoint takes a block such as `|| { … }`, not the int 1
          |
        1 | checkpoint("a", 1)
          | ^^^^^^^^^^"#]],
    );
    check(
        "fn make() {\n    lists::create(#{ name: \"x\" });\n}\ntry { checkpoint(\"a\", || make()); } catch (e) { \"caught\" }",
        expect![[r#"
            test.rhai:2:12: lists.create has an effect, and a `checkpoint` block may only read: move it behind the block
              |
            2 |     lists::create(#{ name: "x" });
              |            ^^^^^^"#]],
    );
    check(
        "fn change(x) { profiles::update(`${x}`, #{}) }\ncheckpoint(\"a\", || parallel([1], 1, |x| change(x)))",
        expect![[r#"
            test.rhai:1:26: profiles.update has an effect, and a `checkpoint` block may only read: move it behind the block
              |
            1 | fn change(x) { profiles::update(`${x}`, #{}) }
              |                          ^^^^^^"#]],
    );
    check(
        "try { checkpoint(\"a\", || { throw 1; }); } catch (e) { } lists::create(#{ name: 0 + 1 })",
        expect![[r#"
        test.rhai:1:64: lists.create: body.name: must be text, found `1`
          |
        1 | try { checkpoint("a", || { throw 1; }); } catch (e) { } lists::create(#{ name: 0 + 1 })
          |                                                                ^^^^^^"#]],
    );
}

fn endless(source: &str, width: usize) {
    runtime().block_on(async {
        let world = World::offline();
        let cancel = world.cancel.clone();
        let script = Script::compile(source, "test.rhai").unwrap();
        let stop = async {
            // Long enough for every item to have begun; whenever it comes, it ends the run.
            tokio::time::sleep(Duration::from_millis(20 * width as u64)).await;
            cancel.cancel();
        };
        let (ended, ()) = tokio::join!(world.run_script(&script, &[]), stop);
        let error = ended.result.unwrap_err();
        assert!(error.is_cancelled(), "{}", error.rendered);
    });
}

#[test]
fn cancelling_ends_every_loop_and_cannot_be_caught() {
    endless("loop { }", 1);
    endless("loop { try { loop { } } catch (e) { } }", 1);
    endless("fn f() { loop { } } loop { try { f(); } catch (e) { } }", 1);
    endless("loop { try { parallel(0..100, 4, |x| { loop { } }); } catch (e) { } }", 4);
    endless("parallel(0..1_000_000_000, 4, |x| ());", 4);
    endless("let i = 0; while true { i += 1; [1, 2, 3].map(|x| x + i); }", 1);
}

#[test]
fn a_guardrail_ends_all_branches_as_what_it_is() {
    runtime().block_on(async {
        let mut world = World::simulated(settings()).await;
        world.guardrails.writes = Some(Limit::new(3, "--limit writes=3"));
        let source = "
            let ids = []; for p in profiles::each(#{ page_size: 20 }) { ids.push(p.id); if ids.len() == 20 { break; } }
            try { parallel(ids, 4, |id| profiles::update(id, #{ first_name: \"x\" }), #{ on_error: \"collect\" }); } catch (e) { }
            lists::create(#{ name: \"never\" });";
        let ended = world.run(source).await;
        let error = ended.result.unwrap_err();
        // Which profile it was is a matter of timing.
        let (before, behind) = error.rendered.split_once(" of ").unwrap();
        let (_, behind) = behind.split_once(": not called").unwrap();
        let rendered = format!("{before} of PROFILE: not called{behind}");
        expect![[r#"
            test.rhai:3:51: profiles.update of PROFILE: not called, the run was stopped: it has made the 3 writes that `--limit writes=3` allows
              |
            3 |             try { parallel(ids, 4, |id| profiles::update(id, #{ first_name: "x" }), #{ on_error: "collect" }); } catch (e) { }
              |                                                   ^^^^^^"#]].assert_eq(&rendered);
        assert!(matches!(error.kind, GuestErrorKind::Host(_)));
        assert_eq!(ended.summary.effects.write, 3);
        let written = world.requests().iter().filter(|request| !request.starts_with("GET")).count();
        assert_eq!(written, 3);
    });
}
