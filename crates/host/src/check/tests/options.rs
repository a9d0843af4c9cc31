use expect_test::expect;
use serde_json::{Value, json};

use super::{expect_told, options};

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
    options("profiles.list", json!({ "cursor": null }), expect!["fine"]);
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
    options("connections.list", json!({ "app": null }), expect!["fine"]);
}
