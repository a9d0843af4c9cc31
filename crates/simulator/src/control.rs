//! The simulator's own paths, outside the gateway's: reset, faults, the log. They need no key.

use serde::Deserialize;
use serde_json::json;

use crate::answer::Answer;
use crate::arrival::{Arrival, Payload};
use crate::faults::Rule;
use crate::gateway::Gateway;

/// What the paths begin with.
pub(crate) const PREFIX: &str = "/_simulator";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsText {
    rules: Vec<Rule>,
}

/// Answers a request, given its path behind the prefix.
pub(crate) fn answer(gateway: &Gateway, path: &str, arrival: &Arrival) -> Answer {
    match (arrival.method.as_str(), path) {
        ("POST", "/reset") => {
            gateway.reset();
            Answer::json(200, &json!({}))
        }
        ("GET", "/faults") => rules(gateway),
        ("POST", "/faults") => match read(&arrival.body) {
            Ok(given) => {
                gateway.set_faults(given);
                rules(gateway)
            }
            Err(message) => Answer::message(400, &message),
        },
        ("GET", "/requests") => Answer::json(200, &json!({ "requests": gateway.requests() })),
        (method, "/reset" | "/faults" | "/requests") => {
            Answer::message(405, &format!("{PREFIX}{path} does not take {method}"))
        }
        _ => {
            let known =
                format!("POST {PREFIX}/reset, POST or GET {PREFIX}/faults, GET {PREFIX}/requests");
            Answer::message(404, &format!("{PREFIX}{path} does not exist; there are {known}"))
        }
    }
}

fn rules(gateway: &Gateway) -> Answer {
    Answer::json(200, &json!({ "rules": gateway.faults() }))
}

/// The rules of a body, all of them right.
fn read(body: &Payload) -> Result<Vec<Rule>, String> {
    let given = serde_json::from_slice::<FaultsText>(body.text());
    let rules = given.map_err(|error| format!("the rules cannot be read: {error}"))?.rules;
    for (index, rule) in rules.iter().enumerate() {
        rule.check().map_err(|error| format!("rules[{index}]: {error}"))?;
    }
    Ok(rules)
}
