use expect_test::{Expect, expect};
use pianoroll_api::operation::Mode;
use pianoroll_api::{Arguments, OPERATIONS};
use pianoroll_model::Revision;
use serde_json::{Value, json};

use super::*;

mod body;
mod filter;
mod options;

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
