//! The simulator's own paths, outside the gateway's: reset, given records, faults, the log. They need no key.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::arrival::{Arrival, Payload};
use crate::faults::Rule;
use crate::gateway::Gateway;
use crate::given::GivenRecord;

/// What the paths begin with.
pub(crate) const PREFIX: &str = "/_simulator";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsText {
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenText {
    #[serde(default)]
    connection: Option<String>,
    records: Vec<GivenRecord>,
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
        ("POST", "/given") => match give(gateway, &arrival.body) {
            Ok(records) => Answer::json(200, &json!({ "records": records })),
            Err(message) => Answer::message(400, &message),
        },
        ("GET", "/requests") => Answer::json(200, &json!({ "requests": gateway.requests() })),
        (method, "/reset" | "/given" | "/faults" | "/requests") => {
            Answer::message(405, &format!("{PREFIX}{path} does not take {method}"))
        }
        _ => {
            let known = format!(
                "POST {PREFIX}/reset, POST {PREFIX}/given, POST or GET {PREFIX}/faults, GET {PREFIX}/requests"
            );
            Answer::message(404, &format!("{PREFIX}{path} does not exist; there are {known}"))
        }
    }
}

fn rules(gateway: &Gateway) -> Answer {
    Answer::json(200, &json!({ "rules": gateway.faults() }))
}

/// Gives an account the records of a body, in their order. Those before one that cannot be are there then.
fn give(gateway: &Gateway, body: &Payload) -> Result<Vec<Value>, String> {
    let given = serde_json::from_slice::<GivenText>(body.text());
    let given = given.map_err(|error| format!("the records cannot be read: {error}"))?;
    let records = given.records.iter().enumerate().map(|(index, record)| {
        let answer = gateway.give(given.connection.as_deref(), record);
        answer.map_err(|error| format!("records[{index}]: {error}"))
    });
    records.collect()
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
