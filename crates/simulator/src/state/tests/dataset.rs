//! The account as it is found.

use pianoroll_api::operation::Mode;
use serde_json::Value;

use super::{State, account, all, ask, ids, start};

fn look(state: &mut State) -> Vec<Value> {
    let mut seen = Vec::new();
    for operation in [
        "profiles.list",
        "lists.list",
        "segments.list",
        "flows.list",
        "templates.list",
        "metrics.list",
    ] {
        seen.push(ask(operation).ok(state));
    }
    seen.push(ask("lists.list_profiles").id("Y6nRLr").ok(state));
    seen.push(ask("events.list").mode(Mode::Documented).ok(state));
    seen
}

#[test]
fn the_same_seed_and_start_give_the_same_account() {
    assert_eq!(look(&mut account()), look(&mut State::new(300, 7, start())));
    assert_ne!(look(&mut account()), look(&mut State::new(300, 8, start())));
}

#[test]
fn ids_do_not_depend_on_the_start() {
    let later = jiff::Timestamp::from_second(start().as_second() + 40 * 86_400).unwrap();
    let mut other = State::new(300, 7, later);
    let listed = |state: &mut State| {
        all(state, || ask("profiles.list").with("fields", vec!["email"]).with("page_size", 100))
    };
    assert_eq!(listed(&mut account()), listed(&mut other));
}

#[test]
fn the_documents_ids_are_there() {
    let mut state = account();
    let names = [
        ("profiles.get", "01GDDKASAP8TKDDA2GRZDSVP4H", "first_name", "Alice"),
        ("profiles.get", "01GDDKASAP8TKDDA2GRZDSVP4I", "email", "bob@example.com"),
        ("lists.get", "Y6nRLr", "name", "Newsletter Subscribers"),
        ("campaigns.get", "01GDDKASAP8TKDDA2GRZDSVP4I", "status", "Draft"),
        ("campaigns.get", "01GDDKASAP8TKDDA2GRZDSVP4J", "name", "Autumn Sale 2024"),
        ("campaigns.get", "01GDDKASAP8TKDDA2GRZDSVP4K", "status", "Scheduled"),
        ("flows.get", "VJvBNr", "name", "Welcome Series"),
        ("metrics.get", "TxVpCr", "name", "Placed Order"),
        ("catalog_items.get", "$custom:::$default:::PROD-001", "title", "Blue Running Shoes"),
        ("webhooks.get", "abc123", "enabled", "true"),
    ];
    for (operation, id, attribute, expected) in names {
        let answer = ask(operation).id(id).ok(&mut state);
        let value = &answer["data"]["attributes"][attribute];
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert_eq!(shown, expected, "{operation} {id}");
    }
    let event = ask("events.get").id("4vRpBT").ok(&mut state);
    assert_eq!(
        event["data"]["relationships"]["profile"]["data"]["id"],
        "01GDDKASAP8TKDDA2GRZDSVP4H"
    );
    assert_eq!(ids(&ask("accounts.list").ok(&mut state)), ["AbC123"]);
}

#[test]
fn there_is_more_than_one_page_of_what_pages() {
    let mut state = account();
    let email = || ask("campaigns.list").with("filter", "equals(messages.channel,\"email\")");
    assert!(all(&mut state, email).len() > 100);
    assert!(all(&mut state, || ask("catalog_items.list")).len() > 200);
    assert!(all(&mut state, || ask("lists.list")).len() > 10);
    assert!(all(&mut state, || ask("templates.list")).len() > 20);
    let codes =
        || ask("coupon_codes.list").with("filter", "equals(coupon.id,\"SUMMER_SALE_2024\")");
    assert!(all(&mut state, codes).len() > 100);
}

#[test]
fn a_million_profiles_cost_what_a_page_costs() {
    let mut state = State::new(1_000_000, 7, start());
    let first = ask("profiles.list").with("page_size", 100).with("sort", "-created").ok(&mut state);
    let newest = ids(&first);
    assert_eq!(newest.len(), 100);
    let email = first["data"][0]["attributes"]["email"].as_str().unwrap().to_owned();
    let found =
        ask("profiles.list").with("filter", format!("equals(email,\"{email}\")")).ok(&mut state);
    assert_eq!(ids(&found), [newest[0].clone()]);
    let one = ask("profiles.get").id(&newest[99]).ok(&mut state);
    assert_eq!(one["data"], first["data"][99]);
}
