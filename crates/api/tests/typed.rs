//! Typed requests and answers, on real operations.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use pianoroll_api::requests::{campaigns, connections, coupon_codes, lists, metrics, profiles};
use pianoroll_api::resources::profiles::Profile;
use pianoroll_api::{TypedRequest, find};
use serde_json::{Value, json};

/// The arguments as JSON, and the operation.
fn asked(request: impl TypedRequest) -> (&'static str, Value) {
    let operation = request.operation();
    (operation.id, serde_json::to_value(request.arguments()).unwrap())
}

#[test]
fn a_request_becomes_the_arguments_that_any_guest_would_give() {
    let list = profiles::List::new()
        .filter(r#"equals(email,"a@b.c")"#)
        .fields(["email", "first_name"])
        .additional_fields(vec!["subscriptions".to_owned()])
        .sort("-created")
        .page_size(100)
        .cursor("bmV4dA==");
    let options = json!({
        "filter": "equals(email,\"a@b.c\")",
        "fields": { "profile": ["email", "first_name"] },
        "additional_fields": { "profile": ["subscriptions"] },
        "sort": "-created",
        "page_size": 100,
        "cursor": "bmV4dA==",
    });
    assert_eq!(asked(list), ("profiles.list", json!({ "options": options })));

    let get = profiles::Get::new("P1").include(["lists"]).fields(["email"]).fields_list(["name"]);
    let options =
        json!({ "include": ["lists"], "fields": { "profile": ["email"], "list": ["name"] } });
    assert_eq!(asked(get), ("profiles.get", json!({ "ids": ["P1"], "options": options })));

    let add = lists::AddProfiles::new("L1", ["P1", "P2"]);
    assert_eq!(asked(add), ("lists.add_profiles", json!({ "ids": ["L1"], "body": ["P1", "P2"] })));

    let query = connections::List::new().app("klaviyo").status("ACTIVE");
    let options = json!({ "app": "klaviyo", "status": "ACTIVE" });
    assert_eq!(asked(query), ("connections.list", json!({ "options": options })));

    let send = campaigns::Send::new(json!({ "campaign_id": "C1" }));
    assert_eq!(asked(send), ("campaigns.send", json!({ "body": { "campaign_id": "C1" } })));
}

#[test]
fn attributes_are_a_body_as_well() {
    let mut profile = Profile { email: Some("a@b.c".to_owned()), ..Profile::default() };
    profile.other.insert("first_name".to_owned(), Value::Null);
    let create = profiles::Create::new(profile);
    assert_eq!(create.body, json!({ "email": "a@b.c", "first_name": null }));
}

/// An answer as the typed client reads it: no body is `null`.
fn read<R: TypedRequest>(_: &R, text: &str) -> Result<R::Answer, serde_json::Error> {
    serde_json::from_str(text)
}

#[test]
fn the_documented_answers_are_read() {
    let answer = |id: &str| find(id).unwrap().examples.iter().find_map(|it| it.answer).unwrap();
    let page = read(&profiles::List::new(), answer("profiles.list")).unwrap();
    assert_eq!(page.data[0].id, "01GDDKASAP8TKDDA2GRZDSVP4H");
    assert_eq!(page.data[0].attributes.email.as_deref(), Some("alice@example.com"));
    assert_eq!(page.data[0].attributes.phone_number, None);
    let campaigns = read(&campaigns::List::new(), answer("campaigns.list")).unwrap();
    assert_eq!(campaigns.data[0].attributes.status.as_deref(), Some("Draft"));
    let metrics = read(&metrics::List::new(), answer("metrics.list")).unwrap();
    assert!(metrics.data.iter().all(|metric| metric.attributes.name.is_some()));
    let connection = read(&connections::Get::new("1"), answer("connections.get")).unwrap();
    assert!(connection.is_object());
}

#[test]
fn nothing_is_an_answer_too() {
    assert!(read(&profiles::List::new(), "null").is_err());
    read(&lists::AddProfiles::new("1", ["2"]), "null").unwrap();
}

#[test]
fn answers_that_the_spec_does_not_expect_are_read_as_far_as_possible() {
    let text = r#"{"data":{"type":"coupon-code","id":"1","attributes":{"status":"A_NEW_ONE","unique_code":null,"later":{"a":[1]}}}}"#;
    let code = read(&coupon_codes::Update::new("1", json!({})), text).unwrap().data.attributes;
    assert_eq!((code.status.as_deref(), code.unique_code), (Some("A_NEW_ONE"), None));
    assert_eq!(code.other.get("later"), Some(&json!({ "a": [1] })));
    let bare = read(&profiles::Get::new("1"), r#"{"data":{"type":"profile","id":"1"}}"#).unwrap();
    assert_eq!(bare.data.attributes, Profile::default());
}
