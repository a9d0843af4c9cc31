//! The judge of logs: whether a run that was disturbed has done what an undisturbed one does, and how often.

use std::collections::{BTreeMap, BTreeSet};

use pianoroll_model::Retry;

use super::deed::Deed;

/// How often an operator has said, for each identity, that an effect is to be sent once more. An operator who looks at what the
/// account holds says so only of what was not applied: nothing may be applied more often for it.
pub type Words = BTreeMap<String, usize>;

/// Everything that is wrong with a disturbed run, told for a person; nothing where all is well.
///
/// - Each effect of the undisturbed run was applied, at least as often.
/// - Nothing else was applied.
/// - Of class `once` and `conflicts` nothing was applied more often.
/// - Of class `keyed` nothing was applied more often with another key.
/// - Nothing of class `once` was even sent again by guess: each further request follows a refusal, an operator's word, or a
///   read that settles the matter.
#[must_use]
pub fn judge(undisturbed: &[Deed], disturbed: &[Deed], words: &Words) -> Vec<String> {
    let mut wrong = Vec::new();
    let (expected, found) = (by_identity(undisturbed), by_identity(disturbed));
    let identities: BTreeSet<&str> = expected.keys().chain(found.keys()).copied().collect();
    for identity in identities {
        let none = Vec::new();
        let expected = applied(expected.get(identity).unwrap_or(&none));
        let all = found.get(identity).unwrap_or(&none);
        let found = applied(all);
        let mut tell = |what: &str| {
            let numbers: Vec<u64> = all.iter().map(|deed| deed.number).collect();
            wrong.push(format!(
                "{what}: {identity}\n    applied {} times, {} expected; requests {numbers:?}",
                found.len(),
                expected.len()
            ));
        };
        if found.len() < expected.len() {
            tell("lost");
        }
        if expected.is_empty() && !found.is_empty() {
            tell("never asked for");
        }
        let words = words.get(identity).copied().unwrap_or_default();
        let often = found.len() > expected.len();
        match all.first().map(|deed| (deed.retry, deed.probed)) {
            Some((Retry::Once, probed)) => {
                if often {
                    tell("done twice");
                }
                let certain = all.iter().filter(|deed| deed.refused).count();
                if !probed && all.len() > expected.len() + words + certain && !expected.is_empty() {
                    tell("sent again by guess");
                }
            }
            Some((Retry::Conflicts, _)) if often => tell("done twice"),
            Some((Retry::Keyed, _)) if distinct_keys(&found) > distinct_keys(&expected) => {
                tell("done twice under different keys");
            }
            Some((Retry::Keyed, _)) if found.iter().any(|deed| deed.keys.is_empty()) => {
                tell("sent without a key");
            }
            _ => {}
        }
    }
    wrong
}

fn by_identity(deeds: &[Deed]) -> BTreeMap<&str, Vec<&Deed>> {
    let mut map = BTreeMap::<_, Vec<_>>::new();
    for deed in deeds {
        map.entry(deed.identity.as_str()).or_default().push(deed);
    }
    map
}

fn applied<'a>(deeds: &[&'a Deed]) -> Vec<&'a Deed> {
    deeds.iter().copied().filter(|deed| deed.applied).collect()
}

fn distinct_keys(deeds: &[&Deed]) -> usize {
    deeds.iter().flat_map(|deed| &deed.keys).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use jiff::Timestamp;
    use pianoroll_api::operation::find;
    use pianoroll_simulator::LoggedRequest;
    use serde_json::{Value, json};

    use super::*;
    use crate::crash::deed::{Names, deeds};

    /// A request as the simulator would have logged it.
    fn request(operation: &'static str, path: &str, body: Value) -> LoggedRequest {
        let known = find(operation).unwrap();
        LoggedRequest {
            number: 0,
            time: Timestamp::UNIX_EPOCH,
            method: known.route.method.to_string(),
            path: format!("/klaviyo/api/{path}"),
            headers: BTreeMap::new(),
            effect: Some(known.effect_of(Some(&body))),
            body,
            status: Some(200),
            operation: Some(operation),
            applied: true,
        }
    }

    fn list(name: &str) -> LoggedRequest {
        request("lists.create", "lists", json!({ "data": { "attributes": { "name": name } } }))
    }

    fn added(list: &str) -> LoggedRequest {
        let body = json!({ "data": [{ "type": "profile", "id": "P1" }] });
        request("lists.add_profiles", &format!("lists/{list}/relationships/profiles"), body)
    }

    fn event(key: &str) -> LoggedRequest {
        let body =
            json!({ "data": { "attributes": { "properties": { "n": 1 }, "unique_id": key } } });
        request("events.create", "events", body)
    }

    fn profile() -> LoggedRequest {
        let body = json!({ "data": { "attributes": { "email": "ada@sweep.example" } } });
        request("profiles.create", "profiles", body)
    }

    fn sent() -> LoggedRequest {
        let body = json!({ "data": { "id": "C1" } });
        request("campaigns.send", "campaign-send-jobs", body)
    }

    fn unanswered(request: LoggedRequest) -> LoggedRequest {
        LoggedRequest { applied: false, status: None, ..request }
    }

    fn check(disturbed: Vec<LoggedRequest>, expected: Expect) {
        check_with(disturbed, &Words::new(), expected);
    }

    /// Against one of each, where the list has got the id L1 and the profile P1.
    fn check_with(disturbed: Vec<LoggedRequest>, words: &Words, expected: Expect) {
        let undisturbed = numbered(vec![profile(), list("A"), added("L1"), event("1/1"), sent()]);
        let disturbed = numbered(disturbed);
        let names = |list: &str| -> Names {
            [(list, "list A"), ("P1", "profile ada"), ("C1", "campaign C")]
                .map(|(id, name)| (id.to_owned(), name.to_owned()))
                .into()
        };
        let wrong =
            judge(&deeds(&undisturbed, &names("L1")), &deeds(&disturbed, &names("L2")), words);
        expected.assert_eq(&wrong.join("\n"));
    }

    fn numbered(mut log: Vec<LoggedRequest>) -> Vec<LoggedRequest> {
        log.iter_mut().zip(1..).for_each(|(request, number)| request.number = number);
        log
    }

    #[test]
    fn the_same_effects_are_fine_whatever_the_ids_and_the_order() {
        check(vec![event("2/7"), profile(), list("A"), added("L2"), sent()], expect![""]);
    }

    #[test]
    fn repetitions_that_the_class_allows_are_fine() {
        let refused = LoggedRequest { applied: false, status: Some(409), ..profile() };
        let twice = vec![
            profile(),
            refused,
            unanswered(list("A")),
            list("A"),
            added("L2"),
            added("L2"),
            event("1/1"),
            event("1/1"),
            unanswered(sent()),
            sent(),
        ];
        let identity = deeds(&[list("A")], &Names::new())[0].identity.clone();
        check_with(twice, &Words::from([(identity, 1)]), expect![""]);
    }

    #[test]
    fn a_second_list_is_found() {
        check(
            vec![profile(), list("A"), list("A"), added("L2"), event("1/1"), sent()],
            expect![[r#"
                done twice: lists.create: POST /klaviyo/api/lists {"data":{"attributes":{"name":"A"}}}
                    applied 2 times, 1 expected; requests [2, 3]
                sent again by guess: lists.create: POST /klaviyo/api/lists {"data":{"attributes":{"name":"A"}}}
                    applied 2 times, 1 expected; requests [2, 3]"#]],
        );
    }

    #[test]
    fn a_second_send_is_found_although_it_is_probed() {
        check(
            vec![profile(), list("A"), added("L2"), event("1/1"), sent(), sent()],
            expect![[r#"
                done twice: campaigns.send: POST /klaviyo/api/campaign-send-jobs {"data":{"id":"(campaign C)"}}
                    applied 2 times, 1 expected; requests [5, 6]"#]],
        );
    }

    #[test]
    fn a_guess_that_happened_to_be_right_is_found() {
        check(
            vec![profile(), unanswered(list("A")), list("A"), added("L2"), event("1/1"), sent()],
            expect![[r#"
                sent again by guess: lists.create: POST /klaviyo/api/lists {"data":{"attributes":{"name":"A"}}}
                    applied 1 times, 1 expected; requests [2, 3]"#]],
        );
    }

    #[test]
    fn a_lost_effect_is_found_although_it_was_sent() {
        check(
            vec![profile(), list("A"), unanswered(added("L2")), event("1/1"), sent()],
            expect![[r#"
                lost: lists.add_profiles: POST /klaviyo/api/lists/(list A)/relationships/profiles {"data":[{"id":"(profile ada)","type":"profile"}]}
                    applied 0 times, 1 expected; requests [3]"#]],
        );
    }

    #[test]
    fn an_effect_on_the_wrong_thing_is_found() {
        check(
            vec![profile(), list("A"), added("L9"), event("1/1"), sent()],
            expect![[r#"
                never asked for: lists.add_profiles: POST /klaviyo/api/lists/(gone)/relationships/profiles {"data":[{"id":"(profile ada)","type":"profile"}]}
                    applied 1 times, 0 expected; requests [3]
                lost: lists.add_profiles: POST /klaviyo/api/lists/(list A)/relationships/profiles {"data":[{"id":"(profile ada)","type":"profile"}]}
                    applied 0 times, 1 expected; requests []"#]],
        );
    }

    #[test]
    fn an_event_under_a_second_key_is_found_and_one_without_a_key() {
        check(
            vec![profile(), list("A"), added("L2"), event("1/1"), event("1/2"), sent()],
            expect![[r#"
                done twice under different keys: events.create: POST /klaviyo/api/events {"data":{"attributes":{"properties":{"n":1}}}}
                    applied 2 times, 1 expected; requests [4, 5]"#]],
        );
        let mut bare = event("1/1");
        bare.body["data"]["attributes"].as_object_mut().unwrap().remove("unique_id");
        check(
            vec![profile(), list("A"), added("L2"), bare, sent()],
            expect![[r#"
                sent without a key: events.create: POST /klaviyo/api/events {"data":{"attributes":{"properties":{"n":1}}}}
                    applied 1 times, 1 expected; requests [4]"#]],
        );
    }
}
