use expect_test::expect;
use serde_json::json;

use super::options;

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
        expect![
            "profiles.list: filter: `email` is compared with text in quotes; found `alice@example.com`"
        ],
    );
    filter(
        "greater-than(created,2024-13-01)",
        expect![
            "profiles.list: filter: `created` is compared with a date or a time without quotes, such as 2024-01-31T09:00:00Z; found `2024-13-01`"
        ],
    );
    filter(
        "greater-than(created,\"2024-01-01\")",
        expect![[
            r#"profiles.list: filter: `created` is compared with a date or a time without quotes, such as 2024-01-31T09:00:00Z; found `"2024-01-01"`"#
        ]],
    );
    filter(
        "equals(email,3)",
        expect!["profiles.list: filter: `email` is compared with text in quotes; found `3`"],
    );
    options(
        "catalog_items.list",
        json!({ "filter": "equals(published,\"true\")" }),
        expect![[
            r#"catalog_items.list: filter: `published` is compared with true or false, without quotes; found `"true"`"#
        ]],
    );
    options("catalog_items.list", json!({ "filter": "equals(published,true)" }), expect!["fine"]);
    filter("equals(email, \"a@b.c\")", expect!["fine"]);
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
