//! Filters, fieldsets, includes and cursors.

use expect_test::expect;
use serde_json::{Value, json};

use super::{account, all, ask, ids, next};

#[test]
fn fields_are_as_sparse_as_asked() {
    let mut state = account();
    let alice = "01GDDKASAP8TKDDA2GRZDSVP4H";
    let request = ask("profiles.get")
        .id(alice)
        .with("fields", json!({ "profile": ["email", "location.city"], "list": ["name"] }));
    let answer = request.with("include", vec!["lists"]).ok(&mut state);
    let attributes = answer["data"]["attributes"].as_object().unwrap();
    assert_eq!(attributes.keys().collect::<Vec<_>>(), ["email", "location"]);
    assert_eq!(attributes["location"].as_object().unwrap().len(), 1);
    let linked = answer["data"]["relationships"]["lists"]["data"].as_array().unwrap().len();
    let included = answer["included"].as_array().unwrap();
    assert!(linked > 0 && included.len() == linked, "{answer}");
    assert!(
        included.iter().all(|list| list["attributes"].as_object().unwrap().keys().eq(["name"]))
    );
    assert!(answer["data"]["relationships"]["segments"].get("data").is_none());
}

#[test]
fn additional_fields_come_only_when_asked_for() {
    let mut state = account();
    let alice = "01GDDKASAP8TKDDA2GRZDSVP4H";
    let plain = ask("profiles.get").id(alice).ok(&mut state);
    assert!(plain["data"]["attributes"].get("subscriptions").is_none());
    let more = ask("profiles.get")
        .id(alice)
        .with("additional_fields", vec!["subscriptions"])
        .ok(&mut state);
    assert!(
        more["data"]["attributes"]["subscriptions"]["email"]["marketing"]["consent"].is_string()
    );
    assert!(more["data"]["attributes"].get("predictive_analytics").is_none());
    let listed = ask("profiles.list")
        .with("fields", vec!["email"])
        .with("additional_fields", vec!["predictive_analytics"]);
    let listed = listed.ok(&mut state);
    assert!(
        listed["data"][0]["attributes"]["predictive_analytics"]["churn_probability"].is_number()
    );
}

#[test]
fn filters_find_what_they_say_and_nothing_else() {
    let mut state = account();
    let mut count = |operation: &'static str, filter: &'static str, holds: fn(&Value) -> bool| {
        let rows = all(&mut state, || ask(operation).with("filter", filter));
        for row in &rows {
            assert!(holds(row), "{operation} {filter}: {row}");
        }
        rows.len()
    };
    let attribute = |row: &Value, name: &str| row["attributes"][name].as_str().unwrap().to_owned();
    assert_eq!(
        count("lists.list", "equals(name,\"Newsletter Subscribers\")", |row| row["id"] == "Y6nRLr"),
        1
    );
    assert_eq!(count("lists.list", "equals(name,\"newsletter subscribers\")", |_| false), 0);
    assert!(
        count(
            "campaigns.list",
            "equals(messages.channel,\"sms\"),equals(status,\"Sent\")",
            |row| row["attributes"]["status"] == "Sent"
        ) > 3
    );
    assert!(
        count(
            "campaigns.list",
            "equals(messages.channel,\"email\"),contains(name,\"Sale\")",
            |row| row["attributes"]["name"].as_str().unwrap().contains("Sale")
        ) > 3
    );
    assert_eq!(
        count(
            "catalog_variants.list",
            "equals(item.id,\"$custom:::$default:::PROD-001\")",
            |row| row["id"].as_str().unwrap().contains("PROD-001")
        ),
        2
    );
    assert!(
        count(
            "catalog_items.list",
            "equals(category.id,\"$custom:::$default:::CAT-SHOES\")",
            |_| true
        ) > 10
    );
    assert!(
        count(
            "catalog_items.list",
            "equals(published,false)",
            |row| row["attributes"]["published"] == false
        ) > 5
    );
    assert!(
        count(
            "metrics.list",
            "equals(integration.name,\"Shopify\")",
            |row| row["attributes"]["integration"]["name"] == "Shopify"
        ) > 3
    );
    assert!(
        count("tags.list", "starts-with(name,\"Promo\")", |row| row["attributes"]["name"]
            .as_str()
            .unwrap()
            .starts_with("Promo"))
            > 2
    );
    assert!(
        count(
            "coupon_codes.list",
            "any(coupon.id,[\"WELCOME10\"]),equals(status,\"USED\")",
            |row| row["attributes"]["status"] == "USED"
        ) > 2
    );
    let bound = "2025-06-01T00:00:00+02:00";
    let created = all(&mut state, || {
        ask("profiles.list").with("filter", format!("greater-than(created,{bound})"))
    });
    let everybody = all(&mut state, || ask("profiles.list"));
    let later = everybody
        .iter()
        .filter(|row| attribute(row, "created").as_str() > "2025-05-31T22:00:00+00:00")
        .count();
    assert!(later > 50 && created.len() == later, "{later} {}", created.len());
    let ordered =
        all(&mut state, || ask("events.list").with("filter", "equals(metric_id,\"TxVpCr\")"));
    assert!(ordered.len() > 50);
    assert!(ordered.iter().all(|row| row["relationships"]["metric"]["data"]["id"] == "TxVpCr"));
    let alice = "equals(profile_id,\"01GDDKASAP8TKDDA2GRZDSVP4H\")";
    let of_alice = all(&mut state, || ask("events.list").with("filter", alice));
    assert!(of_alice.iter().any(|row| row["id"] == "4vRpBT") && of_alice.len() > 1);
}

#[test]
fn filters_reach_into_consent() {
    let mut state = super::State::new(2_000, 7, super::start());
    let everybody = || {
        ask("profiles.list").with("additional_fields", vec!["subscriptions"]).with("page_size", 100)
    };
    let bounced = |row: &&Value| {
        let suppression = &row["attributes"]["subscriptions"]["email"]["marketing"]["suppression"];
        suppression.as_array().unwrap().iter().any(|entry| entry["reason"] == "HARD_BOUNCE")
    };
    let expected = all(&mut state, everybody)
        .iter()
        .filter(bounced)
        .map(|row| row["id"].clone())
        .collect::<Vec<_>>();
    assert!(expected.len() > 10, "{}", expected.len());
    let filter = "equals(subscriptions.email.marketing.suppression.reason,\"HARD_BOUNCE\")";
    let found =
        all(&mut state, || ask("profiles.list").with("filter", filter).with("page_size", 7));
    assert_eq!(found.iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), expected);
    assert!(found[0]["attributes"].get("subscriptions").is_none());
}

#[test]
fn a_foreign_cursor_is_refused() {
    let mut state = account();
    let cursor = next(&ask("profiles.list").ok(&mut state)).unwrap();
    let check = |request: super::Ask, state: &mut super::State| {
        assert_eq!(
            request.refused(state),
            "400 invalid Some(Pointer(\"/data/\")): Invalid cursor provided."
        );
    };
    for foreign in ["", "abc", "bmV4dDo6aWQ6OjAx", "WzEsMl0="] {
        check(ask("profiles.list").with("cursor", foreign), &mut state);
    }
    check(ask("lists.list").with("cursor", cursor.clone()), &mut state);
    check(ask("profiles.list").with("sort", "email").with("cursor", cursor.clone()), &mut state);
    check(
        ask("profiles.list")
            .with("filter", "equals(email,\"a@b.cd\")")
            .with("cursor", cursor.clone()),
        &mut state,
    );
    assert_eq!(
        ids(&ask("profiles.list").with("page_size", 3).with("cursor", cursor).ok(&mut state)).len(),
        3
    );
}

#[test]
fn a_row_looks_as_the_api_shows_it() {
    let mut state = account();
    let answer = ask("lists.get").id("Y6nRLr").with("include", vec!["tags"]).ok(&mut state);
    expect![[r#"
        {
          "data": {
            "attributes": {
              "created": "2024-01-15T10:30:00+00:00",
              "name": "Newsletter Subscribers",
              "opt_in_process": "single_opt_in",
              "updated": "2024-03-01T14:22:00+00:00"
            },
            "id": "Y6nRLr",
            "links": {
              "self": "https://a.klaviyo.com/api/lists/Y6nRLr/"
            },
            "relationships": {
              "flow-triggers": {
                "links": {
                  "related": "https://a.klaviyo.com/api/lists/Y6nRLr/flow-triggers/",
                  "self": "https://a.klaviyo.com/api/lists/Y6nRLr/relationships/flow-triggers/"
                }
              },
              "profiles": {
                "links": {
                  "related": "https://a.klaviyo.com/api/lists/Y6nRLr/profiles/",
                  "self": "https://a.klaviyo.com/api/lists/Y6nRLr/relationships/profiles/"
                }
              },
              "tags": {
                "data": [
                  {
                    "id": "vDfdAG",
                    "type": "tag"
                  }
                ],
                "links": {
                  "related": "https://a.klaviyo.com/api/lists/Y6nRLr/tags/",
                  "self": "https://a.klaviyo.com/api/lists/Y6nRLr/relationships/tags/"
                }
              }
            },
            "type": "list"
          },
          "included": [
            {
              "attributes": {
                "name": "Newsletter"
              },
              "id": "vDfdAG",
              "links": {
                "self": "https://a.klaviyo.com/api/tags/vDfdAG/"
              },
              "relationships": {
                "campaigns": {
                  "links": {
                    "related": "https://a.klaviyo.com/api/tags/vDfdAG/campaigns/",
                    "self": "https://a.klaviyo.com/api/tags/vDfdAG/relationships/campaigns/"
                  }
                },
                "flows": {
                  "links": {
                    "related": "https://a.klaviyo.com/api/tags/vDfdAG/flows/",
                    "self": "https://a.klaviyo.com/api/tags/vDfdAG/relationships/flows/"
                  }
                },
                "lists": {
                  "links": {
                    "related": "https://a.klaviyo.com/api/tags/vDfdAG/lists/",
                    "self": "https://a.klaviyo.com/api/tags/vDfdAG/relationships/lists/"
                  }
                },
                "segments": {
                  "links": {
                    "related": "https://a.klaviyo.com/api/tags/vDfdAG/segments/",
                    "self": "https://a.klaviyo.com/api/tags/vDfdAG/relationships/segments/"
                  }
                },
                "tag-group": {
                  "data": {
                    "id": "57QGhY",
                    "type": "tag-group"
                  },
                  "links": {
                    "related": "https://a.klaviyo.com/api/tags/vDfdAG/tag-group/",
                    "self": "https://a.klaviyo.com/api/tags/vDfdAG/relationships/tag-group/"
                  }
                }
              },
              "type": "tag"
            }
          ]
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&answer).unwrap());
}
