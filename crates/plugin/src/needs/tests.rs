//! What components need.

use expect_test::{Expect, expect};

use crate::manifest::tests::asking;
use crate::package::Package;
use crate::package::tests::{RUN, component, encoded};

fn lacks(component: &[u8], words: &[&str], expected: Expect) {
    let error = Package::pack(component, &asking("a", "1.0.0", words)).unwrap_err();
    expected.assert_eq(&error.to_string());
}

fn fits(component: &[u8], words: &[&str]) {
    Package::pack(component, &asking("a", "1.0.0", words)).unwrap();
}

#[test]
fn an_interface_is_asked_for() {
    fits(&component(&[]), &[]);
    fits(&component(&["log", "clock", "random", "state", "params", "progress", "wait"]), &[]);
    fits(&component(&["checkpoints", "types"]), &[]);
    fits(&component(&["profiles"]), &["profiles:delete"]);
    fits(&component(&["calls"]), &["profiles:read"]);
    fits(&component(&["calls"]), &["request"]);
    fits(&component(&["files"]), &["files:read"]);
    fits(&component(&["notify"]), &["notify"]);
    lacks(
        &component(&["calls", "files", "profiles", "webhook-topics"]),
        &["lists:read"],
        expect![[r#"
        the component does not fit:
          it imports `files`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "files:read" = "why", "files:write" = "why"
          it imports `profiles`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "profiles:read" = "why", "profiles:write" = "why", "profiles:delete" = "why"
          it imports `webhook-topics`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "webhook_topics:read" = "why""#]],
    );
    lacks(
        &component(&["calls"]),
        &["files:read"],
        expect![[r#"
        the component does not fit:
          it imports `calls`, and its manifest asks for none of what that can do: add to `[permissions]` what it calls"#]],
    );
    lacks(
        &component(&["notify"]),
        &["profiles:read", "files:write"],
        expect![[r#"
        the component does not fit:
          it imports `notify`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "notify" = "why""#]],
    );
    lacks(
        &component(&["files"]),
        &["request"],
        expect![[r#"
        the component does not fit:
          it imports `files`, and its manifest does not ask for it: add to `[permissions]` what it calls, of "files:read" = "why", "files:write" = "why""#]],
    );
}

#[test]
fn nothing_else_is_there() {
    let foreign = r#"(component
        (import "wasi:cli/environment@0.2.3" (instance (export "get-environment" (func))))
        (import "pianoroll:klaviyo/profiles@0.2.0" (instance))
        (import "pianoroll:klaviyo/profile@0.1.0" (instance))
        (import "pianoroll:klaviyo/log@0.1.0" (instance (export "erase" (func))))
        (import "pianoroll:klaviyo/clock@0.1.0" (func))
        (import "fetch" (func))
        (import "module" (core module)))"#;
    lacks(
        &wat::parse_str(foreign).unwrap(),
        &[],
        expect![[r#"
        the component does not fit:
          it imports `fetch`, which is not there: only the WIT package `pianoroll:klaviyo` is
          it imports `module`, which is not there: only the WIT package `pianoroll:klaviyo` is
          it imports `pianoroll:klaviyo/clock@0.1.0`, which is not there: this pianoroll has no such interface
          it imports `pianoroll:klaviyo/profiles@0.2.0`, which is not there: this pianoroll has 0.1.0, and it was built against 0.2.0
          it imports `wasi:cli/environment@0.2.3`, which is not there: a plugin reaches nothing of the machine; build it without WASI (`pianoroll plugin new` shows how)
          it imports `log.erase`, which is not there: a newer pianoroll may have it
          it imports `pianoroll:klaviyo/profile`, which is not there: only the WIT package `pianoroll:klaviyo` is
          it exports no `run`: implement the world `automation` of the WIT package"#]],
    );
}

#[test]
fn run_is_exported_and_little_else() {
    let check = |world: &str, expected: Expect| lacks(&encoded(world), &[], expected);
    fits(&encoded(&format!("{RUN}\nexport init: func();")), &[]);
    fits(&encoded(&format!("{RUN}\nexport exports: interface {{ x: func(); }}")), &[]);
    check(
        &format!("{RUN}\nexport start: func();"),
        expect![[r#"
        the component does not fit:
          it exports `start`, which nobody calls: leave it out"#]],
    );
    check(
        "export run: func();",
        expect![[r#"
        the component does not fit:
          its `run` has another type than `func() -> result<json, error>`, as the world `automation` has it"#]],
    );
    check(
        "export run: func() -> result<string, string>;",
        expect![[r#"
        the component does not fit:
          its `run` has another type than `func() -> result<json, error>`, as the world `automation` has it"#]],
    );
    check(
        "export run: func() -> string;",
        expect![[r#"
        the component does not fit:
          its `run` has another type than `func() -> result<json, error>`, as the world `automation` has it"#]],
    );
    check(
        "export run: interface { x: func(); }",
        expect![[r#"
        the component does not fit:
          its `run` has another type than `func() -> result<json, error>`, as the world `automation` has it"#]],
    );
    check(
        "use pianoroll:klaviyo/types@0.1.0.{json, error};\nexport run: func(x: u8) -> result<json, error>;",
        expect![[r#"
            the component does not fit:
              its `run` has another type than `func() -> result<json, error>`, as the world `automation` has it"#]],
    );
}

#[test]
fn operations_are_known_by_what_is_imported() {
    let file = Package::pack(
        &component(&["webhook-topics", "accounts"]),
        &asking("a", "1.0.0", &["webhook_topics:read", "accounts:read"]),
    );
    let package = Package::read(file.unwrap()).unwrap();
    let ids: Vec<&str> =
        package.needs().operations().into_iter().map(|operation| operation.id).collect();
    expect!["accounts.list webhook_topics.list"].assert_eq(&ids.join(" "));
}
