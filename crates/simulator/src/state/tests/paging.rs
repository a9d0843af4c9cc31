//! Paging loses and doubles no row, whatever happens meanwhile.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::{State, account, all, ask, ids, next, start};

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Change {
    Update(usize),
    Create,
    Merge(usize),
}

fn changes() -> impl Strategy<Value = Vec<(u32, Vec<Change>)>> {
    let change = prop_oneof![
        (0_usize..200).prop_map(Change::Update),
        Just(Change::Create),
        (2_usize..200).prop_map(Change::Merge),
    ];
    prop::collection::vec((1_u32..40, prop::collection::vec(change, 0..4)), 1..12)
}

fn check(sort: &str, plan: &[(u32, Vec<Change>)]) {
    let mut state = State::new(200, 7, start());
    let before = ids(&ask("profiles.list").with("page_size", 100).ok(&mut state)).len();
    assert_eq!(before, 100);
    let everybody: Vec<String> = (0..200).map(|index| state.profiles.people.id(index)).collect();
    let mut gone = BTreeSet::new();
    let mut seen: Vec<String> = Vec::new();
    let mut cursor = None;
    let mut created = 0;
    for (size, changes) in plan.iter().cycle() {
        let mut request =
            ask("profiles.list").with("sort", sort).with("page_size", *size).later(60);
        if let Some(cursor) = cursor {
            request = request.with("cursor", cursor);
        }
        let page = request.ok(&mut state);
        seen.extend(ids(&page));
        cursor = next(&page);
        if cursor.is_none() {
            break;
        }
        for change in changes {
            match change {
                Change::Update(index) if !gone.contains(&everybody[*index]) => {
                    let body = json!({ "properties": { "lifecycle": "inactive" } });
                    ask("profiles.update")
                        .id(&everybody[*index])
                        .body(body)
                        .later(60)
                        .ok(&mut state);
                }
                Change::Create if created < 50 => {
                    created += 1;
                    let body = json!({ "email": format!("new{created}@example.net") });
                    ask("profiles.create").body(body).later(60).ok(&mut state);
                }
                Change::Merge(index) if gone.insert(everybody[*index].clone()) => {
                    let body = json!({ "destination": everybody[0], "source": everybody[*index] });
                    ask("profiles.merge").body(body).later(60).ok(&mut state);
                }
                _ => {}
            }
        }
    }
    let unique: BTreeSet<&String> = seen.iter().collect();
    assert_eq!(unique.len(), seen.len(), "a row came twice");
    for id in everybody.iter().filter(|id| !gone.contains(*id)) {
        assert!(unique.contains(id), "{id} was lost");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_stable_row_comes_exactly_once(
        plan in changes(),
        sort in prop::sample::select(vec!["id", "-id", "created", "-created"]),
    ) {
        check(sort, &plan);
    }
}

#[test]
fn every_order_is_an_order_and_complete() {
    let mut state = account();
    for (number, id) in [(1, "01GDDKASAP8TKDDA2GRZDSVP4H"), (2, "01GDDKASAP8TKDDA2GRZDSVP4I")] {
        let body = json!({ "last_name": "Changed", "email": format!("zz{number}@example.net") });
        ask("profiles.update").id(id).body(body).later(number).ok(&mut state);
    }
    ask("profiles.create").body(json!({ "email": "aaa@example.net" })).later(9).ok(&mut state);
    for field in
        ["created", "email", "id", "updated", "subscriptions.email.marketing.suppression.timestamp"]
    {
        let listed = |state: &mut State, sort: String| {
            let rows = all(state, || {
                ask("profiles.list").with("sort", sort.clone()).with("page_size", 37).later(10)
            });
            rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<String>>()
        };
        let up = listed(&mut state, field.to_owned());
        let mut down = listed(&mut state, format!("-{field}"));
        down.reverse();
        assert_eq!(up, down, "{field}");
        assert_eq!(up.iter().collect::<BTreeSet<_>>().len(), 301, "{field}");
    }
    let rows = all(&mut state, || {
        ask("profiles.list").with("sort", "email").with("page_size", 100).later(10)
    });
    let emails: Vec<_> =
        rows.iter().map(|row| row["attributes"]["email"].as_str().map(str::to_owned)).collect();
    assert!(emails.is_sorted(), "{emails:?}");
    assert_eq!(emails.last().unwrap().as_deref(), Some("zz2@example.net"));
    let rows = all(&mut state, || {
        ask("profiles.list").with("sort", "-updated").with("page_size", 100).later(10)
    });
    assert_eq!(rows[0]["attributes"]["email"], "aaa@example.net");
    assert_eq!(rows[1]["attributes"]["email"], "zz2@example.net");
}

#[test]
fn events_page_by_time_whatever_their_source() {
    let mut state = account();
    for (number, age) in [(1, 0_i64), (2, 20), (3, 400)] {
        let time = super::super::time::text(start().as_second() - age * 86_400);
        let body = json!({
            "profile": { "email": format!("late{number}@example.net") }, "metric": { "name": "Tried On" },
            "properties": {}, "time": time, "unique_id": number.to_string(),
        });
        ask("events.create").body(body).ok(&mut state);
    }
    let small = all(&mut state, || ask("events.list").with("page_size", 7));
    let large = all(&mut state, || ask("events.list").with("page_size", 1000));
    assert_eq!(small, large);
    assert!(large.len() > 400, "{}", large.len());
    let times: Vec<i64> =
        large.iter().map(|row| row["attributes"]["timestamp"].as_i64().unwrap()).collect();
    assert!(times.is_sorted_by(|one, two| one >= two));
    let mut up =
        all(&mut state, || ask("events.list").with("sort", "datetime").with("page_size", 11));
    up.reverse();
    assert_eq!(up, large);
    let recent = super::super::time::text(start().as_second() - 30 * 86_400);
    let filter = format!("greater-or-equal(datetime,{recent})");
    let filtered =
        all(&mut state, || ask("events.list").with("filter", filter.clone()).with("page_size", 9));
    let expected: Vec<_> = large
        .iter()
        .filter(|row| {
            row["attributes"]["timestamp"].as_i64().unwrap() >= start().as_second() - 30 * 86_400
        })
        .cloned()
        .collect();
    assert_eq!(filtered, expected);
}

#[test]
fn members_page_by_joining_while_the_list_changes() {
    let mut state = account();
    let listed = |state: &mut State, sort: &'static str| {
        all(state, || {
            ask("lists.list_profiles").id("Y6nRLr").with("sort", sort).with("page_size", 13)
        })
    };
    let members = listed(&mut state, "joined_group_at");
    let on: BTreeSet<String> =
        members.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(on.len(), members.len());
    let others: Vec<String> = (0..300)
        .map(|index| state.profiles.people.id(index))
        .filter(|id| !on.contains(id))
        .collect();
    ask("lists.add_profiles").id("Y6nRLr").body(json!(others[..5])).later(5).ok(&mut state);
    let leaving: Vec<&String> = on.iter().take(3).collect();
    ask("lists.remove_profiles").id("Y6nRLr").body(json!(leaving)).later(6).ok(&mut state);
    let after = listed(&mut state, "joined_group_at");
    assert_eq!(after.len(), members.len() + 5 - 3);
    let last: Vec<&str> =
        after[after.len() - 5..].iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(last, others[..5].iter().map(String::as_str).collect::<Vec<_>>());
    let mut down = listed(&mut state, "-joined_group_at");
    down.reverse();
    assert_eq!(down, after);
    let count = ask("lists.get")
        .id("Y6nRLr")
        .with("additional_fields", vec!["profile_count"])
        .ok(&mut state);
    assert_eq!(count["data"]["attributes"]["profile_count"], after.len());
}

#[test]
fn ten_thousand_profiles_come_once_while_each_page_is_written_to() {
    let mut state = State::new(10_000, 7, start());
    let mut seen: Vec<String> = Vec::new();
    let mut cursor = None;
    loop {
        let mut request =
            ask("profiles.list").with("page_size", 100).with("fields", vec!["properties"]);
        if let Some(cursor) = cursor {
            request = request.with("cursor", cursor);
        }
        let page = request.ok(&mut state);
        cursor = next(&page);
        // What a script does that marks what it has just read.
        for id in ids(&page).iter().step_by(10) {
            let body = json!({ "properties": { "lifecycle": "inactive" } });
            ask("profiles.update").id(id).body(body).later(60).ok(&mut state);
        }
        seen.extend(ids(&page));
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 10_000);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 10_000);
    let marked = "equals(id,\"01GDDKASAP8TKDDA2GRZDSVP4H\")";
    let alice = ask("profiles.list").with("filter", marked).ok(&mut state);
    assert_eq!(alice["data"][0]["attributes"]["properties"]["lifecycle"], "inactive");
}
