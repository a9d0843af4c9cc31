use expect_test::{Expect, expect};
use pianoroll_api::operation::find;
use serde_json::json;

use super::*;

fn check(operation: &str, ids: &[&str], body: Value, expected: Expect) {
    let operation = find(operation).unwrap();
    let arguments = Arguments::ids(ids.iter().copied()).with_body(body);
    let reach = Reach::of(operation, &arguments, None);
    let (resource, count) = records(operation, arguments.body.as_ref(), None);
    let Reach { lists, campaigns } = reach;
    expected.assert_eq(&format!("lists {lists:?} campaigns {campaigns:?}, {count} {resource}"));
}

#[test]
fn what_a_call_is_about_is_found_wherever_it_stands() {
    check(
        "lists.update",
        &["L"],
        json!({ "name": "x" }),
        expect![[r#"lists ["L"] campaigns [], 1 lists"#]],
    );
    check(
        "lists.add_profiles",
        &["L"],
        json!(["p", "q"]),
        expect![[r#"lists ["L"] campaigns [], 2 profiles"#]],
    );
    let document =
        json!({ "data": [{ "type": "profile", "id": "p" }, { "type": "profile", "id": "q" }] });
    check(
        "lists.remove_profiles",
        &["L"],
        document,
        expect![[r#"lists ["L"] campaigns [], 2 profiles"#]],
    );
    check("lists.create", &[], json!({ "name": "x" }), expect!["lists [] campaigns [], 1 lists"]);
    check(
        "tags.tag_lists",
        &["t"],
        json!(["L", "M"]),
        expect![[r#"lists ["L", "M"] campaigns [], 2 lists"#]],
    );
    let document = json!({ "data": [{ "type": "list", "id": "L" }] });
    check("tags.tag_lists", &["t"], document, expect![[r#"lists ["L"] campaigns [], 1 lists"#]]);
    check(
        "tags.tag_campaigns",
        &["t"],
        json!(["C"]),
        expect![[r#"lists [] campaigns ["C"], 1 campaigns"#]],
    );
    check(
        "campaigns.update",
        &["C"],
        json!({ "name": "x" }),
        expect![[r#"lists [] campaigns ["C"], 1 campaigns"#]],
    );
    check(
        "campaigns.send",
        &[],
        json!({ "campaign_id": "C" }),
        expect![[r#"lists [] campaigns ["C"], 1 campaigns"#]],
    );
    let document = json!({ "data": { "type": "campaign-send-job", "id": "C" } });
    check("campaigns.send", &[], document, expect![[r#"lists [] campaigns ["C"], 1 campaigns"#]]);
    let audiences = json!({ "included": ["L", "S"], "excluded": ["X"] });
    check(
        "campaigns.create",
        &[],
        json!({ "audiences": audiences }),
        expect![[r#"lists ["L", "S"] campaigns [], 1 campaigns"#]],
    );
    let document =
        json!({ "data": { "type": "campaign", "attributes": { "audiences": audiences } } });
    check(
        "campaigns.create",
        &[],
        document,
        expect![[r#"lists ["L", "S"] campaigns [], 1 campaigns"#]],
    );
    let flow =
        json!({ "name": "x", "definition": { "triggers": [{ "type": "list", "id": "L" }] } });
    check("flows.create", &[], flow, expect![[r#"lists ["L"] campaigns [], 1 flows"#]]);
    let import = json!({ "data": {
        "type": "profile-bulk-import-job",
        "attributes": { "profiles": { "data": [{ "type": "profile" }, { "type": "profile" }, { "type": "profile" }] } },
        "relationships": { "lists": { "data": [{ "type": "list", "id": "L" }] } },
    } });
    check(
        "profiles.bulk_import",
        &[],
        import,
        expect![[r#"lists ["L"] campaigns [], 3 profiles"#]],
    );
}

#[test]
fn records_are_counted_as_what_they_are() {
    check(
        "profiles.bulk_import",
        &[],
        json!([{ "email": "a" }, { "email": "b" }]),
        expect!["lists [] campaigns [], 2 profiles"],
    );
    check(
        "profiles.merge",
        &[],
        json!({ "destination": "a", "source": "b" }),
        expect!["lists [] campaigns [], 1 profiles"],
    );
    check(
        "events.bulk_create",
        &[],
        json!([{}, {}, {}]),
        expect!["lists [] campaigns [], 3 events"],
    );
    let event = json!({ "type": "event" });
    let group = json!({ "type": "event-bulk-create", "attributes": { "events": { "data": [event, event] } } });
    let document = json!({ "data": { "type": "event-bulk-create-job", "attributes": { "events-bulk-create": { "data": [group, group] } } } });
    check("events.bulk_create", &[], document, expect!["lists [] campaigns [], 4 events"]);
    check(
        "coupon_codes.bulk_create",
        &[],
        json!([{}, {}]),
        expect!["lists [] campaigns [], 2 coupon_codes"],
    );
    check(
        "coupon_codes.create",
        &[],
        json!({ "coupon": "c" }),
        expect!["lists [] campaigns [], 1 coupon_codes"],
    );
    // A document that is not what it should be counts as one, and the API refuses it.
    check(
        "profiles.bulk_import",
        &[],
        json!({ "data": {} }),
        expect!["lists [] campaigns [], 1 profiles"],
    );
}
