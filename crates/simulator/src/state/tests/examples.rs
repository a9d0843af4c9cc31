//! Every example of the table does what it says in each of its modes.

use pianoroll_api::OPERATIONS;
use pianoroll_api::operation::{Answer, Method, Mode};
use serde_json::Value;

use super::{Ask, account, start};

#[test]
fn every_example_succeeds_in_each_of_its_modes() {
    let mut failures = Vec::new();
    let mut count = 0;
    let mut unchanged = account();
    for operation in OPERATIONS.iter().filter(|operation| operation.app.id == "klaviyo") {
        for (index, example) in operation.examples.iter().enumerate() {
            for mode in Mode::ALL {
                let request = Ask {
                    operation,
                    mode,
                    ids: example.args.iter().map(|id| (*id).to_owned()).collect(),
                    options: serde_json::from_str(example.options).unwrap(),
                    body: example.body.map(|body| serde_json::from_str(body).unwrap()),
                    now: start(),
                };
                if !mode.has(operation) {
                    continue;
                }
                let place = format!("{} example {index} in {mode}", operation.id);
                let allowed = operation.ok_at(mode.revision(operation.app));
                let reads = operation.route.method == Method::Get;
                let answer =
                    if reads { request.of(&mut unchanged) } else { request.of(&mut account()) };
                // Queries are refused by the other half of the crate; the documented mode takes the official bodies too.
                let decided =
                    example.modes.is_empty() || example.body.is_some() && mode != Mode::Documented;
                match (answer, example.modes.contains(&mode)) {
                    (Ok(reply), true) => {
                        count += 1;
                        if !allowed.contains(&reply.status) {
                            failures.push(format!("{place}: status {}", reply.status));
                        }
                        if let Some(problem) =
                            wrong(operation.answer, reply.body.as_ref(), example.args)
                        {
                            failures.push(format!("{place}: {problem}"));
                        }
                    }
                    (Err(refusal), true) => failures.push(format!("{place}: {refusal:?}")),
                    (Ok(_), false) if decided => {
                        failures.push(format!("{place}: succeeds, though the spec says it cannot"))
                    }
                    (_, false) => {}
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 300, "only {count} examples were tried: the table seems to be empty");
}

/// What is wrong with an answer's shape.
fn wrong(answer: Answer, body: Option<&Value>, args: &[&str]) -> Option<String> {
    let data = body.map(|body| &body["data"]);
    match (answer, data) {
        (Answer::None, None) => None,
        (Answer::None, Some(_)) => Some("a body where none is expected".to_owned()),
        (Answer::One(kind), Some(data)) => {
            let right = data["type"] == kind && data["id"].is_string();
            (!right).then(|| format!("no {kind}: {data}"))
        }
        (Answer::Many(kind), Some(data)) => {
            let rows = data.as_array()?;
            let strange = rows.iter().find(|row| row["type"] != kind);
            match strange {
                Some(row) => Some(format!("no {kind}: {row}")),
                // Lists without a filter on what may be there show something.
                None if rows.is_empty() && args.is_empty() && kind != "profile-bulk-import-job" => {
                    Some("an empty list".to_owned())
                }
                None => None,
            }
        }
        (Answer::Map, Some(_)) => None,
        (_, None) => Some("no body".to_owned()),
    }
}
