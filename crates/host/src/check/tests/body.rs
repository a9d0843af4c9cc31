use expect_test::{Expect, expect};
use pianoroll_model::Revision;
use serde_json::{Value, json};

use super::{NEW, OLD, body, expect_told, told};
use crate::check::MAX_BODY_BYTES;

#[test]
fn a_body_of_attributes_is_a_map_of_known_ones() {
    body("profiles.create", json!({ "email": "a@b.c", "properties": { "x": 1 } }), expect!["fine"]);
    body(
        "profiles.create",
        json!({ "emial": "a@b.c" }),
        expect![
            "profiles.create: body.emial: no such attribute; did you mean `email`? (allowed: email, phone_number, external_id, first_name, last_name, organization, locale, title, image, location, properties)"
        ],
    );
    body(
        "profiles.create",
        json!({ "created": "2024-01-01T00:00:00Z" }),
        expect![
            "profiles.create: body.created: is answered by the API, never accepted (allowed: email, phone_number, external_id, first_name, last_name, organization, locale, title, image, location, properties)"
        ],
    );
    body(
        "profiles.create",
        json!({ "email": 3, "properties": ["x"] }),
        expect![[r#"
        profiles.create: 2 mistakes in the arguments
          body.email: must be text, found `3`
          body.properties: must be a map, found a list"#]],
    );
    body(
        "profiles.create",
        json!(["a"]),
        expect!["profiles.create: body: must be a map of attributes, found a list"],
    );
    body(
        "profiles.create",
        json!("a"),
        expect!["profiles.create: body: must be a map of attributes, found the text `a`"],
    );
    expect_told(
        "profiles.create",
        json!({}),
        expect!["profiles.create: body: missing: a map of attributes"],
    );
    expect_told(
        "profiles.get",
        json!({ "ids": ["a"], "body": { "email": "x" } }),
        expect!["profiles.get: body: this operation takes no body"],
    );
    expect_told("profiles.get", json!({ "ids": ["a"], "body": null }), expect!["fine"]);
    expect_told(
        "profiles.update",
        json!({ "ids": ["a"], "body": { "first_name": null, "patch_properties": { "append": {} } } }),
        expect!["fine"],
    );
    expect_told(
        "profiles.update",
        json!({ "ids": ["a"], "body": { "patch_properties": 1 } }),
        expect!["profiles.update: body.patch_properties: must be a map, found `1`"],
    );
}

#[test]
fn required_attributes_are_looked_for_inside_too() {
    let create = |revision: Revision, body: Value, expected: Expect| {
        expected.assert_eq(&told("campaigns.create", json!({ "body": body }), revision));
    };
    create(
        OLD,
        json!({}),
        expect![[r#"
        campaigns.create: 3 mistakes in the arguments
          body.name: missing: the attribute has to be given
          body.audiences: missing: the attribute has to be given
          body.campaign-messages: missing: the attribute has to be given"#]],
    );
    let messages =
        json!({ "data": [{ "type": "campaign-message", "attributes": { "channel": "email" } }] });
    let campaign =
        json!({ "name": "x", "audiences": { "included": ["a"] }, "campaign-messages": messages });
    create(OLD, campaign.clone(), expect!["fine"]);
    create(
        NEW,
        campaign,
        expect![
            "campaigns.create: body.campaign-messages.data[0].attributes.definition: missing: the attribute has to be given"
        ],
    );
    let messages =
        json!({ "data": [{ "attributes": { "channel": "email" } }, { "attributes": {} }, {}] });
    let campaign = json!({ "name": "x", "audiences": {}, "campaign-messages": messages });
    create(
        OLD,
        campaign.clone(),
        expect![[r#"
        campaigns.create: 2 mistakes in the arguments
          body.campaign-messages.data[1].attributes.channel: missing: the attribute has to be given
          body.campaign-messages.data[2].attributes: missing: the attribute has to be given"#]],
    );
    create(
        NEW,
        campaign,
        expect![[r#"
        campaigns.create: 4 mistakes in the arguments
          body.audiences.included: missing: the attribute has to be given
          body.campaign-messages.data[0].attributes.definition: missing: the attribute has to be given
          body.campaign-messages.data[1].attributes.definition: missing: the attribute has to be given
          body.campaign-messages.data[2].attributes: missing: the attribute has to be given"#]],
    );
    create(
        OLD,
        json!({ "name": null, "audiences": "all", "campaign-messages": { "data": [] } }),
        expect![[r#"
            campaigns.create: 3 mistakes in the arguments
              body.audiences: must be a map, found the text `all`
              body.name: missing: the attribute has to be given
              body.campaign-messages.data: must hold at least one"#]],
    );
}

#[test]
fn types_are_told() {
    let code = |attribute: &str, value: Value, expected| {
        let body = json!({ "unique_code": "A", "coupon": "SUMMER", attribute: value });
        super::body("coupon_codes.create", body, expected);
    };
    code("expires_at", json!("2025-12-31T23:59:59Z"), expect!["fine"]);
    code("expires_at", json!("2025-12-31"), expect!["fine"]);
    code("expires_at", json!("2025-12-31 23:59:59+00:00"), expect!["fine"]);
    code(
        "expires_at",
        json!("next year"),
        expect![
            "coupon_codes.create: body.expires_at: must be a date or a time such as 2024-01-31T09:00:00Z, found the text `next year`"
        ],
    );
    code(
        "expires_at",
        json!(1_700_000_000),
        expect![
            "coupon_codes.create: body.expires_at: must be a date or a time such as 2024-01-31T09:00:00Z, found `1700000000`"
        ],
    );
    code(
        "coupon",
        json!(["A", "B"]),
        expect!["coupon_codes.create: body.coupon: must be an id, found a list"],
    );
    code(
        "coupon",
        json!(""),
        expect!["coupon_codes.create: body.coupon: must be an id, found empty text"],
    );
    let event = |attribute: &str, value: Value, expected| {
        let body = json!({
            "profile": { "email": "a@b.c" }, "metric": { "name": "x" }, "properties": {}, attribute: value,
        });
        super::body("events.create", body, expected);
    };
    event("value", json!(3), expect!["fine"]);
    event(
        "value",
        json!("3"),
        expect!["events.create: body.value: must be a number, found the text `3`"],
    );
    event(
        "profile",
        json!("a@b.c"),
        expect!["events.create: body.profile: must be a map, found the text `a@b.c`"],
    );
    event("profile", json!({ "data": { "type": "profile", "id": "x" } }), expect!["fine"]);
    body(
        "metrics.query_aggregates",
        json!({ "metric_id": "a", "measurements": ["count", "sum"], "filter": ["x"], "page_size": 1.5 }),
        expect![[r#"
            metrics.query_aggregates: 2 mistakes in the arguments
              body.measurements[1]: `sum` is not one of its values (allowed: count, sum_value, unique)
              body.page_size: must be a whole number, found `1.5`"#]],
    );
}

#[test]
fn ids_and_relationships_are_keys_of_the_map() {
    body("profiles.merge", json!({ "destination": "a", "source": "b" }), expect!["fine"]);
    body(
        "profiles.merge",
        json!({ "destination": "a", "source": ["b", "c"] }),
        expect!["profiles.merge: body.source: takes at most 1, and 2 were given"],
    );
    body(
        "profiles.merge",
        json!({ "source": "b" }),
        expect!["profiles.merge: body.destination: missing: the id has to be given"],
    );
    body(
        "profiles.merge",
        json!({ "destination": 3, "sorce": "b" }),
        expect![[r#"
        profiles.merge: 2 mistakes in the arguments
          body.destination: must be an id, found `3`
          body.sorce: no such attribute; did you mean `source`? (allowed: source, destination)"#]],
    );
    expect!["profiles.merge: body.source: missing: an id or a list of ids"].assert_eq(&told(
        "profiles.merge",
        json!({ "body": { "destination": "a" } }),
        NEW,
    ));
    expect!["profiles.merge: body.source: must name at least one id"].assert_eq(&told(
        "profiles.merge",
        json!({ "body": { "destination": "a", "source": [] } }),
        NEW,
    ));
    body(
        "campaigns.send",
        json!({}),
        expect!["campaigns.send: body.campaign_id: missing: the id has to be given"],
    );
}

#[test]
fn lists_are_lists_of_what_the_route_takes() {
    let add = |body: Value, expected| {
        expect_told("lists.add_profiles", json!({ "ids": ["L"], "body": body }), expected)
    };
    add(json!(["a", "b"]), expect!["fine"]);
    add(json!([]), expect!["fine"]);
    add(
        json!(["a", 3, ""]),
        expect![[r#"
            lists.add_profiles: 2 mistakes in the arguments
              body[1]: must be an id, found `3`
              body[2]: must be an id, found empty text"#]],
    );
    add(json!("a"), expect!["lists.add_profiles: body: must be a list of ids, found the text `a`"]);
    add(
        json!({ "ids": ["a"] }),
        expect!["lists.add_profiles: body: must be a list of ids, found a map"],
    );
    body(
        "profiles.bulk_import",
        json!([{ "id": "a", "email": "b" }, { "emial": "b" }, "c"]),
        expect![[r#"
            profiles.bulk_import: 2 mistakes in the arguments
              body[1].emial: no such attribute; did you mean `email`? (allowed: email, phone_number, external_id, anonymous_id, first_name, last_name, organization, locale, title, image, location, properties)
              body[2]: must be a map of attributes, found the text `c`"#]],
    );
    body(
        "events.bulk_create",
        json!([{ "profile": { "email": "a" }, "metric": { "name": "x" } }, { "properties": {} }]),
        expect![[r#"
            events.bulk_create: 3 mistakes in the arguments
              body[0].properties: missing: the attribute has to be given
              body[1].profile: missing: the attribute has to be given
              body[1].metric: missing: the attribute has to be given"#]],
    );
    let many: Vec<Value> = (0..30).map(|_| json!(1)).collect();
    add(
        json!(many),
        expect![[r#"
        lists.add_profiles: 30 mistakes in the arguments
          body[0]: must be an id, found `1`
          body[1]: must be an id, found `1`
          body[2]: must be an id, found `1`
          body[3]: must be an id, found `1`
          body[4]: must be an id, found `1`
          body[5]: must be an id, found `1`
          body[6]: must be an id, found `1`
          body[7]: must be an id, found `1`
          body[8]: must be an id, found `1`
          body[9]: must be an id, found `1`
          body[10]: must be an id, found `1`
          body[11]: must be an id, found `1`
          body[12]: must be an id, found `1`
          body[13]: must be an id, found `1`
          body[14]: must be an id, found `1`
          body[15]: must be an id, found `1`
          body[16]: must be an id, found `1`
          body[17]: must be an id, found `1`
          body[18]: must be an id, found `1`
          body[19]: must be an id, found `1`
          and 10 more"#]],
    );
}

#[test]
fn documents_are_checked_in_outline_only() {
    body(
        "profiles.create",
        json!({ "data": { "type": "profile", "attributes": { "x": 1 } } }),
        expect!["fine"],
    );
    body(
        "profiles.create",
        json!({ "data": { "type": "profiles", "attributes": [] } }),
        expect![[r#"
            profiles.create: 2 mistakes in the arguments
              body.data.type: must be `profile`, found the text `profiles`
              body.data.attributes: must be a map, found a list"#]],
    );
    body(
        "profiles.create",
        json!({ "data": { "attributes": {} } }),
        expect!["profiles.create: body.data.type: must be `profile`, found null"],
    );
    body(
        "profiles.create",
        json!({ "data": [{ "type": "profile" }] }),
        expect![
            "profiles.create: body.data: must be a map with `type` and `attributes`, found a list"
        ],
    );
    body(
        "campaigns.send",
        json!({ "data": { "type": "campaign-send-job" } }),
        expect!["campaigns.send: body.data.id: missing: the id has to be given"],
    );
    let update = |data: Value, expected| {
        expect_told("profiles.update", json!({ "ids": ["a"], "body": { "data": data } }), expected);
    };
    update(json!({ "type": "profile", "id": "a" }), expect!["fine"]);
    update(
        json!({ "type": "profile", "id": "b" }),
        expect!["profiles.update: body.data.id: is the text `b`, but the path says `a`"],
    );
    update(
        json!({ "type": "profile" }),
        expect!["profiles.update: body.data.id: missing: the id has to be given"],
    );
    let add = |data: Value, expected| {
        expect_told(
            "lists.add_profiles",
            json!({ "ids": ["L"], "body": { "data": data } }),
            expected,
        );
    };
    add(json!([{ "type": "profile", "id": "a" }]), expect!["fine"]);
    add(
        json!([{ "type": "list", "id": "a" }, { "type": "profile" }]),
        expect![[r#"
            lists.add_profiles: 2 mistakes in the arguments
              body.data[0].type: must be `profile`, found the text `list`
              body.data[1].id: must be an id, found null"#]],
    );
    add(
        json!({ "type": "profile", "id": "a" }),
        expect!["lists.add_profiles: body.data: must be a list of `{type, id}`, found a map"],
    );
    let many: Vec<Value> =
        (0..1001).map(|id| json!({ "type": "profile", "id": id.to_string() })).collect();
    add(
        json!(many),
        expect![
            "lists.add_profiles: body.data: holds 1001, and one call takes 1000; a plain list of ids is sent in several calls"
        ],
    );
}

#[test]
fn a_body_has_at_most_five_megabytes() {
    let large = "x".repeat(MAX_BODY_BYTES);
    body(
        "profiles.create",
        json!({ "first_name": large }),
        expect!["profiles.create: body: has 5000017 bytes; the API takes at most 5000000"],
    );
    body(
        "profiles.create",
        json!({ "data": { "type": "profile", "attributes": { "first_name": large } } }),
        expect!["profiles.create: body: has 5000058 bytes; the API takes at most 5000000"],
    );
    body(
        "profiles.bulk_import",
        json!([{ "email": "a" }, { "first_name": large }]),
        expect!["profiles.bulk_import: body[1]: has 5000017 bytes; the API takes at most 5000000"],
    );
    // Each fits, and together they become several calls.
    let half = "x".repeat(MAX_BODY_BYTES / 2);
    body(
        "profiles.bulk_import",
        json!([{ "first_name": half }, { "first_name": half }, { "first_name": half }]),
        expect!["fine"],
    );
}
