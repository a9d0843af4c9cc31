use expect_test::{Expect, expect};
use pianoroll_api::operation::Mode;
use pianoroll_api::{Arguments, OPERATIONS};
use pianoroll_model::Revision;
use serde_json::{Value, json};

use super::*;

const OLD: Revision = Revision::constant(2024, 10, 15);
const NEW: Revision = Revision::constant(2025, 1, 15);

fn told(operation: &str, arguments: Value, revision: Revision) -> String {
    let operation = crate::resolve::operation(operation).unwrap();
    let arguments: Arguments = serde_json::from_value(arguments).unwrap();
    match check(operation, &arguments, Some(revision)) {
        Ok(()) => "fine".to_owned(),
        Err(errors) => errors.to_string(),
    }
}

fn expect_told(operation: &str, arguments: Value, expected: Expect) {
    expected.assert_eq(&told(operation, arguments, OLD));
}

fn options(operation: &str, options: Value, expected: Expect) {
    expect_told(operation, json!({ "options": options }), expected);
}

fn body(operation: &str, body: Value, expected: Expect) {
    expect_told(operation, json!({ "body": body }), expected);
}

#[test]
fn every_example_of_the_spec_passes_in_every_mode_that_has_it() {
    for operation in OPERATIONS {
        for example in operation.examples {
            let arguments = Arguments {
                ids: example.args.iter().map(|id| (*id).to_owned()).collect(),
                body: example.body.map(|body| serde_json::from_str(body).unwrap()),
                options: serde_json::from_str(example.options).unwrap(),
            };
            for mode in example.modes {
                let revision = Mode::revision(*mode, operation.app);
                let checked = check(operation, &arguments, revision);
                assert_eq!(checked, Ok(()), "{} in {mode}: {arguments:?}", operation.id);
            }
        }
    }
}

#[test]
fn ids_are_counted_and_kept_in_their_segments() {
    expect_told("profiles.get", json!({ "ids": ["01G"] }), expect![]);
    expect_told("profiles.get", json!({}), expect![]);
    expect_told("profiles.get", json!({ "ids": ["a", "b"] }), expect![]);
    expect_told("profiles.list", json!({ "ids": ["a"] }), expect![]);
    expect_told("profiles.get", json!({ "ids": ["../lists"] }), expect![]);
    expect_told("profiles.get", json!({ "ids": [".."] }), expect![]);
    expect_told("profiles.get", json!({ "ids": [""] }), expect![]);
    expect_told("profiles.get", json!({ "ids": ["a\u{0}b"] }), expect![]);
}

#[test]
fn options_are_those_of_the_route() {
    options("profiles.list", json!({ "page_sise": 10 }), expect![]);
    options("profiles.list", json!({ "page[size]": 10 }), expect![]);
    options("profiles.list", json!({ "include": ["lists"] }), expect![]);
    options("profiles.list", json!({ "limit": 10 }), expect![]);
    options("profiles.list_lists", json!({ "cursor": "x" }), expect![]);
    expect_told("lists.delete", json!({ "ids": ["a"], "options": { "filter": "x" } }), expect![]);
}

#[test]
fn pages_have_a_size_and_a_cursor() {
    options("profiles.list", json!({ "page_size": 100, "cursor": "bmV4dA==" }), expect![]);
    options("profiles.list", json!({ "page_size": 101 }), expect![]);
    options("profiles.list", json!({ "page_size": 0 }), expect![]);
    options("profiles.list", json!({ "page_size": -1 }), expect![]);
    options("profiles.list", json!({ "page_size": 10.5 }), expect![]);
    options("profiles.list", json!({ "page_size": "10" }), expect![]);
    options("lists.list", json!({ "page_size": 50 }), expect![]);
    options("profiles.list", json!({ "cursor": null }), expect![]);
    options("profiles.list", json!({ "cursor": "" }), expect![]);
    options(
        "profiles.list",
        json!({ "cursor": "https://a.klaviyo.com/api/profiles?page[cursor]=x" }),
        expect![],
    );
}

#[test]
fn a_sort_is_one_name() {
    options("profiles.list", json!({ "sort": "-created" }), expect![]);
    options("profiles.list", json!({ "sort": "creatd" }), expect![]);
    options("profiles.list", json!({ "sort": "last_event_date" }), expect![]);
    options("profiles.list", json!({ "sort": ["created"] }), expect![]);
    options("profiles.list", json!({ "sort": "created,email" }), expect![]);
}

#[test]
fn an_include_is_a_list_of_relationships() {
    let get = |include: Value, expected| {
        expect_told(
            "profiles.get",
            json!({ "ids": ["a"], "options": { "include": include } }),
            expected,
        );
    };
    get(json!(["lists", "segments"]), expect![]);
    get(json!(["list"]), expect![]);
    get(json!("lists"), expect![]);
    get(json!([1]), expect![]);
}

#[test]
fn fields_are_attributes_of_the_types_answered() {
    let fields = |fields: Value, expected| {
        expect_told(
            "profiles.get",
            json!({ "ids": ["a"], "options": { "fields": fields } }),
            expected,
        );
    };
    fields(json!(["email", "location.city", "subscriptions"]), expect![]);
    fields(json!({ "profile": ["email"], "list": ["name"] }), expect![]);
    fields(json!(["emial"]), expect![]);
    fields(json!({ "lst": ["name"] }), expect![]);
    fields(json!({ "list": ["email"] }), expect![]);
    fields(json!({ "list": "name" }), expect![]);
    fields(json!("email"), expect![]);
    fields(json!([]), expect![]);
    fields(json!([3]), expect![]);
}

#[test]
fn additional_fields_are_those_that_cost_more() {
    options("profiles.list", json!({ "additional_fields": ["predictive_analytics"] }), expect![]);
    options(
        "profiles.list",
        json!({ "additional_fields": { "profile": ["subscriptions"] } }),
        expect![],
    );
    options("profiles.list", json!({ "additional_fields": ["subscription"] }), expect![]);
    options(
        "profiles.list",
        json!({ "additional_fields": { "list": ["profile_count"] } }),
        expect![],
    );
}

#[test]
fn a_filter_holds_fields_and_operators_of_the_route() {
    let filter =
        |text: &str, expected| options("profiles.list", json!({ "filter": text }), expected);
    filter("equals(email,\"a@b.c\")", expect![]);
    filter("and(any(id,[\"a\",\"b\"]),greater-than(created,2024-01-01))", expect![]);
    filter("equals(emial,\"a@b.c\")", expect![]);
    filter("contains(email,\"a\")", expect![]);
    filter("greater-or-equal(updated,2024-01-01T00:00:00Z)", expect![]);
    filter("equals(first_name,\"Alice\")", expect![]);
    filter("or(equals(email,\"a\"),equals(email,\"b\"))", expect![]);
    filter("not(email,\"a\")", expect![]);
    filter("equals(email,\"a@b.c\"", expect![]);
    filter("", expect![]);
    filter("equals(email,alice@example.com)", expect![]);
    filter("greater-than(created,2024-13-01)", expect![]);
    filter("any(id,\"a\")", expect![]);
    filter("any(id,[])", expect![]);
    filter("equals(id,[\"a\"])", expect![]);
    filter("equals(email)", expect![]);
    options("profiles.list", json!({ "filter": 3 }), expect![]);
    options("events.list", json!({ "filter": "has(profile)" }), expect![]);
    options("events.list", json!({ "filter": "has(profile,true)" }), expect![]);
}

#[test]
fn some_filters_are_required() {
    options("campaigns.list", json!({}), expect![]);
    options("campaigns.list", json!({ "filter": "equals(archived,false)" }), expect![]);
    options("campaigns.list", json!({ "filter": "equals(messages.channel,\"email\")" }), expect![]);
    options("coupon_codes.list", json!({}), expect![]);
}

#[test]
fn some_filters_decide_the_sort() {
    let both = |filter: &str, sort: &str, expected| {
        options("profiles.list", json!({ "filter": filter, "sort": sort }), expected);
    };
    both("greater-than(updated,2024-01-01)", "updated", expect![]);
    both("less-than(updated,2024-01-01)", "-updated", expect![]);
    both("greater-than(updated,2024-01-01)", "-updated", expect![]);
    both("less-than(created,2024-01-01)", "email", expect![]);
    both("equals(email,\"a\")", "-updated", expect![]);
}

#[test]
fn other_parameters_have_types() {
    options("connections.list", json!({ "app": "klaviyo", "status": "ACTIVE" }), expect![]);
    options("connections.list", json!({ "status": "active" }), expect![]);
    options("connections.list", json!({ "app": 3 }), expect![]);
    options("connections.list", json!({ "app": null }), expect![]);
}

#[test]
fn a_body_of_attributes_is_a_map_of_known_ones() {
    body("profiles.create", json!({ "email": "a@b.c", "properties": { "x": 1 } }), expect![]);
    body("profiles.create", json!({ "emial": "a@b.c" }), expect![]);
    body("profiles.create", json!({ "created": "2024-01-01T00:00:00Z" }), expect![]);
    body("profiles.create", json!({ "email": 3, "properties": ["x"] }), expect![]);
    body("profiles.create", json!(["a"]), expect![]);
    body("profiles.create", json!("a"), expect![]);
    expect_told("profiles.create", json!({}), expect![]);
    expect_told("profiles.get", json!({ "ids": ["a"], "body": { "email": "x" } }), expect![]);
    expect_told("profiles.get", json!({ "ids": ["a"], "body": null }), expect![]);
    expect_told(
        "profiles.update",
        json!({ "ids": ["a"], "body": { "first_name": null, "patch_properties": { "append": {} } } }),
        expect![],
    );
    expect_told(
        "profiles.update",
        json!({ "ids": ["a"], "body": { "patch_properties": 1 } }),
        expect![],
    );
}

#[test]
fn required_attributes_are_looked_for_inside_too() {
    let create = |revision: Revision, body: Value, expected: Expect| {
        expected.assert_eq(&told("campaigns.create", json!({ "body": body }), revision));
    };
    create(OLD, json!({}), expect![]);
    let messages =
        json!({ "data": [{ "type": "campaign-message", "attributes": { "channel": "email" } }] });
    let campaign =
        json!({ "name": "x", "audiences": { "included": ["a"] }, "campaign-messages": messages });
    create(OLD, campaign.clone(), expect![]);
    create(NEW, campaign, expect![]);
    let messages =
        json!({ "data": [{ "attributes": { "channel": "email" } }, { "attributes": {} }, {}] });
    let campaign = json!({ "name": "x", "audiences": {}, "campaign-messages": messages });
    create(OLD, campaign.clone(), expect![]);
    create(NEW, campaign, expect![]);
    create(
        OLD,
        json!({ "name": null, "audiences": "all", "campaign-messages": { "data": [] } }),
        expect![],
    );
}

#[test]
fn types_are_told() {
    let code = |attribute: &str, value: Value, expected| {
        let body = json!({ "unique_code": "A", "coupon": "SUMMER", attribute: value });
        super::tests::body("coupon_codes.create", body, expected);
    };
    code("expires_at", json!("2025-12-31T23:59:59Z"), expect![]);
    code("expires_at", json!("2025-12-31"), expect![]);
    code("expires_at", json!("2025-12-31 23:59:59+00:00"), expect![]);
    code("expires_at", json!("next year"), expect![]);
    code("expires_at", json!(1_700_000_000), expect![]);
    code("coupon", json!(["A", "B"]), expect![]);
    code("coupon", json!(""), expect![]);
    let event = |attribute: &str, value: Value, expected| {
        let body = json!({
            "profile": { "email": "a@b.c" }, "metric": { "name": "x" }, "properties": {}, attribute: value,
        });
        super::tests::body("events.create", body, expected);
    };
    event("value", json!(3), expect![]);
    event("value", json!("3"), expect![]);
    event("profile", json!("a@b.c"), expect![]);
    event("profile", json!({ "data": { "type": "profile", "id": "x" } }), expect![]);
    body(
        "metrics.query_aggregates",
        json!({ "metric_id": "a", "measurements": ["count", "sum"], "filter": ["x"], "page_size": 1.5 }),
        expect![],
    );
}

#[test]
fn ids_and_relationships_are_keys_of_the_map() {
    body("profiles.merge", json!({ "destination": "a", "source": "b" }), expect![]);
    body("profiles.merge", json!({ "destination": "a", "source": ["b", "c"] }), expect![]);
    body("profiles.merge", json!({ "source": "b" }), expect![]);
    body("profiles.merge", json!({ "destination": 3, "sorce": "b" }), expect![]);
    expect![].assert_eq(&told("profiles.merge", json!({ "body": { "destination": "a" } }), NEW));
    expect![].assert_eq(&told(
        "profiles.merge",
        json!({ "body": { "destination": "a", "source": [] } }),
        NEW,
    ));
    body("campaigns.send", json!({}), expect![]);
}

#[test]
fn lists_are_lists_of_what_the_route_takes() {
    let add = |body: Value, expected| {
        expect_told("lists.add_profiles", json!({ "ids": ["L"], "body": body }), expected)
    };
    add(json!(["a", "b"]), expect![]);
    add(json!([]), expect![]);
    add(json!(["a", 3, ""]), expect![]);
    add(json!("a"), expect![]);
    add(json!({ "ids": ["a"] }), expect![]);
    body(
        "profiles.bulk_import",
        json!([{ "id": "a", "email": "b" }, { "emial": "b" }, "c"]),
        expect![],
    );
    body(
        "events.bulk_create",
        json!([{ "profile": { "email": "a" }, "metric": { "name": "x" } }, { "properties": {} }]),
        expect![],
    );
    let many: Vec<Value> = (0..30).map(|_| json!(1)).collect();
    add(json!(many), expect![]);
}

#[test]
fn documents_are_checked_in_outline_only() {
    body(
        "profiles.create",
        json!({ "data": { "type": "profile", "attributes": { "x": 1 } } }),
        expect![],
    );
    body("profiles.create", json!({ "data": { "type": "profiles", "attributes": [] } }), expect![]);
    body("profiles.create", json!({ "data": { "attributes": {} } }), expect![]);
    body("profiles.create", json!({ "data": [{ "type": "profile" }] }), expect![]);
    body("campaigns.send", json!({ "data": { "type": "campaign-send-job" } }), expect![]);
    let update = |data: Value, expected| {
        expect_told("profiles.update", json!({ "ids": ["a"], "body": { "data": data } }), expected);
    };
    update(json!({ "type": "profile", "id": "a" }), expect![]);
    update(json!({ "type": "profile", "id": "b" }), expect![]);
    update(json!({ "type": "profile" }), expect![]);
    let add = |data: Value, expected| {
        expect_told(
            "lists.add_profiles",
            json!({ "ids": ["L"], "body": { "data": data } }),
            expected,
        );
    };
    add(json!([{ "type": "profile", "id": "a" }]), expect![]);
    add(json!([{ "type": "list", "id": "a" }, { "type": "profile" }]), expect![]);
    add(json!({ "type": "profile", "id": "a" }), expect![]);
    let many: Vec<Value> =
        (0..1001).map(|id| json!({ "type": "profile", "id": id.to_string() })).collect();
    add(json!(many), expect![]);
}

#[test]
fn a_body_has_at_most_five_megabytes() {
    let large = "x".repeat(MAX_BODY_BYTES);
    body("profiles.create", json!({ "first_name": large }), expect![]);
    body(
        "profiles.create",
        json!({ "data": { "type": "profile", "attributes": { "first_name": large } } }),
        expect![],
    );
    body("profiles.bulk_import", json!([{ "email": "a" }, { "first_name": large }]), expect![]);
    // Each fits, and together they become several calls.
    let half = "x".repeat(MAX_BODY_BYTES / 2);
    body(
        "profiles.bulk_import",
        json!([{ "first_name": half }, { "first_name": half }, { "first_name": half }]),
        expect![],
    );
}

#[test]
fn all_mistakes_are_told_together() {
    expect_told(
        "profiles.update",
        json!({ "ids": ["a/b"], "body": { "emial": "x", "location": 3 }, "options": { "fields": ["email"], "additional_fields": ["x"] } }),
        expect![],
    );
}
