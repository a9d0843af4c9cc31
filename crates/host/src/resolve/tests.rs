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
    check("profiles.list", expect!["profiles.list"]);
    check(
        "profiles.lst",
        expect![
            "profiles.lst: no such operation; did you mean `profiles.list`? (allowed: profiles.bulk_import, profiles.create, profiles.get, profiles.get_bulk_import_job, profiles.list, profiles.list_bulk_import_errors, profiles.list_bulk_import_jobs, profiles.list_lists, profiles.list_segments, profiles.merge, profiles.update)"
        ],
    );
    check(
        "profile.list",
        expect![
            "profile.list: no such operation; did you mean `profiles.list`? (allowed: profiles.bulk_import, profiles.create, profiles.get, profiles.get_bulk_import_job, profiles.list, profiles.list_bulk_import_errors, profiles.list_bulk_import_jobs, profiles.list_lists, profiles.list_segments, profiles.merge, profiles.update)"
        ],
    );
    check(
        "coupons.remove",
        expect!["coupons.remove: no such operation (allowed: coupons.create, coupons.list)"],
    );
    check("nonsense", expect!["nonsense: no such operation"]);
    check("", expect!["an empty id: no such operation"]);
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
    get("/api/profiles", expect!["profiles.list {}"]);
    get("/api/profiles/", expect!["profiles.list {}"]);
    get("/klaviyo/api/profiles/01G", expect![[r#"profiles.get {"ids":["01G"]}"#]]);
    get(
        "/api/catalog-items/%24custom%3A%3A%3A%24default%3A%3A%3APROD-001",
        expect![[r#"catalog_items.get {"ids":["$custom:::$default:::PROD-001"]}"#]],
    );
    get(
        "/api/profiles?filter=equals(email,%22a%2Bb@c.d%22)&page[size]=50&page%5Bcursor%5D=bmV4dA%3D%3D&fields[profile]=email,created&sort=-created",
        expect![[
            r#"profiles.list {"options":{"cursor":"bmV4dA==","fields":{"profile":["email","created"]},"filter":"equals(email,\"a+b@c.d\")","page_size":50,"sort":"-created"}}"#
        ]],
    );
    let check = |method: &str, path: &str, query: Value, expected: Expect| {
        expected.assert_eq(&shown(method, path, query, None));
    };
    check(
        "get",
        "/api/profiles/a",
        json!({ "include": "lists,segments", "additional-fields[profile]": "subscriptions" }),
        expect![[
            r#"profiles.get {"ids":["a"],"options":{"additional_fields":{"profile":["subscriptions"]},"include":["lists","segments"]}}"#
        ]],
    );
    check(
        "GET",
        "/api/profiles",
        json!({ "page_size": 10, "fields": ["email"] }),
        expect![[r#"profiles.list {"options":{"fields":["email"],"page_size":10}}"#]],
    );
    check("DELETE", "/api/lists/a", json!({}), expect![[r#"lists.delete {"ids":["a"]}"#]]);
    expect![[r#"flows.update_status {"ids":["a"],"body":{"status":"live"}}"#]].assert_eq(&shown(
        "PATCH",
        "/api/flows/a",
        json!({}),
        Some(json!({ "status": "live" })),
    ));
}

#[test]
fn a_path_that_no_operation_has_is_sent_as_it_stands() {
    get("/api/forms", expect!["klaviyo GET /api/forms []"]);
    get(
        "/klaviyo/api/forms/a%20b?page[size]=3",
        expect![[r#"klaviyo GET /api/forms/a%20b [("page[size]", "3")]"#]],
    );
    expect![[r#"klaviyo POST /api/forms [("a", "1,b"), ("c", "true")] {"data":1}"#]].assert_eq(
        &shown(
            "POST",
            "/api/forms",
            json!({ "a": [1, "b"], "c": true }),
            Some(json!({ "data": 1 })),
        ),
    );
    expect!["klaviyo PUT /api/profiles []"].assert_eq(&shown(
        "PUT",
        "/api/profiles",
        json!({}),
        None,
    ));
    expect!["GET /api/forms: body: a GET has no body"].assert_eq(&shown(
        "GET",
        "/api/forms",
        json!({}),
        Some(json!({})),
    ));
    expect!["GET /api/forms: a: must be text, a number, true or false, or a list of these"]
        .assert_eq(&shown("GET", "/api/forms", json!({ "a": { "b": 1 } }), None));
}

#[test]
fn nothing_leaves_the_native_space() {
    get("", expect!["GET : path: must begin with `/`, such as /api/profiles"]);
    get(
        "api/profiles",
        expect!["GET api/profiles: path: must begin with `/`, such as /api/profiles"],
    );
    get(
        "https://evil.example/api/profiles",
        expect![
            "GET https://evil.example/api/profiles: path: is a URL; give the native path, such as /api/profiles"
        ],
    );
    get("//evil.example/api", expect!["GET //evil.example/api: path: holds `//`"]);
    get("/api//profiles", expect!["GET /api//profiles: path: holds `//`"]);
    get(
        "/api/../connections",
        expect![
            "GET /api/../connections: path: holds `.` or `..` as a segment, so it would leave its place"
        ],
    );
    get(
        "/api/./profiles",
        expect![
            "GET /api/./profiles: path: holds `.` or `..` as a segment, so it would leave its place"
        ],
    );
    get(
        "/api/%2e%2e/connections",
        expect![
            "GET /api/%2e%2e/connections: path: holds `.` or `..` as a segment, so it would leave its place"
        ],
    );
    get(
        "/api/%252e%252e/connections",
        expect![
            "GET /api/%252e%252e/connections: path: holds `.` or `..` as a segment, so it would leave its place"
        ],
    );
    get("/api/a%2fb", expect![[r#"GET /api/a%2fb: path: hides a `/` or `\` in its encoding"#]]);
    get("/api/a%5cb", expect![[r#"GET /api/a%5cb: path: hides a `/` or `\` in its encoding"#]]);
    get("/api/a\\b", expect![[r#"GET /api/a\b: path: holds `\`; percent-encode it"#]]);
    get("/api/a b", expect!["GET /api/a b: path: holds ` `; percent-encode it"]);
    get("/api/a%00", expect!["GET /api/a%00: path: holds the control character U+0000"]);
    get("/api/a%ff", expect!["GET /api/a%ff: path: is not UTF-8 once decoded"]);
    get("/api/profiles#x", expect!["GET /api/profiles#x: path: holds `#`; percent-encode it"]);
    get("/klaviyo", expect!["GET /klaviyo: path: names nothing below the app"]);
    get("/klaviyo/", expect!["GET /klaviyo/: path: names nothing below the app"]);
    get("/", expect!["GET /: path: names nothing below the app"]);
    expect!["CONNECT /api/profiles: method: not a method of the API (allowed: GET, POST, PATCH, PUT, DELETE)"].assert_eq(&shown("CONNECT", "/api/profiles", json!({}), None));
    expect!["GTE /api/profiles: method: not a method of the API; did you mean `GET`? (allowed: GET, POST, PATCH, PUT, DELETE)"].assert_eq(&shown("GTE", "/api/profiles", json!({}), None));
}

#[test]
fn nothing_is_said_twice() {
    let check = |path: &str, query: Value, expected: Expect| {
        expected.assert_eq(&shown("GET", path, query, None));
    };
    check(
        "/api/profiles?sort=id",
        json!({ "sort": "email" }),
        expect!["GET /api/profiles?sort=id: sort: is given twice"],
    );
    check(
        "/api/profiles",
        json!({ "page[size]": 10, "page_size": 20 }),
        expect!["GET /api/profiles: page_size: is given twice"],
    );
    check(
        "/api/profiles",
        json!({ "fields": ["id"], "fields[profile]": "email" }),
        expect!["GET /api/profiles: fields: is given both as `fields` and as `fields[profile]`"],
    );
    check(
        "/api/profiles?=3",
        json!({}),
        expect!["GET /api/profiles?=3: query: holds a parameter without a name"],
    );
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
