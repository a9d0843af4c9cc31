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
    expect_told("profiles.get", json!({ "ids": ["01G"] }), expect!["fine"]);
    expect_told(
        "profiles.get",
        json!({}),
        expect!["profiles.get: profile_id: missing: the id has to be given"],
    );
    expect_told(
        "profiles.get",
        json!({ "ids": ["a", "b"] }),
        expect!["profiles.get: ids: takes 1 (profile_id), and 2 were given"],
    );
    expect_told(
        "profiles.list",
        json!({ "ids": ["a"] }),
        expect!["profiles.list: ids: takes none, and 1 were given"],
    );
    expect_told(
        "profiles.get",
        json!({ "ids": ["../lists"] }),
        expect!["profiles.get: profile_id: holds `/`, so it would leave its place in the path"],
    );
    expect_told(
        "profiles.get",
        json!({ "ids": [".."] }),
        expect!["profiles.get: profile_id: `..` would leave its place in the path"],
    );
    expect_told(
        "profiles.get",
        json!({ "ids": [""] }),
        expect!["profiles.get: profile_id: is empty"],
    );
    expect_told(
        "profiles.get",
        json!({ "ids": ["a\u{0}b"] }),
        expect!["profiles.get: profile_id: holds the control character U+0000"],
    );
}

#[test]
fn options_are_those_of_the_route() {
    options(
        "profiles.list",
        json!({ "page_sise": 10 }),
        expect![
            "profiles.list: page_sise: no such option; did you mean `page_size`? (allowed: additional_fields, cursor, fields, filter, page_size, sort)"
        ],
    );
    options(
        "profiles.list",
        json!({ "page[size]": 10 }),
        expect![
            "profiles.list: page[size]: no such option; did you mean `page_size`? (allowed: additional_fields, cursor, fields, filter, page_size, sort)"
        ],
    );
    options(
        "profiles.list",
        json!({ "include": ["lists"] }),
        expect![
            "profiles.list: include: this operation does not take it (allowed: additional_fields, cursor, fields, filter, page_size, sort)"
        ],
    );
    options(
        "profiles.list",
        json!({ "limit": 10 }),
        expect![
            "profiles.list: limit: no such option (allowed: additional_fields, cursor, fields, filter, page_size, sort)"
        ],
    );
    options(
        "profiles.list_lists",
        json!({ "cursor": "x" }),
        expect![[r#"
        profiles.list_lists: 2 mistakes in the arguments
          profile_id: missing: the id has to be given
          cursor: this operation does not take it (allowed: fields)"#]],
    );
    expect_told(
        "lists.delete",
        json!({ "ids": ["a"], "options": { "filter": "x" } }),
        expect!["lists.delete: filter: no such option: this operation takes none"],
    );
}

#[test]
fn pages_have_a_size_and_a_cursor() {
    options("profiles.list", json!({ "page_size": 100, "cursor": "bmV4dA==" }), expect!["fine"]);
    options(
        "profiles.list",
        json!({ "page_size": 101 }),
        expect!["profiles.list: page_size: must be a whole number from 1 to 100, found `101`"],
    );
    options(
        "profiles.list",
        json!({ "page_size": 0 }),
        expect!["profiles.list: page_size: must be a whole number from 1 to 100, found `0`"],
    );
    options(
        "profiles.list",
        json!({ "page_size": -1 }),
        expect!["profiles.list: page_size: must be a whole number from 1 to 100, found `-1`"],
    );
    options(
        "profiles.list",
        json!({ "page_size": 10.5 }),
        expect!["profiles.list: page_size: must be a whole number from 1 to 100, found `10.5`"],
    );
    options(
        "profiles.list",
        json!({ "page_size": "10" }),
        expect![
            "profiles.list: page_size: must be a whole number from 1 to 100, found the text `10`"
        ],
    );
    options(
        "lists.list",
        json!({ "page_size": 50 }),
        expect!["lists.list: page_size: cannot be chosen: this operation always answers 10 a page"],
    );
    options(
        "profiles.list",
        json!({ "cursor": null }),
        expect![
            "profiles.list: cursor: must be text (leave it out for the first page), found null"
        ],
    );
    options(
        "profiles.list",
        json!({ "cursor": "" }),
        expect!["profiles.list: cursor: is empty; leave it out for the first page"],
    );
    options(
        "profiles.list",
        json!({ "cursor": "https://a.klaviyo.com/api/profiles?page[cursor]=x" }),
        expect!["profiles.list: cursor: is a link; give the cursor inside it"],
    );
}

#[test]
fn a_sort_is_one_name() {
    options("profiles.list", json!({ "sort": "-created" }), expect!["fine"]);
    options(
        "profiles.list",
        json!({ "sort": "creatd" }),
        expect![
            "profiles.list: sort: cannot sort by `creatd`; did you mean `created`? (allowed: created, email, id, subscriptions.email.marketing.list_suppressions.timestamp, subscriptions.email.marketing.suppression.timestamp, updated)"
        ],
    );
    options(
        "profiles.list",
        json!({ "sort": "last_event_date" }),
        expect![
            "profiles.list: sort: cannot sort by `last_event_date` (allowed: created, email, id, subscriptions.email.marketing.list_suppressions.timestamp, subscriptions.email.marketing.suppression.timestamp, updated)"
        ],
    );
    options(
        "profiles.list",
        json!({ "sort": ["created"] }),
        expect![
            "profiles.list: sort: must be one name, `-` before it for descending, found a list"
        ],
    );
    options(
        "profiles.list",
        json!({ "sort": "created,email" }),
        expect![
            "profiles.list: sort: cannot sort by `created,email` (allowed: created, email, id, subscriptions.email.marketing.list_suppressions.timestamp, subscriptions.email.marketing.suppression.timestamp, updated)"
        ],
    );
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
    get(json!(["lists", "segments"]), expect!["fine"]);
    get(
        json!(["list"]),
        expect![
            "profiles.get: include: cannot include `list`; did you mean `lists`? (allowed: lists, segments)"
        ],
    );
    get(
        json!("lists"),
        expect!["profiles.get: include: must be a list of relationships, found the text `lists`"],
    );
    get(json!([1]), expect!["profiles.get: include: must be a list of relationships, found `1`"]);
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
    fields(json!(["email", "location.city", "subscriptions"]), expect!["fine"]);
    fields(json!({ "profile": ["email"], "list": ["name"] }), expect!["fine"]);
    fields(
        json!(["emial"]),
        expect![
            "profiles.get: fields: `emial` is not an attribute of profile; did you mean `email`? (allowed: email, phone_number, external_id, first_name, last_name, organization, locale, title, image, created, updated, last_event_date, location, properties, joined_group_at, subscriptions, predictive_analytics)"
        ],
    );
    fields(
        json!({ "lst": ["name"] }),
        expect![
            "profiles.get: fields: `lst` is not a type that this operation answers; did you mean `list`? (allowed: profile, list, segment)"
        ],
    );
    fields(
        json!({ "list": ["email"] }),
        expect![
            "profiles.get: fields: `email` is not an attribute of list (allowed: name, created, updated, opt_in_process, profile_count)"
        ],
    );
    fields(
        json!({ "list": "name" }),
        expect!["profiles.get: fields.list: must be a list of names, found the text `name`"],
    );
    fields(
        json!("email"),
        expect![
            "profiles.get: fields: must be a list of names, or a map of type to such a list, found the text `email`"
        ],
    );
    fields(
        json!([]),
        expect!["profiles.get: fields: is empty; name at least one, or leave it out"],
    );
    fields(json!([3]), expect!["profiles.get: fields: must be a list of names, found `3`"]);
}

#[test]
fn additional_fields_are_those_that_cost_more() {
    options(
        "profiles.list",
        json!({ "additional_fields": ["predictive_analytics"] }),
        expect!["fine"],
    );
    options(
        "profiles.list",
        json!({ "additional_fields": { "profile": ["subscriptions"] } }),
        expect!["fine"],
    );
    options(
        "profiles.list",
        json!({ "additional_fields": ["subscription"] }),
        expect![
            "profiles.list: additional_fields: `subscription` cannot be asked for; did you mean `subscriptions`? (allowed: subscriptions, predictive_analytics)"
        ],
    );
    options(
        "profiles.list",
        json!({ "additional_fields": { "list": ["profile_count"] } }),
        expect![
            "profiles.list: additional_fields: `list` is not a type that this operation answers (allowed: profile)"
        ],
    );
}

#[test]
fn a_filter_holds_fields_and_operators_of_the_route() {
    let filter =
        |text: &str, expected| options("profiles.list", json!({ "filter": text }), expected);
    filter("equals(email,\"a@b.c\")", expect!["fine"]);
    filter("and(any(id,[\"a\",\"b\"]),greater-than(created,2024-01-01))", expect!["fine"]);
    filter(
        "equals(emial,\"a@b.c\")",
        expect![
            "profiles.list: filter: cannot filter on `emial`; did you mean `email`? (allowed: id, email, phone_number, external_id, _kx, created, updated, subscriptions.email.marketing.list_suppressions.reason, subscriptions.email.marketing.list_suppressions.timestamp, subscriptions.email.marketing.list_suppressions.list_id, subscriptions.email.marketing.suppression.reason, subscriptions.email.marketing.suppression.timestamp)"
        ],
    );
    filter(
        "contains(email,\"a\")",
        expect![
            "profiles.list: filter: `contains` cannot be used on `email` (allowed: any, equals)"
        ],
    );
    filter(
        "greater-or-equal(updated,2024-01-01T00:00:00Z)",
        expect![
            "profiles.list: filter: `greater-or-equal` cannot be used on `updated` (allowed: greater-than, less-than)"
        ],
    );
    filter(
        "equals(first_name,\"Alice\")",
        expect![
            "profiles.list: filter: cannot filter on `first_name` (allowed: id, email, phone_number, external_id, _kx, created, updated, subscriptions.email.marketing.list_suppressions.reason, subscriptions.email.marketing.list_suppressions.timestamp, subscriptions.email.marketing.list_suppressions.list_id, subscriptions.email.marketing.suppression.reason, subscriptions.email.marketing.suppression.timestamp)"
        ],
    );
    filter(
        "or(equals(email,\"a\"),equals(email,\"b\"))",
        expect!["profiles.list: filter: the API has no `or`, only `and`: found it at character 1"],
    );
    filter(
        "not(email,\"a\")",
        expect!["profiles.list: filter: the API has no `not`, only `and`: found it at character 1"],
    );
    filter(
        "equals(email,\"a@b.c\"",
        expect!["profiles.list: filter: expected `)`, found the end at character 21"],
    );
    filter(
        "",
        expect!["profiles.list: filter: expected an operator such as `equals` at character 1"],
    );
    filter(
        "equals(email,alice@example.com)",
        expect![[
            r#"profiles.list: filter: text stands in quotes: equals(email,"alice@example.com")"#
        ]],
    );
    filter(
        "greater-than(created,2024-13-01)",
        expect![
            "profiles.list: filter: `2024-13-01` is not a date or a time such as 2024-01-31T09:00:00Z"
        ],
    );
    filter("any(id,\"a\")", expect!["profiles.list: filter: `any` takes a list: any(id,[…])"]);
    filter("any(id,[])", expect!["profiles.list: filter: `any(id,[])` names no value"]);
    filter(
        "equals(id,[\"a\"])",
        expect!["profiles.list: filter: `equals` takes one value, not a list"],
    );
    filter("equals(email)", expect!["profiles.list: filter: `equals(email)` lacks a value"]);
    options(
        "profiles.list",
        json!({ "filter": 3 }),
        expect![[
            r#"profiles.list: filter: must be text such as `equals(field,"value")`, found `3`"#
        ]],
    );
    options("events.list", json!({ "filter": "has(profile)" }), expect!["fine"]);
    options(
        "events.list",
        json!({ "filter": "has(profile,true)" }),
        expect!["events.list: filter: `has` takes the field alone: has(profile)"],
    );
}

#[test]
fn some_filters_are_required() {
    options(
        "campaigns.list",
        json!({}),
        expect!["campaigns.list: filter: must hold equals(messages.channel,…)"],
    );
    options(
        "campaigns.list",
        json!({ "filter": "equals(archived,false)" }),
        expect!["campaigns.list: filter: must hold equals(messages.channel,…)"],
    );
    options(
        "campaigns.list",
        json!({ "filter": "equals(messages.channel,\"email\")" }),
        expect!["fine"],
    );
    options(
        "coupon_codes.list",
        json!({}),
        expect!["coupon_codes.list: filter: must hold equals(coupon.id,…) or equals(profile.id,…)"],
    );
}

#[test]
fn some_filters_decide_the_sort() {
    let both = |filter: &str, sort: &str, expected| {
        options("profiles.list", json!({ "filter": filter, "sort": sort }), expected);
    };
    both("greater-than(updated,2024-01-01)", "updated", expect!["fine"]);
    both("less-than(updated,2024-01-01)", "-updated", expect!["fine"]);
    both(
        "greater-than(updated,2024-01-01)",
        "-updated",
        expect![
            "profiles.list: sort: filtered by greater-than(updated,…), only `updated` may be sorted by (allowed: updated)"
        ],
    );
    both(
        "less-than(created,2024-01-01)",
        "email",
        expect![
            "profiles.list: sort: filtered by less-than(created,…), only `-created` may be sorted by (allowed: -created)"
        ],
    );
    both("equals(email,\"a\")", "-updated", expect!["fine"]);
}

#[test]
fn other_parameters_have_types() {
    options("connections.list", json!({ "app": "klaviyo", "status": "ACTIVE" }), expect!["fine"]);
    options(
        "connections.list",
        json!({ "status": "active" }),
        expect![
            "connections.list: status: `active` is not one of its values; did you mean `ACTIVE`? (allowed: ACTIVE, PENDING, FAILED)"
        ],
    );
    options(
        "connections.list",
        json!({ "app": 3 }),
        expect!["connections.list: app: must be text, found `3`"],
    );
    options(
        "connections.list",
        json!({ "app": null }),
        expect!["connections.list: app: is null; leave it out instead"],
    );
}

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
        super::tests::body("coupon_codes.create", body, expected);
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
        super::tests::body("events.create", body, expected);
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

#[test]
fn all_mistakes_are_told_together() {
    expect_told(
        "profiles.update",
        json!({ "ids": ["a/b"], "body": { "emial": "x", "location": 3 }, "options": { "fields": ["email"], "additional_fields": ["x"] } }),
        expect![[r#"
            profiles.update: 5 mistakes in the arguments
              profile_id: holds `/`, so it would leave its place in the path
              additional_fields: `x` cannot be asked for (allowed: subscriptions, predictive_analytics)
              fields: this operation does not take it (allowed: additional_fields)
              body.emial: no such attribute; did you mean `email`? (allowed: email, phone_number, external_id, anonymous_id, first_name, last_name, organization, locale, title, image, location, properties, patch_properties)
              body.location: must be a map, found `3`"#]],
    );
}
