use expect_test::{Expect, expect};
use pianoroll_api::operation::{Mode, find};

use super::*;

/// What becomes of a query, percent-encoding apart.
fn check(id: &str, query: &str, expected: Expect) {
    let operation = find(id).unwrap();
    let revision = Mode::Strict.revision(operation.app);
    let answer = match super::check(operation, revision, &pairs(Some(query))) {
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
        expect![[""]],
    );
    check("profiles.get", "include=lists,segments&fields[list]=name", expect![[""]]);
}

#[test]
fn what_an_operation_does_not_take_is_refused() {
    check("lists.list", "page[size]=10", expect![[""]]);
    check("lists.list", "foo=1", expect![[""]]);
    check("lists.get", "page[cursor]=x", expect![[""]]);
    check("lists.get", "filter=equals(id,\"x\")", expect![[""]]);
    check("profiles.list", "include=lists", expect![[""]]);
    check("profiles.get", "include=profiless", expect![[""]]);
    check("profiles.list", "fields[list]=name", expect![[""]]);
    check("profiles.list", "fields[profile]=emial", expect![[""]]);
    check("profiles.list", "fields[profile]=email.domain", expect![[""]]);
    check("profiles.list", "fields[profile]=anonymous_id", expect![[""]]);
    check("profiles.list", "additional-fields[profile]=secrets", expect![[""]]);
    check("profiles.list", "additional-fields[list]=profile_count", expect![[""]]);
    check("profiles.list", "sort=last_event_date", expect![[""]]);
    check("profiles.list", "page[size]=0", expect![[""]]);
    check("profiles.list", "page[size]=101", expect![[""]]);
    check("profiles.list", "page[size]=ten", expect![[""]]);
}

#[test]
fn filters_hold_to_grammar_fields_operators_and_types() {
    check("profiles.list", "filter=equals(email,\"a@b.c\"", expect![[""]]);
    check("profiles.list", "filter=equals(email,%20\"a@b.c\")", expect![[""]]);
    check("profiles.list", "filter=", expect![[""]]);
    check("profiles.list", "filter=equals(first_name,\"A\")", expect![[""]]);
    check("profiles.list", "filter=greater-or-equal(updated,2024-01-01)", expect![[""]]);
    check("profiles.list", "filter=any(email,\"a\")", expect![[""]]);
    check("profiles.list", "filter=any(email,[])", expect![[""]]);
    check("profiles.list", "filter=equals(email,[\"a\"])", expect![[""]]);
    check("profiles.list", "filter=equals(email)", expect![[""]]);
    check("profiles.list", "filter=greater-than(updated,\"2024-01-01\")", expect![[""]]);
    check("profiles.list", "filter=greater-than(updated,yesterday)", expect![[""]]);
    check(
        "campaigns.list",
        "filter=equals(messages.channel,'email'),equals(archived,\"false\")",
        expect![[""]],
    );
    check("campaigns.list", "filter=any(messages.channel,[\"email\"])", expect![[""]]);
    check("campaigns.list", "filter=equals(messages.channel,\"mobile_push\")", expect![[""]]);
    check("campaigns.list", "", expect![[""]]);
    check("coupon_codes.list", "filter=equals(status,\"USED\")", expect![[""]]);
}

#[test]
fn some_filters_leave_one_order() {
    check("profiles.list", "filter=greater-than(created,2024-01-01)&sort=email", expect![[""]]);
    check("profiles.list", "filter=greater-than(created,2024-01-01)&sort=-created", expect![[""]]);
    check("profiles.list", "sort=-updated&filter=less-than(updated,2024-01-01)", expect![[""]]);
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
            let checked = super::check(operation, revision, &pairs);
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
