use expect_test::{Expect, expect};
use pianoroll_api::operation::{Mode, find};

use super::*;

/// What becomes of a query, percent-encoding apart.
fn check(id: &str, query: &str, expected: Expect) {
    check_in(Mode::Strict, id, query, expected);
}

fn check_in(mode: Mode, id: &str, query: &str, expected: Expect) {
    let operation = find(id).unwrap();
    let revision = mode.revision(operation.app);
    let answer = match super::check(operation, mode, revision, &pairs(Some(query))) {
        Ok(query) => format!("{query:?}"),
        Err(refusal) => {
            assert_eq!((refusal.status, refusal.code), (400, "invalid"));
            let source = match refusal.source {
                Some(Source::Parameter(name)) => name,
                other => format!("{other:?}"),
            };
            format!("{source}: {}", refusal.detail)
        }
    };
    expected.assert_eq(&answer);
}

#[test]
fn an_allowed_query_is_taken_apart() {
    check(
        "profiles.list",
        "filter=greater-than(created,2024-01-01T00:00:00%2B02:00)&sort=created&fields[profile]=email,location.city&page%5Bsize%5D=7&page[cursor]=abc&additional-fields[profile]=subscriptions",
        expect![[
            r#"Query { filter: Some(Filter { clauses: [Clause { operator: "greater-than", field: "created", argument: Some(Bare("2024-01-01T00:00:00+02:00")), offset: 0 }] }), sort: Some(("created", false)), fields: {"profile": ["email", "location.city"]}, additional_fields: {"profile": ["subscriptions"]}, include: [], page_size: Some(7), cursor: Some("abc"), parameters: {}, repeated: [("filter", "greater-than(created,2024-01-01T00:00:00+02:00)"), ("sort", "created"), ("fields[profile]", "email,location.city"), ("page[size]", "7"), ("additional-fields[profile]", "subscriptions")] }"#
        ]],
    );
    check(
        "profiles.get",
        "include=lists,segments&fields[list]=name",
        expect![[
            r#"Query { filter: None, sort: None, fields: {"list": ["name"]}, additional_fields: {}, include: ["lists", "segments"], page_size: None, cursor: None, parameters: {}, repeated: [("include", "lists,segments"), ("fields[list]", "name")] }"#
        ]],
    );
}

#[test]
fn what_an_operation_does_not_take_is_refused() {
    check(
        "lists.list",
        "page[size]=10",
        expect!["page_size: 'page_size' is not a valid field for the resource 'list'."],
    );
    check(
        "lists.list",
        "foo=1",
        expect!["foo: 'foo' is not a valid field for the resource 'list'."],
    );
    check(
        "lists.get",
        "page[cursor]=x",
        expect!["page_cursor: 'page_cursor' is not a valid field for the resource 'list'."],
    );
    check(
        "lists.get",
        "filter=equals(id,\"x\")",
        expect!["filter: 'filter' is not a valid field for the resource 'list'."],
    );
    check(
        "profiles.list",
        "include=lists",
        expect!["include: 'lists' is not an allowed include parameter for this resource."],
    );
    check(
        "profiles.get",
        "include=profiless",
        expect!["include: 'profiless' is not an allowed include parameter for this resource."],
    );
    check(
        "profiles.list",
        "fields[list]=name",
        expect!["fields[list]: 'fields[list]' is not a valid field for the resource 'profile'."],
    );
    check(
        "profiles.list",
        "fields[profile]=emial",
        expect!["fields[profile]: 'emial' is not a valid field for the resource 'profile'."],
    );
    check(
        "profiles.list",
        "fields[profile]=email.domain",
        expect!["fields[profile]: 'email.domain' is not a valid field for the resource 'profile'."],
    );
    check(
        "profiles.list",
        "fields[profile]=anonymous_id",
        expect!["fields[profile]: 'anonymous_id' is not a valid field for the resource 'profile'."],
    );
    check(
        "profiles.list",
        "additional-fields[profile]=secrets",
        expect![
            "additional-fields[profile]: 'secrets' is not a valid additional field for the resource 'profile'."
        ],
    );
    check(
        "profiles.list",
        "additional-fields[list]=profile_count",
        expect![
            "additional-fields[list]: 'additional-fields[list]' is not a valid field for the resource 'profile'."
        ],
    );
    check(
        "profiles.list",
        "sort=last_event_date",
        expect!["sort: 'last_event_date' is not an allowed sort parameter for this resource."],
    );
    check(
        "profiles.list",
        "page[size]=0",
        expect!["page_size: Page size must be an integer between 1 and 100."],
    );
    check(
        "profiles.list",
        "page[size]=101",
        expect!["page_size: Page size must be an integer between 1 and 100."],
    );
    check(
        "profiles.list",
        "page[size]=ten",
        expect!["page_size: Page size must be an integer between 1 and 100."],
    );
}

#[test]
fn filters_hold_to_grammar_fields_operators_and_types() {
    check(
        "profiles.list",
        "filter=equals(email,\"a@b.c\"",
        expect!["filter: Invalid filter provided. Verify your parentheses match."],
    );
    check(
        "profiles.list",
        "filter=equals(email,%20\"a@b.c\")",
        expect!["filter: Invalid filter provided. Verify your parentheses match."],
    );
    check(
        "profiles.list",
        "filter=",
        expect!["filter: Invalid filter provided. Verify your parentheses match."],
    );
    check(
        "profiles.list",
        "filter=equals(first_name,\"A\")",
        expect!["filter: 'first_name' is not an allowed filter field for this resource."],
    );
    check(
        "profiles.list",
        "filter=greater-or-equal(updated,2024-01-01)",
        expect!["filter: 'greater-or-equal' is not an allowed filter operator for updated"],
    );
    check(
        "profiles.list",
        "filter=any(email,\"a\")",
        expect![[r#"filter: Invalid filter value for any(email): "a""#]],
    );
    check(
        "profiles.list",
        "filter=any(email,[])",
        expect!["filter: Invalid filter value for any(email): []"],
    );
    check(
        "profiles.list",
        "filter=equals(email,[\"a\"])",
        expect![[r#"filter: Invalid filter value for equals(email): ["a"]"#]],
    );
    check(
        "profiles.list",
        "filter=equals(email)",
        expect!["filter: Invalid filter value for equals(email): "],
    );
    check(
        "profiles.list",
        "filter=greater-than(updated,\"2024-01-01\")",
        expect![[r#"filter: Invalid filter value for greater-than(updated): "2024-01-01""#]],
    );
    check(
        "profiles.list",
        "filter=greater-than(updated,yesterday)",
        expect!["filter: Invalid filter value for greater-than(updated): yesterday"],
    );
    check(
        "campaigns.list",
        "filter=equals(messages.channel,'email'),equals(archived,\"false\")",
        expect![[r#"filter: Invalid filter value for equals(archived): "false""#]],
    );
    check(
        "campaigns.list",
        "filter=any(messages.channel,[\"email\"])",
        expect!["filter: 'any' is not an allowed filter operator for messages.channel"],
    );
    check(
        "campaigns.list",
        "filter=equals(messages.channel,\"mobile_push\")",
        expect!["filter: 'channel' must be one of: email, sms (got mobile_push)"],
    );
    check("campaigns.list", "", expect!["filter: A filter on messages.channel is required."]);
    check(
        "coupon_codes.list",
        "filter=equals(status,\"USED\")",
        expect!["filter: A filter on coupon.id or profile.id is required."],
    );
}

#[test]
fn some_filters_leave_one_order() {
    check(
        "profiles.list",
        "filter=greater-than(created,2024-01-01)&sort=email",
        expect![
            "sort: When filtering on created with greater-than, the only allowed sort is 'created'."
        ],
    );
    check(
        "profiles.list",
        "filter=greater-than(created,2024-01-01)&sort=-created",
        expect![
            "sort: When filtering on created with greater-than, the only allowed sort is 'created'."
        ],
    );
    check(
        "profiles.list",
        "sort=-updated&filter=less-than(updated,2024-01-01)",
        expect![[
            r#"Query { filter: Some(Filter { clauses: [Clause { operator: "less-than", field: "updated", argument: Some(Bare("2024-01-01")), offset: 0 }] }), sort: Some(("updated", true)), fields: {}, additional_fields: {}, include: [], page_size: None, cursor: None, parameters: {}, repeated: [("sort", "-updated"), ("filter", "less-than(updated,2024-01-01)")] }"#
        ]],
    );
}

#[test]
fn every_example_of_the_spec_is_allowed() {
    for operation in pianoroll_api::OPERATIONS.iter().filter(|operation| operation.app.json_api) {
        let revision = Mode::Strict.revision(operation.app);
        for example in operation.examples {
            let options: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(example.options).unwrap();
            let pairs: Vec<_> =
                options.iter().flat_map(|(name, value)| option(operation, name, value)).collect();
            let checked = super::check(operation, Mode::Strict, revision, &pairs);
            assert!(checked.is_ok(), "{}: {pairs:?}: {checked:?}", operation.id);
        }
    }
}

/// An option of a call as the pairs of a query; the gateway's client has the real thing.
fn option(operation: &Operation, name: &str, value: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => {
            items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    let by_type = |parameter: &str| match value {
        serde_json::Value::Object(map) => {
            map.iter().map(|(kind, value)| (format!("{parameter}[{kind}]"), text(value))).collect()
        }
        value => vec![(format!("{parameter}[{}]", operation.answer.kind().unwrap()), text(value))],
    };
    match name {
        "fields" => by_type("fields"),
        "additional_fields" => by_type("additional-fields"),
        "page_size" => vec![("page[size]".to_owned(), text(value))],
        "cursor" => vec![("page[cursor]".to_owned(), text(value))],
        name => vec![(name.to_owned(), text(value))],
    }
}

#[test]
fn the_documents_include_on_the_list_of_profiles_is_played_as_documented_only() {
    let query = "include=lists&fields[list]=name,created";
    check_in(
        Mode::Documented,
        "profiles.list",
        query,
        expect![[
            r#"Query { filter: None, sort: None, fields: {"list": ["name", "created"]}, additional_fields: {}, include: ["lists"], page_size: None, cursor: None, parameters: {}, repeated: [("include", "lists"), ("fields[list]", "name,created")] }"#
        ]],
    );
    for mode in [Mode::Strict, Mode::Today] {
        check_in(
            mode,
            "profiles.list",
            query,
            expect!["include: 'lists' is not an allowed include parameter for this resource."],
        );
    }
    check_in(
        Mode::Documented,
        "profiles.list",
        "include=tags",
        expect!["include: 'tags' is not an allowed include parameter for this resource."],
    );
    check_in(
        Mode::Documented,
        "lists.list",
        "include=profiles",
        expect!["include: 'profiles' is not an allowed include parameter for this resource."],
    );
}
