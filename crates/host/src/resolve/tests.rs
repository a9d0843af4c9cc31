use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn an_unknown_operation_is_told_with_what_was_meant() {
    let check = |id: &str, expected: Expect| {
        expected.assert_eq(&match operation(id) {
            Ok(operation) => operation.id.to_owned(),
            Err(errors) => errors.to_string(),
        });
    };
    check("profiles.list", expect![]);
    check("profiles.lst", expect![]);
    check("profile.list", expect![]);
    check("coupons.remove", expect![]);
    check("nonsense", expect![]);
    check("", expect![]);
}

fn shown(method: &str, path: &str, query: Value, body: Option<Value>) -> String {
    let query: Options = serde_json::from_value(query).unwrap();
    match request(method, path, &query, body) {
        Ok(Target::Operation(operation, arguments)) => {
            format!("{} {}", operation.id, serde_json::to_string(&arguments).unwrap())
        }
        Ok(Target::Native(request)) => {
            let body = request.body.map(|body| format!(" {body}")).unwrap_or_default();
            format!(
                "{} {} {} {:?}{body}",
                request.app.id, request.method, request.path, request.query
            )
        }
        Err(errors) => errors.to_string(),
    }
}

fn get(path: &str, expected: Expect) {
    expected.assert_eq(&shown("GET", path, json!({}), None));
}

#[test]
fn a_path_of_the_table_is_that_operation() {
    get("/api/profiles", expect![]);
    get("/api/profiles/", expect![]);
    get("/klaviyo/api/profiles/01G", expect![]);
    get("/api/catalog-items/%24custom%3A%3A%3A%24default%3A%3A%3APROD-001", expect![]);
    get(
        "/api/profiles?filter=equals(email,%22a%2Bb@c.d%22)&page[size]=50&page%5Bcursor%5D=bmV4dA%3D%3D&fields[profile]=email,created&sort=-created",
        expect![],
    );
    let check = |method: &str, path: &str, query: Value, expected: Expect| {
        expected.assert_eq(&shown(method, path, query, None));
    };
    check(
        "get",
        "/api/profiles/a",
        json!({ "include": "lists,segments", "additional-fields[profile]": "subscriptions" }),
        expect![],
    );
    check("GET", "/api/profiles", json!({ "page_size": 10, "fields": ["email"] }), expect![]);
    check("DELETE", "/api/lists/a", json!({}), expect![]);
    expect![].assert_eq(&shown(
        "PATCH",
        "/api/flows/a",
        json!({}),
        Some(json!({ "status": "live" })),
    ));
}

#[test]
fn a_path_that_no_operation_has_is_sent_as_it_stands() {
    get("/api/forms", expect![]);
    get("/klaviyo/api/forms/a%20b?page[size]=3", expect![]);
    expect![].assert_eq(&shown(
        "POST",
        "/api/forms",
        json!({ "a": [1, "b"], "c": true }),
        Some(json!({ "data": 1 })),
    ));
    expect![].assert_eq(&shown("PUT", "/api/profiles", json!({}), None));
    expect![].assert_eq(&shown("GET", "/api/forms", json!({}), Some(json!({}))));
    expect![].assert_eq(&shown("GET", "/api/forms", json!({ "a": { "b": 1 } }), None));
}

#[test]
fn nothing_leaves_the_native_space() {
    get("", expect![]);
    get("api/profiles", expect![]);
    get("https://evil.example/api/profiles", expect![]);
    get("//evil.example/api", expect![]);
    get("/api//profiles", expect![]);
    get("/api/../connections", expect![]);
    get("/api/./profiles", expect![]);
    get("/api/%2e%2e/connections", expect![]);
    get("/api/%252e%252e/connections", expect![]);
    get("/api/a%2fb", expect![]);
    get("/api/a%5cb", expect![]);
    get("/api/a\\b", expect![]);
    get("/api/a b", expect![]);
    get("/api/a%00", expect![]);
    get("/api/a%ff", expect![]);
    get("/api/profiles#x", expect![]);
    get("/klaviyo", expect![]);
    get("/klaviyo/", expect![]);
    get("/", expect![]);
    expect![].assert_eq(&shown("CONNECT", "/api/profiles", json!({}), None));
    expect![].assert_eq(&shown("GTE", "/api/profiles", json!({}), None));
}

#[test]
fn nothing_is_said_twice() {
    let check = |path: &str, query: Value, expected: Expect| {
        expected.assert_eq(&shown("GET", path, query, None));
    };
    check("/api/profiles?sort=id", json!({ "sort": "email" }), expect![]);
    check("/api/profiles", json!({ "page[size]": 10, "page_size": 20 }), expect![]);
    check("/api/profiles", json!({ "fields": ["id"], "fields[profile]": "email" }), expect![]);
    check("/api/profiles?=3", json!({}), expect![]);
}

proptest! {
    #[test]
    fn what_passes_has_no_segment_that_climbs(path in r"/[a-z./\\%25efc~@:]{0,16}") {
        if let Ok(Target::Native(request)) = request("GET", &path, &Options::new(), None) {
            let mut decoded = request.path.clone();
            for _ in 0..4 {
                prop_assert!(decoded.starts_with('/') && !decoded.contains("//"));
                prop_assert!(decoded.split(['/', '\\']).all(|segment| segment != "." && segment != ".."));
                decoded = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
            }
        }
    }
}
