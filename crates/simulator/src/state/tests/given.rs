//! Records that an account is given are as good as any that it has.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{State, ask, start};
use crate::given::GivenRecord;

fn give(state: &mut State, kind: &str, fields: Value) -> Result<String, String> {
    let fields = fields.as_object().unwrap().clone();
    let record = GivenRecord::from_fields(kind, fields).map_err(|error| error.to_string())?;
    let given = state.give(&record, start()).map_err(|error| error.to_string())?;
    Ok(given["id"].as_str().unwrap().to_owned())
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

#[test]
fn an_empty_account_holds_what_every_account_has() {
    let mut state = State::empty(7, start());
    for operation in ["profiles.list", "lists.list", "segments.list", "metrics.list", "tags.list"] {
        assert_eq!(ids(&ask(operation).ok(&mut state)), [""; 0], "{operation}");
    }
    assert_eq!(ids(&ask("accounts.list").ok(&mut state)), ["AbC123"]);
    // The document's profiles are not there either, and the first one that is created is the first.
    assert!(ask("profiles.get").id("01GDDKASAP8TKDDA2GRZDSVP4H").of(&mut state).is_err());
    let created = ask("profiles.create").body(json!({ "email": "eve@example.com" })).ok(&mut state);
    let id = created["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(ids(&ask("profiles.list").ok(&mut state)), [id.as_str()]);
}

#[test]
fn given_profiles_are_members_have_events_and_are_merged() {
    let mut state = State::empty(7, start());
    let list = give(&mut state, "list", json!({ "name": "VIP" })).unwrap();
    let eve = json!({ "email": "eve@example.com", "created": "2025-01-01T00:00:00Z", "last_event_date": "2025-06-01T00:00:00Z", "lists": [list] });
    let eve = give(&mut state, "profile", eve).unwrap();
    let dan = json!({ "id": "DAN", "email": "dan@example.com", "created": "2024-01-01T00:00:00Z" });
    let dan = give(&mut state, "profile", dan).unwrap();
    let members = ask("lists.list_profiles").id(&list).ok(&mut state);
    assert_eq!(ids(&members), [eve.as_str()]);
    let shown = ask("profiles.get").id(&eve).ok(&mut state);
    assert_eq!(shown["data"]["attributes"]["last_event_date"], "2025-06-01T00:00:00+00:00");
    // In the order of creation, whatever the ids are.
    let sorted = ask("profiles.list").with("sort", "created").ok(&mut state);
    assert_eq!(ids(&sorted), [dan.as_str(), eve.as_str()]);

    let event =
        json!({ "profile": eve, "metric": "Placed Order", "datetime": "2026-01-01T00:00:00Z" });
    give(&mut state, "event", event).unwrap();
    assert_eq!(ids(&ask("metrics.list").ok(&mut state)).len(), 1);
    let shown = ask("profiles.get").id(&eve).ok(&mut state);
    assert_eq!(shown["data"]["attributes"]["last_event_date"], "2026-01-01T00:00:00+00:00");

    ask("profiles.merge").body(json!({ "destination": dan, "source": eve })).ok(&mut state);
    let members = ask("lists.list_profiles").id(&list).ok(&mut state);
    assert_eq!(ids(&members), [dan.as_str()]);
}

#[test]
fn links_stand_where_the_account_keeps_them() {
    let mut state = State::empty(7, start());
    let list = give(&mut state, "list", json!({ "name": "VIP" })).unwrap();
    let tag = give(&mut state, "tag", json!({ "name": "Promo", "lists": list })).unwrap();
    let flow = give(&mut state, "flow", json!({ "name": "Welcome", "tags": [tag] })).unwrap();
    for (operation, id) in [("lists.get", &list), ("flows.get", &flow)] {
        let shown = ask(operation).id(id).with("include", json!(["tags"])).ok(&mut state);
        assert_eq!(shown["data"]["relationships"]["tags"]["data"][0]["id"], tag, "{operation}");
    }
    give(&mut state, "coupon", json!({ "external_id": "SUMMER" })).unwrap();
    let code = json!({ "coupon": "SUMMER", "unique_code": "A1", "status": "USED" });
    assert_eq!(give(&mut state, "coupon_code", code).as_deref(), Ok("SUMMER-A1"));
    let item = give(&mut state, "catalog_item", json!({ "external_id": "S", "title": "Shoe" }));
    assert_eq!(item.as_deref(), Ok("$custom:::$default:::S"));
}

#[test]
fn every_type_can_be_given() {
    for resource in crate::given::kinds() {
        let mut state = State::empty(7, start());
        let profile = give(&mut state, "profile", json!({ "email": "eve@example.com" })).unwrap();
        let fields = match resource.kind {
            "event" => json!({ "profile": profile, "metric": "Placed Order" }),
            _ => json!({}),
        };
        let id = give(&mut state, resource.kind, fields);
        let id = id.unwrap_or_else(|error| panic!("{}: {error}", resource.kind));
        assert!(state.exists(resource.kind, &id), "{}", resource.kind);
    }
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let mut state = State::empty(7, start());
    give(&mut state, "profile", json!({ "id": "EVE", "email": "eve@example.com" })).unwrap();
    let mut check = |kind: &str, fields: Value, expected: Expect| {
        expected.assert_eq(&give(&mut state, kind, fields).unwrap_err());
    };
    check(
        "profile",
        json!({ "email": "eve@example.com" }),
        expect!["there is already a record of profile with the email `eve@example.com`"],
    );
    check(
        "profile",
        json!({ "id": "EVE" }),
        expect!["there is already a record of profile with the id `EVE`"],
    );
    check(
        "profile",
        json!({ "email": "eve" }),
        expect!["`email` of profile: Invalid email address"],
    );
    check(
        "profile",
        json!({ "created": "yesterday" }),
        expect!["`created` of profile: it must be an RFC 3339 datetime."],
    );
    check(
        "list",
        json!({ "profiles": ["DAN"] }),
        expect!["`profiles` of list: there is no profile `DAN`; give it first"],
    );
    check(
        "event",
        json!({ "metric": "Placed Order" }),
        expect!["`profile` of event: an event needs one"],
    );
    assert_eq!(ids(&ask("profiles.list").ok(&mut state)), ["EVE"]);
    assert_eq!(ids(&ask("lists.list").ok(&mut state)), [""; 0]);
}
