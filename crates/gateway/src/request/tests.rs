//! Requests as they leave, for operations of the table.

use expect_test::{Expect, expect};
use pianoroll_api::operation;
use pianoroll_model::Revision;
use proptest::prelude::*;
use serde_json::json;

use super::*;

const OLD: Revision = Revision::constant(2024, 10, 15);

fn connection() -> Connection {
    Connection::new(Some("21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().unwrap()), OLD)
}

fn built(id: &str, arguments: &Arguments, key: Option<&str>) -> Result<HttpRequest, BuildError> {
    build(operation::find(id).unwrap(), &connection(), arguments, key)
}

fn show(request: Result<HttpRequest, BuildError>) -> String {
    match request {
        Err(error) => format!("refused: {error}"),
        Ok(request) => {
            let body = request.body.map(|body| String::from_utf8(body.to_vec()).unwrap());
            let keyed = if request.keyed { " keyed" } else { "" };
            let body = body.map_or(String::new(), |body| format!("\n{body}"));
            format!("{} {}{keyed}{body}", request.method, request.target)
        }
    }
}

fn check(id: &str, arguments: &Arguments, expected: Expect) {
    expected.assert_eq(&show(built(id, arguments, Some("run-1"))));
}

fn body(body: Value) -> Arguments {
    Arguments::default().with_body(body)
}

#[test]
fn options_become_parameters() {
    let arguments = Arguments::default()
        .with_option("filter", "greater-than(updated,2024-01-01T00:00:00+02:00)")
        .with_option("fields", json!(["email", "first_name"]))
        .with_option("additional_fields", json!(["subscriptions"]))
        .with_option("page_size", 100)
        .with_option("cursor", "bmV4dA+/==")
        .with_option("sort", "-updated")
        .with_option("include", Value::Null);
    check(
        "profiles.list",
        &arguments,
        expect![
            "GET /klaviyo/api/profiles?additional-fields%5Bprofile%5D=subscriptions&page%5Bcursor%5D=bmV4dA%2B%2F%3D%3D&fields%5Bprofile%5D=email%2Cfirst_name&filter=greater-than%28updated%2C2024-01-01T00%3A00%3A00%2B02%3A00%29&page%5Bsize%5D=100&sort=-updated"
        ],
    );
    let arguments = Arguments::ids(["01GDDKASAP8TKDDA2GRZDSVP4H"])
        .with_option("fields", json!({"profile": "email", "list": ["name", "created"]}))
        .with_option("include", json!(["lists", "segments"]));
    check(
        "profiles.get",
        &arguments,
        expect![
            "GET /klaviyo/api/profiles/01GDDKASAP8TKDDA2GRZDSVP4H?fields%5Blist%5D=name%2Ccreated&fields%5Bprofile%5D=email&include=lists%2Csegments"
        ],
    );
    let arguments =
        Arguments::default().with_option("app", "klaviyo").with_option("status", "ACTIVE");
    check("connections.list", &arguments, expect!["GET /connections?app=klaviyo&status=ACTIVE"]);
    let wrong = Arguments::default().with_option("colour", "red");
    check(
        "profiles.list",
        &wrong,
        expect!["refused: option `colour`: this operation has no such option"],
    );
    let wrong = Arguments::default().with_option("page_size", json!([1]));
    check(
        "profiles.list",
        &wrong,
        expect!["refused: option `page_size`: a text, a number or a truth value is wanted"],
    );
}

#[test]
fn ids_stay_in_their_segment() {
    let check = |id: &str, expected| check("catalog_items.get", &Arguments::ids([id]), expected);
    check(
        "$custom:::$default:::PROD-001",
        expect!["GET /klaviyo/api/catalog-items/%24custom%3A%3A%3A%24default%3A%3A%3APROD-001"],
    );
    check("a b?c#d%2F+é", expect!["GET /klaviyo/api/catalog-items/a%20b%3Fc%23d%252F%2B%C3%A9"]);
    check(
        "a/b",
        expect![
            "refused: `a/b` cannot be an id: it must not be empty, a dot, or hold slashes or control characters"
        ],
    );
    check(
        "..",
        expect![
            "refused: `..` cannot be an id: it must not be empty, a dot, or hold slashes or control characters"
        ],
    );
    check(
        "a\nb",
        expect![[
            r"refused: `a\nb` cannot be an id: it must not be empty, a dot, or hold slashes or control characters"
        ]],
    );
    check(
        "",
        expect![
            "refused: `` cannot be an id: it must not be empty, a dot, or hold slashes or control characters"
        ],
    );
    let none = show(built("catalog_items.get", &Arguments::default(), None));
    assert_eq!(
        none,
        "refused: the path `/api/catalog-items/{catalog_item_id}` takes 1 id(s), not 0"
    );
}

#[test]
fn maps_become_documents() {
    check(
        "profiles.create",
        &body(json!({"email": "a@b.c", "properties": {"x": 1}})),
        expect![[r#"
        POST /klaviyo/api/profiles
        {"data":{"attributes":{"email":"a@b.c","properties":{"x":1}},"type":"profile"}}"#]],
    );
    let update = Arguments::ids(["01"])
        .with_body(json!({"email": null, "patch_properties": {"unset": "x"}}));
    check(
        "profiles.update",
        &update,
        expect![[r#"
        PATCH /klaviyo/api/profiles/01
        {"data":{"attributes":{"email":null},"id":"01","meta":{"patch_properties":{"unset":"x"}},"type":"profile"}}"#]],
    );
    check(
        "profiles.merge",
        &body(json!({"destination": "01", "source": "02"})),
        expect![[r#"
        POST /klaviyo/api/profile-merge
        {"data":{"id":"01","relationships":{"profiles":{"data":[{"id":"02","type":"profile"}]}},"type":"profile-merge"}}"#]],
    );
    check(
        "campaigns.send",
        &body(json!({"campaign_id": "01"})),
        expect![[r#"
        POST /klaviyo/api/campaign-send-jobs
        {"data":{"id":"01","type":"campaign-send-job"}}"#]],
    );
    check("campaigns.send", &body(json!({})), expect!["refused: the body must have `campaign_id`"]);
    check(
        "coupon_codes.create",
        &body(json!({"unique_code": "A", "coupon": "SUMMER"})),
        expect![[r#"
        POST /klaviyo/api/coupon-codes
        {"data":{"attributes":{"unique_code":"A"},"relationships":{"coupon":{"data":{"id":"SUMMER","type":"coupon"}}},"type":"coupon-code"}}"#]],
    );
    check(
        "coupon_codes.create",
        &body(json!({"unique_code": "A", "coupon": ["X", "Y"]})),
        expect!["refused: the body must have one id as `coupon`"],
    );
    check(
        "connections.create",
        &body(json!({"app": "klaviyo"})),
        expect![[r#"
        POST /connections
        {"app":"klaviyo"}"#]],
    );
    check("profiles.create", &body(json!(["x"])), expect!["refused: the body must be a map"]);
    let document = json!({"data": {"type": "profile", "attributes": {"anything": 1}, "x": null}});
    let stands = built("profiles.create", &body(document.clone()), Some("k")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&stands.body.unwrap()).unwrap(), document);
}

#[test]
fn lists_become_identifiers_items_and_groups() {
    let ids = Arguments::ids(["Y6nRLr"])
        .with_body(json!(["01", {"type": "profile", "id": "02", "attributes": {}}]));
    check(
        "lists.add_profiles",
        &ids,
        expect![[r#"
        POST /klaviyo/api/lists/Y6nRLr/relationships/profiles
        {"data":[{"id":"01","type":"profile"},{"id":"02","type":"profile"}]}"#]],
    );
    check(
        "lists.remove_profiles",
        &ids,
        expect![[r#"
        DELETE /klaviyo/api/lists/Y6nRLr/relationships/profiles
        {"data":[{"id":"01","type":"profile"},{"id":"02","type":"profile"}]}"#]],
    );
    check(
        "profiles.bulk_import",
        &body(json!([{"email": "a@b.c"}, {"id": "01", "properties": {"x": 1}}])),
        expect![[r#"
        POST /klaviyo/api/profile-bulk-import-jobs
        {"data":{"attributes":{"profiles":{"data":[{"attributes":{"email":"a@b.c"},"type":"profile"},{"attributes":{"properties":{"x":1}},"id":"01","type":"profile"}]}},"type":"profile-bulk-import-job"}}"#]],
    );
    check(
        "events.bulk_create",
        &body(json!([
            {"profile": {"email": "a@b.c"}, "metric": {"name": "Viewed"}, "properties": {"n": 1}},
            {"profile": {"id": "02"}, "metric": {"name": "Viewed"}, "properties": {"n": 2}, "unique_id": "mine"},
            {"profile": {"email": "a@b.c"}, "metric": {"name": "Viewed"}, "properties": {"n": 3}},
        ])),
        expect![[r#"
        POST /klaviyo/api/event-bulk-create-jobs keyed
        {"data":{"attributes":{"events-bulk-create":{"data":[{"attributes":{"events":{"data":[{"attributes":{"metric":{"data":{"attributes":{"name":"Viewed"},"type":"metric"}},"properties":{"n":1},"unique_id":"run-1-0"},"type":"event"},{"attributes":{"metric":{"data":{"attributes":{"name":"Viewed"},"type":"metric"}},"properties":{"n":3},"unique_id":"run-1-2"},"type":"event"}]},"profile":{"data":{"attributes":{"email":"a@b.c"},"type":"profile"}}},"type":"event-bulk-create"},{"attributes":{"events":{"data":[{"attributes":{"metric":{"data":{"attributes":{"name":"Viewed"},"type":"metric"}},"properties":{"n":2},"unique_id":"mine"},"type":"event"}]},"profile":{"data":{"attributes":{},"id":"02","type":"profile"}}},"type":"event-bulk-create"}]}},"type":"event-bulk-create-job"}}"#]],
    );
    check(
        "lists.add_profiles",
        &Arguments::ids(["Y"]).with_body(json!([1])),
        expect!["refused: the body must hold ids"],
    );
}

#[test]
fn events_are_keyed_only_where_every_one_has_a_key() {
    let event =
        json!({"profile": {"email": "a@b.c"}, "metric": {"name": "Viewed"}, "properties": {}});
    let keyed =
        |id: &str, given: &Value, key: Option<&str>| built(id, &body(given.clone()), key).unwrap();
    assert!(keyed("events.create", &event, Some("k")).keyed);
    assert!(!keyed("events.create", &event, None).keyed);
    let mut own = event.clone();
    own["unique_id"] = "mine".into();
    assert!(keyed("events.create", &own, None).keyed);
    let single = json!({"data": {"type": "event", "attributes": event}});
    let request = keyed("events.create", &single, Some("k"));
    assert!(
        request.keyed
            && String::from_utf8_lossy(&request.body.unwrap()).contains(r#""unique_id":"k""#)
    );
    let grouped = json!({"data": {"type": "event-bulk-create-job", "attributes": {"events-bulk-create": {"data": [
        {"type": "event-bulk-create", "attributes": {"profile": {}, "events": {"data": [{"type": "event", "attributes": {}}]}}}
    ]}}}});
    let request = keyed("events.bulk_create", &grouped, Some("k"));
    assert!(
        request.keyed
            && String::from_utf8_lossy(&request.body.unwrap()).contains(r#""unique_id":"k-0""#)
    );
    // The gateway document's flat form has another shape: nothing is put in, and nothing is promised.
    let flat = json!({"data": {"type": "event-bulk-create-job", "attributes": {"events": {"data": [{"type": "event", "attributes": {}}]}}}});
    let request = keyed("events.bulk_create", &flat, Some("k"));
    assert!(!request.keyed);
    assert_eq!(serde_json::from_slice::<Value>(&request.body.unwrap()).unwrap(), flat);
    assert!(!keyed("profiles.create", &json!({"email": "a@b.c"}), Some("k")).keyed);
}

#[test]
fn routes_follow_the_connection() {
    let arguments = Arguments::ids(["abc123"]).with_body(json!(["01"]));
    let tag = operation::find("tags.tag_campaigns").unwrap();
    let official = build(tag, &connection(), &arguments, None).unwrap();
    assert_eq!(official.target, "/klaviyo/api/tags/abc123/relationships/campaigns");
    let documented = Connection { documented_routes: true, ..connection() };
    let request = build(tag, &documented, &arguments, None).unwrap();
    assert_eq!(request.target, "/klaviyo/api/tag-campaign-relationships");
    let request =
        build(operation::find("profiles.get").unwrap(), &documented, &Arguments::ids(["1"]), None)
            .unwrap();
    assert_eq!(request.target, "/klaviyo/api/profiles/1");
}

#[test]
fn headers_say_whose_account_and_which_revision() {
    let check = |id: &str, arguments: &Arguments, expected: Expect| {
        let request = built(id, arguments, None).unwrap();
        let headers = request.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        expected.assert_eq(&headers.collect::<Vec<_>>().join("\n"));
    };
    check(
        "profiles.list",
        &Arguments::default(),
        expect![[r#"
        accept: application/vnd.api+json
        revision: 2024-10-15
        maton-connection: 21fd90f9-5935-43cd-b6c8-bde9d915ca80"#]],
    );
    check(
        "lists.create",
        &body(json!({"name": "x"})),
        expect![[r#"
        accept: application/vnd.api+json
        content-type: application/vnd.api+json
        revision: 2024-10-15
        maton-connection: 21fd90f9-5935-43cd-b6c8-bde9d915ca80"#]],
    );
    check(
        "connections.create",
        &body(json!({"app": "x"})),
        expect![[r#"
        accept: application/json
        content-type: application/json"#]],
    );
    let nobody = build(
        operation::find("profiles.list").unwrap(),
        &Connection::new(None, OLD),
        &Arguments::default(),
        None,
    );
    assert_eq!(nobody.unwrap_err(), BuildError::NoConnection);
}

#[test]
fn every_example_of_the_table_builds() {
    for operation in pianoroll_api::OPERATIONS {
        for example in operation.examples {
            let arguments = Arguments {
                ids: example.args.iter().map(|id| (*id).to_owned()).collect(),
                body: example.body.map(|body| serde_json::from_str(body).unwrap()),
                options: serde_json::from_str(example.options).unwrap(),
            };
            for revision in operation.app.revisions.iter().copied().chain([OLD]) {
                let connection = connection().served_as(revision);
                let request = build(operation, &connection, &arguments, Some("key"));
                let request = request.unwrap_or_else(|error| panic!("{}: {error}", operation.id));
                assert!(request.target.starts_with(operation.app.prefix));
                assert_eq!(request.body.is_some(), arguments.body.is_some(), "{}", operation.id);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_arrives_as_it_was(filter in ".*", cursor in ".+", name in "[a-z_]{1,8}") {
        let arguments = Arguments::default()
            .with_option("filter", filter.clone())
            .with_option("cursor", cursor.clone())
            .with_option("fields", json!({ name.clone(): [filter.clone()] }));
        let request = built("profiles.list", &arguments, None).unwrap();
        let url = reqwest::Url::parse(&format!("http://localhost{}", request.target)).unwrap();
        let mut found: Vec<(String, String)> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        found.sort();
        let mut wanted = vec![
            (format!("fields[{name}]"), filter.clone()),
            ("filter".to_owned(), filter),
            ("page[cursor]".to_owned(), cursor),
        ];
        wanted.sort();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!(url.path(), "/klaviyo/api/profiles");
    }

    #[test]
    fn any_id_is_one_segment_or_refused(id in ".*") {
        match built("profiles.get", &Arguments::ids([id.clone()]), None) {
            Ok(request) => {
                let url = reqwest::Url::parse(&format!("http://localhost{}", request.target)).unwrap();
                let segments: Vec<&str> = url.path_segments().unwrap().collect();
                prop_assert_eq!(segments.len(), 4, "{}", url);
                let decoded = percent_encoding::percent_decode_str(segments[3]).decode_utf8().unwrap();
                prop_assert_eq!(decoded, id);
            }
            Err(error) => prop_assert!(matches!(error, BuildError::Id(_))),
        }
    }
}
