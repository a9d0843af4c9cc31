//! What a script needs to be granted, and what is only warned of.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use pianoroll_model::{Effect, PermissionSet};

use crate::Script;
use crate::check::Table;
use crate::modules::calls::called;

fn check(source: &str, expected: Expect) {
    let script = Script::compile(source, "x.rhai").unwrap();
    let mut text = String::new();
    for need in script.needs() {
        let permissions: Vec<String> = need.permissions.iter().map(ToString::to_string).collect();
        let permissions =
            if permissions.is_empty() { "?".to_owned() } else { permissions.join(" or ") };
        let (line, column) = (need.place.line, need.place.column);
        let operation = need.operation.unwrap_or("?");
        let _ = writeln!(text, "{line}:{column} {} ({operation}): {permissions}", need.function);
    }
    expected.assert_eq(&text);
}

fn check_warnings(source: &str, expected: Expect) {
    let script = Script::compile(source, "x.rhai").unwrap();
    let shown = script.warnings().iter().map(|warning| warning.render("x.rhai", source));
    expected.assert_eq(&shown.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn each_call_needs_what_it_may_do() {
    check(
        r#"
        let list = lists::find("Inactive");
        fn all(list) { for p in lists::each_profile(list) { profiles::merge(#{ destination: "a", source: p.id }); } }
        all(list.id);
        lists::sync_profiles(list.id, []);
        [1].map(|x| metrics::get("m"));
        "#,
        expect![[r#"
            2:20 lists::find (lists.list): lists:read
            2:20 lists::find (lists.get): lists:read
            3:33 lists::each_profile (lists.list_profiles): lists:read
            3:61 profiles::merge (profiles.merge): profiles:delete
            5:9 lists::sync_profiles (lists.list_profiles): lists:read
            5:9 lists::sync_profiles (lists.add_profiles): lists:write
            5:9 lists::sync_profiles (lists.remove_profiles): lists:write
            6:21 metrics::get (metrics.get): metrics:read
        "#]],
    );
}

#[test]
fn what_a_body_decides_is_known_where_it_is_written_out() {
    check(
        r#"
        let id = "f";
        flows::update_status(id, #{ status: "live" });
        flows::update_status(id, #{ status: "draft" });
        flows::update_status(id, #{ data: #{ type: "flow", id: id, attributes: #{ status: "live" } } });
        let live = #{ status: "live" };
        flows::update_status(id, live);
        let status = "draft";
        flows::update_status(id, #{ status: status });
        let changed = #{ status: "draft" };
        changed.status = "live";
        flows::update_status(id, changed);
        fn turn(id, body) { flows::update_status(id, body); }
        turn(id, live);
        for given in ["draft"] { flows::update_status(id, #{ status: given }); }
        webhooks::update(id, #{ name: "x" });
        webhooks::update(id, #{ name: "x", endpoint_url: "https://a.example" });
        "#,
        expect![[r#"
            3:9 flows::update_status (flows.update_status): flows:send
            4:9 flows::update_status (flows.update_status): flows:write
            5:9 flows::update_status (flows.update_status): flows:send
            7:9 flows::update_status (flows.update_status): flows:send
            9:9 flows::update_status (flows.update_status): flows:write
            12:9 flows::update_status (flows.update_status): flows:write or flows:send
            13:29 flows::update_status (flows.update_status): flows:write or flows:send
            15:34 flows::update_status (flows.update_status): flows:write or flows:send
            16:9 webhooks::update (webhooks.update): webhooks:write
            17:9 webhooks::update (webhooks.update): webhooks:send
        "#]],
    );
}

#[test]
fn a_request_needs_what_it_turns_out_to_be() {
    check(
        r#"
        request("GET", "/api/profiles");
        request("PATCH", "/api/flows/f", #{}, #{ data: #{ attributes: #{ status: "live" } } });
        request("POST", "/api/unheard-of");
        let path = `/api/lists/${1}`;
        request("GET", path);
        "#,
        expect![[r#"
            2:9 request (profiles.list): profiles:read
            3:9 request (flows.update_status): flows:send
            4:9 request (request): request
            6:9 request (?): ?
        "#]],
    );
}

#[test]
fn a_need_is_denied_only_where_nothing_that_it_may_need_is_granted() {
    let source = r#"fn turn(body) { flows::update_status("f", body); }"#;
    let script = Script::compile(source, "x.rhai").unwrap();
    let need = &script.needs()[0];
    let missing = |granted: &PermissionSet| {
        need.missing(granted).map(ToString::to_string).collect::<Vec<_>>()
    };
    let none = PermissionSet::none();
    assert!(need.is_denied(&none));
    assert_eq!(missing(&none), ["flows:write", "flows:send"]);
    let write = none.with_effect(Effect::Write);
    assert!(!need.is_denied(&write));
    assert_eq!(missing(&write), ["flows:send"]);
}

#[test]
fn every_function_of_a_resource_tells_what_it_calls() {
    let resources =
        |module: &str| pianoroll_api::OPERATIONS.iter().any(|operation| operation.module == module);
    for (module, functions) in &Table::get().modules {
        for function in functions.keys().filter(|_| resources(module)) {
            assert!(!called(module, function).is_empty(), "{module}::{function} calls nothing");
        }
    }
}

#[test]
fn a_call_that_only_the_document_knows_is_warned_of() {
    check_warnings(
        "for m in flows::list_messages(\"f\").data { print(m.id); }",
        expect![[r#"
        x.rhai:1:10: warning: `flows::list_messages` works with the documented API only
          |
        1 | for m in flows::list_messages("f").data { print(m.id); }
          |          ^^^^^^^^^^^^^^^^^^^^
          = no revision of Klaviyo's API has this route; call `flows::list_actions`, then `flow_actions::list_messages` for each action"#]],
    );
}
