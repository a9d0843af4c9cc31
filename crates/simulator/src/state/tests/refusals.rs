//! What the API refuses, in its words; and that a refusal changes nothing.

use expect_test::{Expect, expect};
use pianoroll_api::operation::Mode;
use serde_json::{Value, json};

use super::{Ask, State, account, all, ask};

const ALICE: &str = "01GDDKASAP8TKDDA2GRZDSVP4H";

#[track_caller]
fn check(request: Ask, expected: Expect) {
    let mut state = account();
    expected.assert_eq(&request.refused(&mut state));
    let mut fresh = account();
    let same = |operation: &'static str, state: &mut super::State| all(state, || ask(operation));
    for operation in [
        "profiles.list",
        "lists.list",
        "segments.list",
        "tags.list",
        "templates.list",
        "webhooks.list",
        "coupons.list",
    ] {
        assert_eq!(same(operation, &mut state), same(operation, &mut fresh), "{operation} changed");
    }
}

fn profile(attributes: Value) -> Ask {
    ask("profiles.create").body(json!({ "data": { "type": "profile", "attributes": attributes } }))
}

#[test]
fn bodies_are_checked() {
    check(
        profile(json!({ "email": "a@b.cd", "nickname": "Al" })),
        expect![[
            r#"400 invalid Some(Pointer("/data/attributes/nickname")): 'nickname' is not a valid field for the resource 'profile'."#
        ]],
    );
    check(
        profile(json!({ "email": 5 })),
        expect![[
            r#"400 invalid Some(Pointer("/data/attributes/email")): 'email' must be a string."#
        ]],
    );
    check(
        profile(json!({ "email": "alice" })),
        expect![[r#"400 invalid Some(Pointer("/data/attributes/email")): Invalid email address"#]],
    );
    check(
        profile(json!({ "phone_number": "555" })),
        expect![[
            r#"400 invalid Some(Pointer("/data/attributes/phone_number")): Invalid phone number format (Example of a valid format: +12345678901)"#
        ]],
    );
    check(
        profile(json!({ "created": "2024-01-01T00:00:00Z", "email": "a@b.cd" })),
        expect![[
            r#"400 invalid Some(Pointer("/data/attributes/created")): 'created' is not a valid field for the resource 'profile'."#
        ]],
    );
    check(
        ask("profiles.create").body(json!({ "data": { "type": "person", "attributes": {} } })),
        expect![[
            r#"400 invalid Some(Pointer("/data/type")): 'person' is not the type of this resource: expected 'profile'."#
        ]],
    );
    check(
        ask("profiles.update")
            .id(ALICE)
            .body(json!({ "data": { "type": "profile", "id": "x", "attributes": {} } })),
        expect![[
            r#"400 invalid Some(Pointer("/data/id")): 'id' does not match the id of the path."#
        ]],
    );
    check(
        ask("lists.create").body(json!({ "data": { "type": "list", "attributes": {} } })),
        expect![[
            r#"400 invalid Some(Pointer("/data/attributes/name")): 'name' is a required field for the resource 'list'."#
        ]],
    );
    check(
        ask("templates.create").body(json!({ "name": "A", "editor_type": "WORD" })),
        expect![[
            r#"400 invalid Some(Pointer("/data/attributes/editor_type")): 'editor_type' must be one of: CODE, USER_DRAGGABLE (got WORD)"#
        ]],
    );
    check(
        ask("campaigns.create").body(json!({ "name": "A", "audiences": {}, "campaign-messages": { "data": [{ "type": "campaign-message", "attributes": {} }] } })),
        expect![[r#"400 invalid Some(Pointer("/data/attributes/campaign-messages/data/0/attributes/channel")): 'campaign-messages.data.0.attributes.channel' is a required field for the resource 'campaign'."#]],
    );
    check(
        ask("lists.add_profiles")
            .id("Y6nRLr")
            .body(json!({ "data": [{ "type": "list", "id": ALICE }] })),
        expect![[r#"400 invalid Some(Pointer("/data/0/type")): 'type' must be 'profile' here."#]],
    );
    check(
        ask("webhooks.create").body(json!({ "name": "A", "endpoint_url": "http://example.com", "secret_key": "0123456789abcdef" })),
        expect![[r#"400 invalid Some(Pointer("/data/attributes/endpoint_url")): 'endpoint_url' must be a valid https URL."#]],
    );
    check(
        ask("coupons.create").body(json!({ "external_id": "NO-HYPHENS" })),
        expect![[
            r#"400 invalid Some(Pointer("/data/attributes/external_id")): 'external_id' may hold letters, digits and underscores."#
        ]],
    );
}

#[test]
fn the_documents_faulty_bodies_are_refused_by_the_real_api() {
    for mode in [Mode::Strict, Mode::Today] {
        let webhook = json!({ "data": { "type": "webhook", "attributes": { "name": "A", "endpoint_url": "https://example.com", "enabled": true } } });
        assert!(
            ask("webhooks.create")
                .mode(mode)
                .body(webhook)
                .refused(&mut account())
                .starts_with("400")
        );
        let item = json!({ "external_id": "A", "title": "A", "url": "https://example.com" });
        assert!(
            ask("catalog_items.create")
                .mode(mode)
                .body(item)
                .refused(&mut account())
                .contains("description")
        );
    }
}

#[test]
fn what_is_not_there_is_a_404() {
    check(
        ask("profiles.get").id("nobody"),
        expect!["404 not_found None: A profile with id nobody does not exist."],
    );
    check(
        ask("events.get").id("30000000zzz"),
        expect!["404 not_found None: A event with id 30000000zzz does not exist."],
    );
    check(
        ask("lists.add_profiles").id("Y6nRLr").body(json!([ALICE, "nobody"])),
        expect!["404 not_found None: A profile with id nobody does not exist."],
    );
    check(
        ask("lists.add_profiles").id("nolist").body(json!([ALICE])),
        expect!["404 not_found None: A list with id nolist does not exist."],
    );
    check(
        ask("campaigns.send").body(json!({ "campaign_id": "none" })),
        expect!["404 not_found None: A campaign with id none does not exist."],
    );
    check(
        ask("coupon_codes.create").body(json!({ "unique_code": "A", "coupon": "NONE" })),
        expect!["404 not_found None: A coupon with id NONE does not exist."],
    );
    check(
        ask("tags.delete").id("none"),
        expect!["404 not_found None: A tag with id none does not exist."],
    );
}

#[test]
fn a_second_holder_of_an_identifier_is_a_409_with_the_first_ones_id() {
    let mut state = account();
    let conflict = profile(json!({ "email": "alice@example.com" })).of(&mut state).unwrap_err();
    assert_eq!(
        (conflict.status, conflict.code, conflict.title),
        (409, "duplicate_profile", "Conflict.")
    );
    assert_eq!(conflict.meta, json!({ "duplicate_profile_id": ALICE }));
    check(
        ask("profiles.update").id(ALICE).body(json!({ "email": "bob@example.com" })),
        expect![[
            r#"409 duplicate_profile Some(Pointer("/data/attributes")): A profile already exists with one of these identifiers."#
        ]],
    );
    check(
        ask("coupons.create").body(json!({ "external_id": "WELCOME10" })),
        expect![[
            r#"409 duplicate Some(Pointer("/data/attributes")): A coupon with external_id WELCOME10 already exists."#
        ]],
    );
    let own = ask("profiles.update").id(ALICE).body(json!({ "email": "alice@example.com" }));
    assert_eq!(own.ok(&mut state)["data"]["id"], ALICE);
}

#[test]
fn the_documents_coupon_is_there_for_its_codes_and_can_be_created_once() {
    let mut state = account();
    let codes = |state: &mut State| {
        let codes =
            ask("coupon_codes.list").with("filter", "equals(coupon.id,\"SUMMER_SALE_2024\")");
        codes.ok(state)["data"].as_array().unwrap().len()
    };
    let before = codes(&mut state);
    let create = || {
        ask("coupons.create")
            .body(json!({ "external_id": "SUMMER_SALE_2024", "description": "New" }))
    };
    let wrong = json!({ "external_id": "SUMMER_SALE_2024", "nope": 1 });
    ask("coupons.create").body(wrong).of(&mut state).unwrap_err();
    assert_eq!(create().ok(&mut state)["data"]["attributes"]["description"], "New");
    assert_eq!(create().of(&mut state).unwrap_err().status, 409);
    assert_eq!(codes(&mut state), before, "its codes stay");
}

#[test]
fn filters_that_compare_nothing_are_refused() {
    check(
        ask("profiles.list").with("filter", "greater-than(created,soon)"),
        expect![[
            r#"400 invalid Some(Parameter("filter")): Invalid filter provided. 'soon' is not a datetime for created."#
        ]],
    );
    check(
        ask("campaigns.list").with("filter", "equals(messages.channel,\"mobile_push\")"),
        expect![[
            r#"400 invalid Some(Parameter("filter")): 'channel' must be one of: email, sms (got mobile_push)"#
        ]],
    );
}

#[test]
fn a_bulk_call_with_one_bad_event_records_none() {
    let mut state = account();
    let body = json!([
        { "profile": { "email": "ok@example.net" }, "metric": { "name": "Tried On" }, "properties": {} },
        { "profile": { "email": "not an address" }, "metric": { "name": "Tried On" }, "properties": {} },
    ]);
    assert!(
        ask("events.bulk_create").body(body).refused(&mut state).contains("Invalid email address")
    );
    let found =
        ask("profiles.list").with("filter", "equals(email,\"ok@example.net\")").ok(&mut state);
    assert!(super::ids(&found).is_empty());
}
