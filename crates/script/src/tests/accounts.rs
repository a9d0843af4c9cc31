//! `on`: runs over two accounts.

use expect_test::{Expect, expect};

use super::support::{Ended, TARGET, World, run_offline, runtime};
use crate::Script;

const HEADER: &str = "//! connection target   Where the copy goes.\n";

/// Runs a script with the account `target`; answers what ended it, and `METHOD path` with a star for the other account.
fn run(source: &str) -> (Ended, Vec<String>) {
    runtime().block_on(async {
        let world = World::with_target().await;
        let ended = world.run(&format!("{HEADER}{source}")).await;
        let line = |request: &pianoroll_simulator::LoggedRequest| {
            let star = if request.headers["maton-connection"] == TARGET { " *" } else { "" };
            let path = request.path.split('?').next().unwrap_or_default();
            format!("{} {path}{star}", request.method)
        };
        let sent = world.simulator().requests().iter().map(line).collect();
        (ended, sent)
    })
}

fn check(source: &str, expected: Expect) {
    let (ended, sent) = run(source);
    expected.assert_eq(&format!("{}\n{}", ended.text(), sent.join("\n")));
}

#[test]
fn the_calls_of_the_block_go_to_the_other_account() {
    check(
        r#"let here = lists::create(#{ name: "Copy" });
        let there = on("target", || { let made = lists::create(#{ name: here.attributes.name + "!" }); made.attributes.name });
        lists::get(here.id);
        there"#,
        expect![[r#"
            "Copy!"
            POST /klaviyo/api/lists
            POST /klaviyo/api/lists *
            GET /klaviyo/api/lists/KXXIXB"#]],
    );
}

#[test]
fn what_the_block_makes_keeps_its_account() {
    check(
        r#"on("target", || { lists::create(#{ name: "Only there" }); });
        let found = on("target", || lists::each());
        let there = 0;
        for list in found { if list.attributes.name == "Only there" { there += 1; } }
        for list in lists::each() { if list.attributes.name == "Only there" { there += 10; } }
        there"#,
        expect![[r#"
            1
            POST /klaviyo/api/lists *
            GET /klaviyo/api/lists *
            GET /klaviyo/api/lists *
            GET /klaviyo/api/lists
            GET /klaviyo/api/lists"#]],
    );
}

#[test]
fn it_works_in_and_around_a_parallel_and_a_checkpoint() {
    check(
        r#"let inside = parallel([1, 2], 1, |n| on("target", || lists::create(#{ name: `in ${n}` }).attributes.name));
        let around = on("target", || parallel([1], 1, |n| lists::create(#{ name: "around" }).attributes.name));
        let names = checkpoint("names", || on("target", || lists::count()));
        let more = on("target", || checkpoint("more", || lists::count()));
        [inside, around, more == names, lists::count() < names]"#,
        expect![[r#"
            [["in 1","in 2"],["around"],true,true]
            POST /klaviyo/api/lists *
            POST /klaviyo/api/lists *
            POST /klaviyo/api/lists *
            GET /klaviyo/api/lists *
            GET /klaviyo/api/lists *
            GET /klaviyo/api/lists *
            GET /klaviyo/api/lists *
            GET /klaviyo/api/lists
            GET /klaviyo/api/lists"#]],
    );
}

#[test]
fn positions_are_of_one_line() {
    let (ended, _) = run(
        r#"lists::create(#{ name: "a" }); on("target", || lists::create(#{ name: "b" })); lists::create(#{ name: "c" });"#,
    );
    let told = ended.ledger.entries.iter();
    let told: Vec<String> =
        told.map(|entry| format!("{} {:?}", entry.position, entry.account)).collect();
    assert_eq!(told, ["1 None", "2 Some(\"target\")", "3 None"]);
}

#[test]
fn what_is_refused_says_what_to_do() {
    let refused = |source: &str, expected: Expect| expected.assert_eq(&run(source).0.text());
    refused(
        "on(\"target\", || on(\"target\", || 1))",
        expect![[r#"
        test.rhai:2:17: `on("target", …)` stands inside of `on("target", …)`: end the one block before the other
          |
        2 | on("target", || on("target", || 1))
          |                 ^^"#]],
    );
    refused(
        "try { on(\"target\", || on(\"target\", || 1)) } catch { 2 }",
        expect![[r#"
        test.rhai:2:23: `on("target", …)` stands inside of `on("target", …)`: end the one block before the other
          |
        2 | try { on("target", || on("target", || 1)) } catch { 2 }
          |                       ^^"#]],
    );
    refused(
        "let name = \"targte\"; on(name, || 1)",
        expect![[r#"
        test.rhai:2:22: the script declares no connection `targte`: did you mean `target`?
          |
        2 | let name = "targte"; on(name, || 1)
          |                      ^^"#]],
    );
    refused(
        "on(1, || 1)",
        expect![[r#"
        test.rhai:2:1: `on` takes the name of a connection, not the int 1
          |
        2 | on(1, || 1)
          | ^^"#]],
    );
    refused(
        "on(\"target\", 1)",
        expect![[r#"
        test.rhai:2:1: `on` takes a block such as `|| { … }` behind the name, not the int 1
          |
        2 | on("target", 1)
          | ^^"#]],
    );
    refused(
        "on(\"target\", || lists::get(\"nope\"))",
        expect![[r#"
        test.rhai:2:24: lists.get: 404 not_found: A list with id nope does not exist. (at /data/)
          |
        2 | on("target", || lists::get("nope"))
          |                        ^^^
          in a closure, called at test.rhai:2:1"#]],
    );
    refused(
        "checkpoint(\"x\", || on(\"target\", || lists::create(#{ name: \"a\" })))",
        expect![[r#"
            test.rhai:2:43: lists.create has an effect, and a `checkpoint` block may only read: move it behind the block
              |
            2 | checkpoint("x", || on("target", || lists::create(#{ name: "a" })))
              |                                           ^^^^^^"#]],
    );
}

#[test]
fn a_run_without_a_declared_connection_does_not_start() {
    let ended = run_offline(&format!("{HEADER}print(1);"));
    assert!(ended.logs.is_empty());
    expect!["the run was given no connection `target`, which the script declares at test.rhai:1"]
        .assert_eq(&ended.text());
    let error = Script::compile("on(\"target\", || 1)", "test.rhai").unwrap_err();
    expect![[r#"
        test.rhai:1:4: the script declares no connection `target`: write `//! connection target   What it is for.` at the top of the script
          |
        1 | on("target", || 1)
          |    ^^^^^^^^"#]].assert_eq(&error.to_string());
}
