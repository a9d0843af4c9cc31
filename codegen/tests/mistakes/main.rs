//! The texts of mistakes: place, line, caret, hint, all of them at once.

mod calls;
mod files;
mod operations;

use expect_test::{Expect, expect};
use pianoroll_codegen::{Tree, check};

const APP: &str = r#"[app]
name = "Shop"
doc = "A shop."
host = "gateway"
prefix = "/shop"
revision_header = "revision"
revisions = ["2024-10-15", "2025-01-15"]
json_api = true
[tiers]
M = { burst = 10, steady = 150 }
"#;

/// A resource with every kind of attribute that the tests need, and no operation.
const RESOURCE: &str = r#"[resource]
type = "profile"
doc = "A person."
name = "email"
[resource.attributes]
email = "string?"
created = { type = "datetime?", read_only = true }
score = { type = "float?", additional = true, read_only = true }
[resource.relationships]
friends = "profile"
"#;

fn mistakes(files: &[(&str, &str)]) -> String {
    match check(&Tree::of(files.iter().copied())) {
        Ok(_) => "none".to_owned(),
        Err(mistakes) => mistakes.to_string(),
    }
}

/// The mistakes of a file that follows the resource.
fn in_operations(operations: &str, expected: Expect) {
    let file = format!("{RESOURCE}{operations}");
    expected.assert_eq(&mistakes(&[("shop/app.toml", APP), ("shop/profiles.toml", &file)]));
}

#[test]
fn a_spec_without_mistakes_has_none() {
    in_operations(
        r#"[operations.get]
http = "GET /api/profiles/{profile_id}"
doc = "Reads one."
tier = "M"
answer = "profile"
ok = 200
examples = [{ args = ["1"] }]
"#,
        expect!["none"],
    );
}
