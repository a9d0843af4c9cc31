//! What a run did, read from the simulator's log: what really arrived, and not what somebody says was sent.

use std::collections::BTreeMap;

use pianoroll_api::Operation;
use pianoroll_api::operation::{BodyId, BodyRelationship, Shape, find};
use pianoroll_host::plan::PlannedEffect;
use pianoroll_model::ConnectionId;
use pianoroll_script::testing::Effected;
use pianoroll_simulator::LoggedRequest;
use serde_json::{Map, Value};

/// The effects among the requests of a log that have changed something.
pub(crate) fn made(
    requests: &[LoggedRequest],
    others: &BTreeMap<String, ConnectionId>,
) -> Vec<Effected> {
    let changed = |request: &&LoggedRequest| {
        request.applied && request.effect.is_some_and(|effect| !effect.is_read())
    };
    let effects = requests.iter().filter(changed).map(|request| {
        let operation = request.operation.and_then(find);
        let header = request.headers.get("maton-connection").map(String::as_str);
        let on = others.iter().find(|(_, id)| Some(id.as_str()) == header);
        let body = operation
            .map_or_else(|| request.body.clone(), |operation| plain(operation, &request.body));
        Effected {
            operation: request
                .operation
                .map_or_else(|| format!("{} {}", request.method, request.path), str::to_owned),
            effect: request.effect.map_or_else(String::new, |effect| effect.to_string()),
            on: on.map_or_else(String::new, |(name, _)| name.clone()),
            target: operation
                .map_or_else(String::new, |operation| target(operation, &request.path, &body)),
            body,
        }
    });
    effects.collect()
}

/// An effect of a dry run.
pub(crate) fn planned(effect: &PlannedEffect) -> Effected {
    let body = effect.arguments.body.clone().unwrap_or(Value::Null);
    let body = match find(&effect.operation) {
        Some(operation) if body.get("data").is_some() => plain(operation, &body),
        _ => body,
    };
    Effected {
        operation: effect.operation.to_string(),
        effect: effect.effect.to_string(),
        on: effect.account.as_deref().unwrap_or_default().to_owned(),
        target: effect.target.to_string(),
        body,
    }
}

/// What an effect is done to: the ids of the path, or the id in the body.
fn target(operation: &Operation, path: &str, body: &Value) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let routes = std::iter::once(operation.route).chain(operation.documented);
    let routes = routes.chain(operation.variants.iter().map(|variant| variant.route));
    let ids = routes.into_iter().find_map(|route| {
        // The app's prefix stands before the native path.
        let wanted: Vec<&str> = route.path.split('/').skip(1).collect();
        let given: Vec<&str> = path.split('/').collect();
        let given = given.get(given.len().checked_sub(wanted.len())?..)?;
        let mut ids = Vec::new();
        for (wanted, given) in wanted.iter().zip(given) {
            if wanted.starts_with('{') {
                ids.push(percent_encoding::percent_decode_str(given).decode_utf8_lossy());
            } else if wanted != given {
                return None;
            }
        }
        Some(ids.join("/"))
    });
    if let Some(ids) = ids.filter(|ids| !ids.is_empty()) {
        return ids;
    }
    let key = match operation.body.as_ref().map(|body| body.id) {
        Some(BodyId::Key(key)) => key,
        _ => "id",
    };
    body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A sent body as a script writes it: the reverse of what the host wraps it in.
fn plain(operation: &Operation, sent: &Value) -> Value {
    let Some(body) = &operation.body else { return sent.clone() };
    match (sent.get("data"), body.shape) {
        (Some(Value::Array(ids)), _) => ids.iter().map(|one| one["id"].clone()).collect(),
        (Some(Value::Object(data)), Shape::Items { container, .. }) => {
            let items = data.get("attributes").and_then(|all| all[container]["data"].as_array());
            let items = items.into_iter().flatten().filter_map(Value::as_object);
            items.map(|item| Value::Object(flat(item, body.relationships))).collect()
        }
        (Some(Value::Object(data)), _) => {
            let mut fields = flat(data, body.relationships);
            for (name, _) in body.nested {
                let inner = fields.get(*name).and_then(|value| value["data"].as_object()).cloned();
                if let Some(inner) = inner {
                    let mut nested = flat(&inner, &[]);
                    nested.extend(inner.get("id").map(|id| ("id".to_owned(), id.clone())));
                    fields.insert((*name).to_owned(), Value::Object(nested));
                }
            }
            if let (BodyId::Key(key), Some(id)) = (body.id, data.get("id")) {
                fields.insert(key.to_owned(), id.clone());
            }
            Value::Object(fields)
        }
        _ => sent.clone(),
    }
}

/// Attributes, relationships and meta of one document in one map.
fn flat(data: &Map<String, Value>, relationships: &[BodyRelationship]) -> Map<String, Value> {
    let part = |name: &str| data.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let mut fields = part("attributes");
    fields.extend(part("meta"));
    for (name, value) in part("relationships") {
        let known = relationships.iter().find(|known| known.name == name);
        let key = known.map_or(name.as_str(), |known| known.key);
        let single = known.is_some_and(|known| known.max == Some(1));
        let ids = match &value["data"] {
            Value::Array(ids) => ids.iter().map(|one| one["id"].clone()).collect::<Vec<_>>(),
            one => {
                fields.insert(key.to_owned(), one["id"].clone());
                continue;
            }
        };
        let value = match ids.as_slice() {
            [one] if single => one.clone(),
            _ => Value::Array(ids),
        };
        fields.insert(key.to_owned(), value);
    }
    fields
}
