//! The operator of the sweep: brings a run that was disturbed to its end, with the commands of the house and nothing else. Where a
//! run waits for a word, the operator looks at what the account's own log says, and says just that.

use std::net::SocketAddr;

use pianoroll_simulator::LoggedRequest;
use serde_json::{Value, json};

use super::account;
use super::deed::{Names, deeds};
use super::oracle::Words;
use super::scene::Scene;
use crate::Finished;

/// What the operator did, and what came of it.
#[derive(Debug, Default)]
pub struct Shift {
    /// What was said to be sent again, by identity before names are known: the request's number in the log, where it has one.
    again: Vec<LoggedRequest>,
    /// What was said to have happened.
    pub done: usize,
    /// The run's result.
    pub result: Value,
    /// Every command with its exit code and messages, for a person who looks for a mistake.
    pub told: String,
}

/// How many commands a run may need: each attempt that ends early is caused by a disturbance, and all of those are over.
const COMMANDS: usize = 40;

impl Shift {
    /// How often each effect was said to be sent again.
    #[must_use]
    pub fn words(&self, names: &Names) -> Words {
        let mut words = Words::new();
        for deed in deeds(&self.again, names) {
            *words.entry(deed.identity).or_default() += 1;
        }
        words
    }

    /// Notes a command.
    pub fn note(&mut self, what: &str, finished: &Finished) {
        let Finished { code, stdout, stderr } = finished;
        self.told.push_str(&format!("  $ {what}: {code}\n"));
        let lines = stderr.lines().chain(stdout.lines().filter(|_| *code != 0));
        lines.for_each(|line| self.told.push_str(&format!("    {line}\n")));
    }
}

/// Brings the newest run to its end; starts it where it was never recorded.
///
/// # Errors
/// It does not come to its end; with all that was tried.
pub fn finish(scene: &Scene, mut shift: Shift) -> Result<Shift, String> {
    for _ in 0..COMMANDS {
        match next(scene, &mut shift) {
            Ok(true) => return Ok(shift),
            Ok(false) => {}
            Err(why) => return Err(format!("{why}\n{}", shift.told)),
        }
    }
    Err(format!("still not at its end:\n{}", shift.told))
}

/// One command; true where the run has completed.
fn next(scene: &Scene, shift: &mut Shift) -> Result<bool, String> {
    let runs = document(scene, shift, &["runs", "list", "--json"])?;
    let [run] = listed(&runs) else {
        if !listed(&runs).is_empty() {
            return Err(format!("one run became several: {runs}"));
        }
        let log = scene.simulator.requests();
        if log.iter().any(|request| request.effect.is_some_and(|effect| !effect.is_read())) {
            return Err("an effect was sent before its run was recorded".to_owned());
        }
        let finished = scene.end(scene.run(), &|_| {})?;
        shift.note("run", &finished);
        return matches!(finished.code, 0 | 6).then_some(false).ok_or("does not start".to_owned());
    };
    if run["status"] == "finished" && run["outcome"] == "completed" {
        let whole = document(scene, shift, &["runs", "show", "last", "--json"])?;
        shift.result = field(&whole, "result").clone();
        return Ok(true);
    }
    let waits = &run["waiting"];
    if waits["reason"] == "unknown_outcome" || waits == "unknown_outcome" {
        let whole = document(scene, shift, &["runs", "show", "last", "--json"])?;
        return resolve(scene, shift, &whole).map(|()| false);
    }
    let finished = command(scene, shift, &["runs", "retry", "last", "--json"])?;
    match finished.code {
        0 | 6 => Ok(false),
        code => Err(format!("a retry ended with {code}")),
    }
}

/// Says of one call what its account's log says.
fn resolve(scene: &Scene, shift: &mut Shift, whole: &Value) -> Result<(), String> {
    let calls = field(whole, "entries").as_array().cloned().unwrap_or_default();
    let open = |state: &str| calls.iter().find(|call| call["state"] == state);
    let call = open("unknown").or_else(|| open("sent"));
    let call = call.ok_or_else(|| format!("nothing is open: {whole}"))?;
    let text = |name: &str| call[name].as_str().unwrap_or_default().to_owned();
    let (operation, position) = (text("name"), text("position"));
    let log = scene.simulator.requests();
    let sent: Vec<_> = log
        .into_iter()
        .filter(|request| request.operation == Some(&operation) && carries(request, call))
        .collect();
    let mut words = vec!["runs", "resolve", "last", "--call", &position, "--json"];
    let answer = answer(scene.simulator.address(), &operation, &call["arguments"]);
    let answer = answer.map(|answer| answer.to_string());
    if sent.iter().any(|request| request.applied) {
        shift.done += 1;
        words.push("--done");
        words.extend(answer.iter().flat_map(|answer| ["--answer", answer]));
    } else {
        shift.again.extend(sent.into_iter().next());
        words.push("--retry");
    }
    let finished = command(scene, shift, &words)?;
    match finished.code {
        0 | 6 => Ok(()),
        code => Err(format!("a word ended with {code}")),
    }
}

/// Whether a request holds every text of a call's arguments.
pub(super) fn carries(request: &LoggedRequest, call: &Value) -> bool {
    let (mut asked, mut sent) = (Vec::new(), Vec::new());
    texts(&call["arguments"], &mut asked);
    texts(&request.body, &mut sent);
    let path = request.path.split(['/', '?']);
    sent.extend(path);
    asked.iter().all(|text| sent.contains(text))
}

fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(map) => map.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

/// What the API has answered to a call that happened: what the account holds of a thing that it has created, or the id of what it
/// was done to. Nothing where the answer is empty.
pub(super) fn answer(address: SocketAddr, operation: &str, arguments: &Value) -> Option<Value> {
    let mut asked = Vec::new();
    texts(arguments, &mut asked);
    let reference = |kind: &str, key: &str| {
        let id = arguments.get("body").unwrap_or(arguments)[key].as_str()?;
        Some(json!({ "data": { "type": kind, "id": id } }))
    };
    match operation {
        "profiles.merge" => reference("profile", "destination"),
        "campaigns.send" => reference("campaign-send-job", "campaign_id"),
        _ => {
            let collection = operation.strip_suffix(".create")?;
            account::named(address, collection, &asked)
        }
    }
}

fn listed(runs: &Value) -> &[Value] {
    let runs = if runs.is_array() { runs } else { &runs["runs"] };
    runs.as_array().map_or(&[], Vec::as_slice)
}

/// A field of an export: of the whole, or of its run.
fn field<'a>(whole: &'a Value, name: &str) -> &'a Value {
    whole.get(name).unwrap_or(&whole["run"][name])
}

fn document(scene: &Scene, shift: &mut Shift, words: &[&str]) -> Result<Value, String> {
    let finished = scene.end(scene.command(words.iter().copied()), &|_| {})?;
    if finished.code != 0 {
        shift.note(&words.join(" "), &finished);
        return Err(format!("`{}` ended with {}", words.join(" "), finished.code));
    }
    serde_json::from_str(&finished.stdout).map_err(|error| format!("{words:?}: {error}"))
}

fn command(scene: &Scene, shift: &mut Shift, words: &[&str]) -> Result<Finished, String> {
    let finished = scene.end(scene.command(words.iter().copied()), &|_| {})?;
    shift.note(&words.join(" "), &finished);
    Ok(finished)
}
