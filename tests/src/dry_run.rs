//! A dry run, and then the real run: the second sends exactly what the first has listed, and the first nothing but reads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use pianoroll_api::operation::Method;
use pianoroll_api::{Arguments, OPERATIONS};
use pianoroll_gateway::{Connection, build};
use pianoroll_model::Effect;
use pianoroll_simulator::{LoggedRequest, Simulator};
use serde_json::Value;

use crate::{Finished, at, pianoroll};

/// Runs a script twice in a folder, against an account as it is: dry, then for real. `words` are those behind `run`: the file, its
/// parameters, what is granted. Compared are method, path and body of every effect; ids that stand for something are mapped
/// to those that the real run was answered, and what is sent side by side may come in any order.
///
/// Answers the reports of both.
///
/// # Panics
/// Where the two differ, or the dry run sends more than reads.
pub fn dry_then_real(simulator: &Simulator, folder: &Path, words: &[&str]) -> (Value, Value) {
    let run = |dry: bool| {
        let mut command = pianoroll(["run"]);
        command.args(words).args(at(simulator)).arg("--json").current_dir(folder);
        if dry {
            command.arg("--dry-run");
        }
        Finished::new(&command.output().expect("the binary starts")).expect_code(0).json()
    };
    let before = simulator.requests().len();
    let dry = run(true);
    let seen = simulator.requests();
    let effect = |request: &&LoggedRequest| request.effect != Some(Effect::Read);
    let sent: Vec<_> = seen.iter().skip(before).filter(effect).collect();
    assert!(sent.is_empty(), "the dry run sent {sent:?}");
    assert_eq!(dry["planned_dropped"], 0, "a plan that is not whole cannot be compared");
    let real = run(false);
    let all = simulator.requests();
    let sent: Vec<&LoggedRequest> = all.iter().skip(seen.len()).filter(effect).collect();
    let planned = dry["planned"].as_array().expect("a dry run has a plan");
    compare(planned, &sent);
    (dry, real)
}

/// A request as it is compared.
type Line = (String, String, String);

fn compare(planned: &[Value], sent: &[&LoggedRequest]) {
    let expected: Vec<Line> = planned.iter().map(request).collect();
    let found: Vec<Line> = sent
        .iter()
        .map(|request| (request.method.clone(), request.path.clone(), request.body.to_string()))
        .collect();
    assert_eq!(found.len(), expected.len(), "planned {expected:#?}\nsent {found:#?}");
    let mut ids = Ids::default();
    let mut open: BTreeSet<usize> = (0..found.len()).collect();
    for expected in &expected {
        // The first that is like it: calls side by side may have overtaken each other.
        let like = open.iter().copied().find(|index| ids.clone().fits(expected, &found[*index]));
        let Some(index) = like else {
            let rest: Vec<&Line> = open.iter().map(|index| &found[*index]).collect();
            panic!("planned and not sent: {expected:#?}\nsent beside: {rest:#?}");
        };
        ids.fits(expected, &found[index]);
        open.remove(&index);
    }
}

/// The request that a planned effect would be, by default routes.
fn request(effect: &Value) -> Line {
    let id = effect["operation"].as_str().expect("an operation");
    let arguments: Arguments =
        serde_json::from_value(effect["arguments"].clone()).expect("arguments");
    let Some(operation) = OPERATIONS.iter().find(|operation| operation.id == id) else {
        let (method, path) = id.split_once(' ').expect("a method and a path");
        let body = arguments.body.unwrap_or_default().to_string();
        return (method.to_owned(), format!("/klaviyo{path}"), body);
    };
    let revision = operation.app.revisions[0];
    let connection = Connection::new("21fd90f9-5935-43cd-b6c8-bde9d915ca80".parse().ok(), revision);
    let request = build(operation, &connection, &arguments, None).expect("a request");
    let body: Value = request
        .body
        .map(|body| serde_json::from_slice(&body).expect("a body is JSON"))
        .unwrap_or_default();
    let method: Method = request.method;
    (method.to_string(), request.target, body.to_string())
}

/// What the ids that stand for something have turned out to be.
#[derive(Clone, Debug, Default)]
struct Ids {
    real: BTreeMap<String, String>,
}

impl Ids {
    /// Whether a request is the planned one; what an id stands for is learned from the first request that has it.
    fn fits(&mut self, planned: &Line, sent: &Line) -> bool {
        planned.0 == sent.0
            && self.same(&parts(&planned.1), &parts(&sent.1))
            && self.same_json(&json(&planned.2), &json(&sent.2))
    }

    fn same(&mut self, planned: &[String], sent: &[String]) -> bool {
        planned.len() == sent.len()
            && planned.iter().zip(sent).all(|(planned, sent)| self.same_text(planned, sent))
    }

    fn same_text(&mut self, planned: &str, sent: &str) -> bool {
        if !planned.starts_with("planned:") {
            return planned == sent;
        }
        let known = self.real.entry(planned.to_owned()).or_insert_with(|| sent.to_owned());
        known == sent
    }

    fn same_json(&mut self, planned: &Value, sent: &Value) -> bool {
        match (planned, sent) {
            (Value::String(planned), Value::String(sent)) => self.same_text(planned, sent),
            (Value::Array(planned), Value::Array(sent)) => {
                planned.len() == sent.len()
                    && planned.iter().zip(sent).all(|(one, two)| self.same_json(one, two))
            }
            (Value::Object(planned), Value::Object(sent)) => {
                // The key that makes a repetition recognisable is made when a call is sent.
                let made = |name: &str| name == "unique_id" && !planned.contains_key(name);
                let names = sent.keys().filter(|name| !made(name));
                names.eq(planned.keys())
                    && planned.iter().all(|(name, one)| self.same_json(one, &sent[name]))
            }
            (planned, sent) => planned == sent,
        }
    }
}

fn parts(path: &str) -> Vec<String> {
    path.replace("%3A", ":").split(['/', '?', '&']).map(str::to_owned).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
