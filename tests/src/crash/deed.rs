//! An effect as the simulator saw it, told so that two runs can be compared although the ids of what they created differ.

use std::collections::BTreeMap;

use pianoroll_api::operation::find;
use pianoroll_model::Retry;
use pianoroll_simulator::LoggedRequest;
use serde_json::Value;

/// What the ids of an account stand for: `list Sweep invited`, `profile ada@sweep.example`.
pub type Names = BTreeMap<String, String>;

/// An effect that arrived at the simulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// The request's number in the log.
    pub number: u64,
    /// Operation, method, path and body, with names for ids.
    pub identity: String,
    /// What a lost answer allows.
    pub retry: Retry,
    /// Whether a read settles a lost answer.
    pub probed: bool,
    /// The keys of its events, where it carries some.
    pub keys: Vec<String>,
    /// Whether the account was changed.
    pub applied: bool,
    /// Whether the answer says that it was certainly not done, so that anybody may send it again.
    pub refused: bool,
}

/// The effects of a log, in the order of arrival.
#[must_use]
pub fn deeds(log: &[LoggedRequest], names: &Names) -> Vec<Deed> {
    log.iter().filter_map(|request| deed(request, names)).collect()
}

fn deed(request: &LoggedRequest, names: &Names) -> Option<Deed> {
    if request.effect.is_none_or(pianoroll_model::Effect::is_read) {
        return None;
    }
    let operation = request.operation.and_then(find);
    let (mut body, mut keys) = (request.body.clone(), Vec::new());
    plain(&mut body, "", names, &mut keys);
    let path = path(&request.path, names);
    let id = request.operation.unwrap_or("no operation");
    // Without a word of the spec nothing is known about a repetition.
    let retry = operation.map_or(Retry::Once, |operation| operation.retry);
    Some(Deed {
        number: request.number,
        identity: format!("{id}: {} {path} {body}", request.method),
        retry,
        probed: operation.is_some_and(|operation| operation.probe.is_some()),
        keys,
        applied: request.applied,
        refused: request.status.is_some_and(|status| (400..500).contains(&status)),
    })
}

/// Names in the place of ids. An id that the account does not hold (any more) is one of those that are gone.
fn path(path: &str, names: &Names) -> String {
    let name = |(place, segment): (usize, &str)| match names.get(segment) {
        Some(name) => format!("({name})"),
        // "", klaviyo, api, the collection, the id.
        None if place == 4 => "(gone)".to_owned(),
        None => segment.to_owned(),
    };
    path.split('/').enumerate().map(name).collect::<Vec<_>>().join("/")
}

/// Names in the place of ids, and nothing that time or the position of a call has made. Lists of ids come in the order of their
/// names: an answer may have listed them in another order.
fn plain(value: &mut Value, key: &str, names: &Names, keys: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(key)) = map.remove("unique_id") {
                keys.push(key);
            }
            map.iter_mut().for_each(|(key, value)| plain(value, key, names, keys));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| plain(item, key, names, keys));
            items.sort_by_key(Value::to_string);
        }
        Value::String(text) => {
            if let Some(name) = names.get(text.as_str()) {
                *text = format!("({name})");
            } else if key == "id" {
                "(gone)".clone_into(text);
            } else if is_time(text) {
                "(time)".clone_into(text);
            }
        }
        _ => {}
    }
}

/// Whether a text is a moment as the API and scripts write it.
pub(super) fn is_time(text: &str) -> bool {
    text.len() > 10 && text.parse::<jiff::Timestamp>().is_ok()
}
